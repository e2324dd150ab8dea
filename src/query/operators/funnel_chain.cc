#include "query/operators/funnel_chain.h"

#include <algorithm>
#include <bit>

namespace footfall::query {
namespace {

// The steps before and including step number `length`.
constexpr uint32_t FirstSteps(size_t length) { return (uint32_t{1} << length) - 1; }

constexpr uint32_t Step(size_t step) { return uint32_t{1} << step; }

}  // namespace

ChainFinder::ChainFinder(const FunnelPlan& plan)
    : order_(plan.order),
      steps_(plan.steps.size()),
      window_ms_(static_cast<uint64_t>(plan.window_ms)) {
  within_ms_.fill(UINT64_MAX);
  for (size_t i = 1; i < steps_; ++i) {
    if (!plan.steps[i].within_ms.has_value()) continue;
    within_ms_[i] = static_cast<uint64_t>(*plan.steps[i].within_ms);
    limited_ = true;
  }
}

Reach ChainFinder::FindReach(const FunnelRows& rows) {
  switch (order_) {
    case FunnelPlan::Order::kSequential:
      return ReachInOrder(rows);
    case FunnelPlan::Order::kAny:
      return ReachInAnyOrder(rows);
    case FunnelPlan::Order::kStrict:
      break;
  }
  return ReachStrictly(rows);
}

// For each length it is enough to remember the chain that ended last: of all chains of
// that length it also began last, because one that ends later may take over the beginning
// of one that ends earlier wherever that keeps the limits. So whatever could continue any
// chain continues this one.
Reach ChainFinder::ReachInOrder(const FunnelRows& rows) {
  std::array<int64_t, kFunnelStepsMax> began;
  std::array<int64_t, kFunnelStepsMax> ended;
  uint32_t known = 0;  // The lengths of which there is a chain; bit 0 is one step.
  Reach reach;
  for (size_t row = 0; row < rows.times.size() && reach.length < steps_; ++row) {
    const uint32_t steps = rows.steps[row];
    const int64_t time = rows.times[row];
    // From the last step down, so that no event serves two steps of a chain.
    for (uint32_t open = steps & (known << 1 | 1) & ~kExcluded; open != 0;) {
      const size_t step = std::bit_width(open) - 1;
      open ^= Step(step);
      if (step > 0 &&
          (!InWindow(began[step - 1], time) || !Follows(step, ended[step - 1], time))) {
        continue;
      }
      began[step] = step > 0 ? began[step - 1] : time;
      ended[step] = time;
      known |= Step(step);
      if (step == reach.length) reach = {.length = step + 1, .end = row};
    }
    // Only what begins with this event goes on past it.
    if (steps & kExcluded) known = steps & Step(0);
  }
  return reach;
}

Reach ChainFinder::ReachInAnyOrder(const FunnelRows& rows) {
  std::array<size_t, kFunnelStepsMax> last;
  uint32_t known = 0;     // The steps that `last` is set for.
  size_t first_open = 0;  // A window that holds the present row begins here or later.
  Reach reach;
  for (size_t row = 0; row < rows.times.size() && reach.length < steps_; ++row) {
    const uint32_t steps = rows.steps[row];
    for (uint32_t open = steps & ~kExcluded; open != 0; open &= open - 1) {
      last[std::countr_zero(open)] = row;
    }
    known |= steps & ~kExcluded;
    const auto in_window = [&](size_t step) {
      return (known & Step(step)) && last[step] >= first_open &&
             InWindow(rows.times[last[step]], rows.times[row]);
    };
    size_t length = 0;
    while (length < steps_ && in_window(length)) ++length;
    if (length > reach.length) reach = {.length = length, .end = row};
    if (steps & kExcluded) first_open = row;
  }
  return reach;
}

size_t ChainFinder::StrictLength(const FunnelRows& rows, size_t first) const {
  size_t length = 0;
  for (size_t row = first; row < rows.times.size() && length < steps_; ++row, ++length) {
    if ((rows.steps[row] & Step(length)) == 0) break;
    if (length == 0) continue;
    if (!InWindow(rows.times[first], rows.times[row]) ||
        !Follows(length, rows.times[row - 1], rows.times[row]) ||
        (length > 1 && (rows.steps[row - 1] & kExcluded))) {
      break;
    }
  }
  return length;
}

Reach ChainFinder::ReachStrictly(const FunnelRows& rows) const {
  Reach reach;
  for (size_t row = 0; row < rows.times.size() && reach.length < steps_; ++row) {
    const size_t length = StrictLength(rows, row);
    if (length > reach.length) reach = {.length = length, .end = row + length - 1};
  }
  return reach;
}

std::span<const uint32_t> ChainFinder::FindBest(const FunnelRows& rows,
                                                const Reach& reach) {
  const size_t length = reach.length;
  const std::span<uint32_t> best(best_.data(), length);
  if (length == 0) return best;
  switch (order_) {
    case FunnelPlan::Order::kStrict:
      for (size_t i = 0; i < length; ++i) best[i] = reach.end + 1 - length + i;
      return best;
    case FunnelPlan::Order::kAny: {
      const size_t first = FirstRow(rows, reach.end, FirstSteps(length));
      for (size_t i = 0; i < length; ++i) {
        size_t row = first;
        while ((rows.steps[row] & Step(i)) == 0) ++row;
        best[i] = row;
      }
      return best;
    }
    case FunnelPlan::Order::kSequential:
      break;
  }
  if (!limited_ || length == 1) {
    size_t row = FirstRow(rows, reach.end, Step(0));
    for (size_t i = 0; i < length; ++i, ++row) {
      while ((rows.steps[row] & Step(i)) == 0) ++row;
      best[i] = row;
    }
    return best;
  }
  best[0] = FirstRowWithLimits(rows, length);
  FindFeasible(rows, best[0], length);
  for (size_t i = 1; i < length; ++i) {
    size_t row = best[i - 1] + 1;
    while ((feasible_[row] & Step(i)) == 0 ||
           !Follows(i, rows.times[best[i - 1]], rows.times[row])) {
      ++row;
    }
    best[i] = row;
  }
  return best;
}

// No attempt of the length reached ends before `end`, so none begins before the row found
// here; and whoever begins at it can go on like the chain that ends at `end`.
size_t ChainFinder::FirstRow(const FunnelRows& rows, size_t end, uint32_t wanted) const {
  size_t first = end;
  for (size_t row = end; row-- > 0;) {
    if (!InWindow(rows.times[row], rows.times[end])) break;
    if (rows.steps[row] & wanted) first = row;
    if (rows.steps[row] & kExcluded) break;
  }
  return first;
}

// ReachInOrder seen from the end: for each step the chain to the last step that begins
// first and, with it, ends first.
size_t ChainFinder::FirstRowWithLimits(const FunnelRows& rows, size_t length) {
  std::array<int64_t, kFunnelStepsMax> begins;
  std::array<int64_t, kFunnelStepsMax> ends;
  const uint32_t last = Step(length - 1);
  uint32_t known = 0;  // The steps from which a chain goes on to the last one.
  size_t first = 0;
  for (size_t row = rows.times.size(); row-- > 0;) {
    const uint32_t steps = rows.steps[row] & FirstSteps(length);
    const int64_t time = rows.times[row];
    // From step 1 up, so that no event serves two steps of a chain.
    for (uint32_t open = steps & (known >> 1 | last); open != 0; open &= open - 1) {
      const size_t step = std::countr_zero(open);
      if (step + 1 < length && (!InWindow(time, ends[step + 1]) ||
                                !Follows(step + 1, time, begins[step + 1]))) {
        continue;
      }
      begins[step] = time;
      ends[step] = step + 1 < length ? ends[step + 1] : time;
      known |= Step(step);
      if (step == 0) first = row;
    }
    // Only what ends with this event comes from before it.
    if (rows.steps[row] & kExcluded) known = steps & last;
  }
  return first;
}

void ChainFinder::FindFeasible(const FunnelRows& rows, size_t first, size_t length) {
  size_t end = first + 1;
  while (end < rows.times.size() && InWindow(rows.times[first], rows.times[end])) {
    if (rows.steps[end++] & kExcluded) break;
  }
  feasible_.resize(std::max(feasible_.size(), end));
  std::array<int64_t, kFunnelStepsMax> begins;
  const uint32_t last = Step(length - 1);
  uint32_t known = 0;
  for (size_t row = end; row-- > first + 1;) {
    uint32_t open = rows.steps[row] & FirstSteps(length) & (known >> 1 | last);
    feasible_[row] = 0;
    for (; open != 0; open &= open - 1) {
      const size_t step = std::countr_zero(open);
      if (step + 1 < length && !Follows(step + 1, rows.times[row], begins[step + 1])) {
        continue;
      }
      begins[step] = rows.times[row];
      feasible_[row] |= Step(step);
    }
    known |= feasible_[row];
  }
}

}  // namespace footfall::query
