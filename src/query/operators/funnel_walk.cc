#include "query/operators/funnel_walk.h"

#include <algorithm>
#include <bit>

#include "query/block_view.h"
#include "query/row_search.h"

namespace footfall::query {
namespace {

constexpr size_t kWordBits = 64;

bool IsPlain(const FunnelPlan& plan) {
  return plan.order == FunnelPlan::Order::kSequential && !plan.exclude.has_value() &&
         std::none_of(plan.steps.begin(), plan.steps.end(),
                      [](const FunnelStep& step) { return step.within_ms.has_value(); });
}

// The bits of up to 64 rows from `begin` on.
uint64_t BitsFrom(const uint64_t* mask, size_t begin) {
  const size_t shift = begin % kWordBits;
  const uint64_t* words = mask + begin / kWordBits;
  return words[0] >> shift | words[1] << 1 << (kWordBits - 1 - shift);
}

}  // namespace

FunnelWalk::FunnelWalk(const FunnelPlan& plan)
    : finder_(plan),
      steps_(plan.steps.size()),
      window_ms_(static_cast<uint64_t>(plan.window_ms)),
      plain_(IsPlain(plan)) {}

size_t FunnelWalk::Person(size_t begin, size_t end) {
  length_ = 0;
  if (begin == end) return 0;
  if (plain_ && end - begin <= kWordBits && TryFirstChain(begin, end)) return length_;
  Reserve(end - begin);
  count_ = 0;
  Reach reach;
  if (plain_) {
    reach = WalkPlainly(begin, end);
  } else {
    Gather(begin, end);
    reach = finder_.FindReach(gathered());
  }
  length_ = reach.length;
  if (length_ == 0) return 0;
  const auto best = finder_.FindBest(gathered(), reach);
  for (size_t i = 0; i < length_; ++i) best_[i] = rows_[best[i]];
  return length_;
}

void FunnelWalk::Reserve(size_t rows) {
  if (rows_.size() >= rows) return;
  rows_.resize(rows);
  row_times_.resize(rows);
  row_steps_.resize(rows);
}

// The chain of the first step 1, the first step 2 after it and so on is as long as any
// and the smallest; most often it fits the window, and then it is the best attempt.
bool FunnelWalk::TryFirstChain(size_t begin, size_t end) {
  uint64_t open = ~uint64_t{0} >> (kWordBits - (end - begin));
  while (length_ < steps_) {
    const uint64_t bits = BitsFrom(masks_.steps[length_], begin) & open;
    if (bits == 0) break;
    best_[length_++] = static_cast<uint32_t>(begin + std::countr_zero(bits));
    open = ~(bits ^ (bits - 1)) & open;
  }
  return length_ < 2 || static_cast<uint64_t>(times_[best_[length_ - 1]]) -
                                static_cast<uint64_t>(times_[best_[0]]) <=
                            window_ms_;
}

uint32_t FunnelWalk::StepsAt(size_t word, int bit) const {
  uint32_t steps = 0;
  for (size_t i = 0; i < steps_; ++i) {
    steps |= static_cast<uint32_t>(masks_.steps[i][word] >> bit & 1) << i;
  }
  return steps;
}

void FunnelWalk::Gather(size_t begin, size_t end) {
  ForEachRow(masks_.wanted, begin, end, [&](size_t row) {
    uint32_t steps = StepsAt(row / kWordBits, row % kWordBits);
    if (masks_.excluded != nullptr && TestBit(masks_.excluded, row)) steps |= kExcluded;
    Append(row, steps);
  });
}

// ChainFinder::FindReach without limits, while it gathers the rows. Most rows match one
// step: those take no branch that is hard to foresee.
Reach FunnelWalk::WalkPlainly(size_t begin, size_t end) {
  Reach reach;
  const size_t first = FirstRow(masks_.steps[0], begin, end);
  if (first == end) return reach;
  // By length the beginning of the chain that began last; at first one that is too old
  // for every row. Entry 0 is the row itself.
  std::array<uint64_t, kFunnelStepsMax + 1> began;
  began.fill(static_cast<uint64_t>(times_[first]) - window_ms_ - 1);
  for (size_t base = first / kWordBits * kWordBits; base < end; base += kWordBits) {
    uint64_t word = masks_.wanted[base / kWordBits];
    if (base < first) word &= ~uint64_t{0} << (first - base);
    if (end - base < kWordBits) word &= (uint64_t{1} << (end - base)) - 1;
    for (; word != 0; word &= word - 1) {
      const int bit = std::countr_zero(word);
      const uint32_t steps = StepsAt(base / kWordBits, bit);
      const uint64_t time = static_cast<uint64_t>(times_[base + bit]);
      began[0] = time;
      for (uint32_t open = steps; open != 0;) {
        const size_t length = std::bit_width(open);
        open ^= uint32_t{1} << (length - 1);
        const uint64_t start = began[length - 1];
        const uint64_t late = -static_cast<uint64_t>(time - start > window_ms_);
        began[length] = (start & ~late) | (began[length] & late);
        if (length > reach.length && late == 0) {
          reach = {.length = length, .end = count_};
        }
      }
      Append(base + bit, steps);
    }
    if (reach.length == steps_) break;
  }
  return reach;
}

}  // namespace footfall::query
