#include "runtime/person_json.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/time.h"
#include "model/field.h"

namespace footfall::runtime {
namespace {

base::Json Time(std::optional<int64_t> time_ms) {
  return time_ms.has_value() ? base::Json(base::FormatTime(*time_ms)) : base::Json();
}

base::Json IntOrNull(const model::Value& value) {
  return value.is_missing() ? base::Json() : base::Json(value.integer);
}

}  // namespace

base::Json TextOrNull(const std::string& text) {
  return text.empty() ? base::Json() : base::Json(text);
}

base::Json PersonToJson(const model::Person& person, std::string_view account_property) {
  base::Json out = base::Json::MakeObject();
  out.Set("person", person.DisplayId());
  out.Set("identified", person.identified);
  out.Set("account", TextOrNull(model::AccountOf(person, account_property)));
  base::Json anonymous = base::Json::MakeArray();
  for (const std::string& id : person.anonymous_ids) anonymous.Push(id);
  out.Set("anonymous_ids", std::move(anonymous));
  out.Set("first_seen", Time(person.first_seen_ms));
  out.Set("last_seen", Time(person.last_seen_ms));
  out.Set("sessions", person.sessions);
  out.Set("total_duration_ms", person.total_duration_ms);
  out.Set("avg_duration_ms", IntOrNull(model::AverageDuration(person)));
  out.Set("avg_between_sessions_ms", IntOrNull(model::AverageBetween(person)));
  out.Set("events", person.events);
  out.Set("country", TextOrNull(person.country));
  out.Set("region", TextOrNull(person.region));
  out.Set("city", TextOrNull(person.city));
  out.Set("browser", TextOrNull(person.browser));
  out.Set("browser_version", TextOrNull(person.browser_version));
  out.Set("os", TextOrNull(person.os));
  base::Json attributes = base::Json::MakeObject();
  for (const auto& [key, value] : person.attributes) {
    attributes.Set(key, std::visit([](const auto& v) { return base::Json(v); }, value));
  }
  out.Set("attributes", std::move(attributes));
  base::Json imported = base::Json::MakeArray();
  for (const model::ImportedAttribute& attribute : person.imported) {
    base::Json row = base::Json::MakeObject();
    row.Set("integration", attribute.integration);
    row.Set("attribute", attribute.name);
    row.Set("type", model::AttributeTypeName(attribute.type));
    row.Set("value",
            std::visit([](const auto& v) { return base::Json(v); }, attribute.value));
    imported.Push(std::move(row));
  }
  out.Set("imported", std::move(imported));
  return out;
}

}  // namespace footfall::runtime
