#include "model/session.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace footfall::model {
namespace {

constexpr int64_t kMinute = 60'000;

std::vector<bool> Starts(const SessionRule& rule, const std::vector<int64_t>& times_ms) {
  RunCutter cutter(rule);
  std::vector<bool> starts;
  for (const int64_t time_ms : times_ms) starts.push_back(cutter.StartsRun(time_ms));
  return starts;
}

TEST(SessionTest, CutsAtALongerGap) {
  EXPECT_EQ(Starts({}, {0, 30 * kMinute, 60 * kMinute + 1}),
            (std::vector<bool>{true, false, true}));
  EXPECT_EQ(Starts({}, {-5, -5, 0}), (std::vector<bool>{true, false, false}));
}

TEST(SessionTest, CutsWhenTheLimitWouldBeReached) {
  const SessionRule rule{.gap_ms = 10, .max_ms = 20};
  EXPECT_EQ(Starts(rule, {0, 10, 19, 20, 30, 39, 40}),
            (std::vector<bool>{true, false, false, true, false, false, true}));
  const SessionRule unlimited{.gap_ms = 10, .max_ms = 0};
  EXPECT_EQ(Starts(unlimited, {0, 10, 19, 20, 30, 39, 40}),
            (std::vector<bool>{true, false, false, false, false, false, false}));
}

}  // namespace
}  // namespace footfall::model
