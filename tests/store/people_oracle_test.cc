// People against plain loops over all events, for random events that arrive late, tie,
// repeat and are linked.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "model/session.h"
#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

struct Flat {
  TestEvent event;
  uint64_t arrival = 0;
};

struct Expected {
  uint64_t events = 0;
  int64_t first_seen = 0;
  int64_t last_seen = 0;
  uint64_t sessions = 0;
  int64_t duration = 0;
  int64_t between = 0;
  std::string country, browser;
  std::vector<std::string> anonymous_ids;
  std::map<std::string, int64_t> attributes;
  bool operator==(const Expected&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Expected& e) {
  out << "events " << e.events << " seen " << e.first_seen - kNow << ".."
      << e.last_seen - kNow << " sessions " << e.sessions << " duration " << e.duration
      << " between " << e.between << " country " << e.country << " browser " << e.browser
      << " anonymous";
  for (const std::string& id : e.anonymous_ids) out << ' ' << id;
  for (const auto& [key, value] : e.attributes) out << ' ' << key << '=' << value;
  return out;
}

// By display id.
std::map<std::string, Expected> Recompute(std::vector<Flat> events,
                                          const model::SessionRule& rule) {
  std::map<std::string, std::string> links;
  std::map<std::string, Expected> people;
  for (const Flat& flat : events) {
    const TestEvent& e = flat.event;
    const bool links_two =
        (e.type == model::EventType::kAlias || e.type == model::EventType::kIdentify) &&
        e.person && e.anonymous;
    if (links_two && links.emplace(*e.anonymous, *e.person).second) {
      people[*e.person].anonymous_ids.push_back(*e.anonymous);
    }
  }
  const auto owner = [&links](const TestEvent& e) -> std::string {
    if (e.person) return *e.person;
    const auto link = links.find(*e.anonymous);
    return link == links.end() ? "anonymous:" + *e.anonymous : link->second;
  };
  std::stable_sort(events.begin(), events.end(), [](const Flat& a, const Flat& b) {
    return std::tuple(a.event.time_ms, a.event.seq, a.arrival) <
           std::tuple(b.event.time_ms, b.event.seq, b.arrival);
  });
  std::map<std::string, std::vector<std::pair<int64_t, int64_t>>> runs;
  std::map<std::string, std::map<std::string, std::pair<int64_t, int64_t>>> hosted;
  std::map<std::string, model::RunCutter> cutters;
  for (const Flat& flat : events) {
    const TestEvent& e = flat.event;
    const std::string id = owner(e);
    Expected& person = people[id];
    if (e.type == model::EventType::kIdentify) {
      for (const auto& [key, value] : e.properties) {
        person.attributes[key] = value.integer;
      }
    }
    if (e.type == model::EventType::kIdentify || e.type == model::EventType::kAlias) {
      continue;
    }
    if (person.events++ == 0) person.first_seen = e.time_ms;
    person.last_seen = e.time_ms;
    if (!e.country.empty()) person.country = e.country;
    if (!e.browser.empty()) person.browser = e.browser;
    if (e.session) {
      auto [at, added] = hosted[id].try_emplace(*e.session, e.time_ms, e.time_ms);
      at->second.second = e.time_ms;
    } else {
      auto cutter = cutters.try_emplace(id, rule).first;
      if (cutter->second.StartsRun(e.time_ms)) {
        runs[id].emplace_back(e.time_ms, e.time_ms);
      }
      runs[id].back().second = e.time_ms;
    }
  }
  for (auto& [id, person] : people) {
    std::vector<std::pair<int64_t, int64_t>> spans = runs[id];
    for (const auto& [session, span] : hosted[id]) spans.push_back(span);
    std::sort(spans.begin(), spans.end());
    person.sessions = spans.size();
    for (size_t i = 0; i < spans.size(); ++i) {
      person.duration += spans[i].second - spans[i].first;
      if (i > 0) {
        person.between += std::max<int64_t>(0, spans[i].first - spans[i - 1].second);
      }
    }
  }
  return people;
}

Expected FromStore(const model::Person& person) {
  Expected e;
  e.events = person.events;
  e.first_seen = person.first_seen_ms.value_or(0);
  e.last_seen = person.last_seen_ms.value_or(0);
  e.sessions = person.sessions;
  e.duration = person.total_duration_ms;
  e.between = person.total_between_ms;
  e.country = person.country;
  e.browser = person.browser;
  e.anonymous_ids = person.anonymous_ids;
  for (const auto& [key, value] : person.attributes) {
    e.attributes[key] = std::get<int64_t>(value);
  }
  return e;
}

void ExpectEqual(EventStore& store, const std::vector<Flat>& events,
                 const model::SessionRule& rule, const std::string& where) {
  const auto expected = Recompute(events, rule);
  std::map<std::string, Expected> actual;
  uint64_t last_code = 0;
  for (const model::Person& person : StoredPeople(store)) {
    EXPECT_GT(person.code, last_code);
    last_code = person.code;
    actual[person.DisplayId()] = FromStore(person);
  }
  ASSERT_EQ(actual.size(), expected.size()) << where;
  for (const auto& [id, person] : expected) {
    ASSERT_TRUE(actual.count(id)) << where << " " << id;
    ASSERT_EQ(actual[id], person) << where << " " << id;
  }
}

struct Shape {
  int64_t span_ms;  // Of the times of events.
  int64_t step_ms;  // Times are multiples of it, so that they tie.
  int64_t max_ms;   // session_max
  double with_session;
  std::string name;
};

class PeopleOracle : public ::testing::TestWithParam<Shape> {};

TEST_P(PeopleOracle, EqualsPlainLoops) {
  const Shape& shape = GetParam();
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&random](int64_t n) {
      return static_cast<int64_t>(random() % static_cast<uint64_t>(n));
    };
    const TempDir dir;
    Options options;
    options.memory_budget_bytes = 16 << 20;
    auto store = OpenOrDie(dir / "s", options);
    ASSERT_TRUE(
        store
            ->SetSetting("session_max", shape.max_ms == 0
                                            ? "none"
                                            : std::to_string(shape.max_ms / 1000) + "s")
            .ok());
    model::SessionRule rule{30 * 60 * 1000, shape.max_ms};
    std::vector<Flat> all;
    std::map<std::string, std::string> links;
    uint64_t arrival = 0;
    for (int round = 0; round < 30; ++round) {
      std::vector<TestEvent> batch;
      const int64_t count = 1 + below(40);
      for (int64_t i = 0; i < count; ++i) {
        TestEvent e;
        e.time_ms = kNow + below(shape.span_ms / shape.step_ms) * shape.step_ms;
        e.seq = below(3);
        const std::string person = "p" + std::to_string(below(4));
        const std::string anonymous = "a" + std::to_string(below(5));
        const int64_t kind = below(20);
        if (kind < 10) e.person = person;
        if (kind >= 10 || kind == 3) e.anonymous = anonymous;
        if (kind == 19 || kind == 18) {
          e.person = person;
          e.type = kind == 19 ? model::EventType::kAlias : model::EventType::kIdentify;
          const auto link = links.find(anonymous);
          if (link != links.end() && link->second != person) e.person = link->second;
          links.emplace(anonymous, *e.person);
        } else if (kind == 9) {
          e.type = model::EventType::kIdentify;
        }
        if (e.type == model::EventType::kIdentify) {
          e.properties.emplace_back("k" + std::to_string(below(3)),
                                    model::Value::Int(below(1000)));
        }
        if (static_cast<double>(below(1000)) < shape.with_session * 1000) {
          e.session = "s" + std::to_string(below(6));
        }
        if (below(3) == 0) e.country = std::string(1, static_cast<char>('A' + below(9)));
        if (below(4) == 0) e.browser = std::string(1, static_cast<char>('a' + below(9)));
        batch.push_back(e);
        all.push_back({e, ++arrival});
      }
      const AppendResult result = AppendOrDie(*store, batch);
      ASSERT_EQ(result.accepted, batch.size());
      if (below(6) == 0) {
        ASSERT_TRUE(store->Close().ok());
        store = OpenOrDie(dir / "s", options);
      }
      if (below(4) == 0) {
        ASSERT_NO_FATAL_FAILURE(ExpectEqual(
            *store, all, rule,
            "seed " + std::to_string(seed) + " round " + std::to_string(round)));
      }
    }
    ASSERT_NO_FATAL_FAILURE(
        ExpectEqual(*store, all, rule, "seed " + std::to_string(seed)));
    ExpectClean(*store);
    // A changed rule counts everything anew.
    ASSERT_TRUE(store->SetSetting("session_gap", "7m").ok());
    rule.gap_ms = 7 * 60 * 1000;
    ASSERT_NO_FATAL_FAILURE(
        ExpectEqual(*store, all, rule, "gap, seed " + std::to_string(seed)));
    // Stale runs are settled for good by compaction.
    ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
    ASSERT_NO_FATAL_FAILURE(
        ExpectEqual(*store, all, rule, "compacted, seed " + std::to_string(seed)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, PeopleOracle,
    ::testing::Values(Shape{10 * kDay, 60'000, 12 * kHour, 0.3, "Sparse"},
                      Shape{20 * kHour, 60'000, 2 * kHour, 0.1, "LimitMatters"},
                      Shape{6 * kHour, 300'000, kHour, 0.0, "TiesAndShortLimit"},
                      Shape{3 * kDay, 60'000, 0, 0.5, "NoLimit"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace footfall::store
