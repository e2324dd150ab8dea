#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/rule_node.h"
#include "query/block_rows.h"
#include "query/context.h"
#include "query/operators.h"
#include "query/people_columns.h"

namespace footfall::query {
namespace {

bool IsBounded(const Range& range) {
  return range.from_ms != INT64_MIN || range.to_ms != INT64_MAX;
}

// The people with events, by code, and whether their events let them into the report.
class UsersPartial : public Partial {
 public:
  explicit UsersPartial(const Plan& plan) : plan_(plan) {}

  absl::Status Add(BlockView& view) override {
    // Nothing depends on events.
    if (!IsBounded(plan_.range) && !plan_.segment.has_value()) return absl::OkStatus();
    const uint64_t* in_range = nullptr;
    const uint64_t* in_segment = nullptr;
    if (IsBounded(plan_.range)) {
      FOOTFALL_ASSIGN_OR_RETURN(in_range, view.InRange());
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(in_segment, view.InSegment());
    }
    for (size_t i = 0; i < view.people(); ++i) {
      const bool wanted = in_range != nullptr
                              ? AnyRow(in_range, view.begins()[i], view.begins()[i + 1])
                              : TestBit(in_segment, i);
      people_.push_back({.code = view.codes()[i], .wanted = wanted});
    }
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<UsersPartial&>(other);
    people_.insert(people_.end(), from.people_.begin(), from.people_.end());
    from.people_ = {};
    return absl::OkStatus();
  }

  uint64_t bytes() const override { return people_.capacity() * sizeof(Entry); }

  struct Entry {
    uint64_t code = 0;
    bool wanted = false;
  };
  // By rising code.
  const std::vector<Entry>& Sorted() {
    std::sort(people_.begin(), people_.end(),
              [](const Entry& a, const Entry& b) { return a.code < b.code; });
    return people_;
  }

 private:
  const Plan& plan_;
  std::vector<Entry> people_;
};

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

// Whether a condition on behaviour holds for somebody who did nothing.
bool HoldsForNone(const model::RuleNode& did) {
  switch (did.op) {
    case model::RuleOp::kEqual:
      return did.count == 0;
    case model::RuleOp::kNotEqual:
      return did.count != 0;
    case model::RuleOp::kLess:
      return did.count > 0;
    case model::RuleOp::kLessEqual:
      return did.count >= 0;
    case model::RuleOp::kGreater:
      return did.count < 0;
    default:
      return did.count <= 0;
  }
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
    name_bytes_ += Text::HeapBytes(name.size());
    Put(Text(name));
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
  uint64_t name_bytes_ = 0;
  size_t at_ = 0;
};

class UsersOperator : public Operator {
 public:
  UsersOperator(const Plan& plan, const UsersPlan& users) : plan_(plan), users_(users) {}

  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<UsersPartial>(plan_);
  }

  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    auto& partial = static_cast<UsersPartial&>(all);
    const std::vector<UsersPartial::Entry>& with_events = partial.Sorted();
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(partial.bytes()));
    const std::string& property = execution.snapshot().settings().account_property;
    UserRows rows(users_);
    auto next = with_events.begin();
    FOOTFALL_RETURN_IF_ERROR(
        execution.snapshot().VisitPeople([&](const model::Person& person) {
          while (next != with_events.end() && next->code < person.code) ++next;
          const bool has_events = next != with_events.end() && next->code == person.code;
          const std::string account = model::AccountOf(person, property);
          const bool wanted =
              has_events ? next->wanted
                         : IsWantedWithoutEvents(person, account, execution.now_ms());
          if (!wanted) return absl::OkStatus();
          rows.Add(person, account);
          return execution.Check(rows.bytes());
        }));
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(rows.bytes()));
    QueryResult result;
    result.rows = rows.Take();
    return result;
  }

 private:
  // Whether somebody of whom no event is stored is in the report.
  bool IsWantedWithoutEvents(const model::Person& person, std::string_view account,
                             int64_t now_ms) const {
    if (IsBounded(plan_.range)) return false;
    if (!plan_.segment.has_value()) return true;
    model::FieldSource source;
    source.person = &person;
    source.account = account;
    source.zone = plan_.zone;
    source.now_ms = now_ms;
    source.did = &did_nothing_;
    return plan_.segment->Matches(source);
  }

  const Plan& plan_;
  const UsersPlan& users_;
  const model::DidAnswer did_nothing_ = HoldsForNone;
};

}  // namespace

std::unique_ptr<Operator> MakeUsers(const Plan& plan, const UsersPlan& body, Needs&) {
  return std::make_unique<UsersOperator>(plan, body);
}

}  // namespace footfall::query
