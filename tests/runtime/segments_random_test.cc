// Random segments over random lives of a store: who is in them, one by one and all at
// once, against the brute force.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "prove/prove.h"
#include "runtime/segments.h"
#include "tests/query/oracle/live_store.h"
#include "tests/query/oracle/random_scenario.h"

namespace footfall::runtime {
namespace {

using base::Cat;
using base::Json;
using oracle::LiveStore;
using oracle::Random;
using oracle::Scenario;
using oracle::Step;

constexpr int kScenarios = 25;
constexpr int kSegments = 4;
constexpr int64_t kDay = 24 * 60 * 60 * 1000;

// A rule that also names earlier segments.
Json RuleOf(Random& random, const Scenario& scenario, int number) {
  Json rule = oracle::RandomSegmentRule(random, scenario);
  if (number == 0 || random.Chance(50)) return rule;
  Json named = Json::MakeObject();
  named.Set("segment", Cat("s", random.Below(number)));
  Json both = Json::MakeObject();
  both.Set(random.Chance(50) ? "all" : "any", Json(Json::Array{rule, named}));
  return both;
}

// The rule with those that it names in their place.
Json Expanded(const Json& rule, const std::vector<Json>& segments) {
  if (const Json* name = rule.Find("segment")) {
    return segments[static_cast<size_t>(name->as_string()[1] - '0')];
  }
  Json copy = rule;
  for (const char* key : {"all", "any"}) {
    const Json* list = rule.Find(key);
    if (list == nullptr) continue;
    Json children = Json::MakeArray();
    for (const Json& child : list->as_array()) children.Push(Expanded(child, segments));
    copy.Set(key, std::move(children));
  }
  return copy;
}

std::set<std::string> PeopleOf(const LiveStore& live) {
  std::set<std::string> people;
  for (const auto& stored : live.world().events()) {
    people.insert(live.world().OwnerOf(stored.event));
  }
  return people;
}

// What is wrong with a segment at one time; empty when nothing is.
std::string Disagreement(const LiveStore& live, Segments& segments,
                         const std::string& name, const Json& rule, int64_t now_ms) {
  const absl::StatusOr<Json> people =
      segments.People(name, {.now_ms = now_ms, .threads = 2});
  if (!people.ok()) return people.status().ToString();
  std::set<std::string> members;
  for (const Json& id : people->Find("people")->as_array()) {
    members.insert(id.as_string());
  }
  for (const std::string& id : PeopleOf(live)) {
    const bool expected = prove::TestPerson(live.world(), id, rule, now_ms);
    if (members.contains(id) != expected) return Cat("people: ", id);
    const absl::StatusOr<bool> test = segments.Test(name, id, now_ms);
    if (!test.ok()) return test.status().ToString();
    if (*test != expected) return Cat("test: ", id);
    members.erase(id);
  }
  return members.empty() ? "" : Cat("people: there is no ", *members.begin());
}

void Play(uint64_t seed) {
  Random random(seed);
  const Scenario scenario = oracle::RandomScenario(random);
  LiveStore live(scenario);
  std::unique_ptr<Segments> segments;
  std::vector<Json> rules;
  std::vector<Json> expanded;
  for (int i = 0; i < kSegments; ++i) {
    rules.push_back(RuleOf(random, scenario, i));
    expanded.push_back(Expanded(rules.back(), expanded));
  }
  for (const Step& step : scenario.steps) {
    if (step.kind == Step::Kind::kReopen) segments.reset();
    ASSERT_TRUE(live.Apply(step).ok());
    if (segments == nullptr) {
      segments = std::make_unique<Segments>(live.store(), /*read_only=*/false);
      for (int i = 0; i < kSegments; ++i) {
        const std::string text =
            Cat(R"({"version":1,"name":"s)", i, R"(","where":)", rules[i].Dump(), "}");
        ASSERT_TRUE(segments->Save(text).ok()) << segments->Save(text) << text;
      }
    }
    for (int i = 0; i < kSegments; ++i) {
      // Also when what is remembered is of a later time.
      const int64_t now_ms =
          scenario.now_ms + random.Of<int64_t>({0, 0, 5, 40, 400, -2, -20}) * kDay / 2;
      ASSERT_EQ(Disagreement(live, *segments, Cat("s", i), expanded[i], now_ms), "")
          << "seed " << seed << ", now " << now_ms - scenario.now_ms << ", "
          << expanded[i].Dump() << "\n"
          << oracle::ToText(scenario);
    }
  }
}

TEST(SegmentsRandomTest, TestsAndPeopleAgreeWithTheBruteForce) {
  for (uint64_t seed = 1; seed <= kScenarios; ++seed) {
    Play(seed);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace footfall::runtime
