#include "model/field.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.h"
#include "base/status.h"
#include "base/strings.h"

namespace footfall::model {
namespace {

constexpr std::pair<std::string_view, FieldKind> kNames[] = {
    {"event.type", FieldKind::kEventType},
    {"event.name", FieldKind::kEventName},
    {"event.url", FieldKind::kEventUrl},
    {"event.title", FieldKind::kEventTitle},
    {"event.host", FieldKind::kEventHost},
    {"event.path", FieldKind::kEventPath},
    {"element.tag", FieldKind::kElementTag},
    {"element.id", FieldKind::kElementId},
    {"element.class", FieldKind::kElementClass},
    {"element.type", FieldKind::kElementType},
    {"element.name", FieldKind::kElementName},
    {"element.text", FieldKind::kElementText},
    {"element.label", FieldKind::kElementLabel},
    {"element.value", FieldKind::kElementValue},
    {"element.autocomplete", FieldKind::kElementAutocomplete},
    {"context.country", FieldKind::kContextCountry},
    {"context.region", FieldKind::kContextRegion},
    {"context.city", FieldKind::kContextCity},
    {"context.browser", FieldKind::kContextBrowser},
    {"context.browser_version", FieldKind::kContextBrowserVersion},
    {"context.os", FieldKind::kContextOs},
    {"context.os_version", FieldKind::kContextOsVersion},
    {"context.device", FieldKind::kContextDevice},
    {"context.https", FieldKind::kContextHttps},
    {"app", FieldKind::kApp},
    {"environment", FieldKind::kEnvironment},
    {"account", FieldKind::kAccount},
    {"person.account", FieldKind::kAccount},
    {"person.id", FieldKind::kPersonId},
    {"person.identified", FieldKind::kPersonIdentified},
    {"person.first_seen", FieldKind::kPersonFirstSeen},
    {"person.last_seen", FieldKind::kPersonLastSeen},
    {"person.sessions", FieldKind::kPersonSessions},
    {"person.events", FieldKind::kPersonEvents},
    {"person.total_duration_ms", FieldKind::kPersonTotalDuration},
    {"person.avg_duration_ms", FieldKind::kPersonAvgDuration},
    {"person.avg_between_sessions_ms", FieldKind::kPersonAvgBetween},
    {"person.country", FieldKind::kPersonCountry},
    {"person.region", FieldKind::kPersonRegion},
    {"person.city", FieldKind::kPersonCity},
    {"person.browser", FieldKind::kPersonBrowser},
    {"person.browser_version", FieldKind::kPersonBrowserVersion},
    {"person.os", FieldKind::kPersonOs},
    {"session.id", FieldKind::kSessionId},
    {"session.start", FieldKind::kSessionStart},
    {"session.duration", FieldKind::kSessionDuration},
    {"session.events", FieldKind::kSessionEvents},
};

constexpr std::string_view kPropertyPrefix = "properties.";
constexpr std::string_view kPersonPrefix = "person.";

// A string that is absent when empty.
Value NonEmpty(std::string_view text) {
  return text.empty() ? Value::Missing() : Value::String(text);
}

// A string that is absent when its data is.
Value Present(std::string_view text) {
  return text.data() == nullptr ? Value::Missing() : Value::String(text);
}

// Host and path of a url. A relative one has only a path.
struct UrlParts {
  std::string_view host;
  std::string_view path;
};

UrlParts SplitUrl(std::string_view url) {
  UrlParts parts;
  std::string_view rest = url.substr(0, url.find_first_of("?#"));
  const size_t scheme = rest.find("://");
  if (scheme == std::string_view::npos || rest.find('/') < scheme) {
    parts.path = rest;
    return parts;
  }
  rest.remove_prefix(scheme + 3);
  const size_t slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  parts.path = slash == std::string_view::npos ? "/" : rest.substr(slash);
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  // An IPv6 address holds colons inside its brackets.
  const size_t port = authority.rfind(':');
  if (port != std::string_view::npos &&
      authority.find(']', port) == std::string_view::npos) {
    authority = authority.substr(0, port);
  }
  parts.host = authority;
  return parts;
}

// Follows `path` into a nested JSON text; a key that holds dots comes before a split one.
const base::Json* Descend(const base::Json& json, std::string_view path) {
  if (const base::Json* found = json.Find(path)) return found;
  for (size_t dot = path.rfind('.'); dot != std::string_view::npos && dot > 0;
       dot = path.rfind('.', dot - 1)) {
    const base::Json* child = json.Find(path.substr(0, dot));
    if (child == nullptr) continue;
    if (const base::Json* found = Descend(*child, path.substr(dot + 1))) return found;
  }
  return nullptr;
}

Value FromJson(const base::Json& json, std::string& scratch) {
  if (json.is_bool()) return Value::Bool(json.as_bool());
  if (json.is_int()) return Value::Int(json.as_int());
  if (json.is_double()) return Value::Double(json.as_double());
  if (json.is_string()) {
    scratch = json.as_string();
    return Value::String(scratch);
  }
  if (json.is_null()) return Value::Missing();
  scratch = json.Dump();
  return Value::Json(scratch);
}

Value ReadProperty(const std::string& key, const FieldSource& source) {
  for (const Property& property : source.event->properties) {
    if (property.key == key && !property.value.is_missing()) return property.value;
  }
  for (size_t dot = key.rfind('.'); dot != std::string::npos && dot > 0;
       dot = key.rfind('.', dot - 1)) {
    const std::string_view head(key.data(), dot);
    for (const Property& property : source.event->properties) {
      if (property.key != head || property.value.kind != Value::Kind::kJson) continue;
      const absl::StatusOr<base::Json> json = base::Json::Parse(property.value.text);
      if (!json.ok()) continue;
      const std::string_view rest = std::string_view(key).substr(dot + 1);
      const base::Json* found = Descend(*json, rest);
      if (found != nullptr && !found->is_null()) return FromJson(*found, source.scratch);
    }
  }
  return Value::Missing();
}

Value FromAttribute(const AttributeValue* value) {
  if (value == nullptr) return Value::Missing();
  if (const bool* v = std::get_if<bool>(value)) return Value::Bool(*v);
  if (const int64_t* v = std::get_if<int64_t>(value)) return Value::Int(*v);
  if (const double* v = std::get_if<double>(value)) return Value::Double(*v);
  return Value::String(std::get<std::string>(*value));
}

Value OptionalTime(const std::optional<int64_t>& time_ms) {
  return time_ms.has_value() ? Value::Int(*time_ms) : Value::Missing();
}

Value Average(int64_t sum, uint64_t count) {
  if (count == 0) return Value::Missing();
  const int64_t n = static_cast<int64_t>(count);
  return Value::Int(sum / n + (sum % n >= n - sum % n ? 1 : 0));
}

Value ReadEventField(const Field& field, const FieldSource& source) {
  const Event& event = *source.event;
  const Element& element = event.element;
  const Context& context = event.context;
  switch (field.kind()) {
    case FieldKind::kEventType:
      return Value::String(EventTypeName(event.type));
    case FieldKind::kEventName:
      return Present(event.name);
    case FieldKind::kEventUrl:
      return Present(event.url);
    case FieldKind::kEventTitle:
      return Present(event.title);
    case FieldKind::kEventHost:
      return NonEmpty(SplitUrl(event.url).host);
    case FieldKind::kEventPath:
      return NonEmpty(SplitUrl(event.url).path);
    case FieldKind::kElementTag:
      return NonEmpty(element.tag);
    case FieldKind::kElementId:
      return NonEmpty(element.id);
    case FieldKind::kElementClass:
      return NonEmpty(element.css_class);
    case FieldKind::kElementType:
      return NonEmpty(element.type);
    case FieldKind::kElementName:
      return NonEmpty(element.name);
    case FieldKind::kElementText:
      return NonEmpty(element.text);
    case FieldKind::kElementLabel:
      return NonEmpty(element.label);
    case FieldKind::kElementValue:
      return NonEmpty(element.value);
    case FieldKind::kElementAutocomplete:
      return NonEmpty(element.autocomplete);
    case FieldKind::kProperty:
      return ReadProperty(field.key(), source);
    case FieldKind::kContextCountry:
      return NonEmpty(context.country);
    case FieldKind::kContextRegion:
      return NonEmpty(context.region);
    case FieldKind::kContextCity:
      return NonEmpty(context.city);
    case FieldKind::kContextBrowser:
      return NonEmpty(context.browser);
    case FieldKind::kContextBrowserVersion:
      return NonEmpty(context.browser_version);
    case FieldKind::kContextOs:
      return NonEmpty(context.os);
    case FieldKind::kContextOsVersion:
      return NonEmpty(context.os_version);
    case FieldKind::kContextDevice:
      return NonEmpty(context.device);
    case FieldKind::kContextHttps:
      return context.https.has_value() ? Value::Bool(*context.https) : Value::Missing();
    case FieldKind::kApp:
      return Present(event.app);
    case FieldKind::kEnvironment:
      return Present(event.environment);
    default:
      return Value::Missing();
  }
}

Value ReadPersonField(const Field& field, const FieldSource& source) {
  const Person& person = *source.person;
  switch (field.kind()) {
    case FieldKind::kPersonId:
      if (person.identified) return Value::String(person.id);
      source.scratch = person.DisplayId();
      return Value::String(source.scratch);
    case FieldKind::kPersonIdentified:
      return Value::Bool(person.identified);
    case FieldKind::kPersonFirstSeen:
      return OptionalTime(person.first_seen_ms);
    case FieldKind::kPersonLastSeen:
      return OptionalTime(person.last_seen_ms);
    case FieldKind::kPersonSessions:
      return Value::Int(static_cast<int64_t>(person.sessions));
    case FieldKind::kPersonEvents:
      return Value::Int(static_cast<int64_t>(person.events));
    case FieldKind::kPersonTotalDuration:
      return Value::Int(person.total_duration_ms);
    case FieldKind::kPersonAvgDuration:
      return AverageDuration(person);
    case FieldKind::kPersonAvgBetween:
      return AverageBetween(person);
    case FieldKind::kPersonCountry:
      return NonEmpty(person.country);
    case FieldKind::kPersonRegion:
      return NonEmpty(person.region);
    case FieldKind::kPersonCity:
      return NonEmpty(person.city);
    case FieldKind::kPersonBrowser:
      return NonEmpty(person.browser);
    case FieldKind::kPersonBrowserVersion:
      return NonEmpty(person.browser_version);
    case FieldKind::kPersonOs:
      return NonEmpty(person.os);
    case FieldKind::kPersonAttribute:
      return FromAttribute(person.FindAttribute(field.key()));
    default:
      return Value::Missing();
  }
}

Value ReadSessionField(const Field& field, const SessionFields& session) {
  switch (field.kind()) {
    case FieldKind::kSessionId:
      return Value::String(session.id);
    case FieldKind::kSessionStart:
      return Value::Int(session.start_ms);
    case FieldKind::kSessionDuration:
      return Value::Int(session.duration_ms);
    case FieldKind::kSessionEvents:
      return Value::Int(session.events);
    default:
      return Value::Missing();
  }
}

}  // namespace

absl::StatusOr<Field> Field::Parse(std::string_view name) {
  Field field;
  field.name_ = std::string(name);
  for (const auto& [known, kind] : kNames) {
    if (known == name) {
      field.kind_ = kind;
      return field;
    }
  }
  if (name.starts_with(kPropertyPrefix) && name.size() > kPropertyPrefix.size()) {
    field.kind_ = FieldKind::kProperty;
    field.key_ = std::string(name.substr(kPropertyPrefix.size()));
    return field;
  }
  if (name.starts_with(kPersonPrefix) && name.size() > kPersonPrefix.size()) {
    field.kind_ = FieldKind::kPersonAttribute;
    field.key_ = std::string(name.substr(kPersonPrefix.size()));
    return field;
  }
  return base::MakeError(
      absl::StatusCode::kInvalidArgument,
      base::Cat("'", name.substr(0, 64),
                "' is not a field: one of event.*, element.*, properties.*, context.*, "
                "person.*, session.*, account, app or environment is expected"));
}

Value ReadField(const Field& field, const FieldSource& source) {
  if (field.kind() == FieldKind::kAccount) return NonEmpty(source.account);
  if (field.is_person()) {
    return source.person == nullptr ? Value::Missing() : ReadPersonField(field, source);
  }
  if (field.is_session()) {
    return source.session == nullptr ? Value::Missing()
                                     : ReadSessionField(field, *source.session);
  }
  return source.event == nullptr ? Value::Missing() : ReadEventField(field, source);
}

Value AverageDuration(const Person& person) {
  return Average(person.total_duration_ms, person.sessions);
}

Value AverageBetween(const Person& person) {
  return Average(person.total_between_ms, person.sessions < 2 ? 0 : person.sessions - 1);
}

}  // namespace footfall::model
