// What the parts of one execution share: the plan, limits, names of people.
#ifndef FOOTFALL_QUERY_CONTEXT_H_
#define FOOTFALL_QUERY_CONTEXT_H_

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "model/person.h"
#include "query/buckets.h"
#include "query/execute.h"
#include "query/sort_table.h"
#include "query/value_pool.h"

namespace footfall::query {

// One run of a plan. Not thread-safe, but for Check.
class Execution {
 public:
  Execution(const store::Snapshot& snapshot, const Plan& plan,
            const ExecuteContext& context)
      : snapshot_(snapshot), plan_(plan), context_(context) {}
  ~Execution() { snapshot_.HoldMemory(-counted_bytes_.load()); }
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  const store::Snapshot& snapshot() const { return snapshot_; }
  const Plan& plan() const { return plan_; }
  const Range& range() const { return plan_.range; }
  int64_t now_ms() const { return context_.now_ms; }
  int threads() const { return context_.threads; }
  const QueryStats& stats() const { return stats_; }
  QueryStats& mutable_stats() { return stats_; }

  // The display ids of people by their codes, which rise; empty for unknown ones.
  absl::StatusOr<std::vector<Text>> NamesOf(std::span<const uint64_t> codes);

  // Fails when `bytes`, with what is held for good, exceeds the limit or the run is
  // cancelled.
  absl::Status Check(uint64_t bytes) const;
  // Counts `bytes` as held until the end.
  absl::Status Hold(uint64_t bytes);

 private:
  const store::Snapshot& snapshot_;
  const Plan& plan_;
  const ExecuteContext& context_;
  QueryStats stats_;
  uint64_t held_bytes_ = 0;
  // What the snapshot has been told.
  mutable std::atomic<int64_t> counted_bytes_{0};
};

// Visits the ids of codes in [first, end), as reports print them.
absl::Status VisitNames(
    const store::Snapshot& snapshot, uint64_t first, uint64_t end,
    absl::FunctionRef<absl::Status(uint64_t code, std::string_view name)> visit);

// The heap bytes of a person.
uint64_t PersonBytes(const model::Person& person);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_CONTEXT_H_
