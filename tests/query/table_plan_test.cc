// Rows, order, limits and filled buckets of table plans.
#include <string>
#include <vector>

#include "base/status.h"
#include "gtest/gtest.h"
#include "query/execute.h"
#include "tests/query/fake_snapshot.h"
#include "tests/query/table_text.h"

namespace footfall::query {
namespace {

using Texts = std::vector<std::string>;

RowKey FieldKey(const std::string& name) {
  return {.kind = RowKey::Kind::kField,
          .name = name,
          .field = model::Field::Parse(name).value()};
}

RowKey TimeKey(base::Bucket bucket) {
  return {.kind = RowKey::Kind::kTime, .name = "time", .bucket = bucket};
}

AggregateColumn Count() { return {.name = "count"}; }

Table RunTablePlan(const FakeSnapshot& snapshot, TablePlan table, const Range& range = {},
                   const std::string& zone = "UTC") {
  Plan plan;
  plan.range = range;
  plan.zone = base::LoadTimeZone(zone).value();
  plan.body = std::move(table);
  const absl::StatusOr<QueryResult> result = Execute(snapshot, plan, {});
  EXPECT_TRUE(result.ok()) << result.status();
  return result->rows;
}

FakeSnapshot Plans() {
  FakeSnapshot snapshot;
  for (const char* plan : {"pro", "free", "pro", "", "team", "free"}) {
    FakeEvent event{.person = "ana", .time_ms = 0};
    event.properties["plan"] = std::string(plan);
    snapshot.Add(event);
  }
  snapshot.Add({.person = "ana", .time_ms = 0});
  return snapshot;
}

TEST(TablePlanTest, TiesSortByKeysMissingLast) {
  TablePlan plan{.rows = {FieldKey("properties.plan")}, .columns = {Count()}};
  EXPECT_EQ(Lines(RunTablePlan(Plans(), plan)),
            (Texts{" 1", "free 2", "pro 2", "team 1", "- 1"}));
  plan.order_by = {{.column = 1, .descending = true}};
  EXPECT_EQ(Lines(RunTablePlan(Plans(), plan)),
            (Texts{"free 2", "pro 2", " 1", "team 1", "- 1"}));
  plan.order_by = {{.column = 0, .descending = true}};
  EXPECT_EQ(Lines(RunTablePlan(Plans(), plan)),
            (Texts{"team 1", "pro 2", "free 2", " 1", "- 1"}));
  plan.limit = 2;
  EXPECT_EQ(Lines(RunTablePlan(Plans(), plan)), (Texts{"team 1", "pro 2"}));
}

TEST(TablePlanTest, KeysTakeTheNarrowestType) {
  FakeSnapshot snapshot;
  for (const FakeValue& value :
       {FakeValue(int64_t{10}), FakeValue(int64_t{9}), FakeValue(9.0)}) {
    snapshot.Add({.person = "ana", .time_ms = 0, .properties = {{"n", value}}});
  }
  const TablePlan plan{.rows = {FieldKey("properties.n")}, .columns = {Count()}};
  EXPECT_EQ(Header(RunTablePlan(snapshot, plan)), "properties.n:double count:int64");
  EXPECT_EQ(Lines(RunTablePlan(snapshot, plan)), (Texts{"9 2", "10 1"}));
  snapshot.Add({.person = "ana", .time_ms = 0, .properties = {{"n", std::string("x")}}});
  EXPECT_EQ(Header(RunTablePlan(snapshot, plan)), "properties.n:string count:int64");
  EXPECT_EQ(Lines(RunTablePlan(snapshot, plan)), (Texts{"10 1", "9 2", "x 1"}));
}

TEST(TablePlanTest, SeveralKeys) {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "bob@b.example", .time_ms = 0, .app = "crm"});
  snapshot.Add({.person = "ana@a.example", .time_ms = 86'400'000, .app = "crm"});
  snapshot.Add({.person = "ana@a.example", .time_ms = 0, .app = "shop"});
  snapshot.Add({.person = "guid", .time_ms = 0, .app = "shop"});
  const TablePlan plan{.rows = {FieldKey("app"),
                                {.kind = RowKey::Kind::kAccount, .name = "account"},
                                {.kind = RowKey::Kind::kPerson, .name = "person"},
                                TimeKey(base::Bucket::kDay)},
                       .columns = {Count()}};
  const Table table = RunTablePlan(snapshot, plan);
  EXPECT_EQ(Header(table),
            "app:string account:string person:string time:date count:int64");
  EXPECT_EQ(Lines(table), (Texts{"crm a.example ana@a.example 1970-01-02 1",
                                 "crm b.example bob@b.example 1970-01-01 1",
                                 "shop a.example ana@a.example 1970-01-01 1",
                                 "shop - guid 1970-01-01 1"}));
}

TEST(TablePlanTest, SessionsOutsideTheRangeAreNotCounted) {
  FakeSnapshot snapshot;
  for (const int64_t time_ms : {0, 1000, 2000}) {
    snapshot.Add({.person = "ana", .time_ms = time_ms});
  }
  snapshot.Add({.person = "ana", .time_ms = 1500, .session = "s"});
  const std::vector<AggregateColumn> columns = {
      Count(), {.name = "sessions", .aggregate = Aggregate::kCountSessions}};
  const Range range{.from_ms = 1000, .to_ms = 2000};
  EXPECT_EQ(Lines(RunTablePlan(snapshot, {.columns = columns}, range)), (Texts{"2 1"}));
  const TablePlan by_session{
      .rows = {{.kind = RowKey::Kind::kSession, .name = "session"}}, .columns = columns};
  EXPECT_EQ(Lines(RunTablePlan(snapshot, by_session, range)), (Texts{"s 1 1"}));
  EXPECT_EQ(Lines(RunTablePlan(snapshot, by_session)),
            (Texts{"ana/1970-01-01T00:00:00.000Z 3 1", "s 1 1"}));
}

TEST(TablePlanTest, ReadsSessionAndPersonFields) {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "ana", .time_ms = 0, .session = "s"});
  snapshot.Add({.person = "ana", .time_ms = 5000, .session = "s"});
  snapshot.Add({.person = "bob", .time_ms = 6000});
  snapshot.PersonOf("ana").attributes = {{"crm/tier", std::string("premium")}};
  snapshot.PersonOf("bob").first_seen_ms = 6000;
  const auto rule = [](const char* text) {
    return model::Rule::Parse(base::Json::Parse(text).value()).value();
  };
  EXPECT_EQ(Lines(RunTablePlan(
                snapshot,
                {.where = rule(R"({"field":"session.duration","op":">=","value":5000})"),
                 .columns = {Count()}})),
            (Texts{"2"}));
  EXPECT_EQ(
      Lines(RunTablePlan(
          snapshot,
          {.where = rule(R"({"field":"person.crm/tier","op":"is","value":"premium"})"),
           .rows = {FieldKey("session.id"), FieldKey("session.events")},
           .columns = {Count()}})),
      (Texts{"s 2 2"}));
  const Table table = RunTablePlan(
      snapshot, {.rows = {FieldKey("person.first_seen"), FieldKey("person.id")},
                 .columns = {Count(),
                             {.name = "start",
                              .aggregate = Aggregate::kMin,
                              .of = model::Field::Parse("session.start").value()}}});
  EXPECT_EQ(Header(table),
            "person.first_seen:timestamp person.id:string count:int64 start:timestamp");
  EXPECT_EQ(Lines(table),
            (Texts{"1970-01-01T00:00:06.000Z bob 1 1970-01-01T00:00:06.000Z",
                   "- ana 2 1970-01-01T00:00:00.000Z"}));
}

TEST(TablePlanTest, FillsBucketsOfTheRange) {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "ana", .time_ms = At("2025-11-20T10:00:00Z"), .app = "crm"});
  snapshot.Add({.person = "bob", .time_ms = At("2025-11-22T10:00:00Z"), .app = "shop"});
  TablePlan plan{
      .rows = {TimeKey(base::Bucket::kDay)}, .columns = {Count()}, .fill = true};
  EXPECT_EQ(Lines(RunTablePlan(snapshot, plan)),
            (Texts{"2025-11-20 1", "2025-11-21 0", "2025-11-22 1"}));
  EXPECT_EQ(Lines(RunTablePlan(snapshot, plan,
                               {.from_ms = At("2025-11-19T00:00:00Z"),
                                .to_ms = At("2025-11-22T00:00:00Z")})),
            (Texts{"2025-11-19 0", "2025-11-20 1", "2025-11-21 0"}));
  plan.rows.push_back(FieldKey("app"));
  EXPECT_EQ(Lines(RunTablePlan(snapshot, plan)),
            (Texts{"2025-11-20 crm 1", "2025-11-20 shop 0", "2025-11-21 crm 0",
                   "2025-11-21 shop 0", "2025-11-22 crm 0", "2025-11-22 shop 1"}));
  plan.fill = false;
  EXPECT_EQ(Lines(RunTablePlan(snapshot, plan)),
            (Texts{"2025-11-20 crm 1", "2025-11-22 shop 1"}));
}

TEST(TablePlanTest, FillsWeeksMonthsAndHours) {
  FakeSnapshot snapshot;
  const Range range{.from_ms = At("2025-12-30T22:30:00Z"),
                    .to_ms = At("2026-02-01T00:00:00Z")};
  const auto lines = [&](base::Bucket bucket, const Range& over) {
    return Lines(RunTablePlan(
        snapshot, {.rows = {TimeKey(bucket)}, .columns = {Count()}, .fill = true}, over));
  };
  EXPECT_EQ(lines(base::Bucket::kMonth, range), (Texts{"2025-12-01 0", "2026-01-01 0"}));
  EXPECT_EQ(lines(base::Bucket::kWeek, range),
            (Texts{"2025-12-29 0", "2026-01-05 0", "2026-01-12 0", "2026-01-19 0",
                   "2026-01-26 0"}));
  EXPECT_EQ(lines(base::Bucket::kHour,
                  {.from_ms = range.from_ms, .to_ms = range.from_ms + 5'400'001}),
            (Texts{"2025-12-30T22:00:00.000Z 0", "2025-12-30T23:00:00.000Z 0",
                   "2025-12-31T00:00:00.000Z 0"}));
}

TEST(TablePlanTest, FillHasALimit) {
  Plan plan;
  plan.range = {.from_ms = 0, .to_ms = int64_t{4'000'000'000'000}};
  plan.body = TablePlan{
      .rows = {TimeKey(base::Bucket::kHour)}, .columns = {Count()}, .fill = true};
  const absl::StatusOr<QueryResult> result = Execute(FakeSnapshot(), plan, {});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(base::MessageOf(result.status()).find("1000000 rows"), std::string::npos);
}

}  // namespace
}  // namespace footfall::query
