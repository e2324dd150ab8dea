// Paths as Execute answers them.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "query/execute.h"
#include "tests/query/fake_snapshot.h"
#include "tests/query/table_text.h"

namespace footfall::query {
namespace {

using Texts = std::vector<std::string>;

constexpr int64_t kMinute = 60'000;

model::Rule ParseRule(std::string_view json) {
  return model::Rule::Parse(base::Json::Parse(json).value()).value();
}

model::Rule Is(std::string_view field, std::string_view value) {
  return ParseRule(
      base::Cat(R"({"field":")", field, R"(","op":"is","value":")", value, "\"}"));
}

PathsPlan MakePaths(std::string_view anchor, int steps, bool before = false) {
  PathsPlan plan;
  plan.anchor = Is("event.name", anchor);
  plan.steps = steps;
  plan.before = before;
  plan.by = model::Field::Parse("event.name").value();
  return plan;
}

absl::StatusOr<QueryResult> RunPlan(const FakeSnapshot& snapshot, const Plan& plan,
                                    int threads = 0) {
  return Execute(snapshot, plan, {.threads = threads});
}

Texts Ask(const FakeSnapshot& snapshot, const PathsPlan& paths, const Range& range = {},
          const SessionDefinition& sessions = {}) {
  Plan plan;
  plan.range = range;
  plan.sessions = sessions;
  plan.body = paths;
  const absl::StatusOr<QueryResult> result = RunPlan(snapshot, plan);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? Lines(result->rows) : Texts();
}

// A session's events, one a minute; "-" is one without a name.
void AddSession(FakeSnapshot& snapshot, const std::string& person,
                const std::string& session, int64_t minute, const Texts& names) {
  for (const std::string& name : names) {
    FakeEvent event{.person = person, .time_ms = minute++ * kMinute, .session = session};
    if (name != "-") event.name = name;
    snapshot.Add(event);
  }
}

FakeSnapshot Visits() {
  FakeSnapshot snapshot;
  AddSession(snapshot, "ana", "s", 0,
             {"home", "list", "item", "item", "-", "item", "buy"});
  AddSession(snapshot, "ana", "t", 100, {"list", "item"});
  AddSession(snapshot, "bob", "u", 0, {"item", "list", "home", "list", "item"});
  AddSession(snapshot, "cid", "v", 0, {"home"});
  return snapshot;
}

TEST(PathsTest, FollowsWhatComesAfter) {
  Plan plan;
  plan.body = MakePaths("list", 3);
  const absl::StatusOr<QueryResult> result = RunPlan(Visits(), plan);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Header(result->rows), "step:int64 from:string to:string sessions:int64");
  EXPECT_EQ(Lines(result->rows),
            (Texts{"1 list item 2", "1 list home 1", "2 home list 1", "2 item $end 1",
                   "2 item buy 1", "3 buy $end 1", "3 list item 1"}));
}

TEST(PathsTest, FollowsWhatCameBefore) {
  // The first anchor of each session, also where there are more.
  EXPECT_EQ(Ask(Visits(), MakePaths("item", 2, true)),
            (Texts{"1 item list 2", "1 item $end 1", "2 list $end 1", "2 list home 1"}));
}

TEST(PathsTest, StopsAfterItsSteps) {
  EXPECT_EQ(Ask(Visits(), MakePaths("home", 1)),
            (Texts{"1 home list 2", "1 home $end 1"}));
}

TEST(PathsTest, SeesExistingEventsOnly) {
  PathsPlan plan = MakePaths("list", 2);
  plan.where = ParseRule(R"({"field":"event.name","op":"in","value":["list","buy"]})");
  EXPECT_EQ(Ask(Visits(), plan),
            (Texts{"1 list $end 2", "1 list buy 1", "2 buy $end 1"}));
  EXPECT_EQ(Ask(Visits(), MakePaths("list", 2),
                {.from_ms = 2 * kMinute, .to_ms = 50 * kMinute}),
            (Texts{"1 list item 1", "2 item $end 1"}));
}

TEST(PathsTest, PassesOverAnchorsWithoutAValue) {
  PathsPlan plan = MakePaths("home", 1);
  plan.by = model::Field::Parse("event.url").value();
  EXPECT_EQ(Ask(Visits(), plan), Texts());
  EXPECT_EQ(Ask(Visits(), MakePaths("nothing", 1)), Texts());
  EXPECT_EQ(Ask(FakeSnapshot(), MakePaths("home", 1)), Texts());
}

TEST(PathsTest, ReadsAnyFieldAsText) {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "ana", .name = "go", .properties = {{"n", int64_t{7}}}});
  snapshot.Add({.person = "ana", .time_ms = 1, .properties = {{"n", std::string("7")}}});
  snapshot.Add({.person = "ana", .time_ms = 2, .properties = {{"n", 7.5}}});
  PathsPlan plan = MakePaths("go", 5);
  plan.by = model::Field::Parse("properties.n").value();
  EXPECT_EQ(Ask(snapshot, plan), (Texts{"1 7 7.5 1", "2 7.5 $end 1"}));
}

TEST(PathsTest, TakesTheSessionsOfTheDefinition) {
  const Range all;
  SessionDefinition by_gap{.use_host_ids = false, .gap_ms = 1000 * kMinute, .max_ms = 0};
  EXPECT_EQ(Ask(Visits(), MakePaths("buy", 2), all), (Texts{"1 buy $end 1"}));
  EXPECT_EQ(Ask(Visits(), MakePaths("buy", 2), all, by_gap),
            (Texts{"1 buy list 1", "2 list item 1"}));
}

TEST(PathsTest, CountsManyValues) {
  FakeSnapshot snapshot;
  Texts names{"go"};
  for (int i = 0; i < 400; ++i) names.push_back(base::Cat("n", i % 300));
  PathsPlan plan = MakePaths("go", 10, false);
  for (int i = 0; i < 300; ++i) {
    AddSession(snapshot, base::Cat("p", i % 7), base::Cat("s", i), i * 10,
               {"go", names[1 + i], names[101 + i]});
  }
  const Texts lines = Ask(snapshot, plan);
  // 300 first steps, 300 second ones and 300 ends, each once.
  EXPECT_EQ(lines.size(), 900);
  EXPECT_EQ(lines[0], "1 go n0 1");
  EXPECT_EQ(lines[899], "3 n99 $end 1");
}

// The answer by walking through each session.
Texts Expected(const FakeSnapshot& snapshot, const Plan& plan) {
  const auto& paths = std::get<PathsPlan>(plan.body);
  std::map<std::pair<std::string, std::string>, std::vector<FakeEvent>> sessions;
  for (const FakeEvent& event : snapshot.events()) {
    sessions[{event.person, *event.session}].push_back(event);
  }
  std::map<std::tuple<int, std::string, std::string>, int> counts;
  for (auto& [id, events] : sessions) {
    if (plan.segment.has_value() && id.first[0] != 'p') continue;
    std::erase_if(events, [&](const FakeEvent& event) {
      return !plan.range.Contains(event.time_ms) ||
             (paths.where.has_value() && event.country != "FR");
    });
    std::stable_sort(events.begin(), events.end(),
                     [](const FakeEvent& a, const FakeEvent& b) {
                       return std::tie(a.time_ms, a.seq) < std::tie(b.time_ms, b.seq);
                     });
    auto anchor = std::find_if(events.begin(), events.end(),
                               [](const FakeEvent& event) { return event.app == "a"; });
    if (anchor == events.end() || !anchor->name.has_value()) continue;
    if (paths.before) {
      events.erase(anchor + 1, events.end());
      std::reverse(events.begin(), events.end());
    } else {
      events.erase(events.begin(), anchor);
    }
    Texts path;
    for (const FakeEvent& event : events) {
      if (event.name.has_value() && (path.empty() || path.back() != *event.name)) {
        path.push_back(*event.name);
      }
    }
    path.push_back("$end");
    for (int i = 1; i <= paths.steps && i < static_cast<int>(path.size()); ++i) {
      ++counts[{i, path[i - 1], path[i]}];
    }
  }
  std::vector<std::tuple<int, int, std::string, std::string>> rows;
  for (const auto& [key, count] : counts) {
    rows.emplace_back(std::get<0>(key), -count, std::get<1>(key), std::get<2>(key));
  }
  std::sort(rows.begin(), rows.end());
  Texts lines;
  for (const auto& [step, count, from, to] : rows) {
    lines.push_back(base::Cat(step, " ", from, " ", to, " ", -count));
  }
  return lines;
}

TEST(PathsTest, AnswersRandomPlansAsWalkingDoes) {
  size_t lines = 0;
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
    FakeSnapshot snapshot;
    snapshot.block_style().part_rows = 1 + below(50);
    const int people = 1 + below(15);
    const int events = below(300);
    for (int i = 0; i < events; ++i) {
      FakeEvent event{.person = base::Cat(below(2) ? "p" : "q", below(people)),
                      .time_ms = below(100)};
      if (below(6) > 0) event.name = base::Cat("n", below(5));
      event.session = base::Cat("s", below(4));
      event.seq = below(2);
      event.country = below(3) > 0 ? "FR" : "";
      if (below(5) == 0) event.app = "a";
      snapshot.Add(event);
    }
    PathsPlan paths = MakePaths("", 1 + below(10), below(2) == 0);
    paths.anchor = Is("app", "a");
    if (below(2)) paths.where = Is("context.country", "FR");
    Plan plan;
    plan.body = paths;
    if (below(3) == 0) plan.range.from_ms = below(50);
    if (below(3) == 0) plan.range.to_ms = 20 + below(100);
    if (below(4) == 0) {
      plan.segment = ParseRule(R"({"field":"person.id","op":"starts_with","value":"p"})");
    }
    const Texts expected = Expected(snapshot, plan);
    for (const int threads : {1, 3}) {
      const absl::StatusOr<QueryResult> result = RunPlan(snapshot, plan, threads);
      ASSERT_TRUE(result.ok()) << result.status();
      ASSERT_EQ(Lines(result->rows), expected) << "seed " << seed;
    }
    lines += expected.size();
  }
  EXPECT_GT(lines, 5000);
}

}  // namespace
}  // namespace footfall::query
