// The chains of one person through the steps of a funnel.
#ifndef FOOTFALL_QUERY_OPERATORS_FUNNEL_CHAIN_H_
#define FOOTFALL_QUERY_OPERATORS_FUNNEL_CHAIN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "query/plan.h"

namespace footfall::query {

inline constexpr size_t kFunnelStepsMax = 20;

// A row's steps are a bit per step that the event matches, from bit 0 on, and this one
// when it matches the plan's `exclude`.
inline constexpr uint32_t kExcluded = uint32_t{1} << 31;

// One person's rows in event order. Rows that match nothing may be left out, except of
// kStrict.
struct FunnelRows {
  std::span<const int64_t> times;
  std::span<const uint32_t> steps;
};

// How far a person gets.
struct Reach {
  size_t length = 0;  // Steps reached: of the longest chain.
  size_t end = 0;     // The first row with which a chain of that length ends.
};

// Finds the best attempt, as FunnelPlan defines it, in time linear in the rows. Keeps its
// scratch memory between calls; not thread-safe.
class ChainFinder {
 public:
  explicit ChainFinder(const FunnelPlan& plan);

  Reach FindReach(const FunnelRows& rows);
  // The rows that serve the steps of the best attempt, as many as were reached; of kAny
  // the first in the earliest window that match them. Valid until the next call.
  std::span<const uint32_t> FindBest(const FunnelRows& rows, const Reach& reach);

 private:
  // Between a time and a later one; does not overflow.
  static uint64_t Between(int64_t from_ms, int64_t to_ms) {
    return static_cast<uint64_t>(to_ms) - static_cast<uint64_t>(from_ms);
  }
  bool InWindow(int64_t from_ms, int64_t to_ms) const {
    return Between(from_ms, to_ms) <= window_ms_;
  }
  // Whether `to_ms` may serve a step when the one before is served at `from_ms`.
  bool Follows(size_t step, int64_t from_ms, int64_t to_ms) const {
    return Between(from_ms, to_ms) <= within_ms_[step];
  }

  Reach ReachInOrder(const FunnelRows& rows);
  Reach ReachInAnyOrder(const FunnelRows& rows);
  Reach ReachStrictly(const FunnelRows& rows) const;
  size_t StrictLength(const FunnelRows& rows, size_t first) const;

  // The first row with one of the steps `wanted` from which a chain may get to `end`.
  size_t FirstRow(const FunnelRows& rows, size_t end, uint32_t wanted) const;
  // The same for step 1 where the time between steps is limited: from which a chain of
  // `length` exists.
  size_t FirstRowWithLimits(const FunnelRows& rows, size_t length);
  // Sets from which steps of the rows after `first` a chain that began there completes.
  void FindFeasible(const FunnelRows& rows, size_t first, size_t length);

  FunnelPlan::Order order_;
  size_t steps_;
  uint64_t window_ms_;
  bool limited_ = false;  // Whether any step has a limit.
  std::array<uint64_t, kFunnelStepsMax> within_ms_;
  std::array<uint32_t, kFunnelStepsMax> best_;
  std::vector<uint32_t> feasible_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_FUNNEL_CHAIN_H_
