#include "query/driver.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/needs.h"

namespace footfall::query {
namespace {

using Clock = std::chrono::steady_clock;

double MsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// What the workers of one run share.
struct Shared {
  const Execution& execution;
  const Needs& needs;
  const store::BlockScan& scan;
  std::atomic<size_t> next_part{0};
  std::atomic<uint64_t> bytes{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  absl::Status failure;  // The first one; under the mutex.

  void Fail(absl::Status status) {
    const std::lock_guard lock(mutex);
    if (failure.ok()) failure = std::move(status);
    stop.store(true, std::memory_order_relaxed);
  }
};

class Worker {
 public:
  Worker(Shared& shared, std::unique_ptr<Partial> partial)
      : shared_(shared), partial_(std::move(partial)) {}

  // Takes parts until there are none left or a worker fails. Never throws, as it may be
  // the whole of a thread.
  void Run() noexcept {
    try {
      if (absl::Status status = Work(); !status.ok()) shared_.Fail(std::move(status));
    } catch (const std::bad_alloc&) {
      shared_.Fail(absl::ResourceExhaustedError("there is no memory left"));
    }
  }

  Partial& partial() { return *partial_; }
  void AddStats(QueryStats* stats) const {
    stats->chunks_read += stats_.chunks_read;
    stats->chunks_pruned += stats_.chunks_pruned;
    stats->bytes_read += stats_.bytes_read;
    stats->events_read += stats_.rows_read;
    stats->read_ms += open_ms_;
    stats->gather_ms += gather_ms_;
    stats->read_ms += view_stats_.read_ms;
    stats->rules_ms += view_stats_.rules_ms;
    stats->sessions_ms += view_stats_.sessions_ms;
    stats->people_ms += view_stats_.people_ms;
  }

 private:
  absl::Status Work() {
    BlockView view(shared_.needs, shared_.execution.plan(), shared_.execution.snapshot(),
                   shared_.execution.now_ms());
    const std::unique_ptr<store::Block> block = shared_.scan.NewBlock();
    const size_t parts = shared_.scan.parts();
    double add_ms = 0;
    absl::Status status = CheckLimits(view);
    while (status.ok() && !shared_.stop.load(std::memory_order_relaxed)) {
      const size_t part = shared_.next_part.fetch_add(1, std::memory_order_relaxed);
      if (part >= parts) break;
      const Clock::time_point start = Clock::now();
      status = shared_.scan.Read(part, block.get(), &stats_);
      if (!status.ok()) break;
      open_ms_ += MsSince(start);
      const Clock::time_point opened = Clock::now();
      view.Reset(block.get());
      if (view.rows() > 0) status = partial_->Add(view);
      add_ms += MsSince(opened);
      if (status.ok()) status = CheckLimits(view);
    }
    view.AddTimes(&view_stats_);
    // What the view did for the operator is not the operator's own work.
    gather_ms_ = std::max(0.0, add_ms - view_stats_.read_ms - view_stats_.rules_ms -
                                   view_stats_.sessions_ms - view_stats_.people_ms);
    return status;
  }

  absl::Status CheckLimits(const BlockView& view) {
    const uint64_t bytes = partial_->bytes() + view.bytes();
    // Differences wrap round, and so does the sum.
    const uint64_t total = shared_.bytes.fetch_add(bytes - bytes_) + bytes - bytes_;
    bytes_ = bytes;
    return shared_.execution.Check(total);
  }

  Shared& shared_;
  std::unique_ptr<Partial> partial_;
  uint64_t bytes_ = 0;
  store::BlockStats stats_;
  QueryStats view_stats_;
  double open_ms_ = 0;
  double gather_ms_ = 0;
};

// Runs the first worker here and the others in threads of their own; where the system
// has no more threads, those that there are do the work.
int RunAll(std::vector<std::unique_ptr<Worker>>& workers) {
  std::vector<std::thread> threads;
  for (size_t i = 1; i < workers.size(); ++i) {
    try {
      threads.emplace_back([&worker = *workers[i]] { worker.Run(); });
    } catch (const std::system_error&) {
      break;
    }
  }
  workers[0]->Run();
  for (std::thread& thread : threads) thread.join();
  return static_cast<int>(threads.size()) + 1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<store::BlockScan>> OpenScan(const Execution& execution,
                                                           const Needs& needs) {
  store::BlockRequest request;
  request.columns = needs.rep().columns;
  request.now_ms = execution.now_ms();
  if (!needs.rep().people_out_of_range) {
    request.from_ms = execution.range().from_ms;
    request.to_ms = execution.range().to_ms;
  }
  return execution.snapshot().ScanBlocks(request);
}

absl::StatusOr<QueryResult> RunOperator(Execution& execution, const Needs& needs,
                                        const store::BlockScan& scan, Operator& op) {
  Shared shared{.execution = execution, .needs = needs, .scan = scan};
  const size_t count =
      std::clamp<size_t>(scan.parts(), 1, std::max<int>(execution.threads(), 1));
  std::vector<std::unique_ptr<Worker>> workers;
  for (size_t i = 0; i < count; ++i) {
    workers.push_back(std::make_unique<Worker>(shared, op.NewPartial()));
  }
  QueryStats& stats = execution.mutable_stats();
  stats.threads = RunAll(workers);
  FOOTFALL_RETURN_IF_ERROR(shared.failure);
  const Clock::time_point start = Clock::now();
  Partial& all = workers[0]->partial();
  for (size_t i = 0; i < count; ++i) {
    workers[i]->AddStats(&stats);
    if (i == 0) continue;
    FOOTFALL_RETURN_IF_ERROR(all.Merge(workers[i]->partial()));
    FOOTFALL_RETURN_IF_ERROR(execution.Check(all.bytes()));
  }
  absl::StatusOr<QueryResult> result = op.Finish(all, execution);
  stats.finish_ms += MsSince(start);
  return result;
}

}  // namespace footfall::query
