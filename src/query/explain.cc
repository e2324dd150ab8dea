#include "query/explain.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "base/strings.h"
#include "base/time.h"
#include "query/needs.h"
#include "query/operators/operators.h"
#include "query/operators/table_result.h"

namespace footfall::query {
namespace {

using base::Json;

Json TimeOrNull(int64_t time_ms) {
  const bool bounded = time_ms != INT64_MIN && time_ms != INT64_MAX;
  return bounded ? Json(base::FormatTime(time_ms)) : Json();
}

Json RuleOrNull(const std::optional<model::Rule>& rule) {
  return rule.has_value() ? rule->ToJson() : Json();
}

Json FieldOrNull(const std::optional<model::Field>& field) {
  return field.has_value() ? Json(field->name()) : Json();
}

Json TextsToJson(const std::vector<std::string>& texts) {
  Json json = Json::MakeArray();
  for (const std::string& text : texts) json.Push(text);
  return json;
}

std::string_view BucketName(base::Bucket bucket) {
  switch (bucket) {
    case base::Bucket::kHour:
      return "hour";
    case base::Bucket::kDay:
      return "day";
    case base::Bucket::kWeek:
      return "week";
    case base::Bucket::kMonth:
      break;
  }
  return "month";
}

std::string_view AggregateName(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::kCount:
      return "count";
    case Aggregate::kCountPeople:
      return "count_people";
    case Aggregate::kCountSessions:
      return "count_sessions";
    case Aggregate::kCountDistinct:
      return "count_distinct";
    case Aggregate::kSum:
      return "sum";
    case Aggregate::kMin:
      return "min";
    case Aggregate::kMax:
      return "max";
    case Aggregate::kAvg:
      return "avg";
    case Aggregate::kPercentile:
      return "percentile";
    case Aggregate::kFirst:
      return "first";
    case Aggregate::kLast:
      return "last";
    case Aggregate::kFirstTime:
      return "first_time";
    case Aggregate::kLastTime:
      return "last_time";
    case Aggregate::kRatio:
      break;
  }
  return "ratio";
}

std::string_view KindName(const Plan& plan) {
  // In the order of the body's alternatives.
  constexpr std::string_view kNames[] = {
      "table",       "funnel",      "retention",  "paths",          "logins",
      "page-views",  "sessions",    "users",      "active-users",   "nps",
      "onboarding",  "courses",     "accounts",   "tracked-events", "content",
      "rage-clicks", "dead-clicks", "page-times", "events"};
  static_assert(std::size(kNames) == std::variant_size_v<decltype(Plan::body)>);
  return kNames[plan.body.index()];
}

Json KeyToJson(const RowKey& key) {
  switch (key.kind) {
    case RowKey::Kind::kPerson:
      return "person";
    case RowKey::Kind::kAccount:
      return "account";
    case RowKey::Kind::kSession:
      return "session";
    case RowKey::Kind::kField:
      return Json::Object{{"field", key.field.name()}};
    case RowKey::Kind::kTime:
      break;
  }
  return Json::Object{{"time", BucketName(key.bucket)}};
}

Json ColumnToJson(const AggregateColumn& column,
                  const std::vector<AggregateColumn>& columns) {
  Json json = Json::MakeObject();
  json.Set("name", column.name);
  json.Set("agg", AggregateName(column.aggregate));
  if (column.of.has_value()) json.Set("of", column.of->name());
  if (column.aggregate == Aggregate::kPercentile) json.Set("p", column.percent);
  if (column.aggregate == Aggregate::kRatio) {
    json.Set("numerator", columns[column.numerator].name);
    json.Set("denominator", columns[column.denominator].name);
  }
  if (column.where.has_value()) json.Set("where", column.where->ToJson());
  return json;
}

// Adds the members of a table; a SessionsPlan has the same.
template <typename Body>
void AddTable(const Body& body, Json& out) {
  out.Set("where", RuleOrNull(body.where));
  Json rows = Json::MakeArray();
  for (const RowKey& row : body.rows) rows.Push(KeyToJson(row));
  out.Set("rows", std::move(rows));
  Json columns = Json::MakeArray();
  for (const AggregateColumn& column : body.columns) {
    columns.Push(ColumnToJson(column, body.columns));
  }
  out.Set("columns", std::move(columns));
  Json order = Json::MakeArray();
  for (const OrderBy& by : body.order_by) {
    // Sessions that are listed have columns that no plan names.
    if (body.columns.empty()) {
      order.Push(Json::Object{{"column", by.column}, {"desc", by.descending}});
      continue;
    }
    const std::string& name = by.column < body.rows.size()
                                  ? body.rows[by.column].name
                                  : body.columns[by.column - body.rows.size()].name;
    order.Push(Json::Object{{"column", name}, {"desc", by.descending}});
  }
  out.Set("order_by", std::move(order));
  out.Set("limit", body.limit.has_value() ? Json(*body.limit) : Json());
}

// Adds what a body says.
struct BodyWriter {
  Json& out;

  void operator()(const TablePlan& body) const {
    AddTable(body, out);
    out.Set("fill", body.fill);
  }
  void operator()(const FunnelPlan& body) const {
    constexpr const char* kOrders[] = {"sequential", "strict", "any"};
    constexpr const char* kAttributions[] = {"first", "best", "last"};
    out.Set("where", RuleOrNull(body.where));
    Json steps = Json::MakeArray();
    for (const FunnelStep& step : body.steps) {
      Json json = Json::Object{{"name", step.name}, {"where", step.where.ToJson()}};
      if (step.within_ms.has_value()) json.Set("within_ms", *step.within_ms);
      steps.Push(std::move(json));
    }
    out.Set("steps", std::move(steps));
    out.Set("window_ms", body.window_ms);
    out.Set("order", kOrders[static_cast<size_t>(body.order)]);
    out.Set("exclude", RuleOrNull(body.exclude));
    out.Set("break_down", FieldOrNull(body.break_down));
    out.Set("attribution", kAttributions[static_cast<size_t>(body.attribution)]);
    out.Set("members", body.members);
  }
  void operator()(const RetentionPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
    out.Set("start", RuleOrNull(body.start));
    out.Set("return", RuleOrNull(body.returning));
    out.Set("bucket", BucketName(body.bucket));
    out.Set("periods", body.periods);
  }
  void operator()(const PathsPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
    out.Set("anchor", body.anchor.ToJson());
    out.Set("direction", body.before ? "before" : "after");
    out.Set("steps", body.steps);
    out.Set("by", body.by.name());
  }
  void operator()(const LoginsPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
    out.Set("login_event",
            body.login_event.has_value() ? Json(*body.login_event) : Json());
    out.Set("attributes", TextsToJson(body.attributes));
  }
  void operator()(const PageViewsPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
  }
  void operator()(const SessionsPlan& body) const { AddTable(body, out); }
  void operator()(const UsersPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
    out.Set("attributes", TextsToJson(body.attributes));
  }
  void operator()(const ActiveUsersPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
  }
  void operator()(const NpsPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
    out.Set("survey", body.survey.has_value() ? Json(*body.survey) : Json());
    out.Set("attributes", TextsToJson(body.attributes));
  }
  void operator()(const OnboardingPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
    // Null: whatever was completed.
    out.Set("tasks", body.tasks.has_value() ? TextsToJson(*body.tasks) : Json());
    out.Set("attributes", TextsToJson(body.attributes));
  }
  void operator()(const CoursesPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
    Json courses = Json::MakeArray();
    for (const Course& course : body.courses) courses.Push(course.id);
    out.Set("courses", std::move(courses));
    out.Set("attributes", TextsToJson(body.attributes));
  }
  void operator()(const AccountsPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
  }
  void operator()(const TrackedEventsPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
    Json events = Json::MakeArray();
    for (const TrackedEvent& event : body.events) {
      Json json = Json::MakeObject();
      json.Set("name", event.name);
      json.Set("where", event.where.ToJson());
      events.Push(std::move(json));
    }
    out.Set("events", std::move(events));
  }
  void operator()(const ContentPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
    out.Set("in_catalogue",
            body.in_catalogue.has_value() ? Json(*body.in_catalogue) : Json());
  }
  void operator()(const RageClicksPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
    out.Set("clicks", body.clicks);
    out.Set("within_ms", body.within_ms);
  }
  void operator()(const DeadClicksPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
    out.Set("within_ms", body.within_ms);
  }
  void operator()(const PageTimesPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
  }
  void operator()(const EventsPlan& body) const {
    out.Set("where", RuleOrNull(body.where));
  }
};

std::string ColumnName(const store::ColumnId& id) {
  using enum store::ColumnKind;
  constexpr std::pair<store::ColumnKind, const char*> kNames[] = {
      {kType, "event.type"},
      {kName, "event.name"},
      {kUrl, "event.url"},
      {kTitle, "event.title"},
      {kApp, "app"},
      {kEnvironment, "environment"},
      {kKey, "event.key"},
      {kValue, "event.value"},
      {kElementTag, "element.tag"},
      {kElementId, "element.id"},
      {kElementClass, "element.class"},
      {kElementType, "element.type"},
      {kElementName, "element.name"},
      {kElementText, "element.text"},
      {kElementLabel, "element.label"},
      {kElementValue, "element.value"},
      {kElementAutocomplete, "element.autocomplete"},
      {kContextCountry, "context.country"},
      {kContextRegion, "context.region"},
      {kContextCity, "context.city"},
      {kContextBrowser, "context.browser"},
      {kContextBrowserVersion, "context.browser_version"},
      {kContextOs, "context.os"},
      {kContextOsVersion, "context.os_version"},
      {kContextDevice, "context.device"},
      {kContextHttps, "context.https"},
      {kSession, "session"},
      {kSessionCode, "session"},
  };
  for (const auto& [kind, name] : kNames) {
    if (kind == id.kind) return name;
  }
  return base::Cat("properties.", id.key);
}

// The columns that are read, without repeating those that read as one.
Json ColumnsToJson(const Plan& plan, const Needs& needs) {
  Json json = Json::MakeArray();
  for (const store::ColumnId& id : needs.rep().columns) {
    const bool is_session = id.kind == store::ColumnKind::kSession ||
                            id.kind == store::ColumnKind::kSessionCode;
    if (is_session && !plan.sessions.use_host_ids) continue;
    const Json name = ColumnName(id);
    const Json::Array& names = json.as_array();
    if (std::find(names.begin(), names.end(), name) == names.end()) json.Push(name);
  }
  return json;
}

// What becomes of a block, in order.
Json OperatorsToJson(const Plan& plan, const Needs& needs) {
  const Needs::Rep& rep = needs.rep();
  Json json = Json::MakeArray();
  json.Push("read");
  if (rep.people || rep.names || rep.accounts || !rep.person_fields.empty() ||
      !rep.person_conditions.empty()) {
    json.Push("people");
  }
  if (rep.session_codes.has_value()) json.Push("sessions");
  if (rep.segment.has_value()) json.Push("segment");
  if (rep.rules.size() > (rep.segment.has_value() ? 1u : 0u)) json.Push("rules");
  json.Push(KindName(plan));
  return json;
}

Json SummariesToJson(const Plan& plan) {
  const auto* table = std::get_if<TablePlan>(&plan.body);
  if (table == nullptr) return Json();
  switch (CountsFor(plan, *table)) {
    case StoredCounts::kEventsByName:
      return "events by name";
    case StoredCounts::kPeopleByDay:
      return "people by day";
    case StoredCounts::kNone:
      break;
  }
  return Json();
}

Json SessionsToJson(const SessionDefinition& sessions) {
  Json json = Json::MakeObject();
  json.Set("host_ids", sessions.use_host_ids);
  // Null: the settings of the store.
  json.Set("gap_ms", sessions.gap_ms.has_value() ? Json(*sessions.gap_ms) : Json());
  json.Set("max_ms", sessions.max_ms.has_value() ? Json(*sessions.max_ms) : Json());
  return json;
}

}  // namespace

Json ExplainPlan(const Plan& plan) {
  Json out = Json::MakeObject();
  out.Set("kind", KindName(plan));
  out.Set("range", Json::Object{{"from", TimeOrNull(plan.range.from_ms)},
                                {"to", TimeOrNull(plan.range.to_ms)}});
  out.Set("timezone", plan.zone.name());
  out.Set("sessions", SessionsToJson(plan.sessions));
  out.Set("segment", RuleOrNull(plan.segment));
  std::visit(BodyWriter{out}, plan.body);
  Needs needs;
  MakeOperator(plan, needs);
  out.Set("operators", OperatorsToJson(plan, needs));
  out.Set("columns_read", ColumnsToJson(plan, needs));
  out.Set("summaries", SummariesToJson(plan));
  return out;
}

}  // namespace footfall::query
