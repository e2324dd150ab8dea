// Cancellation with an optional deadline, looked at by long work several times a second.
#ifndef FOOTFALL_BASE_CANCEL_H_
#define FOOTFALL_BASE_CANCEL_H_

#include <atomic>
#include <chrono>
#include <optional>

#include "absl/status/status.h"

namespace footfall::base {

// Thread-safe.
class Cancel {
 public:
  Cancel() = default;
  explicit Cancel(std::chrono::milliseconds timeout)
      : deadline_(std::chrono::steady_clock::now() + timeout) {}

  void Request() { requested_.store(true, std::memory_order_relaxed); }

  // OK, kCancelled or kDeadlineExceeded.
  absl::Status Check() const {
    if (requested_.load(std::memory_order_relaxed)) {
      return absl::CancelledError("the call was cancelled");
    }
    if (deadline_.has_value() && std::chrono::steady_clock::now() >= *deadline_) {
      return absl::DeadlineExceededError("the deadline has passed");
    }
    return absl::OkStatus();
  }

  // The same for a token that may be absent.
  static absl::Status Check(const Cancel* cancel) {
    return cancel == nullptr ? absl::OkStatus() : cancel->Check();
  }

 private:
  std::atomic<bool> requested_{false};
  std::optional<std::chrono::steady_clock::time_point> deadline_;
};

}  // namespace footfall::base

#endif  // FOOTFALL_BASE_CANCEL_H_
