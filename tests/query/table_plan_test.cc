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

TEST(TablePlanTest, CountsByNameAndPeopleByDayComeFromTheStore) {
  FakeSnapshot snapshot;
  for (int i = 0; i < 30; ++i) {
    FakeEvent event{.person = base::Cat("p", i % 4), .time_ms = i * int64_t{20'000'000}};
    if (i % 5 != 0) event.name = base::Cat("n", i % 3);
    snapshot.Add(event);
  }
  TablePlan by_name{.rows = {FieldKey("event.name")},
                    .columns = {Count(),
                                {.name = "ratio",
                                 .aggregate = Aggregate::kRatio,
                                 .numerator = 0,
                                 .denominator = 0}},
                    .order_by = {{.column = 1, .descending = true}}};
  const AggregateColumn people{.name = "people", .aggregate = Aggregate::kCountPeople};
  TablePlan by_day{
      .rows = {TimeKey(base::Bucket::kDay)}, .columns = {people}, .limit = 3};
  TablePlan filled = by_day;
  filled.fill = true;
  filled.limit.reset();
  for (const TablePlan& table : {by_name, by_day, filled}) {
    Plan plan;
    plan.body = table;
    snapshot.block_style().counts = false;
    const absl::StatusOr<QueryResult> scanned = Execute(snapshot, plan, {});
    snapshot.block_style().counts = true;
    const absl::StatusOr<QueryResult> counted = Execute(snapshot, plan, {});
    EXPECT_EQ(scanned->stats.events_read, 30u);
    EXPECT_EQ(counted->stats.events_read, 0u);
    EXPECT_EQ(Header(counted->rows), Header(scanned->rows));
    EXPECT_EQ(Lines(counted->rows), Lines(scanned->rows));
  }
  EXPECT_EQ(Lines(RunTablePlan(snapshot, by_name)),
            (Texts{"n0 8 1", "n1 8 1", "n2 8 1", "- 6 1"}));
}

TEST(TablePlanTest, WhatTheStoreDoesNotCountIsScanned) {
  FakeSnapshot snapshot;
  snapshot.block_style().counts = true;
  snapshot.Add({.person = "ana", .time_ms = 10, .name = "a"});
  snapshot.Add({.person = "bob", .time_ms = 10, .name = "b"});
  const model::Rule only_a =
      model::Rule::Parse(
          base::Json::Parse(R"({"field":"event.name","op":"is","value":"a"})").value())
          .value();
  const AggregateColumn people{.name = "people", .aggregate = Aggregate::kCountPeople};
  AggregateColumn some = Count();
  some.where = only_a;
  Plan plan;
  const auto events_read = [&](const TablePlan& table) {
    plan.body = table;
    return Execute(snapshot, plan, {})->stats.events_read;
  };
  EXPECT_EQ(events_read({.rows = {FieldKey("event.name")}, .columns = {Count()}}), 0u);
  EXPECT_EQ(events_read({.rows = {FieldKey("event.name")}, .columns = {some}}), 2u);
  EXPECT_EQ(events_read({.rows = {FieldKey("event.name")}, .columns = {people}}), 2u);
  EXPECT_EQ(
      events_read(
          {.where = only_a, .rows = {FieldKey("event.name")}, .columns = {Count()}}),
      2u);
  EXPECT_EQ(events_read({.rows = {TimeKey(base::Bucket::kDay)}, .columns = {people}}),
            0u);
  EXPECT_EQ(events_read({.rows = {TimeKey(base::Bucket::kWeek)}, .columns = {people}}),
            2u);
  plan.zone = base::LoadTimeZone("Europe/Paris").value();
  EXPECT_EQ(events_read({.rows = {TimeKey(base::Bucket::kDay)}, .columns = {people}}),
            2u);
  plan.segment = only_a;
  EXPECT_EQ(events_read({.rows = {FieldKey("event.name")}, .columns = {Count()}}), 2u);
}

TEST(TablePlanTest, FirstAndLastGoByTimeThenPersonThenOrder) {
  FakeSnapshot snapshot;
  // By code, ana comes before bob.
  snapshot.PersonOf("ana");
  const auto add = [&](const char* person, int64_t time_ms, const char* name) {
    snapshot.Add({.person = person, .time_ms = time_ms, .name = name});
  };
  add("bob", 5, "bob's first");
  add("bob", 9, "bob's last");
  add("ana", 5, "ana's first");
  add("ana", 5, "ana's second");
  add("ana", 9, "ana's last");
  const model::Field name = model::Field::Parse("event.name").value();
  const TablePlan plan{
      .columns = {{.name = "first", .aggregate = Aggregate::kFirst, .of = name},
                  {.name = "last", .aggregate = Aggregate::kLast, .of = name}}};
  for (const size_t part_rows : {1, 100}) {
    snapshot.block_style().part_rows = part_rows;
    EXPECT_EQ(Lines(RunTablePlan(snapshot, plan)), (Texts{"ana's first bob's last"}));
  }
}

TEST(TablePlanTest, GroupsOfManyKeysAndSessionsOfNestedValues) {
  FakeSnapshot snapshot;
  snapshot.block_style().part_rows = 1000;
  for (int i = 0; i < 60; ++i) {
    FakeEvent event{.person = base::Cat("p", i % 3),
                    .time_ms = i * int64_t{3'600'000'000},
                    .session = base::Cat("s", i / 30)};
    event.nested["n"] = base::Cat("[", i, "]");
    snapshot.Add(event);
  }
  // 60 hours far apart times 60 nested values do not fit a table of combinations; nested
  // values are all missing.
  const TablePlan plan{.rows = {{.kind = RowKey::Kind::kSession, .name = "session"},
                                FieldKey("properties.n")},
                       .columns = {Count()}};
  EXPECT_EQ(Lines(RunTablePlan(snapshot, plan)),
            (Texts{"s0 - 10", "s0 - 10", "s0 - 10", "s1 - 10", "s1 - 10", "s1 - 10"}));
  const TablePlan by_hour{
      .rows = {TimeKey(base::Bucket::kHour), FieldKey("properties.n")},
      .columns = {Count()}};
  const Table table = RunTablePlan(snapshot, by_hour);
  EXPECT_EQ(table.row_count(), 60u);
  EXPECT_EQ(Lines(table)[1], "1970-02-11T16:00:00.000Z - 1");
}

TEST(TablePlanTest, SumsThatDoNotFitAreRefused) {
  FakeSnapshot snapshot;
  for (int i = 0; i < 2; ++i) {
    snapshot.Add({.person = base::Cat("p", i),
                  .time_ms = 0,
                  .properties = {{"n", FakeValue(INT64_MAX - 1)}}});
  }
  Plan plan;
  plan.body = TablePlan{.columns = {{.name = "total",
                                     .aggregate = Aggregate::kSum,
                                     .of = model::Field::Parse("properties.n").value()}}};
  for (const int threads : {1, 2}) {
    const absl::Status status = Execute(snapshot, plan, {.threads = threads}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
    EXPECT_EQ(base::MessageOf(status),
              "the column 'total' overflows: the sum of 'properties.n' does not fit");
  }
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
