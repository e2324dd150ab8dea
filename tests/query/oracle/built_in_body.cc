#include "tests/query/oracle/built_in_body.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

namespace footfall::oracle {
namespace {

using base::Json;

std::string TextAt(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  return value == nullptr ? "" : value->as_string();
}

std::optional<std::string> OptionalTextAt(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  return value == nullptr ? std::nullopt : std::optional(value->as_string());
}

std::vector<std::string> TextsAt(const Json& json, std::string_view key) {
  std::vector<std::string> texts;
  const Json* list = json.Find(key);
  if (list == nullptr) return texts;
  for (const Json& text : list->as_array()) texts.push_back(text.as_string());
  return texts;
}

query::CoursesPlan CoursesOf(const Json& definition) {
  query::CoursesPlan plan{.attributes = TextsAt(definition, "attributes")};
  const Json* courses = definition.Find("courses");
  if (courses == nullptr) return plan;
  for (const Json& course : courses->as_array()) {
    plan.courses.push_back({.id = TextAt(course, "id"),
                            .name = TextAt(course, "name"),
                            .lessons = TextsAt(course, "lessons"),
                            .quiz = OptionalTextAt(course, "quiz"),
                            .quiz_name = TextAt(course, "quiz_name")});
  }
  return plan;
}

query::ContentPlan ContentOf(const Json& definition) {
  query::ContentPlan plan;
  if (const Json* in_catalogue = definition.Find("in_catalogue")) {
    plan.in_catalogue = in_catalogue->as_bool();
  }
  const Json* catalogue = definition.Find("catalogue");
  if (catalogue == nullptr) return plan;
  for (const Json& content : catalogue->as_array()) {
    plan.catalogue.push_back(
        {TextAt(content, "kind"), TextAt(content, "id"), TextAt(content, "name")});
  }
  return plan;
}

query::TrackedEventsPlan TrackedEventsOf(const Json& definition) {
  query::TrackedEventsPlan plan;
  for (const Json& event : definition.Find("events")->as_array()) {
    plan.events.push_back(
        {TextAt(event, "name"), model::Rule::Parse(*event.Find("where")).value()});
  }
  return plan;
}

std::optional<PlanBody> WithoutWhere(const Json& definition) {
  const std::string kind = TextAt(definition, "kind");
  const std::vector<std::string> attributes = TextsAt(definition, "attributes");
  const auto within_ms = [&] { return definition.Find("within_ms")->as_int(); };
  if (kind == "logins") {
    return query::LoginsPlan{.login_event = OptionalTextAt(definition, "login_event"),
                             .attributes = attributes};
  }
  if (kind == "users") return query::UsersPlan{.attributes = attributes};
  if (kind == "page-views") return query::PageViewsPlan();
  if (kind == "active-users") return query::ActiveUsersPlan();
  if (kind == "onboarding") {
    query::OnboardingPlan plan{.attributes = attributes};
    if (definition.Find("tasks") != nullptr) plan.tasks = TextsAt(definition, "tasks");
    return plan;
  }
  if (kind == "courses") return CoursesOf(definition);
  if (kind == "accounts") return query::AccountsPlan();
  if (kind == "tracked-events") return TrackedEventsOf(definition);
  if (kind == "content") return ContentOf(definition);
  if (kind == "rage-clicks") {
    return query::RageClicksPlan{
        .clicks = static_cast<int>(definition.Find("clicks")->as_int()),
        .within_ms = within_ms()};
  }
  if (kind == "dead-clicks") return query::DeadClicksPlan{.within_ms = within_ms()};
  if (kind == "page-times") return query::PageTimesPlan();
  return std::nullopt;
}

}  // namespace

std::optional<PlanBody> BuiltInBody(const Json& definition) {
  std::optional<PlanBody> body = WithoutWhere(definition);
  const Json* where = definition.Find("where");
  if (!body.has_value() || where == nullptr) return body;
  std::visit([where](auto& plan) { plan.where = model::Rule::Parse(*where).value(); },
             *body);
  return body;
}

bool IsCommonKey(std::string_view key) {
  constexpr std::string_view kCommon[] = {"version",  "name",    "kind",   "range",
                                          "timezone", "segment", "session"};
  return std::find(std::begin(kCommon), std::end(kCommon), key) != std::end(kCommon);
}

}  // namespace footfall::oracle
