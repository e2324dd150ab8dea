#include "footfall/subscription.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "capi/store_handles.h"
#include "runtime/automation.h"

using footfall::base::Json;
using footfall::capi::AnswerJson;
using footfall::capi::CancelOf;
using footfall::capi::Guard;
using footfall::capi::NowOrClock;

namespace {

footfall::runtime::Subscriptions& SubscriptionsOf(footfall_store* store) {
  return store->instance->automation().subscriptions();
}

// The host's payload, given back with its last user.
std::shared_ptr<void> Hold(void* payload, footfall_payload_destructor payload_free) {
  if (payload_free == nullptr) return {payload, [](void*) {}};
  return {payload, payload_free};
}

}  // namespace

footfall_status footfall_subscription_save(footfall_store* store, const char* json,
                                           size_t size, int64_t now_ms,
                                           footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(json);
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    return SubscriptionsOf(store).Save(std::string_view(json, size), now);
  });
}

footfall_status footfall_subscription_list(footfall_store* store,
                                           footfall_buffer** out_json,
                                           footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    return SubscriptionsOf(store).List();
  });
}

footfall_status footfall_subscription_show(footfall_store* store, const char* name,
                                           footfall_buffer** out_json,
                                           footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(out_json);
    return SubscriptionsOf(store).Show(name);
  });
}

footfall_status footfall_subscription_delete(footfall_store* store, const char* name,
                                             footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    return SubscriptionsOf(store).Delete(name);
  });
}

footfall_status footfall_subscription_pause(footfall_store* store, const char* name,
                                            int32_t paused, int64_t now_ms,
                                            footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    return SubscriptionsOf(store).SetPaused(name, paused != 0, now);
  });
}

footfall_status footfall_subscription_run(footfall_store* store, const char* name,
                                          int64_t now_ms, footfall_cancel* cancel,
                                          footfall_buffer** out_json,
                                          footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(name);
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    return SubscriptionsOf(store).RunNow(name, now, CancelOf(cancel));
  });
}

footfall_status footfall_subscription_restore(footfall_store* store, const char* name,
                                              const char* address, int64_t now_ms,
                                              footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(address);
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    return SubscriptionsOf(store).Restore(name, address, now);
  });
}

footfall_status footfall_subscription_unsubscribe(footfall_store* store,
                                                  const char* token, int32_t confirm,
                                                  int64_t now_ms,
                                                  footfall_buffer** out_json,
                                                  footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(token);
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    return SubscriptionsOf(store).Unsubscribe(token, confirm != 0, now);
  });
}

footfall_status footfall_mail_set(footfall_store* store, const char* json, size_t size,
                                  const char* password, footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(json);
    std::optional<std::string_view> given;
    if (password != nullptr) given = password;
    return store->instance->automation().mailer().Set(std::string_view(json, size),
                                                      given);
  });
}

footfall_status footfall_mail_show(footfall_store* store, footfall_buffer** out_json,
                                   footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    return store->instance->automation().mailer().Show();
  });
}

footfall_status footfall_mail_set_transport(footfall_store* store,
                                            footfall_mail_callback send, void* payload,
                                            footfall_payload_destructor payload_free,
                                            footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    footfall::runtime::Mailer& mailer = store->instance->automation().mailer();
    if (send == nullptr) {
      mailer.SetTransport(nullptr);
      return absl::OkStatus();
    }
    mailer.SetTransport(
        [send, held = Hold(payload, payload_free)](
            std::string_view from, std::string_view to, std::string_view message) -> int {
          return send(std::string(from).c_str(), std::string(to).c_str(), message.data(),
                      message.size(), held.get());
        });
    return absl::OkStatus();
  });
}
