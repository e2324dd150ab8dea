// Makes the store that is committed for the present format, and the text of what it
// shows: make_store DIRECTORY > TEXT. README.md says when and how.
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "tests/compat/dump.h"

namespace footfall::store {
namespace {

constexpr int64_t kNowMs = 1'763'712'000'000;  // 2025-11-21T08:00:00Z.
constexpr int64_t kMinute = 60 * 1000;
constexpr int64_t kDay = 24 * 60 * kMinute;

// One event of every type, with every field somewhere.
void AddEveryType(Batch& batch) {
  const std::vector<model::PathEntry> path = {{"form", "order", "wide"}, {"div", "", ""}};
  const std::string long_text(300, 'x');
  const std::vector<model::Property> properties = {
      {"none", model::Value::Missing()},         {"yes", model::Value::Bool(true)},
      {"no", model::Value::Bool(false)},         {"whole", model::Value::Int(-42)},
      {"part", model::Value::Double(0.125)},     {"text", model::Value::String("blue")},
      {"long", model::Value::String(long_text)}, {"list", model::Value::Json("[1,2]")}};
  const std::vector<model::Property> attributes = {{"plan", model::Value::String("team")},
                                                   {"seats", model::Value::Int(7)},
                                                   {"score", model::Value::Double(0.5)},
                                                   {"active", model::Value::Bool(true)}};
  for (int i = 0; i < model::kEventTypeCount; ++i) {
    const std::string id = "every-" + std::to_string(i);
    model::Event event;
    event.type = static_cast<model::EventType>(i);
    event.time_ms = kNowMs - kDay + i * kMinute;
    event.seq = i;
    event.id = id;
    event.person = "ana@example.com";
    event.session = "session-1";
    event.app = "crm";
    event.environment = i % 2 == 0 ? "production" : "";
    event.name = "name";
    event.url = "https://app.example/orders/7";
    event.title = "Order";
    event.key = "Enter";
    event.value = "value";
    if (event.type <= model::EventType::kSelect) {
      event.has_element = true;
      event.element = {.tag = "button",
                       .id = "save",
                       .css_class = "btn",
                       .type = "submit",
                       .name = "save",
                       .text = "Save",
                       .label = "Save it",
                       .value = "1",
                       .autocomplete = "off"};
      event.element.path = path;
    }
    event.context = {.country = "FR",
                     .region = "IDF",
                     .city = "Paris",
                     .browser = "Firefox",
                     .browser_version = "145",
                     .os = "Linux",
                     .os_version = "6.1",
                     .device = "desktop",
                     .https = i % 2 == 0};
    event.properties = properties;
    if (event.type == model::EventType::kIdentify) event.properties = attributes;
    if (event.type == model::EventType::kAlias) event.anonymous = "browser-1";
    batch.Add(event);
  }
}

void AddVisit(Batch& batch, std::string_view person, std::string_view anonymous,
              int64_t time_ms, std::string_view id) {
  model::Event event;
  event.type = model::EventType::kPageView;
  event.time_ms = time_ms;
  event.person = person;
  event.anonymous = anonymous;
  event.id = id;
  event.url = "https://app.example/";
  batch.Add(event);
}

absl::Status Make(const std::string& path) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto store, EventStore::Open(path, {}));
  const std::pair<const char*, const char*> settings[] = {
      {"level", "interactions"},       {"retention_days", "0"},
      {"dedup_window_days", "30"},     {"session_gap", "20m"},
      {"session_max", "2h"},           {"event_bytes_max", "65536"},
      {"account_property", "company"}, {"memory_budget", "64M"}};
  for (const auto& [key, value] : settings) {
    FOOTFALL_RETURN_IF_ERROR(store->SetSetting(key, value));
  }
  // The day changes between the batches, so that ids are in a run and outside.
  Batch batch;
  AddVisit(batch, {}, "browser-1", kNowMs - 2 * kDay, "visit-1");
  AddVisit(batch, {}, "browser-2", kNowMs - 2 * kDay + kMinute, {});
  FOOTFALL_RETURN_IF_ERROR(store->Append(batch, kNowMs - kDay).status());
  batch.Clear();
  AddEveryType(batch);
  FOOTFALL_RETURN_IF_ERROR(store->Append(batch, kNowMs - kDay).status());
  batch.Clear();
  // Late events that join runs and are cut by the limit on their length.
  for (const int minute : {0, 110, 15, 95, 30, 80, 45, 65, 125}) {
    AddVisit(batch, "bob", {}, kNowMs - minute * kMinute, {});
  }
  AddVisit(batch, "bob", {}, kNowMs, "visit-2");
  AddVisit(batch, "zoe", {}, kNowMs, "visit-3");
  FOOTFALL_RETURN_IF_ERROR(store->Append(batch, kNowMs).status());
  FOOTFALL_RETURN_IF_ERROR(store->ForgetPerson("zoe").status());
  FOOTFALL_RETURN_IF_ERROR(
      store->PutDocument("report", "funnel", R"({"report":"funnel"})"));
  FOOTFALL_RETURN_IF_ERROR(store->PutDocument("report", "empty", ""));
  FOOTFALL_ASSIGN_OR_RETURN(const std::string text, Dump(*store));
  std::cout << text;
  return store->Close();
}

}  // namespace
}  // namespace footfall::store

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const absl::Status status = footfall::store::Make(argv[1]);
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
