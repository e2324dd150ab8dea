#include <footfall/footfall.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  const char* events =
      "{\"time\":1763712000000,\"person\":\"ana@example.com\",\"type\":\"track\"}\n"
      "{\"time\":1763712300000,\"person\":\"ben@example.com\",\"type\":\"track\"}\n";
  footfall_error* error = NULL;
  footfall_store* store = NULL;
  footfall_result* logins = NULL;
  footfall_buffer* csv = NULL;
  footfall_ingest_options ingest = FOOTFALL_INGEST_OPTIONS_INIT;
  footfall_report_options report = FOOTFALL_REPORT_OPTIONS_INIT;
  ingest.now_ms = report.now_ms = 1763712600000; /* 08:10; 0 is the system clock. */
  if (footfall_store_open("embed.footfall", NULL, &store, &error) ||
      footfall_store_ingest(store, events, strlen(events), &ingest, NULL, &error) ||
      footfall_report_run(store, "logins", &report, &logins, &error) ||
      footfall_result_format(logins, FOOTFALL_FORMAT_CSV, &csv, &error) ||
      footfall_store_close(store, &error)) {
    fprintf(stderr, "%s\n", footfall_error_message(error));
  } else {
    fputs(footfall_buffer_data(csv), stdout);
  }
  footfall_buffer_free(csv);
  footfall_result_free(logins);
  footfall_store_free(store);
  const int failed = error != NULL;
  footfall_error_free(error);
  return failed;
}
