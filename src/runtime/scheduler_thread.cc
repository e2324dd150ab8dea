// The scheduler's thread, which the host may start.
#include <algorithm>
#include <chrono>
#include <utility>

#include "base/file.h"
#include "runtime/scheduler.h"

namespace footfall::runtime {
namespace {

// A clock may be set, and a machine may sleep: the thread looks again after this.
constexpr std::chrono::milliseconds kLookMs(60'000);

}  // namespace

absl::Status Scheduler::Start(std::function<int64_t()> clock,
                              std::function<void(const absl::Status&)> on_error) {
  const std::lock_guard<std::mutex> alone(lifecycle_mutex_);
  if (thread_.joinable()) {
    return absl::FailedPreconditionError("the scheduler's thread runs already");
  }
  clock_ = std::move(clock);
  on_error_ = std::move(on_error);
  stop_ = false;
  woken_ = false;
  thread_process_ = base::ProcessId();
  thread_cancel_ = std::make_unique<base::Cancel>();
  thread_ = std::thread([this] { Loop(); });
  return absl::OkStatus();
}

void Scheduler::Stop() {
  const std::lock_guard<std::mutex> alone(lifecycle_mutex_);
  if (!thread_.joinable()) return;
  // In a child process there is no such thread to wait for.
  if (thread_process_ != base::ProcessId()) return thread_.detach();
  thread_cancel_->Request();
  {
    const std::lock_guard<std::mutex> lock(thread_mutex_);
    stop_ = true;
    thread_wake_.notify_all();
  }
  thread_.join();
}

void Scheduler::Wake() {
  const std::lock_guard<std::mutex> lock(thread_mutex_);
  woken_ = true;
  thread_wake_.notify_all();
}

void Scheduler::Loop() {
  std::unique_lock<std::mutex> lock(thread_mutex_);
  while (!stop_) {
    woken_ = false;
    lock.unlock();
    std::chrono::milliseconds wait = kLookMs;
    const absl::StatusOr<base::Json> ran = RunDue(clock_(), thread_cancel_.get());
    if (!ran.ok() && on_error_) on_error_(ran.status());
    const absl::StatusOr<std::optional<int64_t>> next = NextDue();
    if (ran.ok() && next.ok() && next->has_value()) {
      const int64_t left_ms = std::max<int64_t>(1, **next - clock_());
      wait = std::min(wait, std::chrono::milliseconds(left_ms));
    }
    lock.lock();
    thread_wake_.wait_for(lock, wait, [this] { return stop_ || woken_; });
  }
}

}  // namespace footfall::runtime
