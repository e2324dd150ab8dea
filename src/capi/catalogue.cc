#include "footfall/catalogue.h"

#include <optional>
#include <string_view>
#include <utility>

#include "capi/store_handles.h"
#include "runtime/content_library.h"

using footfall::base::Json;
using footfall::capi::AnswerJson;
using footfall::capi::Guard;
using footfall::capi::NowOrClock;

footfall_status footfall_catalogue_put(footfall_store* store, const char* json,
                                       size_t size, int64_t now_ms,
                                       footfall_buffer** out_json,
                                       footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(json);
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    FOOTFALL_ASSIGN_OR_RETURN(
        const int64_t revision,
        store->instance->content().PutCatalogue(std::string_view(json, size), now));
    Json out = Json::MakeObject();
    out.Set("revision", revision);
    return out;
  });
}

footfall_status footfall_catalogue_get(footfall_store* store, int64_t revision,
                                       footfall_buffer** out_json,
                                       footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    if (revision < 0) return absl::InvalidArgumentError("revision is negative");
    return store->instance->content().ShowCatalogue(
        revision == 0 ? std::nullopt : std::optional(revision));
  });
}

footfall_status footfall_catalogue_history(footfall_store* store,
                                           footfall_buffer** out_json,
                                           footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    return store->instance->content().CatalogueHistory();
  });
}

footfall_status footfall_tracked_event_save(footfall_store* store, const char* json,
                                            size_t size, footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(json);
    return store->instance->content().SaveTrackedEvent(std::string_view(json, size));
  });
}

footfall_status footfall_tracked_event_delete(footfall_store* store, const char* name,
                                              footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    return store->instance->content().DeleteTrackedEvent(name);
  });
}

footfall_status footfall_tracked_event_list(footfall_store* store,
                                            footfall_buffer** out_json,
                                            footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    return store->instance->content().ListTrackedEvents();
  });
}
