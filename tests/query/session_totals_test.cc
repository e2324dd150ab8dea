#include "query/session_totals.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace footfall::query {
namespace {

TEST(NumberBagTest, FindsTheNumberOfEachRank) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 50; ++round) {
    NumberBag bags[2];
    std::vector<int64_t> numbers;
    for (size_t i = 0; i < 1 + random() % 200; ++i) {
      // Zeros, numbers that share their high half, and those beyond 32 bits.
      const int64_t number = static_cast<int64_t>(random() >> (random() % 60 + 4));
      numbers.push_back(number);
      bags[random() % 2].Add(number);
    }
    bags[0].Append(bags[1]);
    EXPECT_EQ(bags[1].size(), 0u);
    ASSERT_EQ(bags[0].size(), numbers.size());
    std::sort(numbers.begin(), numbers.end());
    for (size_t rank = 0; rank < numbers.size(); ++rank) {
      ASSERT_EQ(bags[0].At(rank), numbers[rank]) << round << " " << rank;
    }
  }
}

TEST(NumberBagTest, TakesFourBytesForMostNumbers) {
  NumberBag bag;
  for (int i = 0; i < 1000; ++i) bag.Add(i);
  EXPECT_LE(bag.bytes(), 1024 * sizeof(uint32_t));
  bag.Add(int64_t{1} << 40);
  EXPECT_GT(bag.bytes(), 1000 * sizeof(uint32_t));
  EXPECT_EQ(bag.At(1000), int64_t{1} << 40);
  EXPECT_EQ(bag.At(999), 999);
}

SessionsPlan With(AggregateColumn column) {
  SessionsPlan plan;
  plan.columns.push_back({.name = "n"});
  plan.columns.push_back(std::move(column));
  return plan;
}

TEST(SessionTotalsTest, OnlyWhatTheTimesOfEventsTell) {
  const auto field = [](std::string_view name) {
    return model::Field::Parse(name).value();
  };
  EXPECT_TRUE(IsSessionTotals(With({.name = "m",
                                    .aggregate = Aggregate::kPercentile,
                                    .of = field("session.duration")})));
  EXPECT_TRUE(IsSessionTotals(
      With({.name = "m", .aggregate = Aggregate::kMax, .of = field("session.events")})));
  EXPECT_TRUE(
      IsSessionTotals(With({.name = "m", .aggregate = Aggregate::kCountSessions})));
  EXPECT_TRUE(IsSessionTotals(With({.name = "m", .aggregate = Aggregate::kRatio})));
  EXPECT_FALSE(IsSessionTotals(
      With({.name = "m", .aggregate = Aggregate::kMax, .of = field("session.start")})));
  EXPECT_FALSE(IsSessionTotals(
      With({.name = "m", .aggregate = Aggregate::kMin, .of = field("properties.ms")})));
  EXPECT_FALSE(IsSessionTotals(
      With({.name = "m", .aggregate = Aggregate::kSum, .of = field("session.events")})));
  EXPECT_FALSE(
      IsSessionTotals(With({.name = "m", .aggregate = Aggregate::kCountPeople})));
  EXPECT_FALSE(IsSessionTotals(SessionsPlan()));
  SessionsPlan grouped = With({.name = "m"});
  EXPECT_TRUE(IsSessionTotals(grouped));
  grouped.rows.push_back({.kind = RowKey::Kind::kPerson, .name = "person"});
  EXPECT_FALSE(IsSessionTotals(grouped));
}

}  // namespace
}  // namespace footfall::query
