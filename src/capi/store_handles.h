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

namespace footfall::capi {

// The present that a call names: 0 is the system clock.
inline absl::StatusOr<int64_t> NowOrClock(int64_t now_ms) {
  if (now_ms < 0) return absl::InvalidArgumentError("now_ms is negative");
  return now_ms == 0 ? base::NowMs() : now_ms;
}

}  // namespace footfall::capi

// Refuses a store handle that is NULL, was closed, or was inherited through fork().
#define FOOTFALL_REQUIRE_OPEN(store) \
  FOOTFALL_REQUIRE(store);           \
  FOOTFALL_RETURN_IF_ERROR((store)->instance->store().CheckUsable())

#endif  // FOOTFALL_CAPI_STORE_HANDLES_H_
