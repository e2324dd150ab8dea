/* The catalogue and tracked events through the C ABI from C11. */
#include <footfall/footfall.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static const int64_t kNow = 1763712000000; /* 2025-11-21T08:00:00Z */

static const char kCatalogue[] =
    "{\"version\":1,\"surveys\":[{\"id\":\"s\",\"name\":\"Survey\"}]}";
static const char kTracked[] =
    "{\"version\":1,\"name\":\"saves\",\"where\":{\"field\":\"event.name\",\"op\":\"is\","
    "\"value\":\"save\"}}";

static void test_catalogue(footfall_store* store) {
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_NOT_FOUND, footfall_catalogue_get(store, 0, &json, &error));
  EXPECT(FOOTFALL_OK, footfall_catalogue_history(store, &json, &error));
  CHECK(contains(json, "{\"revisions\":[]}"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_catalogue_put(store, kCatalogue, strlen(kCatalogue), kNow,
                                             &json, &error));
  CHECK(contains(json, "{\"revision\":1}"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK,
         footfall_catalogue_put(store, "{\"version\":1}", 13, kNow, NULL, &error));
  EXPECT(FOOTFALL_OK, footfall_catalogue_get(store, 1, &json, &error));
  CHECK(contains(json, "\"saved_at\":\"2025-11-21T08:00:00.000Z\""));
  CHECK(contains(json, kCatalogue));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_catalogue_history(store, &json, &error));
  CHECK(contains(json, "\"revision\":2"));
  footfall_buffer_free(json);
  json = NULL;

  footfall_error* refused = NULL;
  CHECK(footfall_catalogue_put(store, "{\"version\":2}", 13, kNow, &json, &refused) ==
        FOOTFALL_INVALID_ARGUMENT);
  CHECK(strcmp(footfall_error_path(refused), "$.version") == 0);
  footfall_error_free(refused);
  EXPECT(FOOTFALL_NOT_FOUND, footfall_catalogue_get(store, 3, &json, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_catalogue_get(store, -1, &json, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_catalogue_get(store, 0, NULL, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_catalogue_get(NULL, 0, &json, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_catalogue_history(store, NULL, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_catalogue_put(store, NULL, 0, kNow, &json, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_catalogue_put(store, "{\"version\":1}", 13, -1, &json, &error));
  CHECK(json == NULL);
}

static void test_tracked_events(footfall_store* store) {
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK,
         footfall_tracked_event_save(store, kTracked, strlen(kTracked), &error));
  EXPECT(FOOTFALL_OK, footfall_tracked_event_list(store, &json, &error));
  CHECK(contains(json, "{\"tracked_events\":[{\"version\":1,\"name\":\"saves\""));
  footfall_buffer_free(json);
  json = NULL;
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_tracked_event_save(store, "{}", 2, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_tracked_event_save(store, NULL, 0, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_tracked_event_list(store, NULL, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_tracked_event_delete(store, NULL, &error));
  EXPECT(FOOTFALL_OK, footfall_tracked_event_delete(store, "saves", &error));
  EXPECT(FOOTFALL_NOT_FOUND, footfall_tracked_event_delete(store, "saves", &error));
}

static void test_reading_only(const char* path) {
  footfall_store_options options = FOOTFALL_STORE_OPTIONS_INIT;
  options.mode = FOOTFALL_OPEN_READ_ONLY;
  footfall_store* store = NULL;
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK, footfall_store_open(path, &options, &store, &error));
  EXPECT(
      FOOTFALL_FAILED_PRECONDITION,
      footfall_catalogue_put(store, kCatalogue, strlen(kCatalogue), kNow, &json, &error));
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_tracked_event_save(store, kTracked, strlen(kTracked), &error));
  EXPECT(FOOTFALL_OK, footfall_catalogue_get(store, 0, &json, &error));
  CHECK(contains(json, "\"revision\":2"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_store_close(store, &error));
  footfall_store_free(store);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  char folder[4000];
  snprintf(folder, sizeof(folder), "%s/capi-catalogue-XXXXXX", argv[1]);
  if (mkdtemp(folder) == NULL) return 2;
  char path[4100];
  snprintf(path, sizeof(path), "%s/store", folder);
  footfall_store* store = NULL;
  EXPECT(FOOTFALL_OK, footfall_store_open(path, NULL, &store, &error));
  if (store != NULL) {
    test_catalogue(store);
    test_tracked_events(store);
    EXPECT(FOOTFALL_OK, footfall_store_close(store, &error));
    footfall_store_free(store);
    test_reading_only(path);
  }
  char command[4200];
  snprintf(command, sizeof(command), "rm -rf '%s'", folder);
  if (system(command) != 0) ++failures;
  printf("%d checks, %d failures\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
