#include "report/selection.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "report/restrict.h"
#include "report/row_keys.h"

namespace footfall::report {
namespace {

using base::Json;
using query::Table;

Json Any(Json::Array rules) {
  Json json = Json::MakeObject();
  json.Set("any", Json(std::move(rules)));
  return json;
}

Json Not(Json rule) {
  Json json = Json::MakeObject();
  json.Set("not", std::move(rule));
  return json;
}

// A number whose text this is, if any.
std::optional<Json> NumberOf(const std::string& text) {
  int64_t whole = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, whole);
  if (parsed.ec == std::errc() && parsed.ptr == end && std::to_string(whole) == text) {
    return Json(whole);
  }
  double number = 0;
  const auto real = std::from_chars(text.data(), end, number);
  if (real.ec == std::errc() && real.ptr == end && std::isfinite(number) &&
      base::FormatDouble(number) == text) {
    return Json(number);
  }
  return std::nullopt;
}

// The bucket of an instant, as a cell has it.
int64_t BucketOf(base::Bucket bucket, int64_t time_ms, absl::TimeZone zone) {
  if (bucket == base::Bucket::kHour) return base::HourStart(time_ms, zone);
  const int64_t day = base::LocalDay(time_ms, zone);
  if (bucket == base::Bucket::kWeek) return base::WeekOf(day);
  return bucket == base::Bucket::kMonth ? base::MonthOf(day) : day;
}

// A range that holds the bucket, a little wider where clocks may have been changed.
query::Range Around(const InBucket& in, absl::TimeZone zone) {
  if (in.bucket == base::Bucket::kHour) {
    return {.from_ms = in.value - base::kHourMs, .to_ms = in.value + 3 * base::kHourMs};
  }
  const int64_t days = in.bucket == base::Bucket::kDay    ? 1
                       : in.bucket == base::Bucket::kWeek ? 7
                                                          : 31;
  const int64_t start_ms = base::DayStart(in.value, zone);
  return {.from_ms = start_ms - base::kDayMs,
          .to_ms = start_ms + (days + 2) * base::kDayMs};
}

query::AggregateColumn MakeColumn(std::string name, query::Aggregate aggregate) {
  query::AggregateColumn column;
  column.name = std::move(name);
  column.aggregate = aggregate;
  return column;
}

}  // namespace

Json Condition(std::string_view field, std::string_view op, Json value) {
  Json json = Json::MakeObject();
  json.Set("field", field);
  json.Set("op", op);
  json.Set("value", std::move(value));
  return json;
}

Json IsSet(std::string_view field, bool set) {
  Json json = Json::MakeObject();
  json.Set("field", field);
  json.Set("op", set ? "is_set" : "is_not_set");
  return json;
}

Json FieldIs(const model::Field& field, const std::optional<std::string>& text) {
  const std::string& name = field.name();
  if (field.is_time()) {
    return text.has_value() ? Condition(name, "on", *text) : IsSet(name, false);
  }
  if (!text.has_value()) {
    // Nested values group as missing ones do.
    return Not(Any({Condition(name, "contains", ""), Condition(name, "is", true),
                    Condition(name, "is", false), Condition(name, ">=", 0),
                    Condition(name, "<", 0)}));
  }
  Json::Array any = {Condition(name, "is", *text)};
  if (*text == "true" || *text == "false") {
    any.push_back(Condition(name, "is", *text == "true"));
  }
  if (std::optional<Json> number = NumberOf(*text)) {
    any.push_back(Condition(name, "=", *std::move(number)));
  }
  return Any(std::move(any));
}

Json StartsIn(query::Range range) {
  Json::Array all;
  if (range.from_ms != INT64_MIN) {
    all.push_back(
        Not(Condition("session.start", "before", base::FormatTime(range.from_ms))));
  }
  if (range.to_ms != INT64_MAX) {
    all.push_back(Condition("session.start", "before", base::FormatTime(range.to_ms)));
  }
  if (all.empty()) return Json();
  Json json = Json::MakeObject();
  json.Set("all", Json(std::move(all)));
  return json;
}

std::optional<std::string> JsonText(const Json& value) {
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_int()) return std::to_string(value.as_int());
  if (value.is_double()) return base::FormatDouble(value.as_double());
  if (value.is_string()) return value.as_string();
  return std::nullopt;
}

std::optional<std::string> CellText(const query::Column& column, size_t row) {
  return JsonText(CellToJson(column, row));
}

const query::Column& ColumnNamed(const Table& table, std::string_view name) {
  return *std::find_if(table.columns.begin(), table.columns.end(),
                       [name](const query::Column& c) { return c.name == name; });
}

void KeepRows(Table& table, absl::FunctionRef<bool(size_t row)> keep) {
  std::vector<size_t> kept;
  for (size_t row = 0; row < table.row_count(); ++row) {
    if (keep(row)) kept.push_back(row);
  }
  for (query::Column& column : table.columns) {
    for (size_t i = 0; i < kept.size(); ++i) {
      if (i != kept[i]) column.cells[i] = std::move(column.cells[kept[i]]);
    }
    column.cells.resize(kept.size());
  }
}

void AddPlayable(Table& sessions) {
  const size_t rows = sessions.row_count();
  sessions.columns.push_back({"playable", query::ColumnType::kBool, {}});
  sessions.columns.back().cells.assign(rows, false);
  sessions.columns.push_back({"not_playable_reason", query::ColumnType::kString, {}});
  sessions.columns.back().cells.assign(rows, query::Text("not recorded"));
}

Table PeopleOf(const Table& table) {
  std::set<std::string> people;
  for (const query::Cell& cell : ColumnNamed(table, "person").cells) {
    if (const auto* text = std::get_if<query::Text>(&cell)) people.emplace(text->view());
  }
  Table out{.columns = {{"person", query::ColumnType::kString, {}}}};
  for (const std::string& person : people) {
    out.columns[0].cells.emplace_back(query::Text(person));
  }
  return out;
}

absl::StatusOr<Table> Engine::Run(const query::Plan& plan) const {
  FOOTFALL_ASSIGN_OR_RETURN(query::QueryResult result,
                            query::Execute(snapshot, plan, context));
  return std::move(result.rows);
}

Selection::Selection(const Engine& engine, const query::Plan& plan) : engine_(engine) {
  plan_.range = plan.range;
  plan_.zone = plan.zone;
  plan_.sessions = plan.sessions;
  plan_.segment = plan.segment;
}

void Selection::Where(const std::optional<model::Rule>& rule) {
  if (rule.has_value()) rules_.Push(rule->ToJson());
}

absl::StatusOr<std::optional<model::Rule>> Selection::Rule() const {
  if (rules_.as_array().empty()) return std::nullopt;
  Json all = Json::MakeObject();
  all.Set("all", rules_);
  FOOTFALL_ASSIGN_OR_RETURN(model::Rule rule, model::Rule::Parse(all));
  return rule;
}

std::optional<query::Plan> Selection::Narrowed() const {
  query::Plan plan = plan_;
  for (const InBucket& in : buckets_) {
    const query::Range range = Around(in, plan.zone);
    plan.range.from_ms = std::max(plan.range.from_ms, range.from_ms);
    plan.range.to_ms = std::min(plan.range.to_ms, range.to_ms);
  }
  if (plan.range.from_ms >= plan.range.to_ms) return std::nullopt;
  return plan;
}

absl::StatusOr<Table> Selection::Grouped(std::vector<query::RowKey::Kind> keys,
                                         bool by_sessions,
                                         const std::optional<model::Rule>& where) const {
  using Kind = query::RowKey::Kind;
  std::vector<query::RowKey> rows;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    rows.push_back({.kind = Kind::kTime,
                    .name = base::Cat("bucket ", i),
                    .bucket = buckets_[i].bucket});
  }
  const bool sessions = std::count(keys.begin(), keys.end(), Kind::kSession) > 0;
  for (const Kind kind : keys) {
    rows.push_back({.kind = kind, .name = kind == Kind::kSession ? "session" : "person"});
  }
  std::vector<query::AggregateColumn> columns;
  if (sessions) {
    columns.push_back(MakeColumn("start", query::Aggregate::kFirst));
    FOOTFALL_ASSIGN_OR_RETURN(columns.back().of, model::Field::Parse("session.start"));
  }
  columns.push_back(
      MakeColumn(by_sessions ? "sessions" : "moments", query::Aggregate::kCount));
  columns.push_back(MakeColumn("first_time", query::Aggregate::kFirstTime));
  columns.push_back(MakeColumn("last_time", query::Aggregate::kLastTime));
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<model::Rule> rule, Rule());
  query::Plan plan = plan_;
  if (by_sessions) {
    for (query::AggregateColumn& column : columns) column.where = rule;
    plan.body = query::SessionsPlan{
        .where = where, .rows = std::move(rows), .columns = std::move(columns)};
  } else {
    // Which sessions belong to the range does not depend on the buckets.
    if (!sessions) {
      std::optional<query::Plan> narrowed = Narrowed();
      if (narrowed.has_value()) plan = *std::move(narrowed);
    }
    plan.body = query::TablePlan{
        .where = rule, .rows = std::move(rows), .columns = std::move(columns)};
  }
  FOOTFALL_ASSIGN_OR_RETURN(Table table, engine_.Run(plan));
  const std::string_view count = by_sessions ? "sessions" : "moments";
  KeepRows(table, [&](size_t row) {
    for (size_t i = 0; i < buckets_.size(); ++i) {
      if (table.columns[i].cells[row] != query::Cell(buckets_[i].value)) return false;
    }
    return ColumnNamed(table, count).cells[row] != query::Cell(int64_t{0});
  });
  table.columns.erase(table.columns.begin(),
                      table.columns.begin() + static_cast<int64_t>(buckets_.size()));
  return table;
}

absl::StatusOr<Table> Selection::People() const {
  return Grouped({query::RowKey::Kind::kPerson}, false, std::nullopt);
}

absl::StatusOr<Table> Selection::Sessions() const {
  FOOTFALL_ASSIGN_OR_RETURN(
      Table table, Grouped({query::RowKey::Kind::kSession, query::RowKey::Kind::kPerson},
                           false, std::nullopt));
  AddPlayable(table);
  return table;
}

absl::StatusOr<Table> Selection::PeopleOfSessions(
    const std::optional<model::Rule>& where) const {
  return Grouped({query::RowKey::Kind::kPerson}, true, where);
}

absl::StatusOr<Table> Selection::SessionsByStart(
    const std::optional<model::Rule>& where) const {
  FOOTFALL_ASSIGN_OR_RETURN(
      Table table, Grouped({query::RowKey::Kind::kSession, query::RowKey::Kind::kPerson},
                           true, where));
  AddPlayable(table);
  return table;
}

absl::StatusOr<Table> Selection::Moments() const {
  // Without a narrowed range nothing lies in all buckets; the filter below says so too.
  query::Plan plan = Narrowed().value_or(plan_);
  FOOTFALL_ASSIGN_OR_RETURN(std::optional<model::Rule> rule, Rule());
  plan.body = query::EventsPlan{.where = std::move(rule)};
  FOOTFALL_ASSIGN_OR_RETURN(Table table, engine_.Run(plan));
  const std::vector<query::Cell>& times = table.columns[0].cells;
  KeepRows(table, [&](size_t row) {
    return std::all_of(buckets_.begin(), buckets_.end(), [&](const InBucket& in) {
      return BucketOf(in.bucket, std::get<int64_t>(times[row]), plan.zone) == in.value;
    });
  });
  return table;
}

}  // namespace footfall::report
