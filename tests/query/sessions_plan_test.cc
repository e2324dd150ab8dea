// Sessions as rows: chosen by rules, limited, grouped and aggregated.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "query/execute.h"
#include "tests/query/fake_snapshot.h"
#include "tests/query/table_text.h"

namespace footfall::query {
namespace {

using Texts = std::vector<std::string>;

constexpr int64_t kMinute = 60'000;

model::Rule Is(std::string_view field, std::string_view value) {
  base::Json json = base::Json::MakeObject();
  json.Set("field", field);
  json.Set("op", "is");
  json.Set("value", value);
  return model::Rule::Parse(json).value();
}

model::Field FieldOf(std::string_view name) { return model::Field::Parse(name).value(); }

// ana: s (0 to 20, 3 events, from FR), t (10, 1 event, from DE); then a run (100 to 130).
// bob: a run (60 to 65, from FR).
FakeSnapshot Visits() {
  FakeSnapshot snapshot;
  const auto add = [&](const char* person, int64_t minute, const char* name,
                       const char* session, const char* country) {
    snapshot.Add({.person = person,
                  .time_ms = minute * kMinute,
                  .name = name,
                  .session = session,
                  .country = country});
  };
  add("ana", 0, "open", "s", "FR");
  add("ana", 5, "save", "s", "ES");
  add("ana", 10, "save", "t", "DE");
  add("ana", 20, "close", "s", "");
  add("ana", 100, "open", "", "");
  add("ana", 130, "save", "", "");
  add("bob", 60, "open", "", "FR");
  add("bob", 65, "close", "", "");
  snapshot.PersonOf("bob").attributes = {{"tier", std::string("gold")}};
  return snapshot;
}

Table RunSessions(const FakeSnapshot& snapshot, SessionsPlan sessions,
                  const Range& range = {}, const SessionDefinition& definition = {},
                  const std::optional<model::Rule>& segment = std::nullopt) {
  Plan plan;
  plan.range = range;
  plan.sessions = definition;
  plan.segment = segment;
  plan.body = std::move(sessions);
  const absl::StatusOr<QueryResult> result = Execute(snapshot, plan, {});
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? result->rows : Table();
}

// The first column of each row.
Texts Names(const Table& table) {
  Texts names;
  for (const Cell& cell : table.columns[0].cells) {
    names.push_back(CellText(cell, table.columns[0].type));
  }
  return names;
}

constexpr char kAnasRun[] = "ana/1970-01-01T01:40:00.000Z";
constexpr char kBobsRun[] = "bob/1970-01-01T01:00:00.000Z";

TEST(SessionsPlanTest, ListsThoseWithAnEventThatMatches) {
  const FakeSnapshot snapshot = Visits();
  EXPECT_EQ(Names(RunSessions(snapshot, {})), (Texts{"s", "t", kBobsRun, kAnasRun}));
  EXPECT_EQ(Names(RunSessions(snapshot, {.where = Is("event.name", "save")})),
            (Texts{"s", "t", kAnasRun}));
  EXPECT_EQ(Names(RunSessions(snapshot, {.where = Is("event.name", "open")},
                              {.from_ms = kMinute})),
            (Texts{kBobsRun, kAnasRun}));
  // The event that matches may come after the range; the start may not.
  EXPECT_EQ(Names(RunSessions(snapshot, {.where = Is("event.name", "save")},
                              {.to_ms = 120 * kMinute})),
            (Texts{"s", "t", kAnasRun}));
  EXPECT_EQ(Names(RunSessions(snapshot, {.where = Is("event.name", "other")})), Texts());
}

TEST(SessionsPlanTest, ListsInOrderUpToALimit) {
  const FakeSnapshot snapshot = Visits();
  EXPECT_EQ(Names(RunSessions(snapshot, {.limit = 2})), (Texts{"s", "t"}));
  EXPECT_EQ(Names(RunSessions(snapshot, {.limit = 0})), Texts());
}

TEST(SessionsPlanTest, OfPeopleInTheSegment) {
  EXPECT_EQ(Names(RunSessions(Visits(), {}, {}, {}, Is("person.tier", "gold"))),
            (Texts{kBobsRun}));
}

SessionsPlan Totals() {
  SessionsPlan plan;
  plan.columns.push_back({.name = "n"});
  plan.columns.push_back({.name = "median",
                          .aggregate = Aggregate::kPercentile,
                          .of = FieldOf("session.duration")});
  plan.columns.push_back({.name = "p75",
                          .aggregate = Aggregate::kPercentile,
                          .of = FieldOf("session.duration"),
                          .percent = 75});
  plan.columns.push_back(
      {.name = "most", .aggregate = Aggregate::kMax, .of = FieldOf("session.events")});
  plan.columns.push_back(
      {.name = "least", .aggregate = Aggregate::kMin, .of = FieldOf("session.events")});
  plan.columns.push_back({.name = "sessions", .aggregate = Aggregate::kCountSessions});
  plan.columns.push_back({.name = "share",
                          .aggregate = Aggregate::kRatio,
                          .numerator = 4,
                          .denominator = 3});
  return plan;
}

TEST(SessionsPlanTest, TotalsOverAllSessions) {
  // Durations: 0, 5, 20 and 30 minutes.
  const Table table = RunSessions(Visits(), Totals());
  EXPECT_EQ(Header(table),
            "n:int64 median:int64 p75:int64 most:int64 least:int64 sessions:int64 "
            "share:double");
  EXPECT_EQ(Lines(table), (Texts{"4 300000 1200000 3 1 4 0.3333333333333333"}));
  EXPECT_EQ(Lines(RunSessions(FakeSnapshot(), Totals())), (Texts{"0 - - - - 0 -"}));
  SessionsPlan saves = Totals();
  saves.where = Is("event.name", "save");
  EXPECT_EQ(Lines(RunSessions(Visits(), saves, {.from_ms = 1})),
            (Texts{"2 0 1800000 2 1 2 0.5"}));
  EXPECT_EQ(Lines(RunSessions(Visits(), Totals(), {}, {}, Is("person.tier", "gold"))),
            (Texts{"1 300000 300000 2 2 1 1"}));
}

TEST(SessionsPlanTest, TotalsByGapAlone) {
  // ana: 0 to 20 and 100 to 130 minutes; bob: 60 to 65.
  const SessionDefinition by_gap{
      .use_host_ids = false, .gap_ms = 30 * kMinute, .max_ms = 0};
  EXPECT_EQ(Lines(RunSessions(Visits(), Totals(), {}, by_gap)),
            (Texts{"3 1200000 1800000 4 2 3 0.5"}));
}

TEST(SessionsPlanTest, OtherAggregatesAgreeWithTotals) {
  // A sum and a condition take the way that all aggregates can go.
  SessionsPlan plan = Totals();
  plan.columns.push_back(
      {.name = "sum", .aggregate = Aggregate::kSum, .of = FieldOf("session.duration")});
  plan.columns.push_back(
      {.name = "avg", .aggregate = Aggregate::kAvg, .of = FieldOf("session.events")});
  plan.columns.push_back({.name = "people", .aggregate = Aggregate::kCountPeople});
  plan.columns.push_back({.name = "french", .where = Is("context.country", "FR")});
  plan.columns.push_back(
      {.name = "first", .aggregate = Aggregate::kFirst, .of = FieldOf("event.name")});
  plan.columns.push_back({.name = "last", .aggregate = Aggregate::kLastTime});
  EXPECT_EQ(Lines(RunSessions(Visits(), plan)),
            (Texts{"4 300000 1200000 3 1 4 0.3333333333333333 3300000 2 2 2 open "
                   "1970-01-01T01:40:00.000Z"}));
}

TEST(SessionsPlanTest, GroupsSessionsByTheirFirstEventAndTheirStart) {
  SessionsPlan plan;
  plan.rows.push_back({.kind = RowKey::Kind::kField,
                       .name = "country",
                       .field = FieldOf("context.country")});
  plan.columns.push_back({.name = "n"});
  plan.columns.push_back({.name = "median",
                          .aggregate = Aggregate::kPercentile,
                          .of = FieldOf("session.duration")});
  plan.order_by = {{.column = 1, .descending = true}};
  EXPECT_EQ(Lines(RunSessions(Visits(), plan)),
            (Texts{"FR 2 300000", "DE 1 0", "- 1 1800000"}));
  plan.limit = 1;
  EXPECT_EQ(Lines(RunSessions(Visits(), plan)), (Texts{"FR 2 300000"}));
  // A session is of the hour it starts in, however long it lasts.
  SessionsPlan hours;
  hours.rows.push_back(
      {.kind = RowKey::Kind::kTime, .name = "hour", .bucket = base::Bucket::kHour});
  hours.rows.push_back({.kind = RowKey::Kind::kPerson, .name = "person"});
  hours.columns.push_back({.name = "n", .aggregate = Aggregate::kCountSessions});
  hours.columns.push_back(
      {.name = "events", .aggregate = Aggregate::kSum, .of = FieldOf("session.events")});
  EXPECT_EQ(Lines(RunSessions(Visits(), hours)),
            (Texts{"1970-01-01T00:00:00.000Z ana 2 4", "1970-01-01T01:00:00.000Z ana 1 2",
                   "1970-01-01T01:00:00.000Z bob 1 2"}));
  // Of the sessions that begin in range and have such an event, whole.
  hours.where = Is("event.name", "close");
  EXPECT_EQ(
      Lines(RunSessions(Visits(), hours, {.from_ms = 0, .to_ms = 61 * kMinute})),
      (Texts{"1970-01-01T00:00:00.000Z ana 1 3", "1970-01-01T01:00:00.000Z bob 1 2"}));
}

}  // namespace
}  // namespace footfall::query
