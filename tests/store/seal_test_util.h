// What tests of sealing share: events of every kind, and what a store says of them.
#ifndef FOOTFALL_TESTS_STORE_SEAL_TEST_UTIL_H_
#define FOOTFALL_TESTS_STORE_SEAL_TEST_UTIL_H_

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "tests/store/store_test_util.h"

namespace footfall::store {

inline std::unique_ptr<EventStore> OpenUnsealed(const std::string& path) {
  auto store = OpenOrDie(path);
  EXPECT_TRUE(store->SetSetting("seal_events", "0").ok());
  return store;
}

inline std::string Text(std::string_view name, std::string_view text) {
  return text.data() == nullptr ? std::string() : base::Cat(" ", name, "=", text);
}

// Everything that an event says, as text.
inline std::string Describe(const StoredEvent& stored) {
  const model::Event& event = stored.event;
  std::string out = base::Cat(model::EventTypeName(event.type), " ", event.time_ms, "/",
                              event.seq, " of ", stored.person);
  out += Text("id", event.id) + Text("person", event.person) +
         Text("anonymous", event.anonymous) + Text("session", event.session) +
         Text("name", event.name) + Text("url", event.url) + Text("title", event.title) +
         Text("country", event.context.country) + Text("browser", event.context.browser);
  for (const model::Property& property : event.properties) {
    out += base::Cat(" ", property.key, ":", static_cast<int>(property.value.kind), ":",
                     property.value.text, ":", property.value.integer, ":",
                     static_cast<int64_t>(property.value.number * 1000), ":",
                     property.value.boolean ? 1 : 0);
  }
  return out;
}

inline std::vector<std::string> AllEvents(EventStore& store,
                                          int64_t from_ms = INT64_MIN) {
  std::vector<std::string> events;
  const auto snapshot = store.TakeSnapshot();
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  ScanOptions options;
  options.from_ms = from_ms;
  const absl::Status status =
      (*snapshot)->Scan(options, nullptr, [&events](const StoredEvent& stored) {
        events.push_back(Describe(stored));
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  std::sort(events.begin(), events.end());
  return events;
}

// Events of every kind, some of them at the same instant.
inline std::vector<TestEvent> RandomEvents(std::mt19937& random, int count,
                                           int first_id) {
  const auto pick = [&random](int n) { return static_cast<int>(random() % n); };
  std::vector<TestEvent> events;
  for (int i = 0; i < count; ++i) {
    TestEvent event;
    const std::string person = "p" + std::to_string(pick(40));
    const std::string anonymous = "a" + std::to_string(pick(40));
    if (pick(3) > 0) event.person = person;
    if (!event.person || pick(4) == 0) event.anonymous = anonymous;
    event.time_ms = kNow - pick(200) * kDay - pick(5) * kHour;
    event.seq = pick(2);
    event.type = static_cast<model::EventType>(pick(9));  // All but alias.
    if (event.type == model::EventType::kIdentify) event.anonymous.reset();
    if (!event.person && !event.anonymous) event.person = person;
    if (pick(2) == 0) event.id = "id-" + std::to_string(first_id + i);
    if (pick(2) == 0) event.session = "session " + std::to_string(pick(100));
    if (pick(5) > 0) event.name = "name-" + std::to_string(pick(12));
    if (pick(3) == 0) event.url = "https://app.example/" + std::to_string(pick(300));
    if (pick(6) == 0) event.title = std::string(300, 't') + std::to_string(pick(3));
    if (pick(3) == 0) event.country = pick(2) == 0 ? "FR" : "DE";
    if (pick(5) == 0) event.browser = "Firefox";
    if (pick(3) == 0) event.properties.emplace_back("n", model::Value::Int(pick(1000)));
    if (pick(4) == 0) event.properties.emplace_back("x", model::Value::Double(0.5));
    if (pick(4) == 0) event.properties.emplace_back("b", model::Value::Bool(pick(2)));
    if (pick(4) == 0) {
      event.properties.emplace_back("plan", model::Value::String("pro"));
    }
    if (pick(9) == 0) event.properties.emplace_back("j", model::Value::Json("{\"k\":1}"));
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace footfall::store

#endif  // FOOTFALL_TESTS_STORE_SEAL_TEST_UTIL_H_
