// What stands behind the opaque handles of capture, and the guard around every body.
#ifndef FOOTFALL_CAPI_HANDLES_H_
#define FOOTFALL_CAPI_HANDLES_H_

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "base/cancel.h"
#include "base/json.h"
#include "base/status.h"
#include "capture/policy.h"
#include "footfall/capture.h"
#include "footfall/status.h"

struct footfall_error {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string message;
  std::optional<std::string> path;
  int64_t byte = -1;
};

struct footfall_buffer {
  std::string bytes;
};

struct footfall_cancel {
  std::shared_ptr<footfall::base::Cancel> cancel;
};

struct footfall_policy {
  footfall::capture::Policy policy;
  std::string text;  // What it was parsed from.
};

namespace footfall::capi {

// Hands `status` to the caller: its code as the answer, its details in `*error`.
footfall_status Answer(const absl::Status& status, footfall_error** error) noexcept;

// Runs `body`, which answers an absl::Status, and lets no exception out: the libraries
// below throw std::bad_alloc when memory runs out.
template <typename Body>
footfall_status Guard(footfall_error** error, Body&& body) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    return Answer(body(), error);
  } catch (const std::bad_alloc&) {
    return Answer(absl::ResourceExhaustedError("out of memory"), error);
  } catch (const std::exception& exception) {
    return Answer(absl::InternalError(exception.what()), error);
  } catch (...) {
    return Answer(absl::InternalError("unknown exception"), error);
  }
}

inline absl::Status NullArgument(const char* name) {
  return absl::InvalidArgumentError(std::string(name) + " must not be NULL");
}

inline void PutBuffer(std::string bytes, footfall_buffer** out) {
  if (out != nullptr) *out = new footfall_buffer{std::move(bytes)};
}

inline const base::Cancel* CancelOf(const footfall_cancel* cancel) {
  return cancel == nullptr ? nullptr : cancel->cancel.get();
}

}  // namespace footfall::capi

#define FOOTFALL_REQUIRE(argument) \
  if ((argument) == nullptr) return ::footfall::capi::NullArgument(#argument)

#endif  // FOOTFALL_CAPI_HANDLES_H_
