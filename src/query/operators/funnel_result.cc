#include "query/operators/funnel_result.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "query/sort_table.h"

namespace footfall::query {
namespace {

// Up to so many values are sorted as far as needed; more are first narrowed down to those
// that share the leading bits of the one looked for.
constexpr size_t kSortedMax = 512;
constexpr int kCountedBits = 12;

// The value of rank `rank`, from 0, among `values`, whose order it changes.
template <typename Number>
Number ValueOfRank(std::span<Number> values, size_t rank) {
  while (values.size() > kSortedMax) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const Number base = *low;
    const int shift =
        std::max(0, static_cast<int>(std::bit_width(*high - base)) - kCountedBits);
    std::array<uint32_t, size_t{1} << kCountedBits> counts{};
    for (const Number value : values) ++counts[(value - base) >> shift];
    Number bucket = 0;
    while (rank >= counts[bucket]) rank -= counts[bucket++];
    if (shift == 0) return base + bucket;
    const auto end = std::partition(values.begin(), values.end(), [&](Number value) {
      return (value - base) >> shift == bucket;
    });
    values = values.first(end - values.begin());
  }
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[rank];
}

Cell Share(uint64_t part, uint64_t whole) {
  if (whole == 0) return std::monostate();
  return static_cast<double>(part) / static_cast<double>(whole);
}

Cell PercentileCell(Durations& durations, unsigned percent) {
  if (durations.size() == 0) return std::monostate();
  return durations.Percentile(percent);
}

}  // namespace

void Durations::Append(const Durations& other) {
  short_.insert(short_.end(), other.short_.begin(), other.short_.end());
  long_.insert(long_.end(), other.long_.begin(), other.long_.end());
}

int64_t Durations::Percentile(unsigned percent) {
  const size_t rank = (size() * percent + 99) / 100 - 1;
  // All short ones come before the long ones.
  return static_cast<int64_t>(rank < short_.size()
                                  ? ValueOfRank(std::span(short_), rank)
                                  : ValueOfRank(std::span(long_), rank - short_.size()));
}

void FunnelCounts::Grow(size_t groups) {
  groups_ = groups;
  reached_.resize(groups * steps_);
  durations_.resize(groups * steps_);
}

void FunnelCounts::Merge(const FunnelCounts& other, std::span<const uint32_t> ids) {
  for (size_t theirs = 0; theirs < other.groups_; ++theirs) {
    const size_t ours = ids[theirs];
    if (ours >= groups_) Grow(ours + 1);
    for (size_t step = 0; step < steps_; ++step) {
      reached_[ours * steps_ + step] += other.reached_[theirs * steps_ + step];
      durations_[ours * steps_ + step].Append(other.durations_[theirs * steps_ + step]);
    }
  }
  durations_count_ += other.durations_count_;
}

uint64_t FunnelCounts::bytes() const {
  // Growing vectors have room for up to twice as much as they hold.
  return reached_.capacity() * sizeof(uint64_t) +
         durations_.capacity() * sizeof(Durations) +
         durations_count_ * (2 * sizeof(uint32_t));
}

std::vector<FunnelCounts::Group> FunnelCounts::SortedGroups(const FunnelPlan& plan,
                                                            const ValuePool& pool) const {
  std::vector<Group> groups;
  for (size_t value = 0; value < groups_; ++value) {
    Group group{.value = static_cast<uint32_t>(value)};
    for (size_t step = 0; step < steps_; ++step) {
      group.people += reached_[value * steps_ + step];
    }
    if (group.people > 0 || !plan.break_down.has_value()) groups.push_back(group);
  }
  std::sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) {
    if (a.people != b.people) return a.people > b.people;
    if (a.value == 0 || b.value == 0) return a.value != 0 && b.value == 0;
    return pool.text(a.value).view() < pool.text(b.value).view();
  });
  return groups;
}

Table FunnelCounts::ToTable(const FunnelPlan& plan, const ValuePool& pool,
                            ColumnType type) {
  if (groups_ == 0 && !plan.break_down.has_value()) Grow(1);
  Column value{plan.break_down.has_value() ? plan.break_down->name() : "", type, {}};
  Column number{"step", ColumnType::kInt64, {}};
  Column name{"name", ColumnType::kString, {}};
  Column people{"people", ColumnType::kInt64, {}};
  Column of_first{"share_of_first", ColumnType::kDouble, {}};
  Column of_previous{"share_of_previous", ColumnType::kDouble, {}};
  Column median{"median_ms", ColumnType::kInt64, {}};
  Column p90{"p90_ms", ColumnType::kInt64, {}};
  for (const Group& group : SortedGroups(plan, pool)) {
    uint64_t reached = group.people;
    uint64_t previous = reached;
    for (size_t step = 0; step < steps_; ++step) {
      const size_t at = group.value * steps_ + step;
      if (step > 0) reached -= reached_[at - 1];
      value.cells.push_back(pool.ToCell(group.value, type));
      number.cells.emplace_back(static_cast<int64_t>(step + 1));
      name.cells.emplace_back(Text(plan.steps[step].name));
      people.cells.emplace_back(static_cast<int64_t>(reached));
      of_first.cells.push_back(Share(reached, group.people));
      of_previous.cells.push_back(Share(reached, previous));
      median.cells.push_back(PercentileCell(durations_[at], 50));
      p90.cells.push_back(PercentileCell(durations_[at], 90));
      previous = reached;
    }
  }
  Table table;
  if (plan.break_down.has_value()) table.columns.push_back(std::move(value));
  for (Column* column :
       {&number, &name, &people, &of_first, &of_previous, &median, &p90}) {
    table.columns.push_back(std::move(*column));
  }
  return table;
}

void FunnelMembers::Add(uint64_t person, uint32_t value, size_t reached,
                        std::span<const int64_t> times) {
  members_.push_back({.person = person,
                      .first_time = times_.size(),
                      .value = value,
                      .reached = static_cast<uint8_t>(reached),
                      .times = static_cast<uint8_t>(times.size())});
  times_.insert(times_.end(), times.begin(), times.end());
}

void FunnelMembers::Merge(const FunnelMembers& other, std::span<const uint32_t> ids) {
  for (const Member& member : other.members_) {
    Add(member.person, ids[member.value], member.reached,
        std::span(other.times_).subspan(member.first_time, member.times));
  }
}

uint64_t FunnelMembers::bytes() const {
  return members_.capacity() * sizeof(Member) + times_.capacity() * sizeof(int64_t);
}

absl::StatusOr<Table> FunnelMembers::ToTable(const FunnelPlan& plan,
                                             const ValuePool& pool, ColumnType type,
                                             Execution& execution) const {
  std::vector<Member> members = members_;
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) { return a.person < b.person; });
  std::vector<uint64_t> codes;
  for (const Member& member : members) codes.push_back(member.person);
  FOOTFALL_ASSIGN_OR_RETURN(std::vector<Text> names, execution.NamesOf(codes));
  Column person{"person", ColumnType::kString, {}};
  Column value{plan.break_down.has_value() ? plan.break_down->name() : "", type, {}};
  Column reached{"steps", ColumnType::kInt64, {}};
  std::vector<Column> times;
  for (size_t i = 1; i <= plan.steps.size(); ++i) {
    times.push_back({base::Cat("time_", i), ColumnType::kTimestamp, {}});
  }
  for (size_t i = 0; i < members.size(); ++i) {
    if (names[i].view().empty()) continue;  // Nobody that the store knows.
    const Member& member = members[i];
    person.cells.emplace_back(std::move(names[i]));
    value.cells.push_back(pool.ToCell(member.value, type));
    reached.cells.emplace_back(int64_t{member.reached});
    for (size_t step = 0; step < times.size(); ++step) {
      times[step].cells.push_back(step < member.times ? times_[member.first_time + step]
                                                      : Cell());
    }
  }
  Table table;
  table.columns.push_back(std::move(person));
  if (plan.break_down.has_value()) table.columns.push_back(std::move(value));
  table.columns.push_back(std::move(reached));
  for (Column& column : times) table.columns.push_back(std::move(column));
  SortTable(table, {{.column = 0}});
  return table;
}

}  // namespace footfall::query
