/* People and their attributes through the C ABI. */
#include <footfall/footfall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static const int64_t kNow = 1763712000000; /* 2025-11-21T08:00:00Z */

static const char kEvents[] =
    "{\"time\":1763711000000,\"person\":\"ana\",\"type\":\"track\",\"name\":\"save\"}\n"
    "{\"time\":1763711001000,\"person\":\"bob\",\"type\":\"track\",\"name\":\"save\"}\n";

static const char kOptions[] =
    "{\"integration\":\"crm\",\"id\":\"id\",\"columns\":["
    "{\"column\":\"tier\"},{\"column\":\"seats\",\"type\":\"number\"}]}";

static const char kCsv[] = "id,tier,seats\r\nana,\"gold\",12\r\nzoe,free,many\r\n";

static int32_t append(const char* data, size_t size, void* payload) {
  char* text = payload;
  const size_t used = strlen(text);
  if (used + size >= 8192) return 1;
  memcpy(text + used, data, size);
  text[used + size] = '\0';
  return 0;
}
static int32_t stop(const char* data, size_t size, void* payload) {
  (void)data;
  (void)size;
  (void)payload;
  return 1;
}

static void test_import(footfall_store* store) {
  footfall_attributes_import* import = NULL;
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK,
         footfall_attributes_import_new(store, kOptions, kNow, NULL, &import, &error));
  for (size_t i = 0; i < strlen(kCsv); i += 5) {
    const size_t left = strlen(kCsv) - i;
    EXPECT(FOOTFALL_OK, footfall_attributes_import_write(import, kCsv + i,
                                                         left < 5 ? left : 5, &error));
  }
  EXPECT(FOOTFALL_OK, footfall_attributes_import_finish(import, &json, &error));
  CHECK(contains(json, "{\"rows\":2,\"people_created\":1,\"people_changed\":1,"));
  CHECK(
      contains(json, "{\"line\":3,\"column\":\"seats\",\"reason\":\"is not a number\"}"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_attributes_import_write(import, "x", 1, &error));
  footfall_attributes_import_free(import);

  EXPECT(FOOTFALL_OK, footfall_attributes_list(store, &json, &error));
  CHECK(contains(json,
                 "{\"integration\":\"crm\",\"attribute\":\"tier\",\"type\":\"string\","
                 "\"imported_at\":\"2025-11-21T08:00:00.000Z\"}"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_person_show(store, "ana", &json, &error));
  CHECK(contains(json,
                 "{\"integration\":\"crm\",\"attribute\":\"seats\",\"type\":"
                 "\"number\",\"value\":12}"));
  CHECK(contains(json, "\"recent_sessions\":[{\"session\":\"ana/2025"));
  footfall_buffer_free(json);
}

static void test_import_refuses(footfall_store* store) {
  footfall_attributes_import* import = NULL;
  footfall_buffer* json = NULL;
  footfall_error* refused = NULL;
  CHECK(footfall_attributes_import_new(store, "{\"integration\":\"crm\"}", kNow, NULL,
                                       &import, &refused) == FOOTFALL_INVALID_ARGUMENT);
  CHECK(import == NULL && strcmp(footfall_error_path(refused), "$.id") == 0);
  footfall_error_free(refused);
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_attributes_import_new(store, kOptions, -1, NULL, &import, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_attributes_import_new(store, NULL, kNow, NULL, &import, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_attributes_import_new(NULL, kOptions, kNow, NULL, &import, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_attributes_import_write(NULL, "", 0, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_attributes_import_finish(NULL, &json, &error));
  CHECK(json == NULL);
  footfall_attributes_import_free(NULL);

  EXPECT(FOOTFALL_OK,
         footfall_attributes_import_new(store, kOptions, kNow, NULL, &import, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_attributes_import_write(import, "mail\n", 5, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_attributes_import_finish(import, &json, &error));
  CHECK(contains(json, "\"rows\":0"));
  footfall_buffer_free(json);
  footfall_attributes_import_free(import);
}

static void test_list(footfall_store* store) {
  footfall_result* result = NULL;
  EXPECT(FOOTFALL_OK, footfall_person_list(store, NULL, kNow, NULL, &result, &error));
  CHECK(footfall_result_row_count(result) == 3);
  footfall_result_free(result);
  const char options[] =
      "{\"where\":{\"field\":\"person.crm/tier\",\"op\":\"is_set\"},\"after\":\"ana\","
      "\"attributes\":[\"crm/tier\"]}";
  EXPECT(FOOTFALL_OK, footfall_person_list(store, options, kNow, NULL, &result, &error));
  footfall_buffer* csv = NULL;
  EXPECT(FOOTFALL_OK, footfall_result_format(result, FOOTFALL_FORMAT_CSV, &csv, &error));
  CHECK(contains(csv, "os,crm/tier\r\nzoe,true,"));
  footfall_buffer_free(csv);
  footfall_result_free(result);
  footfall_error* refused = NULL;
  CHECK(footfall_person_list(store, "{\"limit\":0}", kNow, NULL, &result, &refused) ==
        FOOTFALL_INVALID_ARGUMENT);
  CHECK(result == NULL && strcmp(footfall_error_path(refused), "$.limit") == 0);
  footfall_error_free(refused);
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_person_list(store, NULL, kNow, NULL, NULL, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_person_list(store, NULL, -1, NULL, &result, &error));
}

static void test_export_and_forget(footfall_store* store) {
  char text[8192] = "";
  EXPECT(FOOTFALL_OK,
         footfall_person_export(store, "ana", kNow, NULL, append, text, &error));
  CHECK(strncmp(text, "{\"version\":1,\"exported_at\":\"2025-11-21T08:00:00.000Z\"",
                52) == 0);
  CHECK(strstr(text, "\"name\":\"save\"") != NULL);
  CHECK(strstr(text, "bob") == NULL);
  EXPECT(FOOTFALL_CANCELLED,
         footfall_person_export(store, "ana", kNow, NULL, stop, NULL, &error));
  EXPECT(FOOTFALL_NOT_FOUND,
         footfall_person_export(store, "eve", kNow, NULL, append, text, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_person_export(store, "ana", kNow, NULL, NULL, NULL, &error));
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK, footfall_person_forget(store, "ana", &json, &error));
  CHECK(contains(json, "{\"person\":\"ana\",\"forgotten_at\":\""));
  CHECK(contains(json,
                 "\"events\":1,\"sessions\":1,\"attributes\":[\"crm/seats\","
                 "\"crm/tier\"],\"anonymous_ids\":[],\"external\":[]}"));
  footfall_buffer_free(json);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  char folder[4000];
  snprintf(folder, sizeof folder, "%s/capi-people-XXXXXX", argv[1]);
  if (mkdtemp(folder) == NULL) return 2;
  char path[4200];
  snprintf(path, sizeof path, "%s/store", folder);
  footfall_store* store = NULL;
  EXPECT(FOOTFALL_OK, footfall_store_open(path, NULL, &store, &error));
  footfall_ingest_options options = FOOTFALL_INGEST_OPTIONS_INIT;
  options.now_ms = kNow;
  EXPECT(FOOTFALL_OK,
         footfall_store_ingest(store, kEvents, strlen(kEvents), &options, NULL, &error));
  test_import(store);
  test_import_refuses(store);
  test_list(store);
  test_export_and_forget(store);
  EXPECT(FOOTFALL_OK, footfall_store_close(store, &error));
  footfall_result* result = NULL;
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_person_list(store, NULL, kNow, NULL, &result, &error));
  footfall_store_free(store);
  char command[4100];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  CHECK(system(command) == 0);
  printf("%d checks, %d failures\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
