#include "runtime/time_lists.h"

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace footfall::runtime {
namespace {

TEST(TimeListsTest, CountsUpToMost) {
  TimeLists lists(2);
  EXPECT_EQ(lists.bytes(), 0u);
  EXPECT_EQ(lists.Count(7, 0, 100), 0u);
  lists.Add(7, 10, 100);
  lists.Add(7, 20, 100);
  EXPECT_EQ(lists.Count(7, 10, 20), 2u);
  EXPECT_EQ(lists.Count(7, 11, 20), 1u);
  EXPECT_EQ(lists.Count(7, 10, 19), 1u);
  lists.Add(7, 30, 100);
  EXPECT_EQ(lists.Count(7, 0, 100), 2u);
  EXPECT_EQ(lists.Count(7, 21, 100), 1u);
  // The time 10 was let go, and might lie in this span.
  EXPECT_EQ(lists.Count(7, 0, 25), std::nullopt);
  EXPECT_EQ(lists.Count(8, 0, 100), 0u);
  EXPECT_EQ(lists.Count(1'000'000'000, 0, 100), 0u);
}

TEST(TimeListsTest, TimesInTheFutureDisplaceNothing) {
  TimeLists lists(1);
  lists.Add(1, 50, 100);
  for (const int64_t time : {150, 160, 170}) lists.Add(1, time, 100);
  EXPECT_EQ(lists.Count(1, 0, 100), 1u);
  EXPECT_EQ(lists.Count(1, 0, 155), 2u);
  // When they are the past, the latest is enough.
  lists.Add(1, 165, 200);
  EXPECT_EQ(lists.Count(1, 0, 200), 1u);
  EXPECT_EQ(lists.Count(1, 0, 100), std::nullopt);
}

TEST(TimeListsTest, KeepsTimesBefore1970) {
  TimeLists lists(1);
  lists.Add(3, -1000, 0);
  EXPECT_EQ(lists.Count(3, -1000, -1000), 1u);
  EXPECT_EQ(lists.Count(3, -999, 0), 0u);
}

// Against all times, whatever is added, set and merged.
TEST(TimeListsTest, CountsAreRightOrAbsent) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    const size_t most = 1 + random() % 4;
    TimeLists lists(most);
    std::map<uint64_t, std::vector<int64_t>> all;
    int told = 0;
    for (int step = 0; step < 60; ++step) {
      const uint64_t person = random() % 4;
      const int64_t time = static_cast<int64_t>(random() % 100);
      if (random() % 10 == 0) {
        const uint64_t to = random() % 4;
        lists.Merge(person, to);
        if (person == to) continue;
        all[to].insert(all[to].end(), all[person].begin(), all[person].end());
        all[person].clear();
      } else {
        lists.Add(person, time, step);
        all[person].push_back(time);
      }
      const int64_t from = static_cast<int64_t>(random() % 100) - 10;
      const int64_t to = from + static_cast<int64_t>(random() % 100);
      const uint64_t expected =
          std::count_if(all[person].begin(), all[person].end(),
                        [&](int64_t value) { return value >= from && value <= to; });
      const std::optional<uint64_t> count = lists.Count(person, from, to);
      if (!count.has_value()) continue;
      ++told;
      if (expected < most) {
        EXPECT_EQ(*count, expected);
      } else {
        EXPECT_GE(*count, most);
      }
    }
    EXPECT_GT(told, 20);
  }
}

TEST(TimeListsTest, MemoryIsCountedAndGivenBack) {
  TimeLists lists(3);
  for (uint64_t person = 0; person < 5'000; ++person) {
    for (int64_t time = 0; time < 5; ++time) lists.Add(person, time, 100);
  }
  EXPECT_GT(lists.bytes(), 5'000u * (8 + 3 * 8));
  TimeLists moved = std::move(lists);
  EXPECT_EQ(moved.Count(4'999, 0, 100), 3u);
  moved = TimeLists(3);
  EXPECT_EQ(moved.bytes(), 0u);
  EXPECT_EQ(moved.Count(4'999, 0, 100), 0u);
}

}  // namespace
}  // namespace footfall::runtime
