#include "report/drill_built_in.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "report/restrict.h"
#include "report/row_reader.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;
using query::Table;

// The one key of a row, under `name`.
absl::StatusOr<std::optional<std::string>> ReadKey(const DrillRequest& request,
                                                   std::string_view name) {
  RowReader row(request.row);
  FOOTFALL_ASSIGN_OR_RETURN(std::optional<std::string> key, row.Read(name));
  FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
  return key;
}

Json TextIs(std::string_view field, const std::optional<std::string>& text) {
  return text.has_value() ? Condition(field, "is", *text) : IsSet(field, false);
}

// Of a column that counts moments, people or sessions of a selection.
absl::StatusOr<Table> ByColumn(const Selection& selection, const DrillRequest& request,
                               std::string_view moments, std::string_view columns) {
  const DrillList list = ListOfColumn(request.column);
  if (list == DrillList::kMoments && request.column != moments) {
    return NoSuchColumn(columns);
  }
  switch (request.list.value_or(list)) {
    case DrillList::kPeople:
      return selection.People();
    case DrillList::kSessions:
      return selection.Sessions();
    case DrillList::kMoments:
      break;
  }
  return selection.Moments();
}

// The sessions whose first, or last, page view in range that satisfies `where` has this
// url.
absl::StatusOr<Table> SessionsAtPage(const Engine& engine, const query::Plan& plan,
                                     const std::optional<model::Rule>& where,
                                     const std::optional<std::string>& page, bool first) {
  using Kind = query::RowKey::Kind;
  query::AggregateColumn url;
  url.name = "url";
  url.aggregate = first ? query::Aggregate::kFirst : query::Aggregate::kLast;
  FOOTFALL_ASSIGN_OR_RETURN(url.of, model::Field::Parse("event.url"));
  query::AggregateColumn start;
  start.name = "start";
  start.aggregate = query::Aggregate::kFirst;
  FOOTFALL_ASSIGN_OR_RETURN(start.of, model::Field::Parse("session.start"));
  query::TablePlan table;
  FOOTFALL_ASSIGN_OR_RETURN(
      table.where, model::Rule::Parse(Condition("event.type", "is", "page_view")));
  table.rows = {{.kind = Kind::kSession, .name = "session"},
                {.kind = Kind::kPerson, .name = "person"}};
  table.columns = {start, url};
  query::Plan sessions = plan;
  sessions.body = std::move(table);
  if (where.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(AddWhere(*where, "$.where", &sessions));
  }
  FOOTFALL_ASSIGN_OR_RETURN(Table out, engine.Run(sessions));
  // Views without a url neither begin nor end a visit.
  KeepRows(out, [&](size_t row) {
    return page.has_value() && CellText(out.columns[3], row) == page;
  });
  out.columns.pop_back();
  AddPlayable(out);
  return out;
}

// The views of a page that satisfy `where`; without `page` those without a url.
Selection Views(const Engine& engine, const query::Plan& plan,
                const std::optional<model::Rule>& where,
                const std::optional<std::string>& page) {
  Selection selection(engine, plan);
  selection.Where(where);
  selection.Where(Condition("event.type", "is", "page_view"));
  selection.Where(TextIs("event.url", page));
  return selection;
}

// The people who are in both tables.
Table Intersection(Table people, const Table& others) {
  std::set<std::string> known;
  const query::Column& names = ColumnNamed(others, "person");
  for (size_t row = 0; row < others.row_count(); ++row) {
    known.insert(CellText(names, row).value_or(""));
  }
  KeepRows(people, [&](size_t row) {
    return known.contains(CellText(ColumnNamed(people, "person"), row).value_or(""));
  });
  return people;
}

Json PropertyIs(std::string_view property, const std::optional<std::string>& text) {
  return FieldIs(model::Field::Parse(Cat("properties.", property)).value(), text);
}

}  // namespace

absl::StatusOr<Table> DrillBuiltIn(const Engine&, const query::Plan&,
                                   const query::EventsPlan&, const DrillRequest&) {
  return InvalidAt("$.column", "this report has no list behind its columns");
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::PageViewsPlan& body,
                                   const DrillRequest& request) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> page,
                            ReadKey(request, "page"));
  if (request.column == "entries" || request.column == "exits") {
    FOOTFALL_RETURN_IF_ERROR(CheckList(request, {DrillList::kSessions}));
    return SessionsAtPage(engine, plan, body.where, page, request.column == "entries");
  }
  return ByColumn(Views(engine, plan, body.where, page), request, "views",
                  "views, people, sessions, entries or exits");
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::PageTimesPlan& body,
                                   const DrillRequest& request) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> page,
                            ReadKey(request, "page"));
  return ByColumn(Views(engine, plan, body.where, page), request, "views",
                  "views or people");
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::ActiveUsersPlan& body,
                                   const DrillRequest& request) {
  RowReader row(request.row);
  FOOTFALL_ASSIGN_OR_RETURN(const int64_t day, row.Time("day", false));
  FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
  const auto active = [&](int64_t days, int64_t from_ms) {
    Selection selection(engine, plan);
    selection.Where(body.where);
    selection.SetRange(
        {.from_ms = std::max(from_ms, base::DayStart(day - days + 1, plan.zone)),
         .to_ms = std::min(plan.range.to_ms, base::DayStart(day + 1, plan.zone))});
    return selection;
  };
  const Selection today = active(1, plan.range.from_ms);
  if (request.column == "dau") {
    return request.list == DrillList::kMoments    ? today.Moments()
           : request.list == DrillList::kSessions ? today.Sessions()
                                                  : today.People();
  }
  FOOTFALL_RETURN_IF_ERROR(CheckList(request, {DrillList::kPeople}));
  if (request.column == "wau") return active(7, INT64_MIN).People();
  if (request.column == "mau") return active(30, INT64_MIN).People();
  if (request.column != "new_people") return NoSuchColumn("dau, wau, mau or new_people");
  Selection ever(engine, plan);
  ever.Where(body.where);
  ever.SetRange(query::Range());
  FOOTFALL_ASSIGN_OR_RETURN(Table people, ever.People());
  const query::Column& first = ColumnNamed(people, "first_time");
  KeepRows(people, [&](size_t at) {
    return base::LocalDay(std::get<int64_t>(first.cells[at]), plan.zone) == day;
  });
  FOOTFALL_ASSIGN_OR_RETURN(const Table here, today.People());
  return Intersection(std::move(people), here);
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::LoginsPlan& body,
                                   const DrillRequest& request) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> person,
                            ReadKey(request, "person"));
  if (request.column != "logins_last_30_days") return NoSuchColumn("logins_last_30_days");
  const int64_t now_ms = engine.context.now_ms;
  Selection selection(engine, plan);
  selection.SetRange({.from_ms = std::max(plan.range.from_ms, now_ms - 30 * base::kDayMs),
                      .to_ms = std::min(plan.range.to_ms, now_ms + 1)});
  if (body.login_event.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(CheckList(request, {DrillList::kMoments}));
    selection.Where(Condition("person.id", "is", person.value_or("")));
    selection.Where(Condition("event.name", "is", *body.login_event));
    selection.Where(body.where);
    return selection.Moments();
  }
  FOOTFALL_RETURN_IF_ERROR(CheckList(request, {DrillList::kSessions}));
  selection.Where(Condition("person.id", "is", person.value_or("")));
  return selection.SessionsByStart(body.where);
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::UsersPlan&, const DrillRequest& request) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> person,
                            ReadKey(request, "person"));
  // What is computed of people depends neither on the range nor on the report's sessions.
  query::Plan ever = plan;
  ever.range = query::Range();
  ever.sessions = query::SessionDefinition();
  Selection selection(engine, ever);
  selection.Where(Condition("person.id", "is", person.value_or("")));
  if (request.column == "sessions") {
    FOOTFALL_RETURN_IF_ERROR(CheckList(request, {DrillList::kSessions}));
    return selection.SessionsByStart(std::nullopt);
  }
  if (request.column != "events") return NoSuchColumn("sessions or events");
  FOOTFALL_RETURN_IF_ERROR(CheckList(request, {DrillList::kMoments}));
  return selection.Moments();
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::TrackedEventsPlan& body,
                                   const DrillRequest& request) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> name,
                            ReadKey(request, "name"));
  const auto found =
      std::find_if(body.events.begin(), body.events.end(),
                   [&](const query::TrackedEvent& event) { return event.name == name; });
  if (found == body.events.end()) {
    return InvalidAt("$.row.name", "is not the name of a tracked event");
  }
  Selection selection(engine, plan);
  selection.Where(body.where);
  selection.Where(found->where);
  return ByColumn(selection, request, "events", "events, people or sessions");
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::ContentPlan& body,
                                   const DrillRequest& request) {
  RowReader row(request.row);
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> id, row.Read("content_id"));
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> kind, row.Read("kind"));
  row.Ignore("content_name");
  FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
  Selection selection(engine, plan);
  selection.Where(body.where);
  selection.Where(Condition("event.type", "is", "content"));
  selection.Where(PropertyIs("content_id", id));
  // Events without a name are of no kind, and no action.
  selection.Where(IsSet("event.name", kind.has_value()));
  const std::string prefix = base::Cat(kind.value_or(""), ".");
  Json named = Json::MakeObject();
  if (request.column == "people" && !kind.has_value()) {
    named = IsSet("event.name", false);
  } else if (request.column == "people") {
    named.Set("any", Json(Json::Array{Condition("event.name", "starts_with", prefix),
                                      Condition("event.name", "is", kind.value_or(""))}));
  } else if (request.column == "shown" || request.column == "started") {
    named = Condition("event.name", "is", prefix + request.column);
  } else if (request.column == "completed") {
    named = Condition(
        "event.name", "in",
        Json(Json::Array{Json(prefix + "completed"), Json(prefix + "submitted")}));
  } else {
    return NoSuchColumn("shown, started, completed or people");
  }
  selection.Where(std::move(named));
  return ByColumn(selection, request, request.column, "");
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::AccountsPlan& body,
                                   const DrillRequest& request) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> account,
                            ReadKey(request, "account"));
  if (request.column != "people" && request.column != "active_last_30_days") {
    return NoSuchColumn("people or active_last_30_days");
  }
  FOOTFALL_RETURN_IF_ERROR(CheckList(request, {DrillList::kPeople}));
  query::Plan users = plan;
  users.body = query::UsersPlan{.where = body.where};
  if (request.column == "active_last_30_days") {
    Selection selection(engine, plan);
    selection.Where(body.where);
    const int64_t now_ms = engine.context.now_ms;
    selection.SetRange({.from_ms = now_ms - 30 * base::kDayMs, .to_ms = now_ms + 1});
    selection.Where(TextIs("account", account));
    FOOTFALL_ASSIGN_OR_RETURN(Table recent, selection.People());
    FOOTFALL_ASSIGN_OR_RETURN(const Table listed, engine.Run(users));
    return Intersection(std::move(recent), listed);
  }
  FOOTFALL_ASSIGN_OR_RETURN(Table people, engine.Run(users));
  KeepRows(people, [&](size_t row) {
    return CellText(ColumnNamed(people, "account"), row) == account;
  });
  return people;
}

absl::StatusOr<Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                   const query::NpsPlan&, const DrillRequest& request) {
  RowReader row(request.row);
  FOOTFALL_RETURN_IF_ERROR(row.CheckAllRead());
  FOOTFALL_RETURN_IF_ERROR(CheckList(request, {DrillList::kPeople}));
  constexpr std::string_view kCategories[] = {"promoter", "passive", "detractor"};
  std::string_view wanted;
  for (const std::string_view category : kCategories) {
    if (request.column == Cat(category, "s")) wanted = category;
  }
  if (wanted.empty() && request.column != "answers") {
    return NoSuchColumn("answers, promoters, passives or detractors, of the total row");
  }
  FOOTFALL_ASSIGN_OR_RETURN(Table people, engine.Run(plan));
  if (wanted.empty()) return people;
  KeepRows(people, [&](size_t at) {
    return CellText(ColumnNamed(people, "category"), at) == std::string(wanted);
  });
  return people;
}

}  // namespace footfall::report
