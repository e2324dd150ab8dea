// Lists behind the counts of built-in reports whose operators list the events that they
// count, with the start of the sessions of these: what counts is known to them alone.
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "report/drill_built_in.h"
#include "report/restrict.h"
#include "report/row_reader.h"

namespace footfall::report {
namespace {

using query::Column;
using query::ColumnType;
using query::Table;

// Some of the moments.
struct Moments {
  int64_t count = 0;
  int64_t first_ms = INT64_MAX;
  int64_t last_ms = INT64_MIN;

  void Add(int64_t time_ms) {
    ++count;
    first_ms = std::min(first_ms, time_ms);
    last_ms = std::max(last_ms, time_ms);
  }
  // Adds a cell to each of the last three columns.
  void Put(Table& table) const {
    const size_t at = table.columns.size() - 3;
    table.columns[at].cells.emplace_back(count);
    table.columns[at + 1].cells.emplace_back(first_ms);
    table.columns[at + 2].cells.emplace_back(last_ms);
  }
};

void AddMomentColumns(Table& table) {
  table.columns.push_back({"moments", ColumnType::kInt64, {}});
  table.columns.push_back({"first_time", ColumnType::kTimestamp, {}});
  table.columns.push_back({"last_time", ColumnType::kTimestamp, {}});
}

int64_t TimeAt(const Column& column, size_t row) {
  return std::get<int64_t>(column.cells[row]);
}

std::string TextAt(const Column& column, size_t row) {
  return CellText(column, row).value_or("");
}

Table PeopleOfMoments(const Table& moments) {
  const Column& times = ColumnNamed(moments, "time");
  const Column& people = ColumnNamed(moments, "person");
  std::map<std::string, Moments> groups;
  for (size_t row = 0; row < moments.row_count(); ++row) {
    groups[TextAt(people, row)].Add(TimeAt(times, row));
  }
  Table table{.columns = {{"person", ColumnType::kString, {}}}};
  AddMomentColumns(table);
  for (const auto& [person, group] : groups) {
    table.columns[0].cells.emplace_back(query::Text(person));
    group.Put(table);
  }
  return table;
}

// The sessions that belong to the range.
Table SessionsOfMoments(const Table& moments, query::Range range) {
  const Column& times = ColumnNamed(moments, "time");
  const Column& people = ColumnNamed(moments, "person");
  const Column& sessions = ColumnNamed(moments, "session");
  const Column& starts = ColumnNamed(moments, "start");
  using Key = std::tuple<std::string, std::string, int64_t>;
  std::map<Key, Moments> groups;
  for (size_t row = 0; row < moments.row_count(); ++row) {
    const int64_t start_ms = TimeAt(starts, row);
    if (!range.Contains(start_ms)) continue;
    groups[Key(TextAt(sessions, row), TextAt(people, row), start_ms)].Add(
        TimeAt(times, row));
  }
  Table table{.columns = {{"session", ColumnType::kString, {}},
                          {"person", ColumnType::kString, {}},
                          {"start", ColumnType::kTimestamp, {}}}};
  AddMomentColumns(table);
  for (const auto& [key, group] : groups) {
    const auto& [session, person, start_ms] = key;
    table.columns[0].cells.emplace_back(query::Text(session));
    table.columns[1].cells.emplace_back(query::Text(person));
    table.columns[2].cells.emplace_back(start_ms);
    group.Put(table);
  }
  AddPlayable(table);
  return table;
}

// Runs a plan that lists events and makes the list of them that is asked for.
absl::StatusOr<Table> ListEvents(const Engine& engine, const query::Plan& plan,
                                 const DrillRequest& request) {
  FOOTFALL_ASSIGN_OR_RETURN(Table moments, engine.Run(plan));
  switch (request.list.value_or(ListOfColumn(request.column))) {
    case DrillList::kPeople:
      return PeopleOfMoments(moments);
    case DrillList::kSessions:
      return SessionsOfMoments(moments, plan.range);
    case DrillList::kMoments:
      break;
  }
  moments.columns.pop_back();
  return moments;
}

template <typename Body>
absl::StatusOr<Table> DrillClicks(const Engine& engine, query::Plan plan, Body body,
                                  const DrillRequest& request) {
  RowReader row(request.row);
  query::ClickList& clicks = body.members.emplace();
  FOOTFALL_ASSIGN_OR_RETURN(clicks.page, row.Read("page"));
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> element,
                            row.Read("element"));
  FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
  clicks.element = element.value_or("");
  clicks.bursts = request.column == "bursts";
  plan.body = std::move(body);
  return ListEvents(engine, plan, request);
}

bool IsOneOf(std::string_view column, std::initializer_list<std::string_view> columns) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

// Runs a plan that lists the events of many for one person.
absl::StatusOr<Table> ListEventsOf(const Engine& engine, query::Plan plan,
                                   const std::optional<std::string>& person,
                                   const DrillRequest& request) {
  FOOTFALL_RETURN_IF_ERROR(
      CheckList(request, {DrillList::kMoments, DrillList::kSessions}));
  FOOTFALL_ASSIGN_OR_RETURN(
      const model::Rule is_person,
      model::Rule::Parse(Condition("person.id", "is", person.value_or(""))));
  FOOTFALL_RETURN_IF_ERROR(AddWhere(is_person, "$.where", &plan));
  return ListEvents(engine, plan, request);
}

}  // namespace

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::RageClicksPlan& body,
                                   const DrillRequest& request) {
  if (!IsOneOf(request.column, {"bursts", "clicks", "people", "sessions"})) {
    return NoSuchColumn("bursts, clicks, people or sessions");
  }
  return DrillClicks(engine, plan, body, request);
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::DeadClicksPlan& body,
                                   const DrillRequest& request) {
  if (!IsOneOf(request.column, {"clicks", "people", "sessions"})) {
    return NoSuchColumn("clicks, people or sessions");
  }
  return DrillClicks(engine, plan, body, request);
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::CoursesPlan& body,
                                   const DrillRequest& request) {
  if (request.column != "lessons_completed") return NoSuchColumn("lessons_completed");
  RowReader row(request.row);
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> person, row.Read("person"));
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> course,
                            row.Read("course_id"));
  FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
  query::CoursesPlan listed = body;
  listed.attributes.clear();
  listed.members = course.value_or("");
  query::Plan lessons = plan;
  lessons.body = std::move(listed);
  return ListEventsOf(engine, std::move(lessons), person, request);
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::OnboardingPlan& body,
                                   const DrillRequest& request) {
  RowReader row(request.row);
  if (request.column == "tasks_completed") {
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> person,
                              row.Read("person"));
    FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
    query::OnboardingPlan listed = body;
    listed.attributes.clear();
    listed.members = true;
    query::Plan tasks = plan;
    tasks.body = std::move(listed);
    return ListEventsOf(engine, std::move(tasks), person, request);
  }
  if (!IsOneOf(request.column, {"people", "people_completed"})) {
    return NoSuchColumn(
        "tasks_completed or, of the total row, people or people_completed");
  }
  FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
  FOOTFALL_RETURN_IF_ERROR(CheckList(request, {DrillList::kPeople}));
  FOOTFALL_ASSIGN_OR_RETURN(Table people, engine.Run(plan));
  if (request.column == "people") return people;
  const Column& completed = ColumnNamed(people, "completed_at");
  KeepRows(people, [&](size_t at) { return completed.cells[at] != query::Cell(); });
  return people;
}

}  // namespace footfall::report
