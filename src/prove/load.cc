#include "prove/load.h"

#include <string>
#include <utility>
#include <variant>

#include "base/status.h"
#include "base/strings.h"
#include "model/field.h"

namespace footfall::prove {
namespace {

using TextMember = std::pair<std::string_view, std::string_view>;

// Adds the members that are there; a view without data is absent.
void SetTexts(Json& object, std::initializer_list<TextMember> members) {
  for (const auto& [key, text] : members) {
    if (text.data() != nullptr) object.as_object().emplace_back(key, Json(text));
  }
}

Json ToJson(const model::Value& value) {
  switch (value.kind) {
    case model::Value::Kind::kBool:
      return value.boolean;
    case model::Value::Kind::kInt:
      return value.integer;
    case model::Value::Kind::kDouble:
      return value.number;
    case model::Value::Kind::kString:
      return value.text;
    case model::Value::Kind::kJson: {
      absl::StatusOr<Json> nested = Json::Parse(value.text);
      return nested.ok() ? *std::move(nested) : Json();
    }
    case model::Value::Kind::kMissing:
      break;
  }
  return Json();
}

Json ElementToJson(const model::Element& element) {
  Json json = Json::MakeObject();
  SetTexts(json, {{"tag", element.tag},
                  {"id", element.id},
                  {"class", element.css_class},
                  {"type", element.type},
                  {"name", element.name},
                  {"text", element.text},
                  {"label", element.label},
                  {"value", element.value},
                  {"autocomplete", element.autocomplete}});
  return json;
}

Json ContextToJson(const model::Context& context) {
  Json json = Json::MakeObject();
  SetTexts(json, {{"country", context.country},
                  {"region", context.region},
                  {"city", context.city},
                  {"browser", context.browser},
                  {"browser_version", context.browser_version},
                  {"os", context.os},
                  {"os_version", context.os_version},
                  {"device", context.device}});
  if (context.https.has_value()) json.Set("https", *context.https);
  return json;
}

uint64_t BytesOf(const std::string& text) {
  return sizeof(text) + (text.size() < sizeof(text) / 2 ? 0 : text.size() + 1);
}

// Memory held, roughly.
uint64_t BytesOf(const Json& json) {
  uint64_t bytes = sizeof(Json);
  if (json.is_string()) bytes += BytesOf(json.as_string());
  if (json.is_array()) {
    for (const Json& one : json.as_array()) bytes += BytesOf(one);
  }
  if (json.is_object()) {
    for (const auto& [key, value] : json.as_object()) {
      bytes += BytesOf(key) + BytesOf(value);
    }
  }
  return bytes;
}

// What an event costs beside its JSON: its place in the world and in a run.
constexpr uint64_t kEventOverhead = sizeof(World::Stored) + 128;

class Budget {
 public:
  explicit Budget(uint64_t bytes_max) : bytes_max_(bytes_max) {}
  absl::Status Take(uint64_t bytes) {
    bytes_ += bytes;
    if (bytes_ <= bytes_max_) return absl::OkStatus();
    return base::MakeError(
        absl::StatusCode::kResourceExhausted,
        base::Cat(
            "a proof holds every stored event in memory, which takes more than the ",
            bytes_max_ >> 20, " MiB allowed; allow it more"));
  }

 private:
  const uint64_t bytes_max_;
  uint64_t bytes_ = 0;
};

World::Known KnownOf(const model::Person& person) {
  World::Known known;
  known.events = static_cast<int64_t>(person.events);
  for (const auto& [key, value] : person.attributes) {
    known.host[key] = std::visit([](const auto& v) { return Json(v); }, value);
  }
  for (const model::ImportedAttribute& imported : person.imported) {
    known.imported[imported.integration + "/" + imported.name] =
        std::visit([](const auto& v) { return Json(v); }, imported.value);
  }
  const auto time = [&known](const char* key, std::optional<int64_t> time_ms) {
    if (time_ms.has_value()) known.computed[key] = Json(*time_ms);
  };
  time("first_seen", person.first_seen_ms);
  time("last_seen", person.last_seen_ms);
  known.computed["events"] = Json(person.events);
  known.computed["sessions"] = Json(person.sessions);
  known.computed["total_duration_ms"] = Json(person.total_duration_ms);
  const model::Value duration = model::AverageDuration(person);
  if (!duration.is_missing()) known.computed["avg_duration_ms"] = ToJson(duration);
  const model::Value between = model::AverageBetween(person);
  if (!between.is_missing()) known.computed["avg_between_sessions_ms"] = ToJson(between);
  for (const auto& [key, text] :
       {std::pair("country", &person.country), std::pair("region", &person.region),
        std::pair("city", &person.city), std::pair("browser", &person.browser),
        std::pair("browser_version", &person.browser_version),
        std::pair("os", &person.os)}) {
    if (!text->empty()) known.computed[key] = Json(*text);
  }
  return known;
}

absl::Status LoadPeople(const store::Snapshot& snapshot, const LoadOptions& options,
                        Budget& budget, World& world) {
  const uint64_t first = options.person.value_or(0);
  const uint64_t end = options.person.has_value() ? first + 1 : UINT64_MAX;
  FOOTFALL_RETURN_IF_ERROR(snapshot.VisitIds(
      0, UINT64_MAX,
      [&](uint64_t code, bool identified, std::string_view id) -> absl::Status {
        world.SetCode(identified ? std::string(id) : base::Cat("anonymous:", id), code);
        return budget.Take(id.size() + 128);
      }));
  const auto take = [&](const model::Person& person) -> absl::Status {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(options.cancel));
    for (const std::string& id : person.anonymous_ids) {
      world.SetLink(id, person.DisplayId());
    }
    FOOTFALL_RETURN_IF_ERROR(budget.Take(
        1500 + 200 * (person.attributes.size() + 2 * person.imported.size())));
    world.SetKnown(person.DisplayId(), KnownOf(person));
    return absl::OkStatus();
  };
  return snapshot.VisitPeopleBetween(first, end, take);
}

}  // namespace

Json EventToJson(const model::Event& event) {
  Json json = Json::MakeObject();
  json.as_object().reserve(12);
  json.Set("type", model::EventTypeName(event.type));
  json.Set("time", event.time_ms);
  if (event.seq != 0) json.Set("seq", event.seq);
  SetTexts(json, {{"person", event.person},
                  {"anonymous", event.anonymous},
                  {"session", event.session},
                  {"app", event.app},
                  {"environment", event.environment},
                  {"name", event.name},
                  {"url", event.url},
                  {"title", event.title}});
  if (event.has_element) json.Set("element", ElementToJson(event.element));
  if (!event.properties.empty()) {
    Json properties = Json::MakeObject();
    properties.as_object().reserve(event.properties.size());
    for (const model::Property& property : event.properties) {
      properties.as_object().emplace_back(property.key, ToJson(property.value));
    }
    json.Set("properties", std::move(properties));
  }
  Json context = ContextToJson(event.context);
  if (!context.as_object().empty()) json.Set("context", std::move(context));
  return json;
}

absl::StatusOr<World> LoadWorld(const store::Snapshot& snapshot,
                                const LoadOptions& options) {
  World world;
  const store::Settings& settings = snapshot.settings();
  world.settings = {.retention_days = settings.retention_days,
                    .session_gap_ms = settings.session.gap_ms,
                    .session_max_ms = settings.session.max_ms,
                    .account_property = settings.account_property};
  Budget budget(options.memory_bytes_max);
  FOOTFALL_RETURN_IF_ERROR(LoadPeople(snapshot, options, budget, world));
  store::ScanOptions scan;
  scan.cancel = options.cancel;
  const absl::Status status =
      snapshot.Scan(scan, nullptr, [&](const store::StoredEvent& stored) -> absl::Status {
        if (options.person.value_or(stored.person) != stored.person) {
          return absl::OkStatus();
        }
        Json json = EventToJson(stored.event);
        FOOTFALL_RETURN_IF_ERROR(budget.Take(BytesOf(json) + kEventOverhead));
        world.AddStored(std::move(json), stored.arrival);
        return absl::OkStatus();
      });
  FOOTFALL_RETURN_IF_ERROR(status);
  return world;
}

}  // namespace footfall::prove
