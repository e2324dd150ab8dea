/* Saved reports and what is behind their numbers, through the C ABI from C11. */
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
    "{\"version\":1,\"name\":\"f\",\"title\":\"One\",\"kind\":\"funnel\",\"window\":"
    "\"7d\",\"steps\":[{\"name\":\"view\",\"where\":{\"field\":\"event.name\",\"op\":"
    "\"is\",\"value\":\"view\"}},{\"name\":\"buy\",\"where\":{\"field\":\"event.name\","
    "\"op\":\"is\",\"value\":\"buy\"}}]}";

/* `call` uses `&refused`. */
#define EXPECT_PATH(path, call)                               \
  do {                                                        \
    footfall_error* refused = NULL;                           \
    CHECK((call) == FOOTFALL_INVALID_ARGUMENT);               \
    CHECK(footfall_error_path(refused) != NULL &&             \
          strcmp(footfall_error_path(refused), (path)) == 0); \
    footfall_error_free(refused);                             \
  } while (0)

static void test_library(footfall_store* store) {
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK, footfall_report_save(store, kFunnel, strlen(kFunnel), &error));
  char changed[sizeof(kFunnel)];
  memcpy(changed, kFunnel, sizeof(kFunnel));
  memcpy(strstr(changed, "One"), "Two", 3);
  EXPECT(FOOTFALL_OK, footfall_report_save(store, changed, strlen(changed), &error));
  EXPECT(FOOTFALL_OK, footfall_report_history(store, "f", &json, &error));
  CHECK(contains(json, "\"revisions\":[{\"revision\":2,\"saved_at\":\""));
  CHECK(contains(json, "\"title\":\"Two\",\"current\":true},{\"revision\":1,"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_report_revision(store, "f", 1, &json, &error));
  CHECK(contains(json, "\"One\""));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_NOT_FOUND, footfall_report_revision(store, "f", 7, &json, &error));
  CHECK(json == NULL);
  EXPECT(FOOTFALL_OK, footfall_report_restore(store, "f", 1, kNow, &error));
  EXPECT(FOOTFALL_OK, footfall_report_history(store, "f", &json, &error));
  CHECK(contains(json,
                 "{\"revision\":3,\"saved_at\":\"2025-11-21T08:00:00.000Z\","
                 "\"title\":\"One\",\"current\":true}"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_report_restore(store, "f", 1, -1, &error));
  EXPECT(FOOTFALL_NOT_FOUND, footfall_report_history(store, "none", &json, &error));

  EXPECT(FOOTFALL_OK,
         footfall_report_clone(store, "logins", "mine", "{\"login_event\":\"view\"}",
                               kNow, &json, &error));
  CHECK(contains(json, "\"base\": \"logins\""));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_ALREADY_EXISTS,
         footfall_report_clone(store, "logins", "mine", NULL, kNow, &json, &error));
  EXPECT_PATH("$.parameters",
              footfall_report_clone(store, "logins", "n", "[]", kNow, &json, &refused));

  EXPECT(FOOTFALL_OK, footfall_report_set_favourite(store, "mine", 1, &error));
  EXPECT(FOOTFALL_NOT_FOUND, footfall_report_set_favourite(store, "none", 1, &error));
  EXPECT(FOOTFALL_OK, footfall_report_find(store, "{\"favourite\":true}", &json, &error));
  CHECK(contains(json, "{\"reports\":[{\"name\":\"mine\",\"title\":\"Logins\","));
  CHECK(contains(json, "\"base\":\"logins\",\"favourite\":true}]}"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_report_set_favourite(store, "mine", 0, &error));
  EXPECT(FOOTFALL_OK, footfall_report_find(store, "{\"favourite\":true}", &json, &error));
  CHECK(contains(json, "{\"reports\":[]}"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_report_find(store, NULL, &json, &error));
  CHECK(contains(json, "\"name\":\"users\""));
  footfall_buffer_free(json);
  EXPECT_PATH("$.x", footfall_report_find(store, "{\"x\":1}", &json, &refused));
}

static void test_lists(footfall_store* store, footfall_report_options options) {
  footfall_result* result = NULL;
  footfall_buffer* bytes = NULL;
  EXPECT(FOOTFALL_OK,
         footfall_report_drill(store, "f", &options,
                               "{\"row\":{\"step\":1},\"column\":\"dropped\"}", &result,
                               &error));
  CHECK(footfall_result_row_count(result) == 1);
  EXPECT(FOOTFALL_OK,
         footfall_result_format(result, FOOTFALL_FORMAT_CSV, &bytes, &error));
  CHECK(contains(bytes, "bob,1,"));
  footfall_buffer_free(bytes);
  footfall_result_free(result);
  /* A definition in the place of a name. */
  EXPECT(FOOTFALL_OK,
         footfall_report_drill(store, kFunnel, &options,
                               "{\"row\":{\"step\":1},\"column\":\"people\"}", &result,
                               &error));
  CHECK(footfall_result_row_count(result) == 2);
  footfall_result_free(result);
  EXPECT_PATH("$.column",
              footfall_report_drill(store, "f", &options, "{}", &result, &refused));
  CHECK(result == NULL);
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_drill(store, "f", &options, NULL, &result, &error));

  EXPECT(FOOTFALL_OK,
         footfall_report_explain_person(store, "f", &options, "bob", &bytes, &error));
  CHECK(contains(bytes, "\"reached\":1"));
  footfall_buffer_free(bytes);
  EXPECT(FOOTFALL_NOT_FOUND,
         footfall_report_explain_person(store, "f", &options, "zoe", &bytes, &error));
  CHECK(bytes == NULL);

  EXPECT(FOOTFALL_OK, footfall_report_prove(store, "f", &options, 0, &bytes, &error));
  CHECK(contains(bytes, "\"equal\":true,\"rows\":2,\"proven_rows\":2,\"events\":3"));
  footfall_buffer_free(bytes);
  EXPECT(FOOTFALL_RESOURCE_EXHAUSTED,
         footfall_report_prove(store, "f", &options, 100, &bytes, &error));
  CHECK(bytes == NULL);
}

static void test_options(footfall_store* store, footfall_report_options options) {
  footfall_result* result = NULL;
  footfall_buffer* bytes = NULL;
  options.where_json = "{\"field\":\"person.id\",\"op\":\"is\",\"value\":\"ana\"}";
  options.from = "2025-11-21";
  options.compare = 1;
  EXPECT(FOOTFALL_OK, footfall_report_run(store, "f", &options, &result, &error));
  EXPECT(FOOTFALL_OK,
         footfall_result_format(result, FOOTFALL_FORMAT_CSV, &bytes, &error));
  CHECK(contains(bytes, ",previous_people,change_people,"));
  CHECK(contains(bytes, "1,view,1,1,1,,,0,1,"));
  footfall_buffer_free(bytes);
  EXPECT(FOOTFALL_OK,
         footfall_result_format(result, FOOTFALL_FORMAT_JSON, &bytes, &error));
  CHECK(contains(bytes,
                 "\"previous_range\":{\"from\":\"2025-11-20T15:59:59.999Z\","
                 "\"to\":\"2025-11-21T00:00:00.000Z\"}"));
  footfall_buffer_free(bytes);
  footfall_result_free(result);
  options.where_json = "[]";
  EXPECT_PATH("$.where", footfall_report_run(store, "f", &options, &result, &refused));
  options.where_json = NULL;
  options.reserved2 = 1;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_run(store, "f", &options, &result, &error));
}

int main(int argc, char** argv) {
  char path[4096];
  snprintf(path, sizeof(path), "%s/capi_definition_%s", argc > 1 ? argv[1] : ".",
           "store");
  char remove_path[4200];
  snprintf(remove_path, sizeof(remove_path), "rm -rf '%s'", path);
  CHECK(system(remove_path) == 0);
  footfall_store* store = NULL;
  EXPECT(FOOTFALL_OK, footfall_store_open(path, NULL, &store, &error));
  footfall_ingest_options ingest = FOOTFALL_INGEST_OPTIONS_INIT;
  ingest.now_ms = kNow;
  footfall_buffer* bytes = NULL;
  EXPECT(FOOTFALL_OK,
         footfall_store_ingest(store, kEvents, strlen(kEvents), &ingest, &bytes, &error));
  footfall_buffer_free(bytes);
  footfall_report_options options = FOOTFALL_REPORT_OPTIONS_INIT;
  options.now_ms = kNow;
  test_library(store);
  test_lists(store, options);
  test_options(store, options);
  EXPECT(FOOTFALL_OK, footfall_store_close(store, &error));
  footfall_store_free(store);
  CHECK(system(remove_path) == 0);
  printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
