#include "report/built_in_list.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "report/built_in_parameters.h"
#include "report/catalogue.h"
#include "report/segments.h"

namespace footfall::report {
namespace {

using base::InvalidAt;
using base::Json;
using enum query::ColumnType;

// Catalogues are asked for by those reports alone that read them.
absl::StatusOr<Catalogue> CatalogueOf(const RunOptions& options) {
  if (!options.catalogue) return Catalogue();
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<Json> json, options.catalogue());
  if (!json.has_value()) return Catalogue();
  return Catalogue::Parse(*json);
}

absl::StatusOr<PlanBody> CompileAccounts(const BuiltInEntry&, const RunOptions&) {
  return query::AccountsPlan();
}

absl::StatusOr<PlanBody> CompileActiveUsers(const BuiltInEntry&, const RunOptions&) {
  return query::ActiveUsersPlan();
}

absl::StatusOr<PlanBody> CompileContent(const BuiltInEntry&, const RunOptions& options) {
  query::ContentPlan plan;
  FOOTFALL_ASSIGN_OR_RETURN(plan.in_catalogue,
                            BoolParameter(options.parameters, "in_catalogue"));
  FOOTFALL_ASSIGN_OR_RETURN(const Catalogue catalogue, CatalogueOf(options));
  const auto add = [&plan](std::string_view kind, const Catalogue::Item& item) {
    plan.catalogue.push_back({std::string(kind), item.id, item.name});
  };
  for (const Catalogue::TaskList& list : catalogue.task_lists) {
    add("task_list", list.item);
    for (const Catalogue::Item& task : list.tasks) add("task", task);
  }
  for (const Catalogue::Course& course : catalogue.courses) {
    add("course", course.item);
    for (const Catalogue::Item& lesson : course.lessons) add("lesson", lesson);
    if (course.quiz.has_value()) add("quiz", *course.quiz);
  }
  for (const Catalogue::Item& survey : catalogue.surveys) add("survey", survey);
  return plan;
}

absl::StatusOr<PlanBody> CompileCourses(const BuiltInEntry& entry,
                                        const RunOptions& options) {
  query::CoursesPlan plan;
  FOOTFALL_ASSIGN_OR_RETURN(plan.attributes,
                            AttributesParameter(options.parameters, entry));
  FOOTFALL_ASSIGN_OR_RETURN(const Catalogue catalogue, CatalogueOf(options));
  for (const Catalogue::Course& course : catalogue.courses) {
    query::Course& added = plan.courses.emplace_back();
    added.id = course.item.id;
    added.name = course.item.name;
    for (const Catalogue::Item& lesson : course.lessons) {
      added.lessons.push_back(lesson.id);
    }
    if (!course.quiz.has_value()) continue;
    added.quiz = course.quiz->id;
    added.quiz_name = course.quiz->name;
  }
  return plan;
}

absl::StatusOr<PlanBody> CompileDeadClicks(const BuiltInEntry&,
                                           const RunOptions& options) {
  query::DeadClicksPlan plan;
  FOOTFALL_ASSIGN_OR_RETURN(
      plan.within_ms, DurationParameter(options.parameters, "within", plan.within_ms));
  return plan;
}

absl::StatusOr<PlanBody> CompileLogins(const BuiltInEntry& entry,
                                       const RunOptions& options) {
  query::LoginsPlan plan;
  FOOTFALL_ASSIGN_OR_RETURN(plan.attributes,
                            AttributesParameter(options.parameters, entry));
  FOOTFALL_ASSIGN_OR_RETURN(
      plan.login_event,
      TextParameter(options.parameters, "login_event", "the name of an event"));
  return plan;
}

absl::StatusOr<PlanBody> CompileNps(const BuiltInEntry& entry,
                                    const RunOptions& options) {
  query::NpsPlan plan;
  FOOTFALL_ASSIGN_OR_RETURN(plan.attributes,
                            AttributesParameter(options.parameters, entry));
  FOOTFALL_ASSIGN_OR_RETURN(
      plan.survey, TextParameter(options.parameters, "survey", "the id of a survey"));
  return plan;
}

absl::StatusOr<PlanBody> CompileOnboarding(const BuiltInEntry& entry,
                                           const RunOptions& options) {
  query::OnboardingPlan plan;
  FOOTFALL_ASSIGN_OR_RETURN(plan.attributes,
                            AttributesParameter(options.parameters, entry));
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::optional<std::string> wanted,
      TextParameter(options.parameters, "task_list", "the id of a task list"));
  FOOTFALL_ASSIGN_OR_RETURN(const Catalogue catalogue, CatalogueOf(options));
  bool is_found = false;
  std::vector<std::string> tasks;
  for (const Catalogue::TaskList& list : catalogue.task_lists) {
    if (wanted.has_value() && list.item.id != *wanted) continue;
    is_found = true;
    for (const Catalogue::Item& task : list.tasks) tasks.push_back(task.id);
  }
  if (wanted.has_value() && !is_found) {
    return InvalidAt(
        "$.parameters.task_list",
        base::Cat("the catalogue has no task list '", wanted->substr(0, 128), "'"));
  }
  if (wanted.has_value() || !tasks.empty()) plan.tasks = std::move(tasks);
  return plan;
}

absl::StatusOr<PlanBody> CompilePageTimes(const BuiltInEntry&, const RunOptions&) {
  return query::PageTimesPlan();
}

absl::StatusOr<PlanBody> CompilePageViews(const BuiltInEntry&, const RunOptions&) {
  return query::PageViewsPlan();
}

absl::StatusOr<PlanBody> CompileRageClicks(const BuiltInEntry&,
                                           const RunOptions& options) {
  constexpr int64_t kClicksMin = 2;
  constexpr int64_t kClicksMax = 100;
  query::RageClicksPlan plan;
  FOOTFALL_ASSIGN_OR_RETURN(
      const int64_t clicks,
      WholeParameter(options.parameters, "clicks", kClicksMin, kClicksMax, plan.clicks));
  plan.clicks = static_cast<int>(clicks);
  FOOTFALL_ASSIGN_OR_RETURN(
      plan.within_ms, DurationParameter(options.parameters, "within", plan.within_ms));
  return plan;
}

absl::StatusOr<model::Rule> IsTracked(std::string_view event) {
  const auto is = [](std::string_view field, std::string_view value) {
    Json json = Json::MakeObject();
    json.Set("field", field);
    json.Set("op", "is");
    json.Set("value", value);
    return json;
  };
  Json both = Json::MakeObject();
  both.Set("all", Json::Array{is("event.type", "track"), is("event.name", event)});
  return model::Rule::Parse(both);
}

// A table by message and page of what the host tracked.
absl::StatusOr<PlanBody> CompileScriptErrors(const BuiltInEntry&,
                                             const RunOptions& options) {
  using query::Aggregate;
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::optional<std::string> event,
      TextParameter(options.parameters, "event", "the name of an event"));
  query::TablePlan plan;
  FOOTFALL_ASSIGN_OR_RETURN(plan.where, IsTracked(event.value_or("script_error")));
  for (const auto& [name, field] :
       {std::pair("message", "properties.message"), std::pair("page", "event.url")}) {
    query::RowKey& key = plan.rows.emplace_back();
    key.kind = query::RowKey::Kind::kField;
    key.name = name;
    FOOTFALL_ASSIGN_OR_RETURN(key.field, model::Field::Parse(field));
  }
  for (const auto& [name, aggregate] : {std::pair("events", Aggregate::kCount),
                                        std::pair("people", Aggregate::kCountPeople),
                                        std::pair("sessions", Aggregate::kCountSessions),
                                        std::pair("first_time", Aggregate::kFirstTime),
                                        std::pair("last_time", Aggregate::kLastTime)}) {
    query::AggregateColumn& column = plan.columns.emplace_back();
    column.name = name;
    column.aggregate = aggregate;
  }
  plan.order_by = {{.column = plan.rows.size(), .descending = true}};
  return plan;
}

absl::StatusOr<PlanBody> CompileSessions(const BuiltInEntry&, const RunOptions&) {
  return query::SessionsPlan();
}

absl::StatusOr<PlanBody> CompileTrackedEvents(const BuiltInEntry&,
                                              const RunOptions& options) {
  query::TrackedEventsPlan plan;
  if (!options.tracked_events) return plan;
  FOOTFALL_ASSIGN_OR_RETURN(const auto events, options.tracked_events());
  for (const auto& [name, rule] : events) {
    FOOTFALL_ASSIGN_OR_RETURN(const ExpandedSegments expanded,
                              ExpandRule(rule, "$.where", options.segments));
    absl::StatusOr<model::Rule> where = model::Rule::Parse(expanded.json, "$.where");
    if (!where.ok()) {
      return InvalidAt(base::Cat("$.tracked_events.", name),
                       base::MessageOf(where.status()));
    }
    plan.events.push_back({name, *std::move(where)});
  }
  return plan;
}

absl::StatusOr<PlanBody> CompileUsers(const BuiltInEntry& entry,
                                      const RunOptions& options) {
  query::UsersPlan plan;
  FOOTFALL_ASSIGN_OR_RETURN(plan.attributes,
                            AttributesParameter(options.parameters, entry));
  return plan;
}

constexpr std::string_view kSalesforce = "integrations_salesforce";

std::vector<BuiltInEntry> MakeEntries() {
  return {{{"accounts", "Accounts", "table", {}},
           {{"account", kString},
            {"people", kInt64},
            {"active_last_30_days", kInt64},
            {"sessions", kInt64},
            {"events", kInt64},
            {"first_seen", kTimestamp},
            {"last_seen", kTimestamp}},
           {},
           CompileAccounts},
          {{"active-users", "Active people by day", "table", {}},
           {{"day", kDate},
            {"dau", kInt64},
            {"wau", kInt64},
            {"mau", kInt64},
            {"new_people", kInt64}},
           {},
           CompileActiveUsers},
          {{"content", "Content engagement", "table", {}},
           {{"content_id", kString},
            {"content_name", kString},
            {"kind", kString},
            {"shown", kInt64},
            {"started", kInt64},
            {"completed", kInt64},
            {"people", kInt64},
            {"completion_rate", kDouble}},
           {"in_catalogue"},
           CompileContent},
          {{"courses", "Courses", "table", {kSalesforce}},
           {{"person", kString},
            {"course_id", kString},
            {"course_name", kString},
            {"started_at", kTimestamp},
            {"lessons_completed", kInt64},
            {"lessons_total", kInt64},
            {"progress", kDouble},
            {"quiz_name", kString},
            {"quiz_score", kDouble},
            {"quiz_at", kTimestamp},
            {"completed_at", kTimestamp}},
           {"attributes"},
           CompileCourses},
          {{"dead-clicks", "Clicks that nothing came of", "table", {}},
           {{"page", kString},
            {"element", kString},
            {"clicks", kInt64},
            {"people", kInt64},
            {"sessions", kInt64},
            {"first_time", kTimestamp},
            {"last_time", kTimestamp}},
           {"within"},
           CompileDeadClicks},
          {{"logins", "Logins", "table", {kSalesforce}},
           {{"person", kString},
            {"first_login", kTimestamp},
            {"last_login", kTimestamp},
            {"logins_last_30_days", kInt64}},
           {"attributes", "login_event"},
           CompileLogins},
          {{"nps", "Net promoter score", "nps", {kSalesforce}},
           {{"person", kString},
            {"score", kInt64},
            {"category", kString},
            {"answered_at", kTimestamp},
            {"has_comment", kBool}},
           {"attributes", "survey"},
           CompileNps},
          {{"onboarding", "Onboarding completion", "table", {kSalesforce}},
           {{"person", kString},
            {"tasks_completed", kInt64},
            {"tasks_total", kInt64},
            {"completion_rate", kDouble},
            {"completed_at", kTimestamp}},
           {"attributes", "task_list"},
           CompileOnboarding},
          {{"page-times", "Time on page", "table", {}},
           {{"page", kString},
            {"views", kInt64},
            {"people", kInt64},
            {"median_ms", kInt64},
            {"p90_ms", kInt64}},
           {},
           CompilePageTimes},
          {{"page-views", "Page views", "table", {}},
           {{"page", kString},
            {"title", kString},
            {"views", kInt64},
            {"people", kInt64},
            {"sessions", kInt64},
            {"entries", kInt64},
            {"exits", kInt64},
            {"first_time", kTimestamp},
            {"last_time", kTimestamp}},
           {},
           CompilePageViews},
          {{"rage-clicks", "Bursts of clicks on one element", "table", {}},
           {{"page", kString},
            {"element", kString},
            {"bursts", kInt64},
            {"clicks", kInt64},
            {"people", kInt64},
            {"sessions", kInt64},
            {"first_time", kTimestamp},
            {"last_time", kTimestamp}},
           {"clicks", "within"},
           CompileRageClicks},
          {{"script-errors", "Script errors", "table", {}},
           {{"message", kString},
            {"page", kString},
            {"events", kInt64},
            {"people", kInt64},
            {"sessions", kInt64},
            {"first_time", kTimestamp},
            {"last_time", kTimestamp}},
           {"event"},
           CompileScriptErrors},
          {{"sessions", "Sessions", "table", {}},
           {{"session", kString},
            {"person", kString},
            {"start", kTimestamp},
            {"end", kTimestamp},
            {"duration_ms", kInt64},
            {"events", kInt64},
            {"pages", kInt64},
            {"entry_page", kString},
            {"exit_page", kString},
            {"country", kString},
            {"browser", kString},
            {"os", kString},
            {"playable", kBool},
            {"not_playable_reason", kString}},
           {},
           CompileSessions},
          {{"tracked-events", "Tracked events", "table", {}},
           {{"name", kString},
            {"events", kInt64},
            {"people", kInt64},
            {"sessions", kInt64},
            {"first_time", kTimestamp},
            {"last_time", kTimestamp}},
           {},
           CompileTrackedEvents},
          {{"users", "Users", "table", {}},
           {{"person", kString},
            {"identified", kBool},
            {"account", kString},
            {"first_seen", kTimestamp},
            {"last_seen", kTimestamp},
            {"sessions", kInt64},
            {"total_duration_ms", kInt64},
            {"avg_duration_ms", kInt64},
            {"avg_between_sessions_ms", kInt64},
            {"events", kInt64},
            {"country", kString},
            {"region", kString},
            {"city", kString},
            {"browser", kString},
            {"browser_version", kString},
            {"os", kString}},
           {"attributes"},
           CompileUsers}};
}

}  // namespace

const std::vector<BuiltInEntry>& BuiltInEntries() {
  static const auto& entries = *new std::vector<BuiltInEntry>(MakeEntries());
  return entries;
}

}  // namespace footfall::report
