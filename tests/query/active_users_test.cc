#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "query/execute.h"
#include "tests/query/fake_snapshot.h"
#include "tests/query/table_text.h"

namespace footfall::query {
namespace {

using Texts = std::vector<std::string>;

Texts ActiveUsers(const FakeSnapshot& snapshot, const Range& range, absl::TimeZone zone) {
  Plan plan;
  plan.range = range;
  plan.zone = zone;
  plan.body = ActiveUsersPlan();
  const absl::StatusOr<QueryResult> result = Execute(snapshot, plan, {});
  EXPECT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Header(result->rows),
            "day:date dau:int64 wau:int64 mau:int64 new_people:int64");
  return Lines(result->rows);
}

TEST(ActiveUsersTest, TrailingWindows) {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "ana", .time_ms = At("2025-11-01T10:00:00Z")});
  snapshot.Add({.person = "bob", .time_ms = At("2025-11-07T10:00:00Z")});
  snapshot.Add({.person = "ana", .time_ms = At("2025-11-08T10:00:00Z")});
  snapshot.Add({.person = "bob", .time_ms = At("2025-11-08T11:00:00Z")});
  snapshot.Add({.person = "cy", .time_ms = At("2025-12-01T10:00:00Z")});
  snapshot.Add({.person = "dee",
                .time_ms = At("2025-12-02T10:00:00Z"),
                .type = model::EventType::kIdentify});
  const absl::TimeZone utc = absl::UTCTimeZone();
  EXPECT_EQ(ActiveUsers(snapshot, {}, utc),
            (Texts{"2025-11-01 1 1 1 1", "2025-11-07 1 2 2 1", "2025-11-08 2 2 2 0",
                   "2025-12-01 1 1 3 1"}));
  // The windows look back past the start of the range, and never past its end.
  EXPECT_EQ(ActiveUsers(snapshot,
                        {.from_ms = At("2025-11-07T00:00:00Z"),
                         .to_ms = At("2025-11-08T10:30:00Z")},
                        utc),
            (Texts{"2025-11-07 1 2 2 1", "2025-11-08 1 2 2 0"}));
}

TEST(ActiveUsersTest, ClocksPutBackAfterMidnightReturnToTheDayBefore) {
  // At 00:01 on the 2nd of November 2008 it became 23:01 of the 1st again.
  const absl::TimeZone zone = base::LoadTimeZone("America/St_Johns").value();
  FakeSnapshot snapshot;
  for (const char* time : {"2008-11-02T02:00:00Z",     // 23:30 on the 1st.
                           "2008-11-02T02:30:30Z",     // 00:00:30 on the 2nd.
                           "2008-11-02T02:45:00Z",     // 23:15 on the 1st.
                           "2008-11-02T12:00:00Z"}) {  // 08:30 on the 2nd.
    snapshot.Add({.person = "ana", .time_ms = At(time)});
  }
  EXPECT_EQ(ActiveUsers(snapshot, {}, zone),
            (Texts{"2008-11-01 1 1 1 1", "2008-11-02 1 1 1 0"}));
  EXPECT_EQ(ActiveUsers(snapshot, {.from_ms = At("2008-11-02T02:40:00Z")}, zone),
            (Texts{"2008-11-01 1 1 1 1", "2008-11-02 1 1 1 0"}));
}

TEST(ActiveUsersTest, AgreesWithPlainCounting) {
  std::mt19937 random(7);
  const absl::TimeZone paris = base::LoadTimeZone("Europe/Paris").value();
  FakeSnapshot snapshot;
  std::map<int64_t, std::set<std::string>> people_of;
  std::map<std::string, int64_t> first_day;
  for (int i = 0; i < 400; ++i) {
    const std::string person = base::Cat("p", random() % 25);
    const int64_t time_ms = At("2025-09-01T00:00:00Z") +
                            static_cast<int64_t>(random() % 90) * 86'400'000 +
                            static_cast<int64_t>(random() % 86'400'000);
    snapshot.Add({.person = person, .time_ms = time_ms});
    const int64_t day = base::LocalDay(time_ms, paris);
    people_of[day].insert(person);
    const auto [it, added] = first_day.try_emplace(person, day);
    if (!added) it->second = std::min(it->second, day);
  }
  Texts expected;
  for (const auto& [day, people] : people_of) {
    const auto trailing = [&, day = day](int64_t window) {
      std::set<std::string> met;
      for (int64_t d = day - window + 1; d <= day; ++d) {
        if (people_of.contains(d)) met.insert(people_of[d].begin(), people_of[d].end());
      }
      return met.size();
    };
    const int64_t fresh =
        std::count_if(first_day.begin(), first_day.end(),
                      [day = day](const auto& p) { return p.second == day; });
    const size_t wau = trailing(7);
    const size_t mau = trailing(30);
    expected.push_back(base::Cat(base::FormatDate(day), " ", people.size(), " ", wau, " ",
                                 mau, " ", fresh));
  }
  EXPECT_EQ(ActiveUsers(snapshot, {}, paris), expected);
}

}  // namespace
}  // namespace footfall::query
