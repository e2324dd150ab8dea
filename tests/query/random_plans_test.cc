// Random plans over a real store against the oracle, after every kind of maintenance.
//
// FOOTFALL_RANDOM_PLANS is how many plans (500; 10,000 with FOOTFALL_SLOW_TESTS),
// FOOTFALL_RANDOM_SEED the first seed. With FOOTFALL_RANDOM_TRACE each definition is
// printed before it is asked, to find one that crashes.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "prove/prove.h"
#include "tests/query/oracle/live_store.h"
#include "tests/query/oracle/random_scenario.h"

namespace footfall::oracle {
namespace {

constexpr int kPlansPerScenario = 20;

int64_t Number(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoll(text);
}

// Whether two rows may tie in everything they are sorted by: sessions of different people
// may have one id.
bool MayTie(const Json& definition) {
  const std::string text = definition.Dump();
  return text.find("\"rows\"") != std::string::npos &&
         text.find("\"session\"") != std::string::npos;
}

std::string TableDifference(const query::Table& actual, const query::Table& expected,
                            bool any_order) {
  const std::string difference = prove::Difference(actual, expected, any_order);
  if (difference.empty()) return "";
  const auto shortened = [](const query::Table& table) {
    return prove::ToText(table).substr(0, 3000);
  };
  return base::Cat(difference, "\nactual:\n", shortened(actual), "expected:\n",
                   shortened(expected));
}

// What is wrong with the answer of the store; empty when nothing is.
std::string Disagreement(const LiveStore& live, const Json& definition, int64_t now_ms,
                         int threads) {
  const absl::StatusOr<query::Plan> plan = MakePlan(definition, now_ms);
  if (!plan.ok()) return "the definition is refused: " + plan.status().ToString();
  const absl::StatusOr<query::Table> expected =
      prove::Answer(live.world(), definition, now_ms);
  const absl::StatusOr<query::QueryResult> actual = live.Ask(*plan, threads);
  if (!expected.ok() || !actual.ok()) {
    if (expected.status().code() == actual.status().code()) return "";
    return base::Cat("answered ", actual.status().ToString(), " instead of ",
                     expected.status().ToString());
  }
  const std::string difference =
      TableDifference(actual->rows, *expected, MayTie(definition));
  if (!difference.empty()) return difference;
  const auto total = prove::AnswerTotal(live.world(), definition, now_ms);
  if (total->has_value() != actual->total.has_value()) return "only one has a total";
  return actual->total.has_value() ? TableDifference(*actual->total, **total, false) : "";
}

// What goes wrong when the scenario is played and the definition asked in the end.
std::string Replay(const Scenario& scenario, const Json& definition, int threads) {
  LiveStore live(scenario);
  for (const Step& step : scenario.steps) {
    if (const absl::Status status = live.Apply(step); !status.ok()) return "";
  }
  return scenario.steps.empty()
             ? ""
             : Disagreement(live, definition, scenario.now_ms, threads);
}

// Takes steps and events away as long as the answer stays wrong.
class Minimiser {
 public:
  Minimiser(Scenario scenario, Json definition, int threads)
      : scenario_(std::move(scenario)),
        definition_(std::move(definition)),
        threads_(threads) {}

  Scenario Run() {
    if (!Fails(scenario_)) return scenario_;
    for (size_t i = scenario_.steps.size(); i-- > 0 && HasTime();) {
      Scenario smaller = scenario_;
      smaller.steps.erase(smaller.steps.begin() + static_cast<int64_t>(i));
      Take(std::move(smaller));
    }
    for (size_t chunk = EventCount() / 2; chunk > 0; chunk /= 2) {
      for (size_t at = 0; at < EventCount() && HasTime();) {
        Scenario smaller = scenario_;
        RemoveEvents(smaller, at, chunk);
        if (!Take(std::move(smaller))) at += chunk;
      }
    }
    for (Step& step : scenario_.steps) {
      for (Json& event : step.events) {
        if (HasTime()) Simplify(event);
      }
    }
    return scenario_;
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool HasTime() const { return Clock::now() < deadline_; }
  bool Fails(const Scenario& scenario) {
    return HasTime() && !Replay(scenario, definition_, threads_).empty();
  }
  bool Take(Scenario smaller) {
    if (!Fails(smaller)) return false;
    scenario_ = std::move(smaller);
    return true;
  }
  size_t EventCount() const {
    size_t count = 0;
    for (const Step& step : scenario_.steps) count += step.events.size();
    return count;
  }
  static void RemoveEvents(Scenario& scenario, size_t at, size_t count) {
    size_t position = 0;
    for (Step& step : scenario.steps) {
      std::erase_if(step.events, [&](const Json&) {
        const bool remove = position >= at && position < at + count;
        ++position;
        return remove;
      });
    }
    std::erase_if(scenario.steps, [](const Step& step) {
      return step.kind == Step::Kind::kAppend && step.events.empty();
    });
  }
  // Drops members of an event; `event` is part of scenario_.
  void Simplify(Json& event) {
    for (const char* key : {"properties", "context", "element", "url", "title", "app",
                            "environment", "session", "name", "seq"}) {
      if (event.Find(key) == nullptr) continue;
      const Json kept = event;
      std::erase_if(event.as_object(), [&](const auto& m) { return m.first == key; });
      if (!Fails(scenario_)) event = kept;
    }
    const Json* properties = event.Find("properties");
    if (properties == nullptr) return;
    const Json::Object members = properties->as_object();
    for (const auto& [key, value] : members) {
      const Json kept = event;
      Json fewer = *event.Find("properties");
      std::erase_if(fewer.as_object(),
                    [&, &key = key](const auto& m) { return m.first == key; });
      event.Set("properties", fewer);
      if (!Fails(scenario_)) event = kept;
    }
  }

  Scenario scenario_;
  const Json definition_;
  const int threads_;
  const Clock::time_point deadline_ = Clock::now() + std::chrono::seconds(60);
};

void Report(uint64_t seed, const Scenario& scenario, size_t steps, const Json& definition,
            int threads, const std::string& disagreement) {
  Scenario played = scenario;
  played.steps.resize(steps);
  const Scenario small = Minimiser(played, definition, threads).Run();
  const std::string again = Replay(small, definition, threads);
  // Of very many events the last ones tell enough.
  std::string text = ToText(small);
  if (text.size() > 200'000) text.erase(0, text.size() - 200'000);
  ADD_FAILURE() << "seed " << seed << ", " << threads << " threads\n"
                << definition.Dump() << "\n"
                << (again.empty() ? disagreement + "(not seen again)" : again) << "\n"
                << text;
}

// Asks definitions of a store while it lives through a scenario.
class Player {
 public:
  Player(uint64_t seed, Random& random, const Scenario& scenario)
      : seed_(seed), random_(random), scenario_(scenario), live_(scenario) {}

  // False after a failure, which is reported.
  bool Apply(size_t step) {
    const absl::Status applied = live_.Apply(scenario_.steps[step]);
    if (applied.ok()) return true;
    ADD_FAILURE() << "seed " << seed_ << ", step " << step << ": " << applied;
    return false;
  }
  // The same, after `steps` steps.
  bool Ask(const Json& definition, size_t steps) {
    const int threads = static_cast<int>(1 + random_.Below(4));
    if (std::getenv("FOOTFALL_RANDOM_TRACE") != nullptr) {
      std::cerr << "seed " << seed_ << ", after " << steps << " steps\n"
                << definition.Dump() << "\n";
    }
    const std::string disagreement =
        Disagreement(live_, definition, scenario_.now_ms, threads);
    if (disagreement.empty()) return true;
    Report(seed_, scenario_, steps, definition, threads, disagreement);
    return false;
  }
  bool Check() {
    const absl::Status checked = live_.Check();
    EXPECT_TRUE(checked.ok()) << "seed " << seed_ << ": " << checked;
    return checked.ok();
  }

 private:
  const uint64_t seed_;
  Random& random_;
  const Scenario& scenario_;
  LiveStore live_;
};

// Plays the scenario of `seed` and asks its definitions; false after a failure.
bool Play(uint64_t seed) {
  Random random(seed);
  Scenario scenario = RandomScenario(random);
  // At last something that must not change what was just answered.
  const size_t last_change = scenario.steps.size();
  scenario.steps.push_back(RandomMaintenance(random));
  scenario.steps.push_back(RandomMaintenance(random));
  std::vector<Json> definitions;
  for (int i = 0; i < kPlansPerScenario; ++i) {
    definitions.push_back(RandomDefinition(random, scenario));
  }
  Player player(seed, random, scenario);
  for (size_t i = 0; i < scenario.steps.size(); ++i) {
    if (!player.Apply(i)) return false;
    for (const Json& definition : definitions) {
      if (i + 1 < last_change && !random.Chance(8)) continue;
      if (!player.Ask(definition, i + 1)) return false;
    }
  }
  return player.Check();
}

TEST(RandomPlansTest, EqualTheOracle) {
  const int64_t plans =
      Number("FOOTFALL_RANDOM_PLANS", std::getenv("FOOTFALL_SLOW_TESTS") ? 10'000 : 500);
  const uint64_t first = static_cast<uint64_t>(Number("FOOTFALL_RANDOM_SEED", 1));
  const int64_t failures_max = Number("FOOTFALL_RANDOM_FAILURES", 3);
  int64_t failures = 0;
  for (int64_t i = 0; i * kPlansPerScenario < plans && failures < failures_max; ++i) {
    failures += !Play(first + static_cast<uint64_t>(i));
  }
}

// Chunks have whole people, and only many events make more than one of them.
TEST(RandomPlansTest, EqualTheOracleOverManyChunks) {
  const uint64_t seed = static_cast<uint64_t>(Number("FOOTFALL_RANDOM_SEED", 1));
  Random random(seed);
  Scenario scenario = BigScenario(random);
  scenario.steps.push_back({.kind = Step::Kind::kMerge});
  Player player(seed, random, scenario);
  for (size_t i = 0; i < scenario.steps.size(); ++i) {
    ASSERT_TRUE(player.Apply(i));
    if (i + 2 < scenario.steps.size()) continue;
    const int plans = std::getenv("FOOTFALL_SLOW_TESTS") != nullptr ? 100 : 6;
    for (int plan = 0; plan < plans; ++plan) {
      ASSERT_TRUE(player.Ask(RandomDefinition(random, scenario), i + 1));
    }
  }
  EXPECT_TRUE(player.Check());
}

}  // namespace
}  // namespace footfall::oracle
