/* Schedules, subscriptions and mail through the C ABI from C11. */
#include <footfall/footfall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static const int64_t kFriday = 1763712000000; /* 2025-11-21T08:00:00Z */
static const int64_t kMonday = 1763971200000; /* 2025-11-24T08:00:00Z */

static const char kSubscription[] =
    "{\"version\":1,\"name\":\"weekly\",\"report\":\"logins\","
    "\"schedule\":{\"every\":\"week\",\"on\":[\"monday\"]},"
    "\"recipients\":[\"ana@example.com\",\"gone@example.com\",\"later@example.com\"]}";

static const char kMail[] =
    "{\"version\":1,\"from\":\"reports@example.com\","
    "\"unsubscribe_url\":\"https://example.com/u\"}";

static const char kSmtp[] =
    "{\"version\":1,\"from\":\"reports@example.com\",\"host\":\"127.0.0.1\",\"port\":1,"
    "\"user\":\"reports\"}";

/* What the host's transport got. */
struct outbox {
  int count;
  int freed;
  char last[256];
  char token[256];
};

static int32_t carry(const char* from, const char* to, const char* message, size_t size,
                     void* payload) {
  struct outbox* box = payload;
  const char* link;
  if (strcmp(from, "reports@example.com") != 0) return 500;
  if (size == 0 || strstr(message, "Message-ID: <") == NULL) return 500;
  ++box->count;
  snprintf(box->last, sizeof(box->last), "%s", to);
  link = strstr(message, "List-Unsubscribe: <https://example.com/u?token=");
  if (link != NULL) sscanf(strchr(link, '=') + 1, "%255[^>]", box->token);
  if (strncmp(to, "gone@", 5) == 0) return 550;
  if (strncmp(to, "later@", 6) == 0) return box->count > 3 ? 250 : 451;
  return 250;
}

static void count_free(void* payload) { ++((struct outbox*)payload)->freed; }

static void save(footfall_store* store) {
  EXPECT(FOOTFALL_OK, footfall_subscription_save(store, kSubscription,
                                                 strlen(kSubscription), kFriday, &error));
}

static void test_delivery(footfall_store* store, struct outbox* box) {
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_OK, footfall_mail_set_transport(store, carry, box, count_free, &error));
  EXPECT(FOOTFALL_OK, footfall_mail_set(store, kMail, strlen(kMail), NULL, &error));
  save(store);
  EXPECT(FOOTFALL_OK, footfall_subscription_list(store, &json, &error));
  CHECK(contains(json, "\"name\":\"weekly\""));
  CHECK(contains(json, "\"next_due\":\"2025-11-24T08:00:00.000Z\""));
  footfall_buffer_free(json);

  EXPECT(FOOTFALL_OK, footfall_run_due(store, kMonday - 1, NULL, &json, &error));
  CHECK(contains(json, "\"runs\":[]"));
  footfall_buffer_free(json);
  CHECK(box->count == 0);
  EXPECT(FOOTFALL_OK, footfall_run_due(store, kMonday, NULL, &json, &error));
  CHECK(contains(json, "\"status\":\"retrying\""));
  footfall_buffer_free(json);
  CHECK(box->count == 3);
  EXPECT(FOOTFALL_OK, footfall_run_due(store, kMonday + 600000, NULL, NULL, &error));
  CHECK(box->count == 4);
  CHECK(strcmp(box->last, "later@example.com") == 0);

  EXPECT(FOOTFALL_OK, footfall_run_list(store, "subscription:weekly", 0, &json, &error));
  CHECK(contains(json, "\"status\":\"failed\""));
  CHECK(contains(json, "\"attempts\":2"));
  CHECK(strstr(footfall_buffer_data(json), "\"detail\"") == NULL);
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_run_list(store, "subscription:other", 5, &json, &error));
  CHECK(contains(json, "{\"runs\":[]}"));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK,
         footfall_run_show(store, "subscription:weekly/2025-11-24T08:00:00.000Z", &json,
                           &error));
  CHECK(contains(json, "\"address\":\"ana@example.com\",\"status\":\"sent\""));
  CHECK(contains(json, "\"address\":\"gone@example.com\",\"status\":\"refused\""));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_subscription_show(store, "weekly", &json, &error));
  CHECK(contains(json, "\"suppressed\":[{\"address\":\"gone@example.com\""));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_subscription_restore(store, "weekly", "gone@example.com",
                                                    kMonday, &error));
}

static void test_unsubscribe(footfall_store* store, const struct outbox* box) {
  footfall_buffer* json = NULL;
  CHECK(strlen(box->token) > 64);
  EXPECT(FOOTFALL_OK,
         footfall_subscription_unsubscribe(store, box->token, 0, kMonday, &json, &error));
  CHECK(contains(json, "\"address\":\"later@example.com\",\"state\":\"active\""));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK,
         footfall_subscription_unsubscribe(store, box->token, 1, kMonday, &json, &error));
  CHECK(contains(json, "\"state\":\"unsubscribed\""));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_NOT_FOUND,
         footfall_subscription_unsubscribe(store, "x", 1, kMonday, &json, &error));
  CHECK(json == NULL);
}

static void test_schedule(footfall_store* store, const struct outbox* box) {
  const int before = box->count;
  footfall_buffer* json = NULL;
  footfall_cancel* cancel = NULL;
  EXPECT(FOOTFALL_OK, footfall_subscription_pause(store, "weekly", 1, kMonday, &error));
  EXPECT(FOOTFALL_OK, footfall_run_due(store, kMonday + 700000000, NULL, NULL, &error));
  CHECK(box->count == before);
  EXPECT(FOOTFALL_OK,
         footfall_subscription_pause(store, "weekly", 0, kMonday + 700000000, &error));
  EXPECT(FOOTFALL_OK, footfall_cancel_new(0, &cancel, &error));
  footfall_cancel_request(cancel);
  EXPECT(FOOTFALL_OK,
         footfall_subscription_run(store, "weekly", kMonday, cancel, &json, &error));
  CHECK(contains(json, "\"status\":\"interrupted\""));
  CHECK(box->count == before);
  footfall_buffer_free(json);
  footfall_cancel_free(cancel);
  EXPECT(FOOTFALL_OK,
         footfall_subscription_run(store, "weekly", kMonday, NULL, &json, &error));
  CHECK(contains(json, "\"trigger\":\"manual\""));
  CHECK(contains(json, "\"status\":\"unsubscribed\""));
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_scheduler_start(store, &error));
  EXPECT(FOOTFALL_FAILED_PRECONDITION, footfall_scheduler_start(store, &error));
  EXPECT(FOOTFALL_OK, footfall_scheduler_stop(store, &error));
  EXPECT(FOOTFALL_OK, footfall_scheduler_stop(store, &error));
  /* Closing ends it too. */
  EXPECT(FOOTFALL_OK, footfall_scheduler_start(store, &error));
}

static void test_secrets(footfall_store* store) {
  const uint8_t key[32] = {1, 2, 3};
  footfall_buffer* json = NULL;
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_mail_set(store, kSmtp, strlen(kSmtp), "hunter2", &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_secrets_set_key(store, key, 31, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_secrets_set_key(store, NULL, 32, &error));
  EXPECT(FOOTFALL_OK, footfall_secrets_set_key(store, key, 32, &error));
  EXPECT(FOOTFALL_OK, footfall_mail_set(store, kSmtp, strlen(kSmtp), "hunter2", &error));
  EXPECT(FOOTFALL_OK, footfall_mail_show(store, &json, &error));
  CHECK(contains(json, "\"password\":\"set\""));
  CHECK(strstr(footfall_buffer_data(json), "hunter2") == NULL);
  CHECK(strstr(footfall_buffer_data(json), "sealed") == NULL);
  footfall_buffer_free(json);
  EXPECT(FOOTFALL_OK, footfall_secrets_set_key(store, NULL, 0, &error));
  EXPECT(FOOTFALL_FAILED_PRECONDITION,
         footfall_mail_set(store, kSmtp, strlen(kSmtp), "hunter2", &error));
}

static void test_arguments(footfall_store* store) {
  footfall_buffer* json = NULL;
  footfall_error* refused = NULL;
  EXPECT(FOOTFALL_NOT_FOUND, footfall_mail_show(store, &json, &error));
  CHECK(footfall_subscription_save(store, "{}", 2, kFriday, &refused) ==
        FOOTFALL_INVALID_ARGUMENT);
  CHECK(strcmp(footfall_error_path(refused), "$.version") == 0);
  footfall_error_free(refused);
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_subscription_save(store, NULL, 0, 0, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT,
         footfall_subscription_save(store, kSubscription, strlen(kSubscription), -1,
                                    &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_run_due(store, -1, NULL, &json, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_run_due(NULL, 0, NULL, &json, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_run_list(store, NULL, 0, NULL, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_run_show(store, NULL, &json, &error));
  EXPECT(FOOTFALL_NOT_FOUND, footfall_run_show(store, "nothing", &json, &error));
  EXPECT(FOOTFALL_NOT_FOUND, footfall_subscription_show(store, "none", &json, &error));
  EXPECT(FOOTFALL_NOT_FOUND, footfall_subscription_delete(store, "none", &error));
  EXPECT(FOOTFALL_NOT_FOUND, footfall_subscription_pause(store, "none", 1, 0, &error));
  EXPECT(FOOTFALL_NOT_FOUND,
         footfall_subscription_run(store, "none", 0, NULL, &json, &error));
  EXPECT(FOOTFALL_NOT_FOUND,
         footfall_subscription_restore(store, "none", "a@example.com", 0, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_mail_set(store, "[]", 2, NULL, &error));
  EXPECT(FOOTFALL_INVALID_ARGUMENT, footfall_mail_set(store, NULL, 0, NULL, &error));
  CHECK(json == NULL);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  struct outbox box = {0};
  char folder[4000];
  snprintf(folder, sizeof(folder), "%s/capi-subscription-XXXXXX", argv[1]);
  if (mkdtemp(folder) == NULL) return 2;
  char path[4100];
  snprintf(path, sizeof(path), "%s/store", folder);
  footfall_store* store = NULL;
  EXPECT(FOOTFALL_OK, footfall_store_open(path, NULL, &store, &error));
  if (store != NULL) {
    test_arguments(store);
    test_delivery(store, &box);
    test_unsubscribe(store, &box);
    test_schedule(store, &box);
    CHECK(box.freed == 0);
    EXPECT(FOOTFALL_OK, footfall_mail_set_transport(store, NULL, NULL, NULL, &error));
    CHECK(box.freed == 1);
    test_secrets(store);
    EXPECT(FOOTFALL_OK, footfall_subscription_delete(store, "weekly", &error));
    EXPECT(FOOTFALL_OK,
           footfall_mail_set_transport(store, carry, &box, count_free, &error));
    EXPECT(FOOTFALL_OK, footfall_store_close(store, &error));
    EXPECT(FOOTFALL_FAILED_PRECONDITION,
           footfall_run_due(store, kMonday, NULL, NULL, &error));
    footfall_store_free(store);
    CHECK(box.freed == 2);
  }
  char command[4200];
  snprintf(command, sizeof(command), "rm -rf '%s'", folder);
  if (system(command) != 0) ++failures;
  printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
