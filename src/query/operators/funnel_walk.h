// Funnels over the rows of a block, given as masks.
#ifndef FOOTFALL_QUERY_OPERATORS_FUNNEL_WALK_H_
#define FOOTFALL_QUERY_OPERATORS_FUNNEL_WALK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "query/operators/funnel_chain.h"
#include "query/plan.h"

namespace footfall::query {

// Masks of existing rows.
struct FunnelMasks {
  // Of each a word more than the block has rows for may be read.
  std::array<const uint64_t*, kFunnelStepsMax> steps{};
  const uint64_t* excluded = nullptr;  // Null without `exclude`.
  // Rows of any of these; of kStrict all that exist.
  const uint64_t* wanted = nullptr;
};

// Walks through one block after the other. Not thread-safe.
class FunnelWalk {
 public:
  explicit FunnelWalk(const FunnelPlan& plan);

  // Turns to a block. `times` is needed where `masks` has a step or an excluded row; all
  // are borrowed.
  void StartBlock(const FunnelMasks& masks, const int64_t* times) {
    masks_ = masks;
    times_ = times;
  }

  // The number of steps that the person reached whose rows are these; best() holds as
  // many afterwards.
  size_t Person(size_t begin, size_t end);

  // The rows that serve the steps of the best attempt, as ChainFinder finds it.
  std::span<const uint32_t> best() const { return std::span(best_).first(length_); }

 private:
  bool TryFirstChain(size_t begin, size_t end);
  Reach WalkPlainly(size_t begin, size_t end);
  void Reserve(size_t rows);
  void Gather(size_t begin, size_t end);
  // Of the row at a bit of a word of the masks.
  uint32_t StepsAt(size_t word, int bit) const;
  void Append(size_t row, uint32_t steps) {
    rows_[count_] = static_cast<uint32_t>(row);
    row_times_[count_] = times_[row];
    row_steps_[count_] = steps;
    ++count_;
  }
  FunnelRows gathered() const {
    return {.times = std::span(row_times_).first(count_),
            .steps = std::span(row_steps_).first(count_)};
  }

  ChainFinder finder_;
  size_t steps_;
  uint64_t window_ms_;
  // kSequential without exclusions and limits between steps.
  bool plain_;
  FunnelMasks masks_;
  const int64_t* times_ = nullptr;
  // The first entries are the wanted rows of the person.
  std::vector<uint32_t> rows_;
  std::vector<int64_t> row_times_;
  std::vector<uint32_t> row_steps_;
  size_t count_ = 0;
  std::array<uint32_t, kFunnelStepsMax> best_;
  size_t length_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_FUNNEL_WALK_H_
