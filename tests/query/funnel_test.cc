// Funnels as Execute answers them.
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
#include "tests/query/funnel_oracle.h"
#include "tests/query/table_text.h"

namespace footfall::query {
namespace {

using Order = FunnelPlan::Order;
using Attribution = FunnelPlan::Attribution;
using Texts = std::vector<std::string>;

constexpr int64_t kMinute = 60'000;

model::Rule ParseRule(std::string_view json) {
  return model::Rule::Parse(base::Json::Parse(json).value()).value();
}

// Holds for events whose name is one of the letters.
model::Rule NameIn(std::string_view letters) {
  std::string names;
  for (const char letter : letters) {
    names += base::Cat(names.empty() ? "" : ",", "\"", std::string(1, letter), "\"");
  }
  return ParseRule(
      base::Cat(R"({"field":"event.name","op":"in","value":[)", names, "]}"));
}

// Steps named after the letters of the events that match them.
FunnelPlan MakeFunnel(const Texts& steps, int64_t window_ms) {
  FunnelPlan plan;
  for (const std::string& letters : steps) {
    plan.steps.push_back({.name = "step " + letters, .where = NameIn(letters)});
  }
  plan.window_ms = window_ms;
  return plan;
}

absl::StatusOr<QueryResult> RunPlan(const FakeSnapshot& snapshot, const Plan& plan,
                                    int threads = 0) {
  return Execute(snapshot, plan, {.threads = threads});
}

Texts Ask(const FakeSnapshot& snapshot, const FunnelPlan& funnel,
          const Range& range = {}) {
  Plan plan;
  plan.range = range;
  plan.body = funnel;
  const absl::StatusOr<QueryResult> result = RunPlan(snapshot, plan);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? Lines(result->rows) : Texts();
}

void Add(FakeSnapshot& snapshot, const std::string& person, int64_t minute,
         const char* name, const char* country = "") {
  snapshot.Add(
      {.person = person, .time_ms = minute * kMinute, .name = name, .country = country});
}

// ana gets through all steps in 10 minutes, bob to the second one, in 4; cid only starts.
FakeSnapshot Shop() {
  FakeSnapshot snapshot;
  Add(snapshot, "ana", 1, "a", "FR");
  Add(snapshot, "ana", 3, "a", "DE");
  Add(snapshot, "ana", 5, "b", "DE");
  Add(snapshot, "ana", 11, "c", "DE");
  Add(snapshot, "ana", 20, "a", "IT");
  Add(snapshot, "bob", 2, "a", "FR");
  Add(snapshot, "bob", 6, "b", "FR");
  Add(snapshot, "cid", 4, "a");
  Add(snapshot, "dan", 5, "b", "FR");
  return snapshot;
}

TEST(FunnelTest, CountsPeopleAndTimesByStep) {
  Plan plan;
  plan.body = MakeFunnel({"a", "b", "c"}, 10 * kMinute);
  const absl::StatusOr<QueryResult> result = RunPlan(Shop(), plan);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Header(result->rows),
            "step:int64 name:string people:int64 share_of_first:double "
            "share_of_previous:double median_ms:int64 p90_ms:int64");
  EXPECT_EQ(Lines(result->rows), (Texts{"1 step a 3 1 1 - -",
                                        "2 step b 2 0.6666666666666666 "
                                        "0.6666666666666666 240000 240000",
                                        "3 step c 1 0.3333333333333333 0.5 360000 "
                                        "360000"}));
}

TEST(FunnelTest, BreaksDownByTheStepThatAttributionNames) {
  FunnelPlan plan = MakeFunnel({"a", "b"}, 3 * kMinute);
  plan.break_down = model::Field::Parse("context.country").value();
  // Within 3 minutes ana's best attempt begins in DE; her last step 1 is in IT.
  EXPECT_EQ(Ask(Shop(), plan),
            (Texts{"FR 1 step a 2 1 1 - -", "FR 2 step b 1 0.5 0.5 120000 120000",
                   "- 1 step a 1 1 1 - -", "- 2 step b 0 0 0 - -"}));
  plan.attribution = Attribution::kBest;
  EXPECT_EQ(Ask(Shop(), plan),
            (Texts{"DE 1 step a 1 1 1 - -", "DE 2 step b 1 1 1 120000 120000",
                   "FR 1 step a 1 1 1 - -", "FR 2 step b 0 0 0 - -",
                   "- 1 step a 1 1 1 - -", "- 2 step b 0 0 0 - -"}));
  plan.attribution = Attribution::kLast;
  EXPECT_EQ(Ask(Shop(), plan)[2], "IT 1 step a 1 1 1 - -");
}

TEST(FunnelTest, NamesTheColumnOfValuesAfterTheFieldAndTypesIt) {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "ana", .name = "a", .properties = {{"size", int64_t{7}}}});
  snapshot.Add({.person = "bob", .name = "a", .nested = {{"size", "{}"}}});
  Plan plan;
  FunnelPlan funnel = MakeFunnel({"a", "b"}, 1);
  funnel.break_down = model::Field::Parse("properties.size").value();
  plan.body = funnel;
  const absl::StatusOr<QueryResult> result = RunPlan(snapshot, plan);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Header(result->rows).substr(0, 21), "properties.size:int64");
  EXPECT_EQ(Lines(result->rows)[0], "7 1 step a 1 1 1 - -");
  EXPECT_EQ(Lines(result->rows)[2], "- 1 step a 1 1 1 - -");
}

TEST(FunnelTest, HasNoTimesInAnyOrder) {
  FunnelPlan plan = MakeFunnel({"b", "a", "c"}, 10 * kMinute);
  plan.order = Order::kAny;
  EXPECT_EQ(
      Ask(Shop(), plan),
      (Texts{"1 step b 3 1 1 - -", "2 step a 2 0.6666666666666666 0.6666666666666666 - -",
             "3 step c 1 0.3333333333333333 0.5 - -"}));
}

TEST(FunnelTest, ListsMembers) {
  Plan plan;
  FunnelPlan funnel = MakeFunnel({"a", "b", "c"}, 10 * kMinute);
  funnel.members = true;
  plan.body = funnel;
  const absl::StatusOr<QueryResult> result = RunPlan(Shop(), plan);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Header(result->rows),
            "person:string steps:int64 time_1:timestamp time_2:timestamp "
            "time_3:timestamp");
  const Texts expected = {
      "ana 3 1970-01-01T00:01:00.000Z 1970-01-01T00:05:00.000Z "
      "1970-01-01T00:11:00.000Z",
      "bob 2 1970-01-01T00:02:00.000Z 1970-01-01T00:06:00.000Z -",
      "cid 1 1970-01-01T00:04:00.000Z - -"};
  EXPECT_EQ(Lines(result->rows), expected);

  funnel.order = Order::kAny;
  funnel.break_down = model::Field::Parse("context.country").value();
  EXPECT_EQ(Ask(Shop(), funnel),
            (Texts{"ana FR 3 - - -", "bob FR 2 - - -", "cid - 1 - - -"}));
}

TEST(FunnelTest, LooksAtEventsInRangeOnly) {
  const FunnelPlan plan = MakeFunnel({"a", "b"}, 10 * kMinute);
  EXPECT_EQ(Ask(Shop(), plan, {.from_ms = 3 * kMinute, .to_ms = 6 * kMinute}),
            (Texts{"1 step a 2 1 1 - -", "2 step b 1 0.5 0.5 120000 120000"}));
  EXPECT_EQ(Ask(Shop(), plan, {.from_ms = 30 * kMinute}),
            (Texts{"1 step a 0 - - - -", "2 step b 0 - - - -"}));
}

TEST(FunnelTest, AnswersWithoutPeople) {
  FunnelPlan plan = MakeFunnel({"a", "b"}, 1);
  EXPECT_EQ(Ask(FakeSnapshot(), plan),
            (Texts{"1 step a 0 - - - -", "2 step b 0 - - - -"}));
  plan.break_down = model::Field::Parse("event.url").value();
  EXPECT_EQ(Ask(FakeSnapshot(), plan), Texts());
  plan.members = true;
  EXPECT_EQ(Ask(FakeSnapshot(), plan), Texts());
}

TEST(FunnelTest, RanksManyDurations) {
  FakeSnapshot snapshot;
  std::vector<int64_t> durations;
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    // Up to decades, beyond 32 bits; many of them equal.
    const int64_t duration =
        i % 3 == 0 ? 5000 : (int64_t{1} << (random() % 40)) + random() % 100;
    const std::string person = base::Cat("p", i);
    snapshot.Add({.person = person, .time_ms = 1000, .name = "a"});
    snapshot.Add({.person = person, .time_ms = 1000 + duration, .name = "b"});
    durations.push_back(duration);
  }
  std::sort(durations.begin(), durations.end());
  const std::string line = Ask(snapshot, MakeFunnel({"a", "b"}, INT64_MAX))[1];
  EXPECT_EQ(line, base::Cat("2 step b 3000 1 1 ", durations[1499], " ", durations[2699]));
  EXPECT_GT(durations[2699], UINT32_MAX);
}

TEST(FunnelTest, RanksManyDifferentDurations) {
  FakeSnapshot snapshot;
  for (int i = 1; i <= 1000; ++i) {
    const std::string person = base::Cat("p", i);
    snapshot.Add({.person = person, .time_ms = 1000, .name = "a"});
    snapshot.Add({.person = person, .time_ms = 1000 + i * 7919 % 1001, .name = "b"});
  }
  EXPECT_EQ(Ask(snapshot, MakeFunnel({"a", "b"}, kMinute))[1],
            "2 step b 1000 1 1 500 900");
}

TEST(FunnelTest, KeepsToTheMemoryLimit) {
  FakeSnapshot snapshot;
  for (int i = 0; i < 2000; ++i) Add(snapshot, base::Cat("person", i), i, "a");
  snapshot.mutable_settings().report_memory_bytes = 100'000;
  Plan plan;
  FunnelPlan funnel = MakeFunnel({"a", "b"}, 1);
  funnel.members = true;
  plan.body = funnel;
  EXPECT_EQ(RunPlan(snapshot, plan).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(FunnelTest, FailsWithTheScan) {
  FakeSnapshot snapshot = Shop();
  snapshot.FailScans(absl::DataLossError("damaged"));
  Plan plan;
  plan.body = MakeFunnel({"a", "b"}, 1);
  EXPECT_EQ(RunPlan(snapshot, plan).status().code(), absl::StatusCode::kDataLoss);
}

// A random funnel over random people, and its answer by trying.
class RandomFunnel {
 public:
  explicit RandomFunnel(unsigned seed) : random_(seed) {
    MakeEvents();
    MakePlan();
  }

  const FakeSnapshot& snapshot() const { return snapshot_; }
  const Plan& plan() const { return plan_; }

  Texts Expected() const {
    std::vector<Member> members;
    for (const auto& [id, events] : people_) {
      if (plan_.segment.has_value() && id[0] != 'p') continue;
      if (auto member = Try(id, events); member.reached > 0) members.push_back(member);
    }
    return funnel_.members ? List(members) : Count(members);
  }

 private:
  struct Member {
    std::string id;
    std::string value;  // "-" when missing.
    size_t reached = 0;
    std::vector<int64_t> times;
  };

  int Below(unsigned n) { return static_cast<int>(random_() % n); }

  void MakeEvents() {
    snapshot_.block_style().part_rows = 1 + Below(60);
    const int people = Below(25);
    for (int i = 0; i < people; ++i) {
      const std::string id = base::Cat(Below(2) ? "p" : "q", i);
      const int count = Below(6) == 0 ? 100 : Below(14);
      for (int k = 0; k < count; ++k) {
        FakeEvent event{.person = id, .time_ms = Below(count * 2 + 1)};
        event.name = std::string(1, static_cast<char>('a' + Below(count > 90 ? 12 : 6)));
        event.seq = Below(3);
        if (Below(3) > 0)
          event.country = std::string(1, static_cast<char>('X' + Below(3)));
        if (Below(4) > 0) event.properties["ok"] = true;
        if (Below(9) == 0) event.type = model::EventType::kIdentify;
        snapshot_.Add(event);
        if (event.type != model::EventType::kIdentify) people_[id].push_back(event);
      }
      // Arrival is the last part of the order.
      std::stable_sort(people_[id].begin(), people_[id].end(),
                       [](const FakeEvent& a, const FakeEvent& b) {
                         return std::tie(a.time_ms, a.seq) < std::tie(b.time_ms, b.seq);
                       });
    }
  }

  void MakePlan() {
    const size_t steps = 2 + Below(3);
    for (size_t i = 0; i < steps; ++i) {
      std::string letters(1, static_cast<char>('a' + i));
      if (Below(3) == 0) letters += static_cast<char>('a' + Below(5));
      letters_.push_back(letters);
    }
    funnel_ = MakeFunnel(letters_, Below(30));
    funnel_.order = static_cast<Order>(Below(3));
    for (size_t i = 1; i < steps && funnel_.order != Order::kAny && Below(2); ++i) {
      if (Below(2)) funnel_.steps[i].within_ms = Below(12);
    }
    if (Below(2)) funnel_.where = ParseRule(R"({"field":"properties.ok","op":"is_set"})");
    if (Below(3) == 0) funnel_.exclude = NameIn("e");
    if (Below(2)) funnel_.break_down = model::Field::Parse("context.country").value();
    funnel_.attribution = static_cast<Attribution>(Below(3));
    funnel_.members = Below(3) == 0;
    if (Below(3) == 0) plan_.range.from_ms = Below(10);
    if (Below(3) == 0) plan_.range.to_ms = 5 + Below(30);
    if (Below(4) == 0) {
      plan_.segment =
          ParseRule(R"({"field":"person.id","op":"starts_with","value":"p"})");
    }
    plan_.body = funnel_;
  }

  Member Try(const std::string& id, const std::vector<FakeEvent>& all) const {
    FunnelPerson person;
    std::vector<FakeEvent> events;
    for (const FakeEvent& event : all) {
      if (!plan_.range.Contains(event.time_ms)) continue;
      if (funnel_.where.has_value() && !event.properties.contains("ok")) continue;
      uint32_t steps = 0;
      for (size_t i = 0; i < letters_.size(); ++i) {
        if (letters_[i].find(*event.name) != std::string::npos) steps |= 1u << i;
      }
      if (funnel_.exclude.has_value() && event.name == "e") steps |= kExcluded;
      person.times.push_back(event.time_ms);
      person.steps.push_back(steps);
      events.push_back(event);
    }
    const Positions best = FunnelOracle(funnel_, person).Best();
    Member member{.id = id, .value = "-", .reached = best.size()};
    if (best.empty()) return member;
    for (const uint32_t position : best) member.times.push_back(person.times[position]);
    size_t from = best[0];
    if (funnel_.attribution != Attribution::kBest) {
      const bool first = funnel_.attribution == Attribution::kFirst;
      from = first ? 0 : events.size() - 1;
      while ((person.steps[from] & 1) == 0) first ? ++from : --from;
    }
    if (!events[from].country.empty()) member.value = events[from].country;
    return member;
  }

  Texts List(std::vector<Member> members) const {
    std::sort(members.begin(), members.end(),
              [](const Member& a, const Member& b) { return a.id < b.id; });
    Texts lines;
    for (const Member& member : members) {
      std::string line = member.id;
      if (funnel_.break_down.has_value()) line += base::Cat(" ", member.value);
      line += base::Cat(" ", member.reached);
      for (size_t i = 0; i < letters_.size(); ++i) {
        const bool known = i < member.reached && funnel_.order != Order::kAny;
        line += base::Cat(" ", known ? base::FormatTime(member.times[i]) : "-");
      }
      lines.push_back(line);
    }
    return lines;
  }

  Texts Count(const std::vector<Member>& members) const {
    std::map<std::string, std::vector<Member>> groups;
    if (!funnel_.break_down.has_value()) groups[""];
    for (const Member& member : members) {
      groups[funnel_.break_down.has_value() ? member.value : ""].push_back(member);
    }
    std::vector<std::pair<std::string, std::vector<Member>>> sorted(groups.begin(),
                                                                    groups.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
      if (a.second.size() != b.second.size()) return a.second.size() > b.second.size();
      return a.first != "-" && (b.first == "-" || a.first < b.first);
    });
    Texts lines;
    for (const auto& [value, group] : sorted) {
      size_t previous = group.size();
      for (size_t step = 0; step < letters_.size(); ++step) {
        size_t people = 0;
        std::vector<int64_t> durations;
        for (const Member& member : group) {
          if (member.reached <= step) continue;
          ++people;
          if (step > 0 && funnel_.order != Order::kAny) {
            durations.push_back(member.times[step] - member.times[step - 1]);
          }
        }
        std::sort(durations.begin(), durations.end());
        const auto share = [&](size_t whole) {
          return whole == 0 ? "-" : base::FormatDouble(double(people) / double(whole));
        };
        const auto ranked = [&](size_t percent) {
          return durations.empty()
                     ? "-"
                     : std::to_string(
                           durations[(durations.size() * percent + 99) / 100 - 1]);
        };
        lines.push_back(base::Cat(value, value.empty() ? "" : " ", step + 1, " step ",
                                  letters_[step], " ", people, " ", share(group.size()),
                                  " ", share(previous), " ", ranked(50), " ",
                                  ranked(90)));
        previous = people;
      }
    }
    return lines;
  }

  std::mt19937 random_;
  FakeSnapshot snapshot_;
  std::map<std::string, std::vector<FakeEvent>> people_;
  std::vector<std::string> letters_;
  FunnelPlan funnel_;
  Plan plan_;
};

TEST(FunnelTest, AnswersRandomPlansAsTryingDoes) {
  size_t lines = 0;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    const RandomFunnel funnel(seed);
    const Texts expected = funnel.Expected();
    for (const int threads : {1, 3}) {
      const absl::StatusOr<QueryResult> result =
          RunPlan(funnel.snapshot(), funnel.plan(), threads);
      ASSERT_TRUE(result.ok()) << result.status();
      ASSERT_EQ(Lines(result->rows), expected) << "seed " << seed;
    }
    lines += expected.size();
  }
  EXPECT_GT(lines, 8000);
}

}  // namespace
}  // namespace footfall::query
