// Each aggregate on small groups, with the type of its column.
#include <cstdint>
#include <string>

#include "base/status.h"
#include "gtest/gtest.h"
#include "tests/report/run_text.h"

namespace footfall::report {
namespace {

using query::FakeValue;

FakeSnapshot Values(const std::vector<FakeValue>& values) {
  FakeSnapshot snapshot;
  for (const FakeValue& value : values) {
    snapshot.Add({.person = "ana",
                  .time_ms = static_cast<int64_t>(snapshot.events().size()),
                  .properties = {{"x", value}}});
  }
  return snapshot;
}

std::string Of(const std::string& aggregate, const std::string& more = "") {
  return R"({"name":"v","agg":")" + aggregate + R"(","of":"properties.x")" + more + "}";
}

// "type value" of the one cell, or the error's code.
std::string One(const FakeSnapshot& snapshot, const std::string& column) {
  const absl::StatusOr<Result> result = RunText(snapshot, column);
  if (!result.ok()) return absl::StatusCodeToString(result.status().code());
  return std::string(query::ColumnTypeName(result->rows.columns[0].type)) + " " +
         Lines(result->rows)[0];
}

const FakeValue kText = std::string("text");

TEST(AggregateTest, SumsAreExactOrAnError) {
  EXPECT_EQ(One(Values({int64_t{1}, int64_t{2}, kText, true}), Of("sum")), "int64 3");
  EXPECT_EQ(One(Values({int64_t{1}, 2.5}), Of("sum")), "double 3.5");
  EXPECT_EQ(One(Values({}), Of("sum")), "int64 0");
  EXPECT_EQ(One(Values({INT64_MAX, INT64_MIN + 1, int64_t{7}}), Of("sum")), "int64 7");
  EXPECT_EQ(One(Values({INT64_MAX, INT64_MAX, -INT64_MAX}), Of("sum")),
            "int64 9223372036854775807");
  EXPECT_EQ(One(Values({INT64_MAX, int64_t{1}}), Of("sum")), "OUT_OF_RANGE");
  EXPECT_EQ(One(Values({INT64_MIN, int64_t{-1}}), Of("sum")), "OUT_OF_RANGE");
  EXPECT_EQ(One(Values({1.7e308, 1.7e308}), Of("sum")), "OUT_OF_RANGE");
  const absl::StatusOr<Result> result =
      RunText(Values({INT64_MAX, INT64_MAX}), Of("sum"));
  EXPECT_NE(base::MessageOf(result.status()).find("'v' overflows"), std::string::npos);
}

TEST(AggregateTest, MinMaxAvg) {
  const FakeSnapshot ints = Values({int64_t{3}, int64_t{-4}, kText, int64_t{10}});
  EXPECT_EQ(One(ints, Of("min")), "int64 -4");
  EXPECT_EQ(One(ints, Of("max")), "int64 10");
  EXPECT_EQ(One(ints, Of("avg")), "double 3");
  const FakeSnapshot mixed = Values({int64_t{3}, 3.5});
  EXPECT_EQ(One(mixed, Of("min")), "double 3");
  EXPECT_EQ(One(mixed, Of("max")), "double 3.5");
  EXPECT_EQ(One(mixed, Of("avg")), "double 3.25");
  EXPECT_EQ(One(Values({kText}), Of("min")), "int64 -");
  EXPECT_EQ(One(Values({}), Of("avg")), "double -");
  EXPECT_EQ(
      One(Values({int64_t{9007199254740993}, int64_t{9007199254740992}}), Of("max")),
      "int64 9007199254740993");
}

TEST(AggregateTest, PercentilesAreOfTheNearestRank) {
  std::vector<FakeValue> values;
  for (int64_t i = 20; i >= 1; --i) values.emplace_back(i);
  const FakeSnapshot twenty = Values(values);
  EXPECT_EQ(One(twenty, Of("median")), "int64 10");
  EXPECT_EQ(One(twenty, Of("percentile", R"(,"p":50)")), "int64 10");
  EXPECT_EQ(One(twenty, Of("percentile", R"(,"p":95)")), "int64 19");
  EXPECT_EQ(One(twenty, Of("percentile", R"(,"p":95.1)")), "int64 20");
  EXPECT_EQ(One(twenty, Of("percentile", R"(,"p":100)")), "int64 20");
  EXPECT_EQ(One(twenty, Of("percentile", R"(,"p":0.001)")), "int64 1");
  EXPECT_EQ(One(Values({int64_t{1}, 2.5, int64_t{2}}), Of("median")), "double 2");
  EXPECT_EQ(One(Values({}), Of("median")), "int64 -");
}

TEST(AggregateTest, FirstAndLastHaveAValue) {
  FakeSnapshot snapshot;
  snapshot.Add(
      {.person = "ana", .time_ms = 2, .properties = {{"x", std::string("late")}}});
  snapshot.Add(
      {.person = "ana", .time_ms = 1, .seq = 2, .properties = {{"x", int64_t{5}}}});
  snapshot.Add(
      {.person = "bob", .time_ms = 1, .seq = 1, .properties = {{"x", int64_t{4}}}});
  snapshot.Add(
      {.person = "ana", .time_ms = 2, .properties = {{"x", std::string("end")}}});
  snapshot.Add({.person = "ana", .time_ms = 0});
  snapshot.Add({.person = "ana", .time_ms = 9, .nested = {{"x", "[1]"}}});
  // At one instant the person with the lower code goes first.
  EXPECT_EQ(One(snapshot, Of("first")), "int64 5");
  EXPECT_EQ(One(snapshot, Of("last")), "string end");
  EXPECT_EQ(One(snapshot, R"({"name":"v","agg":"first_time"})"),
            "timestamp 1970-01-01T00:00:00.000Z");
  EXPECT_EQ(One(snapshot, R"({"name":"v","agg":"last_time"})"),
            "timestamp 1970-01-01T00:00:00.009Z");
  EXPECT_EQ(One(Values({}), Of("first")), "string -");
  EXPECT_EQ(One(Values({}), R"({"name":"v","agg":"last_time"})"), "timestamp -");
  EXPECT_EQ(One(Values({true, false}), Of("last")), "bool false");
  EXPECT_EQ(One(Values({0.5}), Of("last")), "double 0.5");
}

TEST(AggregateTest, CountsAndDistinct) {
  FakeSnapshot snapshot =
      Values({int64_t{1}, 1.0, std::string("1"), std::string("a"), std::string("")});
  snapshot.Add({.person = "bob", .time_ms = 1, .nested = {{"x", "{}"}}});
  EXPECT_EQ(One(snapshot, Of("count_distinct")), "int64 3");
  EXPECT_EQ(One(snapshot, kCount), "int64 6");
  EXPECT_EQ(One(snapshot, R"({"name":"v","agg":"count_people"})"), "int64 2");
  EXPECT_EQ(One(snapshot, R"({"name":"v","agg":"count_sessions"})"), "int64 2");
}

TEST(AggregateTest, RatiosOfColumns) {
  const std::string columns = std::string(kCount) + "," + Of("sum") +
                              R"(,
      {"name":"r","agg":"ratio","numerator":"v","denominator":"n"},
      {"name":"s","agg":"ratio","numerator":"n","denominator":"v"})";
  EXPECT_EQ(LinesOf(RunText(Values({int64_t{1}, int64_t{2}}), columns)),
            (Texts{"2 3 1.5 0.6666666666666666"}));
  EXPECT_EQ(LinesOf(RunText(Values({kText}), columns)), (Texts{"1 0 0 -"}));
}

TEST(AggregateTest, AColumnsRuleAppliesToItAlone) {
  const std::string rule = R"(,"where":{"field":"properties.x","op":">","value":1})";
  const std::string columns = std::string(kCount) + R"(,{"name":"big","agg":"count")" +
                              rule + "}," + Of("first", rule);
  EXPECT_EQ(LinesOf(RunText(Values({int64_t{1}, int64_t{2}, int64_t{3}}), columns)),
            (Texts{"3 2 2"}));
}

}  // namespace
}  // namespace footfall::report
