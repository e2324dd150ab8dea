#include "report/drill.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "report/drill_built_in.h"
#include "report/row_keys.h"
#include "report/row_reader.h"
#include "report/selection.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;
using query::Table;

constexpr std::pair<std::string_view, DrillList> kLists[] = {
    {"people", DrillList::kPeople},
    {"sessions", DrillList::kSessions},
    {"moments", DrillList::kMoments}};

// What a column of a table counts.
DrillList ListOf(query::Aggregate aggregate) {
  if (aggregate == query::Aggregate::kCountPeople) return DrillList::kPeople;
  if (aggregate == query::Aggregate::kCountSessions) return DrillList::kSessions;
  return DrillList::kMoments;
}

absl::StatusOr<const query::AggregateColumn*> FindAggregate(
    const std::vector<query::AggregateColumn>& columns, std::string_view name) {
  for (const query::AggregateColumn& column : columns) {
    if (column.name != name) continue;
    if (column.aggregate == query::Aggregate::kRatio) {
      return InvalidAt("$.column",
                       Cat("'", name, "' is a ratio; ask for what it divides"));
    }
    return &column;
  }
  return InvalidAt("$.column", Cat("the report has no column '", name, "'"));
}

// Restricts a selection to the row of a table.
absl::Status SelectRow(const std::vector<query::RowKey>& keys, RowReader& row,
                       Selection& selection) {
  for (const query::RowKey& key : keys) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> text, row.Read(key.name));
    switch (key.kind) {
      case query::RowKey::Kind::kPerson:
        selection.Where(Condition("person.id", "is", text.value_or("")));
        break;
      case query::RowKey::Kind::kAccount:
        selection.Where(text.has_value() ? Condition("account", "is", *text)
                                         : IsSet("account", false));
        break;
      case query::RowKey::Kind::kSession: {
        selection.Where(Condition("session.id", "is", text.value_or("")));
        Json starts = StartsIn(selection.range());
        if (!starts.is_null()) selection.Where(std::move(starts));
        break;
      }
      case query::RowKey::Kind::kField:
        selection.Where(FieldIs(key.field, text));
        break;
      case query::RowKey::Kind::kTime: {
        FOOTFALL_ASSIGN_OR_RETURN(const int64_t value,
                                  row.Time(key.name, key.bucket == base::Bucket::kHour));
        selection.In({.bucket = key.bucket, .value = value});
        break;
      }
    }
  }
  return row.CheckAllRead();
}

absl::StatusOr<Table> ListOf(const Selection& selection, DrillList list) {
  switch (list) {
    case DrillList::kPeople:
      return selection.People();
    case DrillList::kSessions:
      return selection.Sessions();
    case DrillList::kMoments:
      break;
  }
  return selection.Moments();
}

absl::StatusOr<Table> DrillTable(const Engine& engine, const query::Plan& plan,
                                 const query::TablePlan& body,
                                 const DrillRequest& request) {
  FOOTFALL_ASSIGN_OR_RETURN(const query::AggregateColumn* column,
                            FindAggregate(body.columns, request.column));
  Selection selection(engine, plan);
  selection.Where(body.where);
  selection.Where(column->where);
  RowReader row(request.row);
  FOOTFALL_RETURN_IF_ERROR(SelectRow(body.rows, row, selection));
  return ListOf(selection, request.list.value_or(ListOf(column->aggregate)));
}

// A session that the report lists: its moments, wherever they are in time.
absl::StatusOr<Table> DrillListedSession(const Engine& engine, const query::Plan& plan,
                                         const DrillRequest& request) {
  if (request.column != "events" && request.column != "pages") {
    return InvalidAt("$.column", "must be events or pages");
  }
  RowReader row(request.row);
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> session,
                            row.Read("session"));
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> person, row.Read("person"));
  FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
  FOOTFALL_RETURN_IF_ERROR(CheckList(request, {DrillList::kMoments}));
  Selection selection(engine, plan);
  selection.SetRange(query::Range());
  selection.Where(Condition("session.id", "is", session.value_or("")));
  selection.Where(Condition("person.id", "is", person.value_or("")));
  if (request.column == "pages") {
    selection.Where(Condition("event.type", "is", "page_view"));
  }
  return selection.Moments();
}

absl::StatusOr<Table> DrillSessions(const Engine& engine, const query::Plan& plan,
                                    const query::SessionsPlan& body,
                                    const DrillRequest& request) {
  if (body.columns.empty()) return DrillListedSession(engine, plan, request);
  FOOTFALL_ASSIGN_OR_RETURN(const query::AggregateColumn* column,
                            FindAggregate(body.columns, request.column));
  FOOTFALL_RETURN_IF_ERROR(
      CheckList(request, {DrillList::kPeople, DrillList::kSessions}));
  Selection selection(engine, plan);
  selection.Where(column->where);
  RowReader row(request.row);
  FOOTFALL_RETURN_IF_ERROR(SelectRow(body.rows, row, selection));
  const bool people = column->aggregate == query::Aggregate::kCountPeople;
  const DrillList list =
      request.list.value_or(people ? DrillList::kPeople : DrillList::kSessions);
  return list == DrillList::kPeople ? selection.PeopleOfSessions(body.where)
                                    : selection.SessionsByStart(body.where);
}

// The sessions in which people took a step of a funnel.
absl::StatusOr<Table> SessionsOfStep(const Engine& engine, const query::Plan& plan,
                                     const query::FunnelPlan& body, size_t step,
                                     const Table& members) {
  if (body.order == query::FunnelPlan::Order::kAny) {
    return InvalidAt("$.list", "steps in any order have no times, and so no sessions");
  }
  std::map<std::string, query::Cell> times;
  const query::Column& people = ColumnNamed(members, "person");
  const query::Column& time = ColumnNamed(members, Cat("time_", step));
  for (size_t row = 0; row < members.row_count(); ++row) {
    times[CellText(people, row).value_or("")] = time.cells[row];
  }
  Selection selection(engine, plan);
  selection.Where(body.where);
  selection.Where(body.steps[step - 1].where);
  FOOTFALL_ASSIGN_OR_RETURN(Table moments, selection.Moments());
  // Of several moments at that very time the first is as good as any.
  KeepRows(moments, [&](size_t row) {
    const auto found =
        times.find(CellText(ColumnNamed(moments, "person"), row).value_or(""));
    if (found == times.end() || found->second != moments.columns[0].cells[row]) {
      return false;
    }
    times.erase(found);
    return true;
  });
  Table sessions;
  for (const char* name : {"session", "person", "time"}) {
    sessions.columns.push_back(ColumnNamed(moments, name));
  }
  AddPlayable(sessions);
  return sessions;
}

absl::StatusOr<Table> DrillFunnel(const Engine& engine, const query::Plan& plan,
                                  query::FunnelPlan body, const DrillRequest& request) {
  const bool dropped = request.column == "dropped";
  const bool converted = request.column == "converted";
  if (!dropped && !converted && request.column != "people") {
    return InvalidAt("$.column", "must be people, dropped or converted");
  }
  FOOTFALL_RETURN_IF_ERROR(
      CheckList(request, {DrillList::kPeople, DrillList::kSessions}));
  RowReader row(request.row);
  FOOTFALL_ASSIGN_OR_RETURN(
      const int64_t step, row.Whole("step", 1, static_cast<int64_t>(body.steps.size())));
  std::optional<std::string> value;
  if (body.break_down.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(value, row.Read(body.break_down->name()));
  }
  row.Ignore("name");
  FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
  const size_t steps = body.steps.size();
  const query::FunnelPlan counted = body;
  query::Plan members_plan = plan;
  body.members = true;
  members_plan.body = std::move(body);
  FOOTFALL_ASSIGN_OR_RETURN(Table members, engine.Run(members_plan));
  KeepRows(members, [&](size_t at) {
    const int64_t reached = std::get<int64_t>(ColumnNamed(members, "steps").cells[at]);
    if (counted.break_down.has_value() && CellText(members.columns[1], at) != value) {
      return false;
    }
    if (dropped) return reached == step && step < static_cast<int64_t>(steps);
    return converted ? reached == static_cast<int64_t>(steps) : reached >= step;
  });
  if (request.list != DrillList::kSessions) return members;
  const size_t taken = converted ? steps : static_cast<size_t>(step);
  return SessionsOfStep(engine, plan, counted, taken, members);
}

absl::StatusOr<Table> DrillRetention(const Engine& engine, const query::Plan& plan,
                                     query::RetentionPlan body,
                                     const DrillRequest& request) {
  const bool returned = request.column == "returned";
  if (!returned && request.column != "people") {
    return InvalidAt("$.column", "must be people or returned");
  }
  FOOTFALL_RETURN_IF_ERROR(CheckList(request, {DrillList::kPeople}));
  RowReader row(request.row);
  FOOTFALL_ASSIGN_OR_RETURN(const int64_t cohort, row.Time("cohort", false));
  int64_t k = 0;
  if (returned) {
    FOOTFALL_ASSIGN_OR_RETURN(k, row.Whole("k", 0, body.periods - 1));
  }
  row.Ignore("k");
  FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
  query::Plan members_plan = plan;
  body.members = true;
  members_plan.body = std::move(body);
  FOOTFALL_ASSIGN_OR_RETURN(Table members, engine.Run(members_plan));
  const query::Column& cohorts = members.columns[1];
  const query::Column& came = members.columns[2 + static_cast<size_t>(k)];
  KeepRows(members, [&](size_t at) {
    return cohorts.cells[at] == query::Cell(cohort) &&
           (!returned || came.cells[at] == query::Cell(true));
  });
  return members;
}

absl::StatusOr<Table> DrillPaths(const Engine& engine, const query::Plan& plan,
                                 query::PathsPlan body, const DrillRequest& request) {
  const bool people = request.column == "people";
  if (!people && request.column != "sessions") {
    return InvalidAt("$.column", "must be sessions or people");
  }
  FOOTFALL_RETURN_IF_ERROR(
      CheckList(request, {DrillList::kSessions, DrillList::kPeople}));
  RowReader row(request.row);
  query::PathStep step;
  FOOTFALL_ASSIGN_OR_RETURN(const int64_t number, row.Whole("step", 1, body.steps));
  step.step = static_cast<int>(number);
  FOOTFALL_ASSIGN_OR_RETURN(std::optional<std::string> from, row.Read("from"));
  FOOTFALL_ASSIGN_OR_RETURN(std::optional<std::string> to, row.Read("to"));
  FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
  step.from = from.value_or("");
  step.to = to.value_or("");
  query::Plan members_plan = plan;
  body.members = std::move(step);
  members_plan.body = std::move(body);
  FOOTFALL_ASSIGN_OR_RETURN(Table sessions, engine.Run(members_plan));
  const DrillList list =
      request.list.value_or(people ? DrillList::kPeople : DrillList::kSessions);
  if (list == DrillList::kPeople) return PeopleOf(sessions);
  AddPlayable(sessions);
  return sessions;
}

struct Driller {
  const Engine& engine;
  const query::Plan& plan;
  const DrillRequest& request;

  absl::StatusOr<Table> operator()(const query::TablePlan& body) const {
    return DrillTable(engine, plan, body, request);
  }
  absl::StatusOr<Table> operator()(const query::SessionsPlan& body) const {
    return DrillSessions(engine, plan, body, request);
  }
  absl::StatusOr<Table> operator()(const query::FunnelPlan& body) const {
    return DrillFunnel(engine, plan, body, request);
  }
  absl::StatusOr<Table> operator()(const query::RetentionPlan& body) const {
    return DrillRetention(engine, plan, body, request);
  }
  absl::StatusOr<Table> operator()(const query::PathsPlan& body) const {
    return DrillPaths(engine, plan, body, request);
  }
  template <typename Body>
  absl::StatusOr<Table> operator()(const Body& body) const {
    return DrillBuiltIn(engine, plan, body, request);
  }
};

}  // namespace

absl::StatusOr<DrillRequest> ParseDrillRequest(const Json& json) {
  if (!json.is_object()) return InvalidAt("$", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, "$", {"row", "column", "list"}));
  DrillRequest request;
  if (const Json* row = json.Find("row")) {
    if (!row->is_object()) return InvalidAt("$.row", "must be an object");
    for (const auto& [key, value] : row->as_object()) {
      if (value.is_array() || value.is_object()) {
        return InvalidAt("$.row." + key, "must be a value");
      }
    }
    request.row = *row;
  }
  const Json* column = json.Find("column");
  if (column == nullptr) return InvalidAt("$.column", "is required");
  if (!column->is_string()) return InvalidAt("$.column", "must be a string");
  request.column = column->as_string();
  const Json* list = json.Find("list");
  if (list == nullptr) return request;
  for (const auto& [name, one] : kLists) {
    if (*list == Json(name)) request.list = one;
  }
  if (!request.list.has_value()) {
    return InvalidAt("$.list", "must be people, sessions or moments");
  }
  return request;
}

absl::StatusOr<Table> DrillDown(const store::Snapshot& snapshot, const query::Plan& plan,
                                const DrillRequest& request,
                                const query::ExecuteContext& context) {
  const Engine engine{.snapshot = snapshot, .context = context};
  return std::visit(Driller{engine, plan, request}, plan.body);
}

}  // namespace footfall::report
