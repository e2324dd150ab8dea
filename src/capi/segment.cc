#include "footfall/segment.h"

#include <string_view>
#include <utility>

#include "capi/store_handles.h"
#include "runtime/segments.h"

using footfall::base::Json;
using footfall::capi::AnswerJson;
using footfall::capi::CancelOf;
using footfall::capi::Guard;
using footfall::capi::NowOrClock;
using footfall::runtime::SegmentRunOptions;

namespace {

absl::StatusOr<SegmentRunOptions> ToRunOptions(const char* options_json, int64_t now_ms,
                                               const footfall_cancel* cancel) {
  SegmentRunOptions options;
  if (options_json != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(const Json json, Json::Parse(options_json));
    FOOTFALL_ASSIGN_OR_RETURN(options, footfall::runtime::ParseSegmentRunOptions(json));
  }
  FOOTFALL_ASSIGN_OR_RETURN(options.now_ms, NowOrClock(now_ms));
  options.cancel = CancelOf(cancel);
  return options;
}

}  // namespace

footfall_status footfall_segment_save(footfall_store* store, const char* json,
                                      size_t size, footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(json);
    return store->instance->segments().Save(std::string_view(json, size));
  });
}

footfall_status footfall_segment_delete(footfall_store* store, const char* name,
                                        footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    return store->instance->segments().Delete(name);
  });
}

footfall_status footfall_segment_show(footfall_store* store, const char* name,
                                      footfall_buffer** out_json,
                                      footfall_error** error) {
  return AnswerJson<2>(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(out_json);
    return store->instance->segments().Show(name);
  });
}

footfall_status footfall_segment_list(footfall_store* store, footfall_buffer** out_json,
                                      footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    return store->instance->segments().List();
  });
}

footfall_status footfall_segment_people(footfall_store* store, const char* name,
                                        const char* options_json, int64_t now_ms,
                                        footfall_cancel* cancel,
                                        footfall_buffer** out_json,
                                        footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const SegmentRunOptions options,
                              ToRunOptions(options_json, now_ms, cancel));
    return store->instance->segments().People(name, options);
  });
}

footfall_status footfall_segment_test(footfall_store* store, const char* name,
                                      const char* person, int64_t now_ms,
                                      int32_t* out_member, footfall_error** error) {
  if (out_member != nullptr) *out_member = 0;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(person);
    FOOTFALL_REQUIRE(out_member);
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    FOOTFALL_ASSIGN_OR_RETURN(const bool member,
                              store->instance->segments().Test(name, person, now));
    *out_member = member ? 1 : 0;
    return absl::OkStatus();
  });
}

footfall_status footfall_segment_changes(footfall_store* store, const char* name,
                                         const char* options_json, int64_t now_ms,
                                         footfall_cancel* cancel,
                                         footfall_buffer** out_json,
                                         footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_RETURN_IF_ERROR(store->instance->CheckWritable());
    FOOTFALL_ASSIGN_OR_RETURN(const SegmentRunOptions options,
                              ToRunOptions(options_json, now_ms, cancel));
    return store->instance->segments().Changes(name, options);
  });
}
