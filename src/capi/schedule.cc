#include "footfall/schedule.h"

#include <string_view>

#include "base/time.h"
#include "capi/store_handles.h"
#include "runtime/automation.h"

using footfall::base::Json;
using footfall::capi::AnswerJson;
using footfall::capi::CancelOf;
using footfall::capi::Guard;
using footfall::capi::NowOrClock;

namespace {

constexpr uint32_t kRunsShown = 100;

}  // namespace

footfall_status footfall_secrets_set_key(footfall_store* store, const uint8_t* key,
                                         size_t size, footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    if (size > 0) FOOTFALL_REQUIRE(key);
    return store->instance->automation().secrets().SetKey(
        std::string_view(reinterpret_cast<const char*>(key), size));
  });
}

footfall_status footfall_run_due(footfall_store* store, int64_t now_ms,
                                 footfall_cancel* cancel, footfall_buffer** out_json,
                                 footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    return store->instance->automation().scheduler().RunDue(now, CancelOf(cancel));
  });
}

footfall_status footfall_run_list(footfall_store* store, const char* job, uint32_t limit,
                                  footfall_buffer** out_json, footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    return store->instance->automation().scheduler().log().List(
        job == nullptr ? std::string_view() : job, limit == 0 ? kRunsShown : limit);
  });
}

footfall_status footfall_run_show(footfall_store* store, const char* id,
                                  footfall_buffer** out_json, footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(id);
    FOOTFALL_REQUIRE(out_json);
    return store->instance->automation().scheduler().log().Show(id);
  });
}

footfall_status footfall_scheduler_start(footfall_store* store, footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    return store->instance->automation().Start(footfall::base::NowMs);
  });
}

footfall_status footfall_scheduler_stop(footfall_store* store, footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    store->instance->automation().Stop();
    return absl::OkStatus();
  });
}
