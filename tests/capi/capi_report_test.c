/* Reports through the C ABI from C11: behaviour, threads, and how a report was run. */
#include <footfall/footfall.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static const int64_t kNow = 1763712000000; /* 2025-11-21T08:00:00Z */

static const char kEvents[] =
    "{\"time\":1763711000000,\"person\":\"ana\",\"type\":\"track\",\"name\":\"view\"}\n"
    "{\"time\":1763711060000,\"person\":\"ana\",\"type\":\"track\",\"name\":\"buy\"}\n"
    "{\"time\":1763711000000,\"person\":\"bob\",\"type\":\"track\",\"name\":\"view\"}\n";

static const char kFunnel[] =
    "{\"version\":1,\"name\":\"f\",\"kind\":\"funnel\",\"window\":\"7d\",\"steps\":["
    "{\"name\":\"view\",\"where\":{\"field\":\"event.name\",\"op\":\"is\","
    "\"value\":\"view\"}},{\"name\":\"buy\",\"where\":{\"field\":\"event.name\","
    "\"op\":\"is\",\"value\":\"buy\"}}]}";

static void test_behaviour(footfall_store* store, footfall_report_options options) {
  footfall_result* result = NULL;
  footfall_buffer* bytes = NULL;
  for (options.threads = 0; options.threads <= 3; ++options.threads) {
    EXPECT(FOOTFALL_OK, footfall_report_run_definition(store, kFunnel, strlen(kFunnel),
                                                       &options, &result, &error));
    EXPECT(FOOTFALL_OK,
           footfall_result_format(result, FOOTFALL_FORMAT_CSV, &bytes, &error));
    CHECK(contains(bytes, "1,view,2,1,1,,\r\n2,buy,1,0.5,0.5,60000,60000\r\n"));
    footfall_buffer_free(bytes);
    EXPECT(FOOTFALL_OK, footfall_result_stats(result, &bytes, &error));
    CHECK(contains(bytes, "\"rows\":2,\"threads\":"));
    CHECK(contains(bytes, "\"chunks_pruned\":"));
    CHECK(contains(bytes, "\"stages_ms\":{\"read\":"));
    footfall_buffer_free(bytes);
    footfall_result_free(result);
  }
  const char nobody[] =
      "{\"version\":1,\"name\":\"r\",\"kind\":\"retention\",\"segment\":\"nobody\"}";
  footfall_error* refused = NULL;
  CHECK(footfall_report_run_definition(store, nobody, strlen(nobody), NULL, &result,
                                       &refused) == FOOTFALL_NOT_FOUND);
  CHECK(footfall_error_path(refused) != NULL &&
        strcmp(footfall_error_path(refused), "$.segment") == 0);
  footfall_error_free(refused);
  CHECK(result == NULL);
}

static void test_formats(footfall_store* store, footfall_report_options options) {
  footfall_result* result = NULL;
  footfall_buffer* bytes = NULL;
  EXPECT(FOOTFALL_OK, footfall_report_run_definition(store, kFunnel, strlen(kFunnel),
                                                     &options, &result, &error));
  const struct {
    int32_t format;
    const char* part;
  } formats[] = {{FOOTFALL_FORMAT_TABLE, "(2 rows)"},
                 {FOOTFALL_FORMAT_SVG, "<svg xmlns="},
                 {FOOTFALL_FORMAT_CHART, "1 view \xe2\x96\x88"},
                 {FOOTFALL_FORMAT_HTML, "<!doctype html>"},
                 {FOOTFALL_FORMAT_ARROW_FILE, "ARROW1"}};
  for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); ++i) {
    EXPECT(FOOTFALL_OK,
           footfall_result_format(result, formats[i].format, &bytes, &error));
    CHECK(contains(bytes, formats[i].part));
    footfall_buffer_free(bytes);
  }
  footfall_format_options format = FOOTFALL_FORMAT_OPTIONS_INIT;
  format.ascii = 1;
  format.width = 64;
  EXPECT(FOOTFALL_OK, footfall_result_format_with(result, FOOTFALL_FORMAT_CHART, &format,
                                                  &bytes, &error));
  CHECK(contains(bytes, "1 view ###"));
  footfall_buffer_free(bytes);
  format.width = 10001;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_result_format_with(result, FOOTFALL_FORMAT_CHART, &format, &bytes,
                                     &error));
  CHECK(bytes == NULL);
  format.width = 0;
  format.struct_size = 0;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_result_format_with(result, FOOTFALL_FORMAT_CHART, &format, &bytes,
                                     &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_result_format(result, 0, &bytes, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_result_format(result, 10, &bytes, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_result_format(result, FOOTFALL_FORMAT_SVG, NULL, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_result_format(NULL, FOOTFALL_FORMAT_SVG, &bytes, &error));
  footfall_result_free(result);
  /* People have no chart. */
  EXPECT(FOOTFALL_OK, footfall_report_run(store, "logins", &options, &result, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_result_format(result, FOOTFALL_FORMAT_SVG, &bytes, &error));
  CHECK(bytes == NULL);
  footfall_result_free(result);
}

static void test_explain(footfall_store* store, footfall_report_options options) {
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK, footfall_report_explain(store, "logins", &options, &json, &error));
  CHECK(contains(json, "\"report\":\"logins\",\"kind\":\"table\""));
  CHECK(contains(json, "\"plan\":{\"kind\":\"logins\""));
  CHECK(contains(json, "\"stats\":{\"elapsed_ms\":"));
  CHECK(contains(json, "\"rows\":2"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_report_explain_definition(store, kFunnel, strlen(kFunnel),
                                                         &options, &json, &error));
  CHECK(contains(json, "\"report\":\"f\",\"kind\":\"funnel\""));
  CHECK(contains(json, "\"plan\":{\"kind\":\"funnel\""));
  footfall_buffer_free(json);

  EXPECT(FOOTFALL_NOT_FOUND,
         footfall_report_explain(store, "nope", &options, &json, &error));
  CHECK(json == NULL);
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_explain_definition(store, "{}", 2, &options, &json, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_explain(store, NULL, &options, &json, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_explain(NULL, "logins", &options, &json, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_explain(store, "logins", &options, NULL, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_explain_definition(store, NULL, 0, &options, &json, &error));
  CHECK(json == NULL);
}

static void test_options(footfall_store* store, footfall_report_options options) {
  footfall_result* result = NULL;
  footfall_buffer* json = NULL;
  options.threads = 257;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_run(store, "logins", &options, &result, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_explain(store, "logins", &options, &json, &error));
  /* A caller of an older header has no threads: what lies there is not read. */
  options.struct_size = offsetof(footfall_report_options, threads);
  EXPECT(FOOTFALL_OK, footfall_report_run(store, "logins", &options, &result, &error));
  CHECK(footfall_result_row_count(result) == 2);
  footfall_result_free(result);
  options.struct_size = sizeof(options);
  options.threads = 256;
  EXPECT(FOOTFALL_OK, footfall_report_run(store, "logins", &options, &result, &error));
  CHECK(footfall_result_row_count(result) == 2);
  footfall_result_free(result);
  options.reserved = 1;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_run(store, "logins", &options, &result, &error));
  CHECK(result == NULL && json == NULL);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  char folder[4000];
  snprintf(folder, sizeof(folder), "%s/capi-report-XXXXXX", argv[1]);
  if (mkdtemp(folder) == NULL) return 2;
  char path[4100];
  snprintf(path, sizeof(path), "%s/store", folder);
  footfall_store* store = NULL;
  EXPECT(FOOTFALL_OK, footfall_store_open(path, NULL, &store, &error));
  if (store != NULL) {
    footfall_ingest_options ingest = FOOTFALL_INGEST_OPTIONS_INIT;
    ingest.now_ms = kNow;
    EXPECT(FOOTFALL_OK,
           footfall_store_ingest(store, kEvents, strlen(kEvents), &ingest, NULL, &error));
    footfall_report_options options = FOOTFALL_REPORT_OPTIONS_INIT;
    options.now_ms = kNow;
    test_behaviour(store, options);
    test_formats(store, options);
    test_explain(store, options);
    test_options(store, options);
    EXPECT(FOOTFALL_OK, footfall_store_close(store, &error));
    footfall_store_free(store);
  }
  char command[4200];
  snprintf(command, sizeof(command), "rm -rf '%s'", folder);
  if (system(command) != 0) ++failures;
  printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
