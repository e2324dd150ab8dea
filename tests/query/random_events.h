// Random events with every kind of value, for tests that compare with plain loops.
#ifndef FOOTFALL_TESTS_QUERY_RANDOM_EVENTS_H_
#define FOOTFALL_TESTS_QUERY_RANDOM_EVENTS_H_

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "base/strings.h"
#include "tests/query/fake_snapshot.h"

namespace footfall::query {

template <typename T>
const T& Pick(std::mt19937& random, const std::vector<T>& from) {
  return from[random() % from.size()];
}

inline FakeSnapshot RandomEvents(std::mt19937& random, int count) {
  FakeSnapshot snapshot;
  for (int i = 0; i < count; ++i) {
    FakeEvent event;
    event.person =
        base::Cat("p", random() % 7, random() % 2 ? "@a.example" : "@b.example");
    event.time_ms = static_cast<int64_t>(random() % 100) * 25'000;
    event.seq = static_cast<int64_t>(random() % 3);
    if (random() % 15 == 0) event.type = model::EventType::kIdentify;
    if (random() % 15 == 0) event.type = model::EventType::kPageView;
    if (random() % 3 == 0) event.session = base::Cat("s", random() % 4);
    if (random() % 4 != 0) event.name = base::Cat("name ", random() % 5);
    if (random() % 3 != 0) {
      event.url =
          Pick<std::string>(random, {"https://a.example/x?q=1", "https://a.example/y",
                                     "https://b.example", "/only/path", ""});
    }
    if (random() % 2 == 0) event.title = Pick<std::string>(random, {"Été", "ÉTÉ", ""});
    if (random() % 2 == 0) event.country = Pick<std::string>(random, {"FR", "de", "US"});
    if (random() % 3 != 0) {
      event.properties["n"] = static_cast<int64_t>(random() % 7) - 3;
    }
    if (random() % 3 != 0) event.properties["d"] = static_cast<double>(random() % 9) / 4;
    if (random() % 2 == 0) {
      event.properties["mixed"] = Pick<FakeValue>(
          random, {FakeValue(true), FakeValue(int64_t{2}), FakeValue(2.0),
                   FakeValue(std::string("2")), FakeValue(std::string("2025-11-21"))});
    }
    if (random() % 3 == 0) event.properties["a.b"] = static_cast<int64_t>(random() % 3);
    if (random() % 3 == 0) {
      event.nested["a"] = Pick<std::string>(
          random, {R"({"b":1})", R"({"b":"x"})", R"({"c":{"e":2.5}})", R"({"b":null})"});
    }
    snapshot.Add(event);
  }
  for (int i = 0; i < 7; ++i) {
    model::Person& person = snapshot.PersonOf(base::Cat("p", i, "@a.example"));
    person.sessions = i;
    if (i % 2) person.first_seen_ms = int64_t{i} * 86'400'000;
    if (i % 3) person.attributes = {{"crm/tier", base::Cat("tier ", i % 2)}};
  }
  return snapshot;
}

// The stored events of a person in event order.
inline std::vector<model::Event> EventsOf(const FakeSnapshot& snapshot, uint64_t code) {
  std::vector<const store::StoredEvent*> found;
  for (const store::StoredEvent& stored : snapshot.stored()) {
    if (stored.person == code && stored.event.type != model::EventType::kIdentify) {
      found.push_back(&stored);
    }
  }
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) {
    return std::tuple(a->event.time_ms, a->event.seq, a->arrival) <
           std::tuple(b->event.time_ms, b->event.seq, b->arrival);
  });
  std::vector<model::Event> events;
  for (const store::StoredEvent* stored : found) events.push_back(stored->event);
  return events;
}

}  // namespace footfall::query

#endif  // FOOTFALL_TESTS_QUERY_RANDOM_EVENTS_H_
