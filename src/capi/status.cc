#include <chrono>
#include <iterator>
#include <string>

#include "capi/handles.h"

namespace footfall::capi {

footfall_status Answer(const absl::Status& status, footfall_error** error) noexcept {
  const auto code = static_cast<footfall_status>(status.raw_code());
  if (status.ok() || error == nullptr) return code;
  try {
    *error = new footfall_error{.code = status.code(),
                                .message = base::MessageOf(status),
                                .path = base::PathOf(status),
                                .byte = base::ByteOf(status).value_or(-1)};
  } catch (...) {
    *error = nullptr;
  }
  return code;
}

}  // namespace footfall::capi

using footfall::capi::Guard;

const char* footfall_status_name(footfall_status status) {
  static constexpr const char* kNames[] = {"OK",
                                           "CANCELLED",
                                           "UNKNOWN",
                                           "INVALID_ARGUMENT",
                                           "DEADLINE_EXCEEDED",
                                           "NOT_FOUND",
                                           "ALREADY_EXISTS",
                                           "PERMISSION_DENIED",
                                           "RESOURCE_EXHAUSTED",
                                           "FAILED_PRECONDITION",
                                           "ABORTED",
                                           "OUT_OF_RANGE",
                                           "UNIMPLEMENTED",
                                           "INTERNAL",
                                           "UNAVAILABLE",
                                           "DATA_LOSS",
                                           "UNAUTHENTICATED"};
  constexpr auto kCount = static_cast<footfall_status>(std::size(kNames));
  return status >= 0 && status < kCount ? kNames[status] : "UNKNOWN";
}

footfall_status footfall_error_code(const footfall_error* error) {
  return error == nullptr ? FOOTFALL_OK : static_cast<footfall_status>(error->code);
}

const char* footfall_error_message(const footfall_error* error) {
  return error == nullptr ? "" : error->message.c_str();
}

const char* footfall_error_path(const footfall_error* error) {
  return error == nullptr || !error->path.has_value() ? nullptr : error->path->c_str();
}

int64_t footfall_error_byte(const footfall_error* error) {
  return error == nullptr ? -1 : error->byte;
}

void footfall_error_free(footfall_error* error) { delete error; }

const char* footfall_buffer_data(const footfall_buffer* buffer) {
  return buffer == nullptr ? "" : buffer->bytes.c_str();
}

size_t footfall_buffer_size(const footfall_buffer* buffer) {
  return buffer == nullptr ? 0 : buffer->bytes.size();
}

void footfall_buffer_free(footfall_buffer* buffer) { delete buffer; }

footfall_status footfall_cancel_new(int64_t timeout_ms, footfall_cancel** out_cancel,
                                    footfall_error** error) {
  if (out_cancel != nullptr) *out_cancel = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(out_cancel);
    if (timeout_ms < 0) return absl::InvalidArgumentError("timeout_ms is negative");
    auto cancel = timeout_ms == 0 ? std::make_shared<footfall::base::Cancel>()
                                  : std::make_shared<footfall::base::Cancel>(
                                        std::chrono::milliseconds(timeout_ms));
    *out_cancel = new footfall_cancel{std::move(cancel)};
    return absl::OkStatus();
  });
}

void footfall_cancel_request(footfall_cancel* cancel) {
  if (cancel != nullptr) cancel->cancel->Request();
}

void footfall_cancel_free(footfall_cancel* cancel) { delete cancel; }
