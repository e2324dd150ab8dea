// What stands behind the opaque handles of the store and its reports. Each holds a
// shared_ptr, so that garbage-collected languages may free them in any order.
#ifndef FOOTFALL_CAPI_STORE_HANDLES_H_
#define FOOTFALL_CAPI_STORE_HANDLES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "capi/handles.h"
#include "report/result.h"
#include "runtime/ingest.h"
#include "runtime/instance.h"

struct footfall_store {
  std::shared_ptr<footfall::runtime::Instance> instance;
};

struct footfall_ingest {
  std::unique_ptr<footfall::runtime::Ingest> ingest;
};

struct footfall_result {
  std::shared_ptr<const footfall::report::Result> result;
};

// Refuses a store handle that is NULL, was closed, or was inherited through fork().
#define FOOTFALL_REQUIRE_OPEN(store) \
  FOOTFALL_REQUIRE(store);           \
  FOOTFALL_RETURN_IF_ERROR((store)->instance->store().CheckUsable())

namespace footfall::capi {

// The present that a call names: 0 is the system clock.
inline absl::StatusOr<int64_t> NowOrClock(int64_t now_ms) {
  if (now_ms < 0) return absl::InvalidArgumentError("now_ms is negative");
  return now_ms == 0 ? base::NowMs() : now_ms;
}

// The frame of a function on an open store that answers JSON: runs `body`, which answers
// an absl::StatusOr<base::Json>, and writes it into `out_json`, which may be null, with
// lines indented by kIndent if that is not 0.
template <int kIndent = 0, typename Body>
footfall_status AnswerJson(footfall_store* store, footfall_buffer** out_json,
                           footfall_error** error, Body&& body) noexcept {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_ASSIGN_OR_RETURN(const base::Json json, body());
    PutBuffer(json.Dump(kIndent), out_json);
    return absl::OkStatus();
  });
}

}  // namespace footfall::capi

#endif  // FOOTFALL_CAPI_STORE_HANDLES_H_
