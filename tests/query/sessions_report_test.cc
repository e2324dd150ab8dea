// How events form sessions, seen through the plan of the report "sessions".
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "query/execute.h"
#include "tests/query/fake_snapshot.h"
#include "tests/query/table_text.h"

namespace footfall::query {
namespace {

constexpr int64_t kMinute = 60'000;

// "session person start+duration events" of each session, the start in minutes.
std::vector<std::string> Sessions(const FakeSnapshot& snapshot, const Range& range = {},
                                  const SessionDefinition& definition = {}) {
  Plan plan;
  plan.range = range;
  plan.sessions = definition;
  plan.body = SessionsPlan();
  const absl::StatusOr<QueryResult> result = Execute(snapshot, plan, {});
  EXPECT_TRUE(result.ok()) << result.status();
  std::vector<std::string> lines;
  const std::vector<Column>& columns = result->rows.columns;
  for (size_t i = 0; i < result->rows.row_count(); ++i) {
    lines.push_back(base::Cat(CellText(columns[0].cells[i], columns[0].type), " ",
                              CellText(columns[1].cells[i], columns[1].type), " ",
                              std::get<int64_t>(columns[2].cells[i]) / kMinute, "+",
                              std::get<int64_t>(columns[4].cells[i]) / kMinute, " ",
                              CellText(columns[5].cells[i], columns[5].type)));
  }
  return lines;
}

using Texts = std::vector<std::string>;

TEST(SessionsReportTest, GapsCutRuns) {
  FakeSnapshot snapshot;
  for (const int64_t minute : {0, 30, 61, 62}) {
    snapshot.Add({.person = "ana", .time_ms = minute * kMinute});
  }
  snapshot.Add({.person = "bob", .time_ms = 40 * kMinute});
  EXPECT_EQ(Sessions(snapshot), (Texts{"ana/1970-01-01T00:00:00.000Z ana 0+30 2",
                                       "bob/1970-01-01T00:40:00.000Z bob 40+0 1",
                                       "ana/1970-01-01T01:01:00.000Z ana 61+1 2"}));
}

TEST(SessionsReportTest, LateEventsJoinRunsTheyFillTheGapOf) {
  FakeSnapshot snapshot;
  for (const int64_t minute : {0, 50, 25}) {
    snapshot.Add({.person = "ana", .time_ms = minute * kMinute});
  }
  EXPECT_EQ(Sessions(snapshot), (Texts{"ana/1970-01-01T00:00:00.000Z ana 0+50 3"}));
}

TEST(SessionsReportTest, HostIdsAreNeverSplitAndRunsCloseAmongThemselves) {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "ana", .time_ms = 0, .session = "s"});
  snapshot.Add({.person = "ana", .time_ms = 10 * kMinute});
  snapshot.Add({.person = "ana", .time_ms = 20 * kMinute, .session = "t"});
  snapshot.Add({.person = "ana", .time_ms = 35 * kMinute});
  snapshot.Add({.person = "ana", .time_ms = 2000 * kMinute, .session = "s"});
  // Another person's session of the same id is another one; an empty id is none.
  snapshot.Add({.person = "bob", .time_ms = 5 * kMinute, .session = "s"});
  snapshot.Add({.person = "bob", .time_ms = 6 * kMinute, .session = ""});
  EXPECT_EQ(
      Sessions(snapshot),
      (Texts{"s ana 0+2000 2", "s bob 5+0 1", "bob/1970-01-01T00:06:00.000Z bob 6+0 1",
             "ana/1970-01-01T00:10:00.000Z ana 10+25 2", "t ana 20+0 1"}));
}

TEST(SessionsReportTest, DefinitionOverridesTheStore) {
  FakeSnapshot snapshot;
  snapshot.mutable_settings().session = {.gap_ms = 5 * kMinute, .max_ms = 8 * kMinute};
  for (const int64_t minute : {0, 4, 8, 9}) {
    snapshot.Add({.person = "ana", .time_ms = minute * kMinute, .session = "s"});
  }
  EXPECT_EQ(Sessions(snapshot), (Texts{"s ana 0+9 4"}));
  EXPECT_EQ(Sessions(snapshot, {}, {.use_host_ids = false}),
            (Texts{"ana/1970-01-01T00:00:00.000Z ana 0+4 2",
                   "ana/1970-01-01T00:08:00.000Z ana 8+1 2"}));
  EXPECT_EQ(Sessions(snapshot, {}, {.use_host_ids = false, .max_ms = 0}),
            (Texts{"ana/1970-01-01T00:00:00.000Z ana 0+9 4"}));
  EXPECT_EQ(
      Sessions(snapshot, {}, {.use_host_ids = false, .gap_ms = 3 * kMinute, .max_ms = 0}),
      (Texts{"ana/1970-01-01T00:00:00.000Z ana 0+0 1",
             "ana/1970-01-01T00:04:00.000Z ana 4+0 1",
             "ana/1970-01-01T00:08:00.000Z ana 8+1 2"}));
}

TEST(SessionsReportTest, IdentifyAndAliasAreNoActivity) {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "ana", .time_ms = 0, .type = model::EventType::kIdentify});
  snapshot.Add({.person = "ana", .time_ms = 20 * kMinute});
  snapshot.Add(
      {.person = "ana", .time_ms = 40 * kMinute, .type = model::EventType::kAlias});
  snapshot.Add({.person = "ana", .time_ms = 60 * kMinute});
  EXPECT_EQ(Sessions(snapshot), (Texts{"ana/1970-01-01T00:20:00.000Z ana 20+0 1",
                                       "ana/1970-01-01T01:00:00.000Z ana 60+0 1"}));
}

TEST(SessionsReportTest, ASessionBelongsToTheRangeOfItsStart) {
  FakeSnapshot snapshot;
  for (const int64_t minute : {0, 20, 40, 100, 120}) {
    snapshot.Add({.person = "ana", .time_ms = minute * kMinute});
  }
  // Whole, though it began before the first range and ends after the second.
  EXPECT_EQ(Sessions(snapshot, {.from_ms = 10 * kMinute}),
            (Texts{"ana/1970-01-01T01:40:00.000Z ana 100+20 2"}));
  EXPECT_EQ(Sessions(snapshot, {.from_ms = 0, .to_ms = 100 * kMinute}),
            (Texts{"ana/1970-01-01T00:00:00.000Z ana 0+40 3"}));
  EXPECT_EQ(Sessions(snapshot, {.from_ms = 0, .to_ms = 100 * kMinute + 1}).size(), 2u);
}

}  // namespace
}  // namespace footfall::query
