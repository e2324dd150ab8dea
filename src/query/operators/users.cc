#include <memory>
#include <optional>
#include <utility>

#include "base/status.h"
#include "query/context.h"
#include "query/operators/operators.h"
#include "query/operators/people_in_report.h"
#include "query/people_columns.h"

namespace footfall::query {
namespace {

Table EmptyTable() {
  return {.columns = {{"person", ColumnType::kString, {}},
                      {"identified", ColumnType::kBool, {}},
                      {"account", ColumnType::kString, {}},
                      {"first_seen", ColumnType::kTimestamp, {}},
                      {"last_seen", ColumnType::kTimestamp, {}},
                      {"sessions", ColumnType::kInt64, {}},
                      {"total_duration_ms", ColumnType::kInt64, {}},
                      {"avg_duration_ms", ColumnType::kInt64, {}},
                      {"avg_between_sessions_ms", ColumnType::kInt64, {}},
                      {"events", ColumnType::kInt64, {}},
                      {"country", ColumnType::kString, {}},
                      {"region", ColumnType::kString, {}},
                      {"city", ColumnType::kString, {}},
                      {"browser", ColumnType::kString, {}},
                      {"browser_version", ColumnType::kString, {}},
                      {"os", ColumnType::kString, {}}}};
}

Cell TimeCell(const std::optional<int64_t>& time_ms) {
  return time_ms.has_value() ? Cell(*time_ms) : Cell();
}

// The rows of people, whose texts repeat but for their ids.
class UserRows {
 public:
  explicit UserRows(const UsersPlan& plan)
      : table_(EmptyTable()), attributes_(plan.attributes) {}

  void Add(const model::Person& person, std::string_view account) {
    at_ = 0;
    const std::string name = person.DisplayId();
    name_bytes_ += TextWriter::HeapBytes(name.size());
    Put(texts_.Make(name));
    Put(person.identified);
    PutShared(account);
    Put(TimeCell(person.first_seen_ms));
    Put(TimeCell(person.last_seen_ms));
    Put(static_cast<int64_t>(person.sessions));
    Put(person.total_duration_ms);
    Put(ToCell(model::AverageDuration(person)));
    Put(ToCell(model::AverageBetween(person)));
    Put(static_cast<int64_t>(person.events));
    PutShared(person.country);
    PutShared(person.region);
    PutShared(person.city);
    PutShared(person.browser);
    PutShared(person.browser_version);
    PutShared(person.os);
    attributes_.Add(person, account);
  }

  uint64_t bytes() const {
    return table_.columns[0].cells.capacity() * table_.columns.size() * sizeof(Cell) +
           name_bytes_ + pool_.bytes() + attributes_.bytes();
  }

  Table Take() {
    attributes_.MoveTo(table_);
    SortTable(table_, {{.column = 0}});
    return std::move(table_);
  }

 private:
  void Put(Cell cell) { table_.columns[at_++].cells.push_back(std::move(cell)); }
  void PutShared(std::string_view text) {
    Put(text.empty() ? Cell() : pool_.text(pool_.Intern(text)));
  }

  Table table_;
  PeopleColumns attributes_;
  ValuePool pool_;
  TextWriter texts_;
  uint64_t name_bytes_ = 0;
  size_t at_ = 0;
};

class UsersOperator : public Operator {
 public:
  UsersOperator(const Plan& plan, const UsersPlan& users, Needs& needs)
      : plan_(plan), users_(users) {
    if (users.where.has_value()) where_ = needs.AddRule(*users.where);
  }

  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<PeopleInReport>(plan_, where_, std::nullopt);
  }

  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    UserRows rows(users_);
    FOOTFALL_RETURN_IF_ERROR(static_cast<PeopleInReport&>(all).Visit(
        execution, [&](const model::Person& person, std::string_view account, bool) {
          rows.Add(person, account);
          return execution.Check(rows.bytes());
        }));
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(rows.bytes()));
    QueryResult result;
    result.rows = rows.Take();
    return result;
  }

 private:
  const Plan& plan_;
  const UsersPlan& users_;
  std::optional<RuleRef> where_;
};

}  // namespace

std::unique_ptr<Operator> MakeUsers(const Plan& plan, const UsersPlan& body,
                                    Needs& needs) {
  return std::make_unique<UsersOperator>(plan, body, needs);
}

}  // namespace footfall::query
