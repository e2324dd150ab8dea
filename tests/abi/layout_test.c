/* Sizes and offsets of the public structs on 64-bit Linux; they never change, structs only
 * grow at their end. */
#include <footfall/footfall.h>
#include <stddef.h>
#include <stdio.h>

static int failures = 0;

static void expect(const char* what, size_t got, size_t want) {
  if (got == want) return;
  printf("%s is %zu, not %zu\n", what, got, want);
  ++failures;
}

#define SIZE(type, want) expect("sizeof " #type, sizeof(type), want)
#define OFFSET(type, field, want) \
  expect("offsetof " #type "." #field, offsetof(type, field), want)

int main(void) {
  SIZE(footfall_filter_options, 24);
  OFFSET(footfall_filter_options, level, 8);
  OFFSET(footfall_filter_options, format, 12);
  OFFSET(footfall_filter_options, event_bytes_max, 16);
  SIZE(footfall_store_options, 48);
  OFFSET(footfall_store_options, mode, 8);
  OFFSET(footfall_store_options, memory_budget_bytes, 16);
  OFFSET(footfall_store_options, log, 24);
  OFFSET(footfall_store_options, log_payload, 32);
  OFFSET(footfall_store_options, log_payload_free, 40);
  SIZE(footfall_ingest_options, 40);
  OFFSET(footfall_ingest_options, policy, 8);
  OFFSET(footfall_ingest_options, now_ms, 16);
  OFFSET(footfall_ingest_options, cancel, 24);
  OFFSET(footfall_ingest_options, source, 32);
  SIZE(footfall_redact_options, 24);
  OFFSET(footfall_redact_options, cancel, 8);
  OFFSET(footfall_redact_options, dry_run, 16);
  SIZE(footfall_store_metrics, 80);
  OFFSET(footfall_store_metrics, memory_bytes, 72);
  SIZE(footfall_report_options, 88);
  OFFSET(footfall_report_options, from, 8);
  OFFSET(footfall_report_options, parameters_json, 32);
  OFFSET(footfall_report_options, now_ms, 40);
  OFFSET(footfall_report_options, cancel, 48);
  OFFSET(footfall_report_options, threads, 56);
  OFFSET(footfall_report_options, reserved, 60);
  OFFSET(footfall_report_options, segment, 64);
  OFFSET(footfall_report_options, where_json, 72);
  OFFSET(footfall_report_options, compare, 80);
  OFFSET(footfall_report_options, reserved2, 84);
  SIZE(footfall_export_options, 56);
  OFFSET(footfall_export_options, rule_json, 8);
  OFFSET(footfall_export_options, from, 16);
  OFFSET(footfall_export_options, to, 24);
  OFFSET(footfall_export_options, timezone, 32);
  OFFSET(footfall_export_options, now_ms, 40);
  OFFSET(footfall_export_options, cancel, 48);
  SIZE(footfall_format_options, 16);
  OFFSET(footfall_format_options, width, 8);
  OFFSET(footfall_format_options, ascii, 12);
  SIZE(struct ArrowSchema, 72);
  SIZE(struct ArrowArray, 80);
  SIZE(struct ArrowArrayStream, 40);
  SIZE(footfall_status, 4);
  printf("%d failures\n", failures);
  return failures != 0;
}
