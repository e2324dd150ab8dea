#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "base/status.h"
#include "base/time.h"
#include "query/block_rows.h"
#include "query/buckets.h"
#include "query/operators/operators.h"

namespace footfall::query {
namespace {

constexpr int64_t kWeekDays = 7;
constexpr int64_t kMonthDays = 30;

// What happens to the numbers of people on one day.
struct DayCounts {
  int64_t active = 0;  // In range.
  int64_t fresh = 0;
  // People who come to be active in the days up to this one, less those who cease to be.
  int64_t week = 0;
  int64_t month = 0;
};

// A count for each of some consecutive days.
class Calendar {
 public:
  DayCounts& At(int64_t day) {
    if (counts_.empty()) first_ = day;
    if (day < first_) {
      counts_.insert(counts_.begin(), static_cast<size_t>(first_ - day), DayCounts());
      first_ = day;
    }
    const size_t at = static_cast<size_t>(day - first_);
    if (at >= counts_.size()) counts_.resize(at + 1);
    return counts_[at];
  }
  int64_t first() const { return first_; }
  const std::vector<DayCounts>& counts() const { return counts_; }
  uint64_t bytes() const { return counts_.capacity() * sizeof(DayCounts); }

 private:
  int64_t first_ = 0;
  std::vector<DayCounts> counts_;
};

// A day on which somebody was active.
struct ActiveDay {
  int64_t day = 0;  // Since 1970-01-01.
  bool in_range = false;

  bool operator<(const ActiveDay& other) const { return day < other.day; }
};

class ActivePartial : public Partial {
 public:
  ActivePartial(const Plan& plan, std::optional<RuleRef> where)
      : plan_(plan), where_(where), offsets_(plan.zone) {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* in_segment, view.InSegment());
    FOOTFALL_ASSIGN_OR_RETURN(existing_, view.Existing(where_));
    FOOTFALL_ASSIGN_OR_RETURN(times_, view.Times());
    if (where_.has_value()) {
      FOOTFALL_ASSIGN_OR_RETURN(matches_, view.Matches(*where_));
    }
    const std::span<const uint32_t> begins = view.begins();
    for (size_t person = 0; person < view.people(); ++person) {
      if (!TestBit(in_segment, person)) continue;
      ListDays(begins[person], begins[person + 1]);
      CountDays();
    }
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<ActivePartial&>(other);
    for (size_t i = 0; i < from.calendar_.counts().size(); ++i) {
      const DayCounts& counts = from.calendar_.counts()[i];
      DayCounts& sum = calendar_.At(from.calendar_.first() + static_cast<int64_t>(i));
      sum.active += counts.active;
      sum.fresh += counts.fresh;
      sum.week += counts.week;
      sum.month += counts.month;
    }
    from.calendar_ = {};
    return absl::OkStatus();
  }

  uint64_t bytes() const override { return calendar_.bytes(); }

  Table ToTable() const {
    Table table{.columns = {{"day", ColumnType::kDate, {}},
                            {"dau", ColumnType::kInt64, {}},
                            {"wau", ColumnType::kInt64, {}},
                            {"mau", ColumnType::kInt64, {}},
                            {"new_people", ColumnType::kInt64, {}}}};
    int64_t day = calendar_.first();
    int64_t week = 0;
    int64_t month = 0;
    for (const DayCounts& counts : calendar_.counts()) {
      week += counts.week;
      month += counts.month;
      if (counts.active > 0) {
        size_t at = 0;
        for (const int64_t cell : {day, counts.active, week, month, counts.fresh}) {
          table.columns[at++].cells.emplace_back(cell);
        }
      }
      ++day;
    }
    return table;
  }

 private:
  // The days of one person, rising: of rows [begin, end) before the end of the range.
  void ListDays(size_t begin, size_t end) {
    days_.clear();
    for (size_t row = begin; row < end && times_[row] < plan_.range.to_ms;) {
      const int64_t offset_ms = offsets_.OffsetMs(times_[row]);
      const int64_t local_ms = times_[row] + offset_ms;
      const int64_t day = local_ms / base::kDayMs - (local_ms % base::kDayMs < 0);
      const int64_t end_ms = std::min({(day + 1) * base::kDayMs - offset_ms,
                                       offsets_.EndMs(times_[row]), plan_.range.to_ms});
      const size_t first = row++;
      while (row < end && times_[row] < end_ms) ++row;
      if (matches_ != nullptr && !AnyRow(matches_, first, row)) continue;
      const bool is_in_range = AnyRow(existing_, first, row);
      if (!days_.empty() && days_.back().day == day) {
        days_.back().in_range |= is_in_range;
      } else {
        days_.push_back({.day = day, .in_range = is_in_range});
      }
    }
    // Clocks that are put back just after midnight return to a day that was over.
    if (!std::is_sorted(days_.begin(), days_.end())) MergeDays();
  }

  void MergeDays() {
    std::sort(days_.begin(), days_.end());
    size_t kept = 0;
    for (const ActiveDay& day : std::vector(days_)) {
      if (kept > 0 && days_[kept - 1].day == day.day) {
        days_[kept - 1].in_range |= day.in_range;
      } else {
        days_[kept++] = day;
      }
    }
    days_.resize(kept);
  }

  void CountDays() {
    for (size_t i = 0; i < days_.size(); ++i) {
      DayCounts& counts = calendar_.At(days_[i].day);
      ++counts.week;
      ++counts.month;
      counts.active += days_[i].in_range;
      counts.fresh += i == 0 && days_[i].in_range;
      // An activity covers the days up to the next one, at most as many as a window has.
      Cease(days_[i].day, i + 1 < days_.size() ? days_[i + 1].day : INT64_MAX);
    }
  }

  void Cease(int64_t day, int64_t next) {
    --calendar_.At(std::min(day + kWeekDays, next)).week;
    --calendar_.At(std::min(day + kMonthDays, next)).month;
  }

  const Plan& plan_;
  const std::optional<RuleRef> where_;
  ZoneOffsets offsets_;
  Calendar calendar_;

  // Of the block at hand.
  const uint64_t* existing_ = nullptr;
  const uint64_t* matches_ = nullptr;  // Null when everything is activity.
  const int64_t* times_ = nullptr;
  std::vector<ActiveDay> days_;  // Of the person at hand.
};

class ActiveUsersOperator : public Operator {
 public:
  ActiveUsersOperator(const Plan& plan, const ActiveUsersPlan& body, Needs& needs)
      : plan_(plan) {
    if (body.where.has_value()) where_ = needs.AddRule(*body.where);
    // The windows look back past the start of the range.
    needs.AddPeopleOutOfRange();
  }
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<ActivePartial>(plan_, where_);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    QueryResult result;
    result.rows = static_cast<ActivePartial&>(all).ToTable();
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(result.rows.row_count() *
                                            result.rows.columns.size() * sizeof(Cell)));
    return result;
  }

 private:
  const Plan& plan_;
  std::optional<RuleRef> where_;
};

}  // namespace

std::unique_ptr<Operator> MakeActiveUsers(const Plan& plan, const ActiveUsersPlan& body,
                                          Needs& needs) {
  return std::make_unique<ActiveUsersOperator>(plan, body, needs);
}

}  // namespace footfall::query
