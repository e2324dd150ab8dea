// What a funnel gathers of people, and its answers.
#ifndef FOOTFALL_QUERY_OPERATORS_FUNNEL_RESULT_H_
#define FOOTFALL_QUERY_OPERATORS_FUNNEL_RESULT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "query/context.h"
#include "query/plan.h"
#include "query/value_pool.h"

namespace footfall::query {

// Durations in ms whose percentiles are asked for once. Most fit 32 bits.
class Durations {
 public:
  void Add(uint64_t ms) {
    if (ms <= UINT32_MAX) {
      short_.push_back(static_cast<uint32_t>(ms));
    } else {
      long_.push_back(ms);
    }
  }
  void Append(const Durations& other);
  size_t size() const { return short_.size() + long_.size(); }
  // Nearest rank, for 0 < percent <= 100; at least one is there. Changes their order.
  int64_t Percentile(unsigned percent);

 private:
  std::vector<uint32_t> short_;
  std::vector<uint64_t> long_;
};

// How many people got how far, by break-down value: its id in a pool, 0 when missing.
class FunnelCounts {
 public:
  explicit FunnelCounts(size_t steps) : steps_(steps) {}

  // A person who reached so many steps, at least one.
  void Add(uint32_t value, size_t reached) {
    if (value >= groups_) Grow(value + size_t{1});
    ++reached_[value * steps_ + reached - 1];
  }
  // The time it took from the step before to `step` (from 0), of a person added.
  void AddDuration(uint32_t value, size_t step, uint64_t ms) {
    durations_[value * steps_ + step].Add(ms);
    ++durations_count_;
  }
  // `ids` says which value here each value of `other` is.
  void Merge(const FunnelCounts& other, std::span<const uint32_t> ids);
  uint64_t bytes() const;
  // At most so many rows will the table have.
  uint64_t rows() const { return groups_ * steps_; }

  // The rows, as FunnelPlan says. `type` is that of the column of values.
  Table ToTable(const FunnelPlan& plan, const ValuePool& pool, ColumnType type);

 private:
  struct Group {
    uint32_t value = 0;
    uint64_t people = 0;
  };

  void Grow(size_t groups);
  std::vector<Group> SortedGroups(const FunnelPlan& plan, const ValuePool& pool) const;

  size_t steps_;
  size_t groups_ = 0;
  // By value and step. People are counted where they stopped.
  std::vector<uint64_t> reached_;
  std::vector<Durations> durations_;
  uint64_t durations_count_ = 0;
};

// The people who reached step 1.
class FunnelMembers {
 public:
  // `times` are those of the steps, or none for kAny.
  void Add(uint64_t person, uint32_t value, size_t reached,
           std::span<const int64_t> times);
  void Merge(const FunnelMembers& other, std::span<const uint32_t> ids);
  uint64_t bytes() const;
  uint64_t rows() const { return members_.size(); }

  absl::StatusOr<Table> ToTable(const FunnelPlan& plan, const ValuePool& pool,
                                ColumnType type, Execution& execution) const;

 private:
  struct Member {
    uint64_t person = 0;
    size_t first_time = 0;  // Into times_.
    uint32_t value = 0;
    uint8_t reached = 0;
    uint8_t times = 0;
  };

  std::vector<Member> members_;
  std::vector<int64_t> times_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_FUNNEL_RESULT_H_
