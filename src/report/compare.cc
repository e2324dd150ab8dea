#include "report/compare.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "report/export_cell.h"
#include "report/row_keys.h"

namespace footfall::report {
namespace {

using query::Cell;
using query::Column;
using query::ColumnType;
using query::Table;

bool IsDayStart(int64_t time_ms, absl::TimeZone zone) {
  return base::DayStart(base::LocalDay(time_ms, zone), zone) == time_ms;
}

// Months since 1970-01 of the first day of one.
int64_t MonthNumber(int64_t day) {
  const absl::CivilDay date = absl::CivilDay(1970, 1, 1) + day;
  return (date.year() - 1970) * 12 + date.month() - 1;
}

int64_t FirstDay(int64_t month) {
  return absl::CivilDay(absl::CivilMonth(1970, 1) + month) - absl::CivilDay(1970, 1, 1);
}

// Buckets of a column, numbered from the one that holds the beginning of a range.
class Ordinals {
 public:
  Ordinals(base::Bucket bucket, int64_t from_ms, absl::TimeZone zone) : bucket_(bucket) {
    const int64_t day = base::LocalDay(from_ms, zone);
    switch (bucket) {
      case base::Bucket::kHour:
        first_ = base::HourStart(from_ms, zone);
        break;
      case base::Bucket::kDay:
        first_ = day;
        break;
      case base::Bucket::kWeek:
        first_ = base::WeekOf(day);
        break;
      case base::Bucket::kMonth:
        first_ = MonthNumber(day);
        break;
    }
  }

  int64_t NumberOf(int64_t value) const {
    return bucket_ == base::Bucket::kMonth ? MonthNumber(value) - first_
                                           : (value - first_) / Length();
  }
  int64_t ValueOf(int64_t number) const {
    return bucket_ == base::Bucket::kMonth ? FirstDay(first_ + number)
                                           : first_ + number * Length();
  }

 private:
  int64_t Length() const {
    if (bucket_ == base::Bucket::kHour) return base::kHourMs;
    return bucket_ == base::Bucket::kWeek ? 7 : 1;
  }

  const base::Bucket bucket_;
  int64_t first_ = 0;
};

// The key columns that are buckets of time.
struct TimeKeys {
  using Keys = std::vector<std::pair<size_t, base::Bucket>>;

  Keys operator()(const query::TablePlan& body) const { return Of(body.rows); }
  Keys operator()(const query::SessionsPlan& body) const { return Of(body.rows); }
  Keys operator()(const query::RetentionPlan& body) const { return {{0, body.bucket}}; }
  Keys operator()(const query::ActiveUsersPlan&) const {
    return {{0, base::Bucket::kDay}};
  }
  template <typename Body>
  Keys operator()(const Body&) const {
    return {};
  }

  static Keys Of(const std::vector<query::RowKey>& rows) {
    Keys keys;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].kind == query::RowKey::Kind::kTime)
        keys.emplace_back(i, rows[i].bucket);
    }
    return keys;
  }
};

bool HasLimit(const query::Plan& plan) {
  return std::visit(
      [](const auto& body) {
        if constexpr (requires { body.limit; }) return body.limit.has_value();
        return false;
      },
      plan.body);
}

bool IsNumber(const Column& column) {
  return column.type == ColumnType::kInt64 || column.type == ColumnType::kDouble;
}

// By how much a number has grown; missing when one of them is, or when it does not fit.
Cell Change(const Column& column, const Cell& now, const Cell& before) {
  if (IsMissing(now, column.type) || IsMissing(before, column.type)) return Cell();
  if (column.type == ColumnType::kDouble) return DoubleOf(now) - DoubleOf(before);
  int64_t change = 0;
  if (__builtin_sub_overflow(std::get<int64_t>(now), std::get<int64_t>(before),
                             &change)) {
    return Cell();
  }
  return change;
}

// A number as a cell of a column, whose type may be wider than what it was before.
Cell As(ColumnType type, const Cell& cell) {
  if (type != ColumnType::kDouble) return cell;
  const double value = DoubleOf(cell);
  return std::isfinite(value) ? Cell(value) : Cell();
}

// Joins one table with that of the period before.
class Join {
 public:
  Join(Table* table, Table previous, std::vector<size_t> keys)
      : table_(table), previous_(std::move(previous)), keys_(std::move(keys)) {}

  absl::Status Run(bool keep_gone_rows) {
    for (size_t i = 0; i < table_->columns.size(); ++i) {
      const bool is_key = std::find(keys_.begin(), keys_.end(), i) != keys_.end();
      if (is_key || !IsNumber(table_->columns[i])) continue;
      // A column of values may have been one of texts.
      if (!IsNumber(previous_.columns[i])) continue;
      numbers_.push_back(i);
      FOOTFALL_RETURN_IF_ERROR(CheckNames(table_->columns[i].name));
      if (previous_.columns[i].type == ColumnType::kDouble) Widen(table_->columns[i]);
    }
    PairRows(keep_gone_rows);
    for (const size_t at : numbers_) AddColumns(at);
    return absl::OkStatus();
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;

  absl::Status CheckNames(const std::string& name) const {
    for (const Column& column : table_->columns) {
      if (column.name == base::Cat("previous_", name) ||
          column.name == base::Cat("change_", name)) {
        return base::InvalidAt("$.compare", base::Cat("the report has a column '",
                                                      column.name, "' already"));
      }
    }
    return absl::OkStatus();
  }

  static void Widen(Column& column) {
    for (Cell& cell : column.cells) cell = As(ColumnType::kDouble, cell);
    column.type = ColumnType::kDouble;
  }

  void PairRows(bool keep_gone_rows) {
    std::map<std::string, std::vector<size_t>> before;
    for (size_t row = previous_.row_count(); row-- > 0;) {
      before[RowKeyText(previous_, keys_, row)].push_back(row);
    }
    std::vector<bool> paired(previous_.row_count());
    for (size_t row = 0; row < table_->row_count(); ++row) {
      std::vector<size_t>& rows = before[RowKeyText(*table_, keys_, row)];
      pairs_.push_back(rows.empty() ? kNone : rows.back());
      if (rows.empty()) continue;
      paired[rows.back()] = true;
      rows.pop_back();
    }
    if (!keep_gone_rows) return;
    for (size_t row = 0; row < previous_.row_count(); ++row) {
      if (paired[row]) continue;
      pairs_.push_back(row);
      for (size_t i = 0; i < table_->columns.size(); ++i) {
        const bool is_key = std::find(keys_.begin(), keys_.end(), i) != keys_.end();
        table_->columns[i].cells.push_back(is_key ? KeyCell(i, row) : Cell());
      }
    }
  }

  // A key of values that were of another type before goes by its text.
  Cell KeyCell(size_t at, size_t row) {
    const Column& before = previous_.columns[at];
    Column& now = table_->columns[at];
    if (now.type == before.type || IsMissing(before.cells[row], before.type)) {
      return before.cells[row];
    }
    const auto text = [](const Column& column, size_t i) -> Cell {
      const base::Json json = CellToJson(column, i);
      if (json.is_null()) return Cell();
      return query::Text(json.is_string() ? json.as_string() : json.Dump());
    };
    if (now.type != ColumnType::kString) {
      for (size_t i = 0; i < now.cells.size(); ++i) now.cells[i] = text(now, i);
      now.type = ColumnType::kString;
    }
    return text(before, row);
  }

  void AddColumns(size_t at) {
    const Column& now = table_->columns[at];
    Column previous{base::Cat("previous_", now.name), now.type, {}};
    Column change{base::Cat("change_", now.name), now.type, {}};
    for (size_t row = 0; row < pairs_.size(); ++row) {
      const Cell before = pairs_[row] == kNone
                              ? Cell()
                              : As(now.type, previous_.columns[at].cells[pairs_[row]]);
      change.cells.push_back(Change(now, now.cells[row], before));
      previous.cells.push_back(before);
    }
    table_->columns.push_back(std::move(previous));
    table_->columns.push_back(std::move(change));
  }

  Table* const table_;
  const Table previous_;
  const std::vector<size_t> keys_;
  std::vector<size_t> numbers_;
  std::vector<size_t> pairs_;  // By row: the one before.
};

}  // namespace

absl::StatusOr<query::Range> PreviousRange(const query::Range& range, absl::TimeZone zone,
                                           int64_t now_ms) {
  if (range.from_ms == INT64_MIN) {
    return base::InvalidAt("$.compare", "needs a range that has a beginning");
  }
  const int64_t to_ms = range.to_ms == INT64_MAX ? now_ms + 1 : range.to_ms;
  if (to_ms <= range.from_ms) {
    return base::InvalidAt("$.compare", "needs a range that begins before now");
  }
  query::Range previous{.from_ms = range.from_ms - (to_ms - range.from_ms),
                        .to_ms = range.from_ms};
  if (IsDayStart(range.from_ms, zone) && IsDayStart(to_ms, zone)) {
    const int64_t first = base::LocalDay(range.from_ms, zone);
    const int64_t days = base::LocalDay(to_ms, zone) - first;
    previous.from_ms = base::DayStart(first - days, zone);
  }
  return previous;
}

absl::StatusOr<Compiled> PreviousPeriod(const Compiled& compiled, int64_t now_ms) {
  Compiled previous = compiled;
  FOOTFALL_ASSIGN_OR_RETURN(
      previous.plan.range,
      PreviousRange(compiled.plan.range, compiled.plan.zone, now_ms));
  previous.result.from_ms = previous.plan.range.from_ms;
  previous.result.to_ms = previous.plan.range.to_ms;
  std::visit(
      [](auto& body) {
        if constexpr (requires { body.limit; }) body.limit.reset();
      },
      previous.plan.body);
  return previous;
}

absl::Status AddPrevious(const query::Plan& plan, const query::Plan& previous_plan,
                         const Result& previous, Result* result) {
  Table before = previous.rows;
  for (const auto& [at, bucket] : std::visit(TimeKeys(), plan.body)) {
    const Ordinals now(bucket, plan.range.from_ms, plan.zone);
    const Ordinals then(bucket, previous_plan.range.from_ms, plan.zone);
    for (Cell& cell : before.columns[at].cells) {
      cell = now.ValueOf(then.NumberOf(std::get<int64_t>(cell)));
    }
  }
  FOOTFALL_RETURN_IF_ERROR(
      Join(&result->rows, std::move(before), KeyColumns(plan)).Run(!HasLimit(plan)));
  result->previous_from_ms = previous_plan.range.from_ms;
  result->previous_to_ms = previous_plan.range.to_ms;
  if (!result->total.has_value() || !previous.total.has_value()) return absl::OkStatus();
  return Join(&*result->total, *previous.total, {}).Run(false);
}

}  // namespace footfall::report
