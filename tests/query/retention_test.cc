// Retention as Execute answers it.
#include <algorithm>
#include <map>
#include <random>
#include <set>
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

using base::Bucket;
using Texts = std::vector<std::string>;

model::Rule NameIs(std::string_view name) {
  base::Json json = base::Json::MakeObject();
  json.Set("field", "event.name");
  json.Set("op", "is");
  json.Set("value", name);
  return model::Rule::Parse(json).value();
}

// Those whose id begins with p.
model::Rule PeopleOfP() {
  const auto json =
      base::Json::Parse(R"({"field":"person.id","op":"starts_with","value":"p"})");
  return model::Rule::Parse(json.value()).value();
}

absl::TimeZone Zone(const char* name) { return base::LoadTimeZone(name).value(); }

Plan MakePlan(const RetentionPlan& retention, const char* zone = "UTC") {
  Plan plan;
  plan.zone = Zone(zone);
  plan.body = retention;
  return plan;
}

absl::StatusOr<QueryResult> RunPlan(const store::Snapshot& snapshot, const Plan& plan,
                                    int threads = 0) {
  return Execute(snapshot, plan, {.now_ms = At("2026-01-01"), .threads = threads});
}

Texts Ask(const store::Snapshot& snapshot, const Plan& plan) {
  const absl::StatusOr<QueryResult> result = RunPlan(snapshot, plan);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? Lines(result->rows) : Texts();
}

void Add(FakeSnapshot& snapshot, const char* person, std::string_view time,
         const char* name) {
  snapshot.Add({.person = person, .time_ms = At(time), .name = name});
}

TEST(RetentionTest, CountsWhoComesBackByCohort) {
  FakeSnapshot snapshot;
  Add(snapshot, "ana", "2025-11-03", "x");  // A Monday.
  Add(snapshot, "ana", "2025-11-11", "x");
  Add(snapshot, "bob", "2025-11-09T23:59:59Z", "x");
  Add(snapshot, "bob", "2025-11-17", "x");
  Add(snapshot, "cid", "2025-11-10", "x");
  const absl::StatusOr<QueryResult> result =
      RunPlan(snapshot, MakePlan({.bucket = Bucket::kWeek, .periods = 3}));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Header(result->rows),
            "cohort:date people:int64 k:int64 returned:int64 share:double complete:bool");
  EXPECT_EQ(Lines(result->rows),
            (Texts{"2025-11-03 2 0 2 1 true", "2025-11-03 2 1 1 0.5 true",
                   "2025-11-03 2 2 1 0.5 true", "2025-11-10 1 0 1 1 true",
                   "2025-11-10 1 1 0 0 true", "2025-11-10 1 2 0 0 true"}));
}

TEST(RetentionTest, ReturnsFromTheStartEventOn) {
  FakeSnapshot snapshot;
  Add(snapshot, "ana", "2025-11-03T08:00:00Z", "back");  // Before the start: no return.
  Add(snapshot, "ana", "2025-11-03T09:00:00Z", "go");
  Add(snapshot, "ana", "2025-11-04T09:00:00Z", "back");
  Add(snapshot, "bob", "2025-11-03T09:00:00Z", "go");
  Add(snapshot, "bob", "2025-11-03T09:00:00Z", "back");  // After, at the same time.
  Add(snapshot, "cid", "2025-11-03T09:00:00Z", "back");  // Does not start.
  const RetentionPlan plan{.start = NameIs("go"),
                           .returning = NameIs("back"),
                           .bucket = Bucket::kDay,
                           .periods = 2};
  EXPECT_EQ(Ask(snapshot, MakePlan(plan)),
            (Texts{"2025-11-03 2 0 1 0.5 true", "2025-11-03 2 1 1 0.5 true"}));
  // The start event itself is an event that returns, if it matches.
  const RetentionPlan same{.start = NameIs("go"), .bucket = Bucket::kDay, .periods = 1};
  EXPECT_EQ(Ask(snapshot, MakePlan(same)), (Texts{"2025-11-03 2 0 2 1 true"}));
}

TEST(RetentionTest, IsCompleteWhereTheBucketLiesInTheRange) {
  FakeSnapshot snapshot;
  Add(snapshot, "ana", "2025-11-04", "x");
  Plan plan = MakePlan({.bucket = Bucket::kWeek, .periods = 3});
  plan.range = {.from_ms = At("2025-11-03"), .to_ms = At("2025-11-17")};
  EXPECT_EQ(Ask(snapshot, plan),
            (Texts{"2025-11-03 1 0 1 1 true", "2025-11-03 1 1 0 0 true",
                   "2025-11-03 1 2 0 0 false"}));
  plan.range = {.from_ms = At("2025-11-03") + 1, .to_ms = At("2025-11-17") - 1};
  EXPECT_EQ(Ask(snapshot, plan),
            (Texts{"2025-11-03 1 0 1 1 false", "2025-11-03 1 1 0 0 false",
                   "2025-11-03 1 2 0 0 false"}));
  // Without an end the present is one.
  FakeSnapshot late;
  Add(late, "ana", "2025-12-20", "x");
  EXPECT_EQ(Ask(late, MakePlan({.bucket = Bucket::kMonth, .periods = 2})),
            (Texts{"2025-12-01 1 0 1 1 true", "2025-12-01 1 1 0 0 false"}));
}

TEST(RetentionTest, FollowsLocalDaysWhenClocksChange) {
  FakeSnapshot snapshot;
  // In Paris clocks go forward on the 30th at 1:00 UTC: it ends at 22:00 UTC.
  Add(snapshot, "ana", "2025-03-29T23:30:00Z", "x");  // On the 30th.
  Add(snapshot, "ana", "2025-03-30T21:59:59Z", "x");  // Still.
  Add(snapshot, "ana", "2025-03-30T22:00:00Z", "x");  // On the 31st.
  Add(snapshot, "bob", "2025-03-29T22:59:59Z", "x");  // On the 29th.
  Add(snapshot, "bob", "2025-03-30T22:00:00Z", "x");
  EXPECT_EQ(
      Ask(snapshot, MakePlan({.bucket = Bucket::kDay, .periods = 3}, "Europe/Paris")),
      (Texts{"2025-03-29 1 0 1 1 true", "2025-03-29 1 1 0 0 true",
             "2025-03-29 1 2 1 1 true", "2025-03-30 1 0 1 1 true",
             "2025-03-30 1 1 1 1 true", "2025-03-30 1 2 0 0 true"}));
}

TEST(RetentionTest, SeesADayTwiceWhereClocksAreSetBackAtMidnight) {
  FakeSnapshot snapshot;
  // In St. John's clocks were set back at 00:01 (02:31 UTC) of 2007-11-04, to the 3rd.
  Add(snapshot, "ana", "2007-11-04T02:30:30Z", "x");  // On the 4th, for half a minute.
  Add(snapshot, "ana", "2007-11-04T02:40:00Z", "x");  // On the 3rd again.
  Add(snapshot, "ana", "2007-11-05T02:40:00Z", "x");  // On the 4th.
  EXPECT_EQ(
      Ask(snapshot, MakePlan({.bucket = Bucket::kDay, .periods = 1}, "America/St_Johns")),
      (Texts{"2007-11-04 1 0 1 1 true"}));
  // An event of the second bucket comes before the last one of the first.
  Add(snapshot, "bob", "2007-11-03T12:00:00Z", "start");
  Add(snapshot, "bob", "2007-11-04T02:30:30Z", "back");
  Add(snapshot, "bob", "2007-11-04T02:40:00Z", "back");
  EXPECT_EQ(Ask(snapshot, MakePlan({.start = NameIs("start"),
                                    .returning = NameIs("back"),
                                    .bucket = Bucket::kDay,
                                    .periods = 1},
                                   "America/St_Johns")),
            (Texts{"2007-11-03 1 0 1 1 true"}));
}

TEST(RetentionTest, AnswersWithoutPeople) {
  EXPECT_EQ(Ask(FakeSnapshot(), MakePlan({})), Texts());
  FakeSnapshot snapshot;
  Add(snapshot, "ana", "2025-11-03", "x");
  EXPECT_EQ(Ask(snapshot, MakePlan({.start = NameIs("y")})), Texts());
}

// Blocks that know nothing but the weeks.
class WeeksBlock : public store::Block {
 public:
  size_t rows() const override { return begins_.back(); }
  std::span<const uint64_t> people() const override { return people_; }
  std::span<const uint32_t> begins() const override { return begins_; }
  absl::StatusOr<const int64_t*> Times() override { return Unknown(); }
  absl::StatusOr<const int64_t*> TimesWhere(const uint64_t*) override {
    return Unknown();
  }
  absl::StatusOr<const store::BlockColumn*> Column(size_t) override { return Unknown(); }
  absl::StatusOr<std::optional<Weeks>> ActiveWeeks() override {
    return Weeks{.first_week = first_week_, .masks = masks_.data()};
  }

  void Set(int64_t first_week, const std::vector<uint64_t>& masks) {
    first_week_ = first_week;
    masks_ = masks;
    people_.clear();
    begins_ = {0};
    for (size_t i = 0; i < masks.size(); ++i) {
      people_.push_back(i);
      begins_.push_back(begins_.back() + 1);
    }
  }

 private:
  static absl::Status Unknown() { return absl::InternalError("no events here"); }

  int64_t first_week_ = 0;
  std::vector<uint64_t> masks_;
  std::vector<uint64_t> people_;
  std::vector<uint32_t> begins_;
};

class WeeksSnapshot : public FakeSnapshot {
 public:
  absl::StatusOr<std::unique_ptr<store::BlockScan>> ScanBlocks(
      const store::BlockRequest&) const override {
    return std::make_unique<Scan_>();
  }

 private:
  class Scan_ : public store::BlockScan {
   public:
    size_t parts() const override { return 2; }
    std::unique_ptr<store::Block> NewBlock() const override {
      return std::make_unique<WeeksBlock>();
    }
    absl::Status Read(size_t part, store::Block* block,
                      store::BlockStats*) const override {
      auto* weeks = static_cast<WeeksBlock*>(block);
      // 2025-11-03 is Monday of week 2914. A person without a week was not active.
      if (part == 0) weeks->Set(2914, {0b1011, 0b1, 0, 0b110});
      if (part == 1) weeks->Set(2915, {0b101, uint64_t{1} << 63});
      return absl::OkStatus();
    }
    absl::StatusOr<std::optional<std::vector<std::pair<uint32_t, uint64_t>>>>
    CountsByName() const override {
      return std::nullopt;
    }
    absl::StatusOr<std::optional<std::vector<std::pair<int64_t, uint64_t>>>> PeopleByDay()
        const override {
      return std::nullopt;
    }
    std::string_view TextOf(uint32_t) const override { return {}; }
  };
};

TEST(RetentionTest, TakesActiveWeeksForEvents) {
  const WeeksSnapshot snapshot;
  for (const int threads : {1, 2}) {
    const absl::StatusOr<QueryResult> result =
        RunPlan(snapshot, MakePlan({.periods = 3}), threads);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(Lines(result->rows),
              (Texts{"2025-11-03 2 0 2 1 true", "2025-11-03 2 1 1 0.5 true",
                     "2025-11-03 2 2 0 0 true", "2025-11-10 2 0 2 1 true",
                     "2025-11-10 2 1 1 0.5 true", "2025-11-10 2 2 1 0.5 true",
                     "2027-01-25 1 0 1 1 false", "2027-01-25 1 1 0 0 false",
                     "2027-01-25 1 2 0 0 false"}));
  }
}

TEST(RetentionTest, TakesActiveWeeksOnlyWhenTheySayAll) {
  const WeeksSnapshot snapshot;
  const auto code = [&](const Plan& plan) {
    return RunPlan(snapshot, plan).status().code();
  };
  EXPECT_EQ(code(MakePlan({})), absl::StatusCode::kOk);
  EXPECT_EQ(code(MakePlan({.where = NameIs("x")})), absl::StatusCode::kInternal);
  EXPECT_EQ(code(MakePlan({.start = NameIs("x")})), absl::StatusCode::kInternal);
  EXPECT_EQ(code(MakePlan({.returning = NameIs("x")})), absl::StatusCode::kInternal);
  EXPECT_EQ(code(MakePlan({.bucket = Bucket::kDay})), absl::StatusCode::kInternal);
  EXPECT_EQ(code(MakePlan({}, "Europe/Paris")), absl::StatusCode::kInternal);
  Plan segmented = MakePlan({});
  segmented.segment = PeopleOfP();
  EXPECT_EQ(code(segmented), absl::StatusCode::kInternal);
}

// The answer by looking at every event.
Texts Expected(const FakeSnapshot& snapshot, const Plan& plan) {
  const auto& retention = std::get<RetentionPlan>(plan.body);
  const auto first_day = [&](int64_t time_ms) {
    const int64_t day = base::LocalDay(time_ms, plan.zone);
    return retention.bucket == Bucket::kDay    ? day
           : retention.bucket == Bucket::kWeek ? base::WeekOf(day)
                                               : base::MonthOf(day);
  };
  const auto next = [&](int64_t day) {
    return retention.bucket == Bucket::kDay    ? day + 1
           : retention.bucket == Bucket::kWeek ? day + 7
                                               : base::MonthOf(day + 31);
  };
  std::map<std::string, std::vector<FakeEvent>> people;
  for (const FakeEvent& event : snapshot.events()) {
    if (plan.segment.has_value() && event.person[0] != 'p') continue;
    if (!plan.range.Contains(event.time_ms)) continue;
    if (retention.where.has_value() && event.name != "w") continue;
    people[event.person].push_back(event);
  }
  std::map<int64_t, std::vector<std::set<int64_t>>> cohorts;
  for (auto& [id, events] : people) {
    std::stable_sort(events.begin(), events.end(),
                     [](const FakeEvent& a, const FakeEvent& b) {
                       return std::tie(a.time_ms, a.seq) < std::tie(b.time_ms, b.seq);
                     });
    std::optional<int64_t> cohort;
    std::set<int64_t> days;
    for (const FakeEvent& event : events) {
      if (!cohort.has_value() && (!retention.start.has_value() || event.name == "s")) {
        cohort = first_day(event.time_ms);
      }
      if (cohort.has_value() && (!retention.returning.has_value() || event.name == "r")) {
        days.insert(first_day(event.time_ms));
      }
    }
    if (cohort.has_value()) cohorts[*cohort].push_back(days);
  }
  Texts lines;
  for (const auto& [cohort, all] : cohorts) {
    int64_t day = cohort;
    for (int k = 0; k < retention.periods; ++k, day = next(day)) {
      const auto returned = std::count_if(
          all.begin(), all.end(), [&](const auto& days) { return days.contains(day); });
      const int64_t end_ms =
          plan.range.to_ms == INT64_MAX ? At("2026-01-01") : plan.range.to_ms;
      const bool complete = base::DayStart(day, plan.zone) >= plan.range.from_ms &&
                            base::DayStart(next(day), plan.zone) <= end_ms;
      lines.push_back(base::Cat(base::FormatDate(cohort), " ", all.size(), " ", k, " ",
                                returned, " ",
                                base::FormatDouble(static_cast<double>(returned) /
                                                   static_cast<double>(all.size())),
                                complete ? " true" : " false"));
    }
  }
  return lines;
}

TEST(RetentionTest, AnswersRandomPlansAsLookingAtEveryEventDoes) {
  size_t lines = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
    FakeSnapshot snapshot;
    snapshot.block_style().part_rows = 1 + below(50);
    // Across the change of clocks of spring or autumn, or the days of New Year.
    constexpr const char* kBegins[] = {"2025-03-20", "2025-10-20", "2024-12-20"};
    const int64_t begin_ms = At(kBegins[below(3)]);
    const int64_t span_ms = (1 + below(60)) * int64_t{86'400'000};
    constexpr const char* kNames[] = {"s", "r", "w", "x"};
    const int people = below(20);
    for (int i = 0; i < people * 8; ++i) {
      snapshot.Add({.person = base::Cat(below(2) ? "p" : "q", below(people)),
                    // To half an hour, so that times tie.
                    .time_ms = begin_ms + below(span_ms / 1'800'000) * int64_t{1'800'000},
                    .name = kNames[below(4)],
                    .seq = below(2)});
    }
    RetentionPlan retention;
    if (below(3) == 0) {
      retention.where = NameIs("w");
    } else {
      if (below(2)) retention.start = NameIs("s");
      if (below(2)) retention.returning = NameIs("r");
    }
    retention.bucket = std::array{Bucket::kDay, Bucket::kWeek, Bucket::kMonth}[below(3)];
    retention.periods = below(8) == 0 ? 100 : 1 + below(10);
    constexpr const char* kZones[] = {"UTC", "Europe/Paris", "America/New_York",
                                      "Asia/Kolkata", "Australia/Lord_Howe"};
    Plan plan = MakePlan(retention, kZones[below(5)]);
    if (below(3) == 0)
      plan.range.from_ms = begin_ms + below(span_ms / 1000) * int64_t{1000};
    if (below(3) == 0)
      plan.range.to_ms = begin_ms + below(span_ms / 1000) * int64_t{1000};
    if (below(4) == 0) {
      plan.segment =
          model::Rule::Parse(
              base::Json::Parse(R"({"field":"person.id","op":"starts_with","value":"p"})")
                  .value())
              .value();
    }
    const Texts expected = Expected(snapshot, plan);
    for (const int threads : {1, 3}) {
      const absl::StatusOr<QueryResult> result = RunPlan(snapshot, plan, threads);
      ASSERT_TRUE(result.ok()) << result.status();
      ASSERT_EQ(Lines(result->rows), expected) << "seed " << seed;
    }
    lines += expected.size();
  }
  EXPECT_GT(lines, 10'000);
}

}  // namespace
}  // namespace footfall::query
