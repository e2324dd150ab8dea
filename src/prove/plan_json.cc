#include "prove/plan_json.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "base/strings.h"
#include "query/explain.h"

namespace footfall::prove {
namespace {

using base::Json;

std::string Milliseconds(int64_t ms) { return base::Cat(ms, "ms"); }

// Moves the member `from`, if it is there, to `to`.
void Rename(Json& object, std::string_view from, std::string_view to) {
  for (auto& [key, value] : object.as_object()) {
    if (key == from) key = std::string(to);
  }
}

void Remove(Json& object, std::string_view key) {
  std::erase_if(object.as_object(),
                [key](const auto& member) { return member.first == key; });
}

void SetRange(const query::Range& range, Json& definition) {
  Json json = Json::MakeObject();
  if (range.from_ms != INT64_MIN) json.Set("from", range.from_ms);
  if (range.to_ms != INT64_MAX) json.Set("to", range.to_ms);
  definition.Set("range", std::move(json));
}

void SetSessions(const query::SessionDefinition& sessions, Json& definition) {
  if (sessions.use_host_ids) return;
  Json json = Json::Object{{"by", "gap"}};
  if (sessions.gap_ms.has_value()) json.Set("gap", Milliseconds(*sessions.gap_ms));
  if (sessions.max_ms.has_value()) {
    json.Set("max",
             *sessions.max_ms == 0 ? Json() : Json(Milliseconds(*sessions.max_ms)));
  }
  definition.Set("session", std::move(json));
}

// The catalogue's part, which an explanation only hints at.
void SetCatalogue(const query::Plan& plan, Json& definition) {
  if (const auto* body = std::get_if<query::CoursesPlan>(&plan.body)) {
    Json courses = Json::MakeArray();
    for (const query::Course& course : body->courses) {
      Json lessons = Json::MakeArray();
      for (const std::string& lesson : course.lessons) lessons.Push(lesson);
      Json json = Json::MakeObject();
      json.Set("id", course.id);
      json.Set("name", course.name);
      json.Set("lessons", std::move(lessons));
      if (course.quiz.has_value()) {
        json.Set("quiz", *course.quiz);
        json.Set("quiz_name", course.quiz_name);
      }
      courses.Push(std::move(json));
    }
    definition.Set("courses", std::move(courses));
  }
  if (const auto* body = std::get_if<query::ContentPlan>(&plan.body)) {
    Json catalogue = Json::MakeArray();
    for (const query::ContentName& content : body->catalogue) {
      Json json = Json::MakeObject();
      json.Set("kind", content.kind);
      json.Set("id", content.id);
      json.Set("name", content.name);
      catalogue.Push(std::move(json));
    }
    definition.Set("catalogue", std::move(catalogue));
  }
}

}  // namespace

Json DefinitionOf(const query::Plan& plan) {
  Json definition = query::ExplainPlan(plan);
  for (const char* key : {"operators", "columns_read", "summaries", "sessions"}) {
    Remove(definition, key);
  }
  std::erase_if(definition.as_object(),
                [](const auto& member) { return member.second.is_null(); });
  Rename(definition, "window_ms", "window");
  if (std::holds_alternative<query::FunnelPlan>(plan.body)) {
    for (auto& [key, value] : definition.as_object()) {
      if (key == "break_down") value = Json::Object{{"field", value}};
      if (key != "steps") continue;
      for (Json& step : value.as_array()) Rename(step, "within_ms", "within");
    }
  }
  // Without columns the sessions are listed.
  const auto* sessions = std::get_if<query::SessionsPlan>(&plan.body);
  if (sessions != nullptr && sessions->columns.empty()) Remove(definition, "columns");
  SetRange(plan.range, definition);
  SetSessions(plan.sessions, definition);
  SetCatalogue(plan, definition);
  return definition;
}

}  // namespace footfall::prove
