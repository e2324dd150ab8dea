/* Recordings, hot-swapped policies, saved states, explanations and the leak test through
 * the C ABI. */
#include "check.h"

/* A page with a text, a link and a password field; what is typed there later is a secret.
 */
static const char kPage[] =
    "{\"type\":4,\"data\":{\"href\":\"https://a.example/in?tab=1\",\"width\":800,"
    "\"height\":600},\"timestamp\":1}\n"
    "{\"type\":2,\"data\":{\"node\":{\"type\":0,\"childNodes\":[{\"type\":2,"
    "\"tagName\":\"html\",\"attributes\":{},\"childNodes\":[{\"type\":2,"
    "\"tagName\":\"body\",\"attributes\":{},\"childNodes\":[{\"type\":3,"
    "\"textContent\":\"salmon-harbour\",\"id\":4},{\"type\":2,\"tagName\":\"input\","
    "\"attributes\":{\"type\":\"password\",\"id\":\"pw\"},\"childNodes\":[],\"id\":5},"
    "{\"type\":2,\"tagName\":\"div\",\"attributes\":{\"title\":\"a\"},"
    "\"childNodes\":[],\"id\":6}],\"id\":3}],\"id\":2}],\"id\":1},"
    "\"initialOffset\":{\"left\":0,\"top\":0}},\"timestamp\":2}\n";
static const char kTyped[] =
    "{\"type\":3,\"data\":{\"source\":5,\"text\":\"Kopje7!veldt\",\"isChecked\":false,"
    "\"id\":5},\"timestamp\":3}\n";
/* The secret again, where nothing marks it as one. */
static const char kEchoed[] =
    "{\"type\":3,\"data\":{\"source\":0,\"texts\":[{\"id\":4,\"value\":\"You typed "
    "Kopje7!veldt\"}],\"attributes\":[],\"removes\":[],\"adds\":[]},\"timestamp\":4}\n";
static const char kMeta[] =
    "{\"type\":4,\"data\":{\"href\":\"https://a.example/in?tab=1\",\"width\":800,"
    "\"height\":600},\"timestamp\":5}\n";

static const uint8_t kKey[FOOTFALL_STATE_KEY_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8};

static footfall_policy* parse(const char* json) {
  footfall_policy* policy = NULL;
  EXPECT(FOOTFALL_OK, footfall_policy_parse(json, strlen(json), &policy, &error));
  return policy;
}

static footfall_filter* new_filter(int32_t format) {
  footfall_filter_options options = FOOTFALL_FILTER_OPTIONS_INIT;
  options.format = format;
  footfall_filter* filter = NULL;
  EXPECT(FOOTFALL_OK, footfall_filter_new(NULL, &options, &filter, &error));
  return filter;
}

static footfall_buffer* write_text(footfall_filter* filter, const char* text) {
  footfall_buffer* out = NULL;
  EXPECT(FOOTFALL_OK, footfall_filter_write(filter, text, strlen(text), &out, &error));
  return out;
}

static footfall_buffer* save(footfall_filter* filter) {
  footfall_buffer* state = NULL;
  EXPECT(FOOTFALL_OK, footfall_filter_save(filter, kKey, sizeof(kKey), &state, &error));
  return state;
}

static footfall_status restore(const uint8_t* key, size_t key_size, const char* state,
                               size_t size, footfall_filter** out,
                               footfall_error** error) {
  return footfall_filter_restore(NULL, NULL, key, key_size, state, size, out, error);
}

static int lacks(const footfall_buffer* buffer, const char* text) {
  return strstr(footfall_buffer_data(buffer), text) == NULL;
}

static void test_formats(void) {
  const int32_t formats[] = {FOOTFALL_INPUT_RRWEB, FOOTFALL_INPUT_AUTO};
  for (size_t i = 0; i < 2; ++i) {
    footfall_filter* filter = new_filter(formats[i]);
    footfall_buffer* out = write_text(filter, kPage);
    CHECK(contains(out, "salmon-harbour"));
    CHECK(contains(out, "\"href\":\"https://a.example/in\""));
    footfall_buffer_free(out);
    footfall_buffer_free(write_text(filter, kTyped));
    out = write_text(filter, kEchoed);
    CHECK(lacks(out, "Kopje7"));
    footfall_buffer_free(out);
    EXPECT(FOOTFALL_OK, footfall_filter_finish(filter, &out, &error));
    footfall_buffer_free(out);
    EXPECT(FOOTFALL_OK, footfall_filter_counters(filter, &out, &error));
    CHECK(contains(out, "\"rejected\":0"));
    CHECK(contains(out, "\"url_query\":1"));
    footfall_buffer_free(out);
    footfall_filter_free(filter);
  }

  footfall_filter_options options = FOOTFALL_FILTER_OPTIONS_INIT;
  footfall_filter* filter = NULL;
  options.format = 3;
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_filter_new(NULL, &options, &filter, &error));
  options.format = -1;
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_filter_new(NULL, &options, &filter, &error));
  options.format = FOOTFALL_INPUT_EVENTS;
  options.event_bytes_max = (64u << 20) + 1;
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_filter_new(NULL, &options, &filter, &error));
  options.format = FOOTFALL_INPUT_RRWEB;
  EXPECT(FOOTFALL_OK, footfall_filter_new(NULL, &options, &filter, &error));
  footfall_filter_free(filter);
  options.event_bytes_max = (256u << 20) + 1;
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_filter_new(NULL, &options, &filter, &error));
  CHECK(filter == NULL);
}

static void test_set_policy(void) {
  footfall_policy* keep = parse("{\"url\":{\"keep_query\":[\"tab\"]}}");
  footfall_filter* filter = new_filter(FOOTFALL_INPUT_RRWEB);
  footfall_buffer* out = write_text(filter, kPage);
  CHECK(lacks(out, "tab=1"));
  footfall_buffer_free(out);
  EXPECT(FOOTFALL_OK, footfall_filter_set_policy(filter, keep, &error));
  footfall_policy_free(keep); /* The filter keeps what it needs. */
  out = write_text(filter, kMeta);
  CHECK(contains(out, "/in?tab=1"));
  footfall_buffer_free(out);
  /* An event that is written in part is filtered by the later policy as a whole. */
  EXPECT(FOOTFALL_OK, footfall_filter_write(filter, kMeta, 60, &out, &error));
  CHECK(footfall_buffer_size(out) == 0);
  footfall_buffer_free(out);
  EXPECT(FOOTFALL_OK, footfall_filter_set_policy(filter, NULL, &error));
  out = write_text(filter, kMeta + 60);
  CHECK(contains(out, "\"href\":\"https://a.example/in\""));
  footfall_buffer_free(out);
  EXPECT(FOOTFALL_OK, footfall_filter_finish(filter, &out, &error));
  footfall_buffer_free(out);
  EXPECT(FOOTFALL_FAILED_PRECONDITION, footfall_filter_set_policy(filter, NULL, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_filter_set_policy(NULL, NULL, &error));
  footfall_filter_free(filter);
}

static void test_save_and_restore(void) {
  footfall_filter* first = new_filter(FOOTFALL_INPUT_RRWEB);
  footfall_buffer_free(write_text(first, kPage));
  footfall_buffer_free(write_text(first, kTyped));
  footfall_buffer* state = save(first);
  const char* bytes = footfall_buffer_data(state);
  const size_t size = footfall_buffer_size(state);
  for (size_t i = 0; i + 7 < size; ++i) {
    CHECK(memcmp(bytes + i, "Kopje7!", 7) != 0);
  }

  footfall_filter* second = NULL;
  EXPECT(FOOTFALL_OK, restore(kKey, sizeof(kKey), bytes, size, &second, &error));
  footfall_buffer* went_on = write_text(second, kEchoed);
  footfall_buffer* expected = write_text(first, kEchoed);
  CHECK(strcmp(footfall_buffer_data(went_on), footfall_buffer_data(expected)) == 0);
  CHECK(lacks(went_on, "Kopje7"));
  CHECK(contains(went_on, "\"texts\":[{\"id\":4"));
  footfall_buffer_free(went_on);
  footfall_buffer_free(expected);
  footfall_buffer* counters = NULL;
  EXPECT(FOOTFALL_OK, footfall_filter_counters(second, &counters, &error));
  CHECK(contains(counters, "\"accepted\":1,"));
  footfall_buffer_free(counters);
  /* What was restored can be saved again. */
  footfall_buffer* again = save(second);
  footfall_filter* third = NULL;
  EXPECT(FOOTFALL_OK, restore(kKey, sizeof(kKey), footfall_buffer_data(again),
                              footfall_buffer_size(again), &third, &error));
  footfall_buffer_free(again);
  footfall_filter_free(third);
  footfall_filter_free(second);

  uint8_t other[sizeof(kKey)] = {9};
  footfall_filter* none = NULL;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         restore(other, sizeof(other), bytes, size, &none, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, restore(kKey, 16, bytes, size, &none, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         restore(kKey, sizeof(kKey), bytes, size - 1, &none, &error));
  EXPECT(FOOTFALL_DATA_LOSS, restore(kKey, sizeof(kKey), bytes, 20, &none, &error));
  EXPECT(FOOTFALL_DATA_LOSS,
         restore(kKey, sizeof(kKey), kPage, sizeof(kPage), &none, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, restore(NULL, 0, bytes, size, &none, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, restore(kKey, sizeof(kKey), NULL, 0, &none, &error));
  footfall_filter_options options = FOOTFALL_FILTER_OPTIONS_INIT;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_filter_restore(NULL, &options, kKey, sizeof(kKey), bytes, size, &none,
                                 &error));
  options.format = FOOTFALL_INPUT_RRWEB;
  options.level = FOOTFALL_LEVEL_CONTENT;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_filter_restore(NULL, &options, kKey, sizeof(kKey), bytes, size, &none,
                                 &error));
  CHECK(none == NULL);
  footfall_buffer_free(state);

  footfall_buffer* out = NULL;
  state = NULL;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_filter_save(first, kKey, 31, &state, &error));
  EXPECT(FOOTFALL_OK, footfall_filter_write(first, kTyped, 30, &out, &error));
  footfall_buffer_free(out);
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_filter_save(first, kKey, sizeof(kKey), &state, &error));
  CHECK(state == NULL);
  footfall_buffer_free(write_text(first, kTyped + 30));
  footfall_buffer_free(save(first));
  EXPECT(FOOTFALL_OK, footfall_filter_finish(first, &out, &error));
  footfall_buffer_free(out);
  footfall_buffer_free(save(first));
  footfall_filter_free(first);

  footfall_filter* events = new_filter(FOOTFALL_INPUT_EVENTS);
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_filter_save(events, kKey, sizeof(kKey), &state, &error));
  footfall_filter_free(events);
}

static void test_explain(void) {
  footfall_policy* policy = parse("{\"censor\":[{\"id\":\"salary\"}]}");
  const char click[] =
      "{\"time\":1763711000000,\"person\":\"ana\",\"type\":\"click\","
      "\"url\":\"https://a.example/x?token=verysecret\","
      "\"element\":{\"tag\":\"b\",\"id\":\"salary\",\"text\":\"81000 euro\"}}";
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK,
         footfall_policy_explain(policy, click, strlen(click), &json, &error));
  CHECK(contains(json, "{\"events\":[{\"outcome\":\"passed\",\"removed\":["));
  CHECK(contains(json, "\"rule\":\"url_query\""));
  CHECK(contains(json, "$.censor[0]"));
  CHECK(lacks(json, "verysecret"));
  CHECK(lacks(json, "81000"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_policy_explain(NULL, kMeta, strlen(kMeta), &json, &error));
  CHECK(contains(json, "\"rule\":\"url_query\""));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_policy_explain(policy, "{\"type\":7}", 10, &json, &error));
  CHECK(contains(json, "\"outcome\":\"rejected\""));
  CHECK(contains(json, "\"reason\":\""));
  footfall_buffer_free(json);
  json = NULL;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_policy_explain(policy, NULL, 0, &json, &error));
  CHECK(json == NULL);
  footfall_policy_free(policy);
}

static void test_leaks(void) {
  const char canaries[] =
      "[{\"id\":\"shown\",\"text\":\"Salmon-Harbour\"},\"Kopje7!veldt\",\"nowhere\"]";
  footfall_filter_options options = FOOTFALL_FILTER_OPTIONS_INIT;
  options.format = FOOTFALL_INPUT_AUTO;
  char recording[sizeof(kPage) + sizeof(kTyped) + sizeof(kEchoed)];
  snprintf(recording, sizeof(recording), "%s%s%s", kPage, kTyped, kEchoed);
  footfall_buffer* whole = NULL;
  EXPECT(FOOTFALL_OK, footfall_leak_test(NULL, &options, canaries, strlen(canaries),
                                         recording, strlen(recording), &whole, &error));
  CHECK(contains(whole,
                 "\"canaries\":3,\"survived\":[\"shown\"],\"places\":[{"
                 "\"canary\":\"shown\",\"encoding\":\"case_folded\",\"event\":1,"
                 "\"line\":2,\"path\":\"data.node."));
  CHECK(contains(whole, "\"void\":[\"#3\"]"));
  CHECK(lacks(whole, "almon"));
  CHECK(lacks(whole, "Kopje7"));

  footfall_leak_search* search = NULL;
  EXPECT(FOOTFALL_OK, footfall_leak_search_new(NULL, &options, canaries, strlen(canaries),
                                               &search, &error));
  for (const char* at = recording; *at != 0; ++at) {
    EXPECT(FOOTFALL_OK, footfall_leak_search_write(search, at, 1, &error));
  }
  footfall_buffer* pieces = NULL;
  EXPECT(FOOTFALL_OK, footfall_leak_search_finish(search, &pieces, &error));
  CHECK(strcmp(footfall_buffer_data(pieces), footfall_buffer_data(whole)) == 0);
  footfall_buffer_free(pieces);
  footfall_buffer_free(whole);
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_leak_search_write(search, "{}", 2, &error));
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_leak_search_finish(search, &pieces, &error));
  CHECK(pieces == NULL);
  footfall_leak_search_free(search);
  footfall_leak_search_free(NULL);

  search = NULL;
  footfall_error* refused = NULL;
  CHECK(footfall_leak_search_new(NULL, NULL, "[\"long enough\",\"abc\"]", 21, &search,
                                 &refused) == FOOTFALL_INVALID_ARGUMENT);
  CHECK(footfall_error_path(refused) != NULL &&
        strcmp(footfall_error_path(refused), "$[1]") == 0);
  footfall_error_free(refused);
  CHECK(search == NULL);
  whole = NULL;
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_leak_test(NULL, NULL, NULL, 0, "", 0, &whole, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_leak_test(NULL, NULL, "[\"abcd\"]", 8, NULL, 1, &whole, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_leak_test(NULL, NULL, "[\"abcd\"]", 8, "", 0, NULL, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_leak_search_write(NULL, "", 0, &error));
  CHECK(whole == NULL);
}

int main(void) {
  test_formats();
  test_set_policy();
  test_save_and_restore();
  test_explain();
  test_leaks();
  printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
