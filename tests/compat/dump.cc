#include "tests/compat/dump.h"

#include <variant>

#include "base/status.h"

namespace footfall::store {
namespace {

void Put(std::string& line, std::string_view name, std::string_view text) {
  line += ' ';
  line += name;
  line += "='";
  line += text;
  line += '\'';
}
void Put(std::string& line, std::string_view name, int64_t number) {
  Put(line, name, std::to_string(number));
}
// Absent and empty are not the same in the fields of an event itself.
void PutPresent(std::string& line, std::string_view name, std::string_view text) {
  if (text.data() != nullptr) Put(line, name, text);
}
void PutFilled(std::string& line, std::string_view name, std::string_view text) {
  if (!text.empty()) Put(line, name, text);
}

std::string TextOf(const model::Value& value) {
  switch (value.kind) {
    case model::Value::Kind::kMissing:
      return "missing";
    case model::Value::Kind::kBool:
      return value.boolean ? "true" : "false";
    case model::Value::Kind::kInt:
      return "int " + std::to_string(value.integer);
    case model::Value::Kind::kDouble:
      return "double " + std::to_string(value.number);
    case model::Value::Kind::kString:
      return "string " + std::string(value.text);
    case model::Value::Kind::kJson:
      return "json " + std::string(value.text);
  }
  return "unknown";
}

std::string TextOf(const model::AttributeValue& value) {
  if (const bool* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  if (const int64_t* integer = std::get_if<int64_t>(&value)) {
    return "int " + std::to_string(*integer);
  }
  if (const double* number = std::get_if<double>(&value)) {
    return "double " + std::to_string(*number);
  }
  return "string " + std::get<std::string>(value);
}

std::string LineOf(const StoredEvent& stored) {
  const model::Event& event = stored.event;
  std::string line = "event " + std::string(model::EventTypeName(event.type));
  Put(line, "arrival", static_cast<int64_t>(stored.arrival));
  Put(line, "of", static_cast<int64_t>(stored.person));
  Put(line, "time", event.time_ms);
  Put(line, "seq", event.seq);
  PutPresent(line, "id", event.id);
  PutPresent(line, "person", event.person);
  PutPresent(line, "anonymous", event.anonymous);
  PutPresent(line, "session", event.session);
  PutPresent(line, "app", event.app);
  PutPresent(line, "environment", event.environment);
  PutPresent(line, "name", event.name);
  PutPresent(line, "url", event.url);
  PutPresent(line, "title", event.title);
  PutPresent(line, "key", event.key);
  PutPresent(line, "value", event.value);
  if (event.has_element) {
    const model::Element& element = event.element;
    line += " element";
    PutFilled(line, "tag", element.tag);
    PutFilled(line, "id", element.id);
    PutFilled(line, "class", element.css_class);
    PutFilled(line, "type", element.type);
    PutFilled(line, "name", element.name);
    PutFilled(line, "text", element.text);
    PutFilled(line, "label", element.label);
    PutFilled(line, "value", element.value);
    PutFilled(line, "autocomplete", element.autocomplete);
    for (const model::PathEntry& entry : element.path) {
      line += " in";
      PutFilled(line, "tag", entry.tag);
      PutFilled(line, "id", entry.id);
      PutFilled(line, "class", entry.css_class);
    }
  }
  const model::Context& context = event.context;
  PutFilled(line, "country", context.country);
  PutFilled(line, "region", context.region);
  PutFilled(line, "city", context.city);
  PutFilled(line, "browser", context.browser);
  PutFilled(line, "browser_version", context.browser_version);
  PutFilled(line, "os", context.os);
  PutFilled(line, "os_version", context.os_version);
  PutFilled(line, "device", context.device);
  if (context.https.has_value()) Put(line, "https", *context.https ? "true" : "false");
  for (const model::Property& property : event.properties) {
    Put(line, "property " + std::string(property.key), TextOf(property.value));
  }
  return line + "\n";
}

std::string LineOf(const model::Person& person) {
  std::string line = "person";
  Put(line, "code", static_cast<int64_t>(person.code));
  Put(line, "id", person.DisplayId());
  for (const std::string& id : person.anonymous_ids) Put(line, "anonymous", id);
  if (person.first_seen_ms.has_value()) {
    Put(line, "first", *person.first_seen_ms);
    Put(line, "last", *person.last_seen_ms);
  }
  Put(line, "events", static_cast<int64_t>(person.events));
  Put(line, "sessions", static_cast<int64_t>(person.sessions));
  Put(line, "duration", person.total_duration_ms);
  Put(line, "between", person.total_between_ms);
  PutFilled(line, "country", person.country);
  PutFilled(line, "region", person.region);
  PutFilled(line, "city", person.city);
  PutFilled(line, "browser", person.browser);
  PutFilled(line, "browser_version", person.browser_version);
  PutFilled(line, "os", person.os);
  for (const auto& [key, value] : person.attributes) {
    Put(line, "attribute " + key, TextOf(value));
  }
  return line + "\n";
}

}  // namespace

absl::StatusOr<std::string> Dump(EventStore& store) {
  std::string text;
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, store.TakeSnapshot());
  FOOTFALL_RETURN_IF_ERROR(snapshot->Scan({}, nullptr, [&](const StoredEvent& stored) {
    text += LineOf(stored);
    return absl::OkStatus();
  }));
  FOOTFALL_RETURN_IF_ERROR(snapshot->VisitPeople([&](const model::Person& person) {
    text += LineOf(person);
    return absl::OkStatus();
  }));
  FOOTFALL_ASSIGN_OR_RETURN(const auto documents, store.ListDocuments("report"));
  for (const auto& [name, document] : documents) {
    text += "report";
    Put(text, name, document);
    text += '\n';
  }
  text += "settings " + snapshot->settings().ToJson().Dump() + "\n";
  return text;
}

}  // namespace footfall::store
