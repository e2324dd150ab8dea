/* The C ABI from C11: what is handed over, refused and answered. */
#include <footfall/footfall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static const int64_t kNow = 1763712000000; /* 2025-11-21T08:00:00Z */

static const char kEvents[] =
    "{\"id\":\"1\",\"time\":1763711000000,\"person\":\"ana@example.com\","
    "\"session\":\"s1\",\"type\":\"track\",\"name\":\"save\","
    "\"properties\":{\"amount\":2}}\n"
    "{\"id\":\"2\",\"time\":1763711001000,\"person\":\"bob@example.com\","
    "\"session\":\"s2\",\"type\":\"track\",\"name\":\"save\","
    "\"properties\":{\"amount\":3}}\n"
    "{\"id\":\"2\",\"time\":1763711001000,\"person\":\"bob@example.com\","
    "\"type\":\"track\",\"name\":\"save\"}\n"
    "{\"time\":\"yesterday\",\"person\":\"bob@example.com\",\"type\":\"track\"}\n"
    "{\"id\":\"3\",\"time\":1763711002000,\"person\":\"bob@example.com\","
    "\"type\":\"click\",\"element\":{\"tag\":\"a\"}}\n";

static char folder[4000];
static const char* path_of(const char* name) {
  static char paths[4][4200];
  static int next = 0;
  char* out = paths[next++ % 4];
  snprintf(out, sizeof(paths[0]), "%s/%s", folder, name);
  return out;
}

static void count_free(void* payload) { ++*(int*)payload; }
static void ignore_log(int32_t severity, const char* message, void* payload) {
  (void)severity;
  (void)message;
  (void)payload;
}

static void test_status(void) {
  CHECK(strcmp(footfall_status_name(FOOTFALL_DATA_LOSS), "DATA_LOSS") == 0);
  CHECK(strcmp(footfall_status_name(99), "UNKNOWN") == 0);
  CHECK(strcmp(footfall_status_name(-1), "UNKNOWN") == 0);
  CHECK(strcmp(footfall_version_string(), FOOTFALL_VERSION_STRING) == 0);
  CHECK(footfall_version_number() == FOOTFALL_VERSION_NUMBER);
  /* NULL is a no-op everywhere. */
  footfall_error_free(NULL);
  footfall_buffer_free(NULL);
  footfall_cancel_free(NULL);
  footfall_cancel_request(NULL);
  footfall_policy_free(NULL);
  footfall_filter_free(NULL);
  footfall_store_free(NULL);
  footfall_ingest_free(NULL);
  footfall_result_free(NULL);
  CHECK(footfall_error_byte(NULL) == -1);
  CHECK(footfall_result_row_count(NULL) == 0);
}

static void test_policy_and_filter(void) {
  footfall_policy* policy = NULL;
  footfall_error* refused = NULL;
  const char bad[] = "{\"version\":1,\"censor\":[{\"id\":\"a\"},{\"selector\":\"[\"}]}";
  CHECK(footfall_policy_parse(bad, strlen(bad), &policy, &refused) ==
        FOOTFALL_INVALID_ARGUMENT);
  CHECK(policy == NULL);
  CHECK(footfall_error_code(refused) == FOOTFALL_INVALID_ARGUMENT);
  CHECK(footfall_error_path(refused) != NULL &&
        strcmp(footfall_error_path(refused), "$.censor[1].selector") == 0);
  footfall_error_free(refused);
  refused = NULL;
  CHECK(footfall_policy_parse("{\"version\": nope}", 17, &policy, &refused) ==
        FOOTFALL_INVALID_ARGUMENT);
  CHECK(footfall_error_byte(refused) >= 0);
  footfall_error_free(refused);
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_policy_parse(NULL, 0, &policy, &error));

  const char text[] = "{\"allow_values\":[{\"all\":true}]}";
  EXPECT(FOOTFALL_OK, footfall_policy_parse(text, strlen(text), &policy, &error));
  footfall_buffer* lint = NULL;
  EXPECT(FOOTFALL_OK, footfall_policy_lint(policy, &lint, &error));
  CHECK(contains(lint, "$.allow_values[0]"));
  CHECK(contains(lint, "discouraged"));
  footfall_buffer_free(lint);

  footfall_filter_options options = FOOTFALL_FILTER_OPTIONS_INIT;
  options.level = 9;
  footfall_filter* filter = NULL;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_filter_new(policy, &options, &filter, &error));
  options.level = FOOTFALL_LEVEL_CONTENT;
  EXPECT(FOOTFALL_OK, footfall_filter_new(policy, &options, &filter, &error));
  footfall_policy_free(policy); /* The filter keeps what it needs. */
  footfall_buffer* out = NULL;
  size_t total = 0;
  const size_t size = strlen(kEvents);
  for (size_t i = 0; i < size; i += 7) {
    EXPECT(FOOTFALL_OK, footfall_filter_write(filter, kEvents + i,
                                              size - i < 7 ? size - i : 7, &out, &error));
    total += footfall_buffer_size(out);
    footfall_buffer_free(out);
  }
  EXPECT(FOOTFALL_OK, footfall_filter_finish(filter, &out, &error));
  total += footfall_buffer_size(out);
  footfall_buffer_free(out);
  CHECK(total > 100);
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_filter_write(filter, "x", 1, &out, &error));
  CHECK(out == NULL);
  footfall_buffer* counters = NULL;
  EXPECT(FOOTFALL_OK, footfall_filter_counters(filter, &counters, &error));
  CHECK(contains(counters, "\"accepted\":3,\"dropped_level\":1"));
  CHECK(contains(counters, "\"path\":\"time\""));
  footfall_buffer_free(counters);
  footfall_filter_free(filter);
}

static void test_options(void) {
  footfall_store* store = NULL;
  struct {
    footfall_store_options known;
    uint64_t later;
  } grown = {FOOTFALL_STORE_OPTIONS_INIT, 0};
  grown.known.struct_size = sizeof(grown);
  EXPECT(FOOTFALL_OK,
         footfall_store_open(path_of("options"), &grown.known, &store, &error));
  footfall_store_free(store);
  grown.later = 1;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_store_open(path_of("options"), &grown.known, &store, &error));
  CHECK(store == NULL);

  /* A caller of an older header, whose struct was shorter. */
  footfall_store_options old = FOOTFALL_STORE_OPTIONS_INIT;
  old.struct_size = offsetof(footfall_store_options, memory_budget_bytes);
  old.mode = FOOTFALL_OPEN_EXISTING;
  old.memory_budget_bytes = 1; /* Not read. */
  EXPECT(FOOTFALL_OK, footfall_store_open(path_of("options"), &old, &store, &error));
  footfall_store_free(store);

  footfall_store_options options = FOOTFALL_STORE_OPTIONS_INIT;
  options.struct_size = 0;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_store_open(path_of("options"), &options, &store, &error));
  options.struct_size = sizeof(options);
  options.memory_budget_bytes = 1;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_store_open(path_of("options"), &options, &store, &error));
  options.memory_budget_bytes = 0;
  options.mode = 7;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_store_open(path_of("options"), &options, &store, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_store_open(NULL, NULL, &store, &error));

  /* The log payload is released once, also when opening fails. */
  int freed = 0;
  options.mode = FOOTFALL_OPEN_READ_ONLY;
  options.log = ignore_log;
  options.log_payload = &freed;
  options.log_payload_free = count_free;
  EXPECT(FOOTFALL_NOT_FOUND,
         footfall_store_open(path_of("absent"), &options, &store, &error));
  CHECK(freed == 1);
  options.mode = FOOTFALL_OPEN_READ_WRITE;
  EXPECT(FOOTFALL_OK, footfall_store_open(path_of("options"), &options, &store, &error));
  CHECK(freed == 1);
  footfall_store_free(store);
  CHECK(freed == 2);
}

static void test_ingest(footfall_store* store) {
  footfall_ingest_options options = FOOTFALL_INGEST_OPTIONS_INIT;
  options.now_ms = kNow;
  options.source = "events.ndjson";
  footfall_buffer* result = NULL;
  EXPECT(FOOTFALL_OK, footfall_store_ingest(store, kEvents, strlen(kEvents), &options,
                                            &result, &error));
  CHECK(contains(result,
                 "\"accepted\":2,\"duplicates\":1,\"dropped_level\":1,"
                 "\"dropped_policy\":0,\"rejected\":1"));
  CHECK(contains(result, "\"file\":\"events.ndjson\",\"index\":3,\"line\":4"));
  CHECK(contains(result, "\"path\":\"time\""));
  footfall_buffer_free(result);

  footfall_cancel* cancel = NULL;
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_cancel_new(-1, &cancel, &error));
  EXPECT(FOOTFALL_OK, footfall_cancel_new(0, &cancel, &error));
  footfall_cancel_request(cancel);
  options.cancel = cancel;
  EXPECT(FOOTFALL_CANCELLED,
         footfall_store_ingest(store, kEvents, strlen(kEvents), &options, NULL, &error));
  footfall_cancel_free(cancel);
  EXPECT(FOOTFALL_OK, footfall_cancel_new(1, &cancel, &error));
  nanosleep(&(struct timespec){0, 20 * 1000 * 1000}, NULL);
  options.cancel = cancel;
  EXPECT(FOOTFALL_DEADLINE_EXCEEDED,
         footfall_store_ingest(store, kEvents, strlen(kEvents), &options, NULL, &error));
  options.cancel = NULL;
  footfall_cancel_free(cancel);

  footfall_ingest* ingest = NULL;
  EXPECT(FOOTFALL_OK, footfall_ingest_new(store, &options, &ingest, &error));
  for (int i = 0; i < 25000; ++i) {
    char event[256];
    const int n = snprintf(event, sizeof(event),
                           "{\"id\":\"n%d\",\"time\":1763711500000,\"person\":\"p%d\","
                           "\"type\":\"track\",\"name\":\"tick\"}\n",
                           i, i % 50);
    EXPECT(FOOTFALL_OK, footfall_ingest_write(ingest, event, (size_t)n, &error));
  }
  CHECK(footfall_ingest_acknowledged(ingest) == 20000);
  EXPECT(FOOTFALL_OK, footfall_ingest_finish(ingest, &result, &error));
  CHECK(footfall_ingest_acknowledged(ingest) == 25000);
  CHECK(contains(result, "\"accepted\":25000,\"duplicates\":0"));
  footfall_buffer_free(result);
  EXPECT(FOOTFALL_FAILED_PRECONDITION, footfall_ingest_write(ingest, "{}", 2, &error));
  footfall_ingest_free(ingest);
}

static int32_t collect(const char* data, size_t size, void* payload) {
  (void)data;
  size_t* total = payload;
  *total += size;
  return 0;
}
static int32_t stop(const char* data, size_t size, void* payload) {
  (void)data;
  (void)size;
  ++*(int*)payload;
  return 1;
}

static void test_export_of_a_range(footfall_store* store) {
  footfall_export_options options = FOOTFALL_EXPORT_OPTIONS_INIT;
  options.now_ms = kNow;
  size_t all = 0;
  EXPECT(FOOTFALL_OK, footfall_events_export(store, &options, collect, &all, &error));
  size_t before = 0;
  options.to = "2025-11-21T07:50:00Z";
  EXPECT(FOOTFALL_OK, footfall_events_export(store, &options, collect, &before, &error));
  size_t after = 0;
  options.to = NULL;
  options.from = "2025-11-21T07:50:00Z";
  EXPECT(FOOTFALL_OK, footfall_events_export(store, &options, collect, &after, &error));
  CHECK(before > 0 && after > 0 && before + after == all);
  options.from = "soon";
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_events_export(store, &options, collect, &after, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_events_export(store, NULL, NULL, NULL, &error));
}

static void test_people_and_events(footfall_store* store) {
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK, footfall_person_show(store, "ana@example.com", &json, &error));
  CHECK(contains(json,
                 "\"person\":\"ana@example.com\",\"identified\":true,"
                 "\"account\":\"example.com\""));
  CHECK(contains(json, "\"events\":1"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_NOT_FOUND, footfall_person_show(store, "eve", &json, &error));
  CHECK(json == NULL);

  size_t bytes = 0;
  footfall_export_options options = FOOTFALL_EXPORT_OPTIONS_INIT;
  options.now_ms = kNow;
  options.rule_json = "{\"field\":\"event.name\",\"op\":\"is\",\"value\":\"save\"}";
  EXPECT(FOOTFALL_OK, footfall_events_export(store, &options, collect, &bytes, &error));
  CHECK(bytes > 100 && bytes < 1000);
  int calls = 0;
  options.rule_json = NULL;
  EXPECT(FOOTFALL_CANCELLED,
         footfall_events_export(store, &options, stop, &calls, &error));
  CHECK(calls == 1);
  options.rule_json = "{\"field\":\"nope\"}";
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_events_export(store, &options, collect, &bytes, &error));
  test_export_of_a_range(store);

  EXPECT(FOOTFALL_OK, footfall_person_forget(store, "p7", &json, &error));
  CHECK(contains(json, "\"events\":500"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_NOT_FOUND, footfall_person_show(store, "p7", &json, &error));
  EXPECT(FOOTFALL_NOT_FOUND, footfall_person_forget(store, "p7", &json, &error));
}

static void test_reports(footfall_store* store) {
  footfall_report_options options = FOOTFALL_REPORT_OPTIONS_INIT;
  options.now_ms = kNow;
  footfall_result* result = NULL;
  EXPECT(FOOTFALL_NOT_FOUND,
         footfall_report_run(store, "nope", &options, &result, &error));
  EXPECT(FOOTFALL_OK, footfall_report_run(store, "logins", &options, &result, &error));
  CHECK(footfall_result_row_count(result) == 51);
  footfall_buffer* bytes = NULL;
  EXPECT(FOOTFALL_OK,
         footfall_result_format(result, FOOTFALL_FORMAT_CSV, &bytes, &error));
  CHECK(contains(bytes, "person,first_login,last_login,logins_last_30_days"));
  CHECK(contains(bytes,
                 "ana@example.com,2025-11-21T07:43:20.000Z,"
                 "2025-11-21T07:43:20.000Z,1"));
  footfall_buffer_free(bytes);
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_result_format(result, 77, &bytes, &error));
  EXPECT(FOOTFALL_OK, footfall_result_stats(result, &bytes, &error));
  CHECK(contains(bytes, "\"rows\":51"));
  footfall_buffer_free(bytes);

  struct ArrowArrayStream stream;
  EXPECT(FOOTFALL_OK, footfall_result_stream(result, &stream, &error));
  footfall_result_free(result); /* The stream keeps what it needs. */
  struct ArrowSchema schema;
  CHECK(stream.get_schema(&stream, &schema) == 0);
  CHECK(schema.n_children == 4 && strcmp(schema.children[0]->name, "person") == 0);
  CHECK(strcmp(schema.children[1]->format, "tsm:UTC") == 0);
  struct ArrowArray array;
  CHECK(stream.get_next(&stream, &array) == 0);
  CHECK(array.release != NULL && array.length == 51);
  stream.release(&stream);
  const int64_t* logins = array.children[3]->buffers[1];
  CHECK(logins[0] == 1);
  array.release(&array);
  schema.release(&schema);

  const char definition[] =
      "{\"version\":1,\"name\":\"saves\",\"kind\":\"table\",\"rows\":[],"
      "\"where\":{\"field\":\"event.name\",\"op\":\"is\",\"value\":\"save\"},"
      "\"columns\":[{\"name\":\"saves\",\"agg\":\"count\"},"
      "{\"name\":\"amount\",\"agg\":\"sum\",\"of\":\"properties.amount\"}]}";
  EXPECT(FOOTFALL_OK,
         footfall_report_run_definition(store, definition, strlen(definition), &options,
                                        &result, &error));
  EXPECT(FOOTFALL_OK,
         footfall_result_format(result, FOOTFALL_FORMAT_NDJSON, &bytes, &error));
  CHECK(strcmp(footfall_buffer_data(bytes), "{\"saves\":2,\"amount\":5}\n") == 0);
  footfall_buffer_free(bytes);
  footfall_result* total = NULL;
  EXPECT(FOOTFALL_NOT_FOUND, footfall_result_total(result, &total, &error));
  footfall_result_free(result);

  footfall_error* refused = NULL;
  const char wrong[] =
      "{\"version\":1,\"name\":\"x\",\"kind\":\"table\",\"columns\":[{\"name\":\"a\","
      "\"agg\":\"average\"}]}";
  CHECK(footfall_report_save(store, wrong, strlen(wrong), &refused) ==
        FOOTFALL_INVALID_ARGUMENT);
  CHECK(footfall_error_path(refused) != NULL &&
        strcmp(footfall_error_path(refused), "$.columns[0].agg") == 0);
  footfall_error_free(refused);
  EXPECT(FOOTFALL_OK,
         footfall_report_save(store, definition, strlen(definition), &error));
  EXPECT(FOOTFALL_OK, footfall_report_run(store, "saves", &options, &result, &error));
  CHECK(footfall_result_row_count(result) == 1);
  footfall_result_free(result);
  EXPECT(FOOTFALL_OK, footfall_report_show(store, "saves", &bytes, &error));
  CHECK(contains(bytes, "properties.amount"));
  footfall_buffer_free(bytes);
  EXPECT(FOOTFALL_OK, footfall_report_list(store, &bytes, &error));
  CHECK(contains(bytes, "\"name\":\"saves\""));
  CHECK(contains(bytes, "\"name\":\"page-views\""));
  footfall_buffer_free(bytes);
  EXPECT(FOOTFALL_OK, footfall_report_delete(store, "saves", &error));
  EXPECT(FOOTFALL_NOT_FOUND, footfall_report_delete(store, "saves", &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_report_delete(store, "logins", &error));

  options.timezone = "Mars/Olympus";
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_run(store, "logins", &options, &result, &error));
  options.timezone = NULL;
  options.parameters_json = "[]";
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_report_run(store, "logins", &options, &result, &error));
  CHECK(result == NULL);
}

static void test_redact(footfall_store* store) {
  footfall_buffer* json = NULL;
  footfall_redact_options options = FOOTFALL_REDACT_OPTIONS_INIT;
  footfall_policy* policy = NULL;
  const char strict[] = "{\"text\":\"mask\",\"context\":{\"drop\":[\"city\"]}}";
  EXPECT(FOOTFALL_OK, footfall_policy_parse(strict, strlen(strict), &policy, &error));
  options.dry_run = 1;
  EXPECT(FOOTFALL_OK, footfall_store_redact(store, policy, &options, &json, &error));
  CHECK(contains(json,
                 "{\"examined\":24502,\"changed\":0,\"dropped\":0,\"rules\":{},"
                 "\"done\":true,"));
  footfall_buffer_free(json);
  options.dry_run = 0;
  EXPECT(FOOTFALL_OK, footfall_cancel_new(0, &options.cancel, &error));
  footfall_cancel_request(options.cancel);
  EXPECT(FOOTFALL_OK, footfall_store_redact(store, policy, &options, &json, &error));
  CHECK(contains(json, "{\"examined\":0,"));
  CHECK(contains(json, "\"done\":false,\"records_done\":0,"));
  footfall_buffer_free(json);
  footfall_cancel_free(options.cancel);
  /* The DEFAULT policy and default options; nobody wants the report. */
  EXPECT(FOOTFALL_OK, footfall_store_redact(store, NULL, NULL, NULL, &error));
  options.cancel = NULL;
  options.reserved = 1;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_store_redact(store, policy, &options, &json, &error));
  CHECK(json == NULL);
  options.reserved = 0;
  options.struct_size = 3;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_store_redact(store, policy, &options, NULL, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_store_redact(NULL, policy, NULL, NULL, &error));
  footfall_policy_free(policy);
}

static void test_upkeep(footfall_store* store) {
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK, footfall_settings_set(store, "level", "interactions", &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_settings_set(store, "level", "all", &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_settings_set(store, "nope", "1", &error));
  EXPECT(FOOTFALL_OK, footfall_settings_list(store, &json, &error));
  CHECK(contains(json, "\"level\":\"interactions\""));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_store_stats(store, &json, &error));
  CHECK(contains(json, "\"events\":24502"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_store_check(store, NULL, &json, &error));
  CHECK(contains(json, "\"ok\":true"));
  footfall_buffer_free(json);

  EXPECT(FOOTFALL_OK, footfall_store_backup(store, path_of("backup"), &error));
  EXPECT(FOOTFALL_ALREADY_EXISTS,
         footfall_store_backup(store, path_of("backup"), &error));
  EXPECT(FOOTFALL_OK,
         footfall_store_restore(path_of("backup"), path_of("restored"), &error));
  EXPECT(FOOTFALL_ALREADY_EXISTS,
         footfall_store_restore(path_of("backup"), path_of("restored"), &error));
  footfall_store* restored = NULL;
  EXPECT(FOOTFALL_OK, footfall_store_open(path_of("restored"), NULL, &restored, &error));
  EXPECT(FOOTFALL_OK, footfall_store_stats(restored, &json, &error));
  CHECK(contains(json, "\"events\":24502"));
  footfall_buffer_free(json);
  footfall_store_free(restored);

  test_redact(store);

  footfall_store_metrics metrics = FOOTFALL_STORE_METRICS_INIT;
  EXPECT(FOOTFALL_OK, footfall_store_get_metrics(store, &metrics, &error));
  CHECK(metrics.events_accepted == 25002);
  CHECK(metrics.events_duplicate == 1);
  CHECK(metrics.events_rejected >= 1);
  CHECK(metrics.events_dropped_level >= 1);
  CHECK(metrics.batches_committed >= 4);
  CHECK(metrics.reports_run == 3);
  CHECK(metrics.memory_bytes > 0);
  /* A caller of an older header gets the fields that it has room for. */
  footfall_store_metrics part;
  memset(&part, 0xAB, sizeof(part));
  part.struct_size = offsetof(footfall_store_metrics, events_duplicate);
  EXPECT(FOOTFALL_OK, footfall_store_get_metrics(store, &part, &error));
  CHECK(part.events_accepted == 25002);
  CHECK(part.events_duplicate == 0xABABABABABABABABu);

  EXPECT(FOOTFALL_OK, footfall_store_seal(store, 0, NULL, &json, &error));
  CHECK(contains(json, "\"events_sealed\":"));
  CHECK(!contains(json, "\"events_sealed\":0"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_store_seal(store, 1, NULL, &json, &error));
  CHECK(contains(json, "\"events_sealed\":0"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK,
         footfall_store_compact(store, kNow + 400LL * 86400000, NULL, &json, &error));
  CHECK(contains(json, "\"events_removed\":24502"));
  footfall_buffer_free(json);
}

static void test_fork(footfall_store* store) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    footfall_buffer* json = NULL;
    const int refused =
        footfall_store_stats(store, &json, NULL) == FOOTFALL_FAILED_PRECONDITION &&
        footfall_settings_list(store, &json, NULL) == FOOTFALL_FAILED_PRECONDITION &&
        footfall_store_ingest(store, "{}", 2, NULL, NULL, NULL) ==
            FOOTFALL_FAILED_PRECONDITION;
    _exit(refused ? 0 : 1);
  }
  int status = -1;
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  snprintf(folder, sizeof(folder), "%s/capi-XXXXXX", argv[1]);
  if (mkdtemp(folder) == NULL) return 2;
  test_status();
  test_policy_and_filter();
  test_options();
  footfall_store* store = NULL;
  EXPECT(FOOTFALL_OK, footfall_store_open(path_of("store"), NULL, &store, &error));
  footfall_store* reader = NULL;
  footfall_store_options read_only = FOOTFALL_STORE_OPTIONS_INIT;
  read_only.mode = FOOTFALL_OPEN_READ_ONLY;
  EXPECT(FOOTFALL_OK, footfall_store_open(path_of("store"), &read_only, &reader, &error));
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_store_ingest(reader, "{}", 2, NULL, NULL, &error));
  footfall_store_free(reader);
  footfall_store* second = NULL;
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_store_open(path_of("store"), NULL, &second, &error));
  CHECK(second == NULL);
  if (store != NULL) {
    test_ingest(store);
    test_people_and_events(store);
    test_reports(store);
    test_upkeep(store);
    test_fork(store);
    EXPECT(FOOTFALL_OK, footfall_store_close(store, &error));
    EXPECT(FOOTFALL_OK, footfall_store_close(store, &error));
    footfall_buffer* json = NULL;
    footfall_ingest* ingest = NULL;
    footfall_store_metrics metrics = FOOTFALL_STORE_METRICS_INIT;
    EXPECT(FOOTFALL_FAILED_PRECONDITION, footfall_store_stats(store, &json, &error));
    EXPECT(FOOTFALL_FAILED_PRECONDITION, footfall_settings_list(store, &json, &error));
    EXPECT(FOOTFALL_FAILED_PRECONDITION,
           footfall_report_show(store, "logins", &json, &error));
    EXPECT(FOOTFALL_FAILED_PRECONDITION,
           footfall_ingest_new(store, NULL, &ingest, &error));
    EXPECT(FOOTFALL_FAILED_PRECONDITION,
           footfall_store_ingest(store, "{}", 2, NULL, NULL, &error));
    EXPECT(FOOTFALL_FAILED_PRECONDITION,
           footfall_store_get_metrics(store, &metrics, &error));
    footfall_store_free(store);
  }
  char command[4200];
  snprintf(command, sizeof(command), "rm -rf '%s'", folder);
  if (system(command) != 0) ++failures;
  printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
