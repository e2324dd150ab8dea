#include "report/group_size.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "base/status.h"
#include "base/strings.h"
#include "report/selection.h"

namespace footfall::report {
namespace {

using base::Cat;
using query::Aggregate;
using query::AggregateColumn;
using query::Cell;
using query::Column;
using query::Table;

// No name of a column that somebody chose begins so.
constexpr char kHidden[] = "\x01people";

absl::Status Refuse(int64_t min, std::string_view what) {
  return base::MakeError(
      absl::StatusCode::kFailedPrecondition,
      Cat("the smallest group is ", min, " people (setting group_size_min): ", what,
          " are not given out"));
}

int64_t CountIn(const Column& column, size_t row) {
  const int64_t* count = std::get_if<int64_t>(&column.cells[row]);
  return count == nullptr ? 0 : *count;
}

const Column* FindColumn(const Table& table, std::string_view name) {
  for (const Column& column : table.columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

}  // namespace

// Fills a guard by the kind of report.
struct Guarding {
  GroupGuard& guard;

  absl::Status operator()(query::TablePlan& body) const {
    return GuardTable(body.rows, body.columns);
  }
  absl::Status operator()(query::SessionsPlan& body) const {
    if (body.columns.empty()) return Refuse(guard.min_, "lists of sessions");
    return GuardTable(body.rows, body.columns);
  }
  absl::Status operator()(query::FunnelPlan& body) const {
    if (body.members) return Refuse(guard.min_, "lists of people");
    guard.people_ = "people";
    return absl::OkStatus();
  }
  absl::Status operator()(query::RetentionPlan& body) const {
    if (body.members) return Refuse(guard.min_, "lists of people");
    guard.people_ = "people";
    guard.cells_ = {{"share", "returned"}, {"returned", "returned"}};
    return absl::OkStatus();
  }
  absl::Status operator()(query::PathsPlan& body) const {
    if (body.members.has_value()) return Refuse(guard.min_, "lists of sessions");
    body.people = true;
    guard.people_ = "people";
    guard.hidden_columns_ = 1;
    return absl::OkStatus();
  }
  absl::Status operator()(query::ActiveUsersPlan&) const {
    for (const char* name : {"dau", "wau", "mau", "new_people"}) {
      guard.cells_.push_back({name, name});
    }
    return absl::OkStatus();
  }
  absl::Status operator()(query::NpsPlan&) const { return OnlyTotal(); }
  absl::Status operator()(query::OnboardingPlan&) const { return OnlyTotal(); }
  absl::Status operator()(query::PageViewsPlan&) const { return RowsOfPeople(); }
  absl::Status operator()(query::AccountsPlan&) const { return RowsOfPeople(); }
  absl::Status operator()(query::TrackedEventsPlan&) const { return RowsOfPeople(); }
  absl::Status operator()(query::ContentPlan&) const { return RowsOfPeople(); }
  absl::Status operator()(query::RageClicksPlan&) const { return RowsOfPeople(); }
  absl::Status operator()(query::DeadClicksPlan&) const { return RowsOfPeople(); }
  absl::Status operator()(query::PageTimesPlan&) const { return RowsOfPeople(); }
  // Whatever else there is lists people, or is not known to be harmless.
  template <typename Body>
  absl::Status operator()(Body&) const {
    return Refuse(guard.min_, "lists of people");
  }

 private:
  absl::Status OnlyTotal() const {
    guard.only_total_ = true;
    return absl::OkStatus();
  }

  absl::Status RowsOfPeople() const {
    guard.people_ = "people";
    guard.rows_add_up_ = true;
    return absl::OkStatus();
  }

  absl::Status GuardTable(const std::vector<query::RowKey>& rows,
                          std::vector<AggregateColumn>& columns) const {
    for (const query::RowKey& row : rows) {
      if (row.kind == query::RowKey::Kind::kPerson) {
        return Refuse(guard.min_, "lists of people");
      }
      if (row.kind == query::RowKey::Kind::kSession) {
        return Refuse(guard.min_, "lists of sessions");
      }
    }
    guard.people_ = kHidden;
    guard.rows_add_up_ = !rows.empty();
    const size_t count = columns.size();
    columns.push_back(People(kHidden, std::nullopt));
    for (size_t i = 0; i < count; ++i) {
      const AggregateColumn column = columns[i];
      if (column.aggregate == Aggregate::kFirst || column.aggregate == Aggregate::kLast) {
        return Refuse(guard.min_,
                      Cat("single values, as of the column '", column.name, "',"));
      }
      if (!column.where.has_value()) continue;
      const std::string people = Cat(kHidden, i);
      columns.push_back(People(people, column.where));
      guard.cells_.push_back({column.name, people});
    }
    AddRatios(columns, count);
    guard.hidden_columns_ = columns.size() - count;
    return absl::OkStatus();
  }

  // What divides cells goes with them.
  void AddRatios(const std::vector<AggregateColumn>& columns, size_t count) const {
    const std::vector<GroupGuard::CellRule> rules = guard.cells_;
    for (size_t i = 0; i < count; ++i) {
      if (columns[i].aggregate != Aggregate::kRatio) continue;
      for (const GroupGuard::CellRule& rule : rules) {
        if (rule.column == columns[columns[i].numerator].name ||
            rule.column == columns[columns[i].denominator].name) {
          guard.cells_.push_back({columns[i].name, rule.people});
        }
      }
    }
  }

  static AggregateColumn People(std::string name,
                                const std::optional<model::Rule>& where) {
    AggregateColumn column;
    column.name = std::move(name);
    column.aggregate = Aggregate::kCountPeople;
    column.where = where;
    return column;
  }
};

absl::Status RefusePeople(const store::Settings& settings, std::string_view what) {
  if (settings.group_size_min == 0) return absl::OkStatus();
  return Refuse(settings.group_size_min, what);
}

absl::StatusOr<GroupGuard> GroupGuard::Make(int64_t group_size_min, query::Plan* plan) {
  GroupGuard guard(group_size_min);
  FOOTFALL_RETURN_IF_ERROR(std::visit(Guarding{guard}, plan->body));
  return guard;
}

void GroupGuard::EmptyCells(Table* table) const {
  // Judged before any is emptied, since a column may count the people of another.
  std::vector<std::pair<size_t, size_t>> empty;
  for (const CellRule& rule : cells_) {
    const Column* people = FindColumn(*table, rule.people);
    for (size_t i = 0; i < table->columns.size(); ++i) {
      if (table->columns[i].name != rule.column || people == nullptr) continue;
      for (size_t row = 0; row < table->row_count(); ++row) {
        if (CountIn(*people, row) < min_) empty.emplace_back(i, row);
      }
    }
  }
  for (const auto& [column, row] : empty) table->columns[column].cells[row] = Cell();
}

uint64_t GroupGuard::RemoveRows(std::string_view people_column, bool rows_add_up,
                                Table* table) const {
  const Column* people = FindColumn(*table, people_column);
  if (people == nullptr) return 0;
  std::vector<bool> gone(table->row_count());
  std::vector<std::pair<int64_t, size_t>> left;
  int64_t gone_people = 0;
  for (size_t row = 0; row < gone.size(); ++row) {
    const int64_t count = CountIn(*people, row);
    gone[row] = count < min_;
    if (gone[row]) {
      gone_people += count;
    } else {
      left.emplace_back(count, row);
    }
  }
  std::sort(left.begin(), left.end());
  for (size_t i = 0;
       rows_add_up && gone_people > 0 && gone_people < min_ && i < left.size(); ++i) {
    gone_people += left[i].first;
    gone[left[i].second] = true;
  }
  const uint64_t before = table->row_count();
  KeepRows(*table, [&](size_t row) { return !gone[row]; });
  return before - table->row_count();
}

void GroupGuard::Apply(Result* result) const {
  Table& rows = result->rows;
  uint64_t suppressed = 0;
  if (only_total_) {
    suppressed = rows.row_count();
    KeepRows(rows, [](size_t) { return false; });
  } else {
    EmptyCells(&rows);
    if (!people_.empty()) suppressed = RemoveRows(people_, rows_add_up_, &rows);
  }
  rows.columns.resize(rows.columns.size() - hidden_columns_);
  if (result->total.has_value()) {
    const std::string_view people =
        FindColumn(*result->total, "people") != nullptr ? "people" : "answers";
    suppressed += RemoveRows(people, false, &*result->total);
  }
  result->suppressed_rows = suppressed;
}

}  // namespace footfall::report
