/* Segments through the C ABI from C11. */
#include <footfall/footfall.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static const int64_t kNow = 1763712000000; /* 2025-11-21T08:00:00Z */
static const int64_t kMonth = 31LL * 24 * 60 * 60 * 1000;

static const char kEvents[] =
    "{\"time\":1763711000000,\"person\":\"ana\",\"type\":\"track\",\"name\":\"save\"}\n"
    "{\"time\":1763711060000,\"person\":\"ben\",\"type\":\"track\",\"name\":\"save\"}\n"
    "{\"time\":1763711000000,\"person\":\"cid\",\"type\":\"track\",\"name\":\"view\"}\n";

static const char kSavers[] =
    "{\"version\":1,\"name\":\"savers\",\"where\":{\"did\":{\"where\":{\"field\":"
    "\"event.name\",\"op\":\"is\",\"value\":\"save\"},\"within\":\"30d\"}}}";

static void save(footfall_store* store, const char* json) {
  EXPECT(FOOTFALL_OK, footfall_segment_save(store, json, strlen(json), &error));
}

static void test_saving(footfall_store* store) {
  footfall_buffer* json = NULL;
  save(store, kSavers);
  save(store,
       "{\"version\":1,\"name\":\"others\",\"where\":{\"not\":{\"segment\":"
       "\"savers\"}}}");
  EXPECT(FOOTFALL_OK, footfall_segment_list(store, &json, &error));
  CHECK(contains(json, "{\"segments\":[{\"version\":1,\"name\":\"others\""));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_segment_show(store, "savers", &json, &error));
  CHECK(contains(json, "\"within\": \"30d\""));
  footfall_buffer_free(json);

  footfall_error* refused = NULL;
  const char circle[] =
      "{\"version\":1,\"name\":\"savers\",\"where\":{\"segment\":\"others\"}}";
  CHECK(footfall_segment_save(store, circle, strlen(circle), &refused) ==
        FOOTFALL_INVALID_ARGUMENT);
  CHECK(strcmp(footfall_error_path(refused), "$.where") == 0);
  CHECK(strstr(footfall_error_message(refused), "others -> savers -> others") != NULL);
  footfall_error_free(refused);
  EXPECT(FOOTFALL_FAILED_PRECONDITION, footfall_segment_delete(store, "savers", &error));
  EXPECT(FOOTFALL_NOT_FOUND, footfall_segment_delete(store, "nope", &error));
  EXPECT(FOOTFALL_NOT_FOUND, footfall_segment_show(store, "nope", &json, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_segment_save(store, "{}", 2, &error));
  CHECK(json == NULL);
}

static void test_members(footfall_store* store) {
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK,
         footfall_segment_people(store, "savers", NULL, kNow, NULL, &json, &error));
  CHECK(contains(json, "\"count\":2,\"next\":null,\"people\":[\"ana\",\"ben\"]"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK,
         footfall_segment_people(store, "savers", "{\"after\":\"ana\",\"limit\":1}", kNow,
                                 NULL, &json, &error));
  CHECK(contains(json, "\"people\":[\"ben\"]"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_segment_people(store, "savers", "{\"limit\":-1}", kNow, NULL, &json,
                                 &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_segment_people(store, "savers", NULL, -1, NULL, &json, &error));
  EXPECT(FOOTFALL_NOT_FOUND,
         footfall_segment_people(store, "nope", NULL, kNow, NULL, &json, &error));
  CHECK(json == NULL);

  int32_t member = 5;
  EXPECT(FOOTFALL_OK,
         footfall_segment_test(store, "savers", "ana", kNow, &member, &error));
  CHECK(member == 1);
  EXPECT(FOOTFALL_OK,
         footfall_segment_test(store, "savers", "ana", kNow + kMonth, &member, &error));
  CHECK(member == 0);
  EXPECT(FOOTFALL_OK,
         footfall_segment_test(store, "others", "cid", kNow, &member, &error));
  CHECK(member == 1);
  EXPECT(FOOTFALL_OK,
         footfall_segment_test(store, "others", "nobody", kNow, &member, &error));
  CHECK(member == 0);
  member = 5;
  EXPECT(FOOTFALL_NOT_FOUND,
         footfall_segment_test(store, "nope", "ana", kNow, &member, &error));
  CHECK(member == 0);
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_segment_test(store, "savers", NULL, kNow, &member, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_segment_test(NULL, "savers", "ana", kNow, &member, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_segment_test(store, "savers", "ana", kNow, NULL, &error));
}

static void test_changes(footfall_store* store) {
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK,
         footfall_segment_changes(store, "savers", NULL, kNow, NULL, &json, &error));
  CHECK(contains(json, "\"changes\":[],\"cursor\":\"1763712000000-0\",\"more\":false"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK,
         footfall_segment_changes(store, "savers", "{\"after\":\"1763712000000-0\"}",
                                  kNow + kMonth, NULL, &json, &error));
  CHECK(contains(json,
                 "{\"cursor\":\"1763712000000-2\",\"person\":\"ben\",\"change\":"
                 "\"left\",\"at\":\"2025-12-22T08:00:00.000Z\"}"));
  footfall_buffer_free(json);
  json = NULL;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_segment_changes(store, "savers", "{\"after\":\"x\"}", kNow, NULL, &json,
                                  &error));
  EXPECT(FOOTFALL_OUT_OF_RANGE,
         footfall_segment_changes(store, "savers", "{\"after\":\"1-0\"}", kNow, NULL,
                                  &json, &error));
  CHECK(json == NULL);
}

static void test_report_option(footfall_store* store) {
  footfall_report_options options = FOOTFALL_REPORT_OPTIONS_INIT;
  options.now_ms = kNow;
  options.segment = "savers";
  footfall_result* result = NULL;
  EXPECT(FOOTFALL_OK, footfall_report_run(store, "users", &options, &result, &error));
  CHECK(footfall_result_row_count(result) == 2);
  footfall_result_free(result);
  /* A caller of an older header has no segment: what lies there is not read. */
  options.struct_size = offsetof(footfall_report_options, segment);
  EXPECT(FOOTFALL_OK, footfall_report_run(store, "users", &options, &result, &error));
  CHECK(footfall_result_row_count(result) == 3);
  footfall_result_free(result);
  options.struct_size = sizeof(options);
  options.segment = "nope";
  EXPECT(FOOTFALL_NOT_FOUND,
         footfall_report_run(store, "users", &options, &result, &error));
  CHECK(result == NULL);
}

/* A store that is open for reading only answers too, but keeps no changes. */
static void test_reading_only(const char* path) {
  footfall_store_options options = FOOTFALL_STORE_OPTIONS_INIT;
  options.mode = FOOTFALL_OPEN_READ_ONLY;
  footfall_store* store = NULL;
  EXPECT(FOOTFALL_OK, footfall_store_open(path, &options, &store, &error));
  int32_t member = 0;
  EXPECT(FOOTFALL_OK,
         footfall_segment_test(store, "savers", "ana", kNow, &member, &error));
  CHECK(member == 1);
  EXPECT(FOOTFALL_OK,
         footfall_segment_test(store, "savers", "cid", kNow, &member, &error));
  CHECK(member == 0);
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_segment_changes(store, "savers", NULL, kNow, NULL, &json, &error));
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_segment_save(store, kSavers, strlen(kSavers), &error));
  EXPECT(FOOTFALL_OK, footfall_store_close(store, &error));
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_segment_test(store, "savers", "ana", kNow, &member, &error));
  footfall_store_free(store);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  char folder[4000];
  snprintf(folder, sizeof(folder), "%s/capi-segment-XXXXXX", argv[1]);
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
    test_saving(store);
    test_members(store);
    test_changes(store);
    test_report_option(store);
    EXPECT(FOOTFALL_OK, footfall_store_close(store, &error));
    footfall_store_free(store);
    test_reading_only(path);
  }
  char command[4200];
  snprintf(command, sizeof(command), "rm -rf '%s'", folder);
  if (system(command) != 0) ++failures;
  printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
