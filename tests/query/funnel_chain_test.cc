#include "query/operators/funnel_chain.h"

#include <random>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "query/operators/funnel_walk.h"
#include "tests/query/funnel_oracle.h"

namespace footfall::query {
namespace {

using Order = FunnelPlan::Order;
using Person = FunnelPerson;

FunnelRows RowsOf(const Person& person) {
  return {.times = person.times, .steps = person.steps};
}

FunnelPlan MakePlan(Order order, int64_t window_ms, size_t steps) {
  FunnelPlan plan;
  plan.order = order;
  plan.window_ms = window_ms;
  plan.steps.resize(steps);
  return plan;
}

Positions Best(const FunnelPlan& plan, const Person& person) {
  ChainFinder finder(plan);
  const Reach reach = finder.FindReach(RowsOf(person));
  const auto best = finder.FindBest(RowsOf(person), reach);
  return {best.begin(), best.end()};
}

std::string Describe(const FunnelPlan& plan, const Person& person) {
  std::string text = base::Cat("window ", plan.window_ms, ", within");
  for (const FunnelStep& step : plan.steps) {
    text += base::Cat(" ", step.within_ms.value_or(-1));
  }
  for (size_t i = 0; i < person.times.size(); ++i) {
    text += base::Cat("\n", i, ": at ", person.times[i]);
    for (size_t step = 0; step < plan.steps.size(); ++step) {
      if (person.steps[i] >> step & 1) text += base::Cat(" ", step + 1);
    }
    if (person.steps[i] & kExcluded) text += " excluded";
  }
  return text;
}

// Against the oracle; answers how many people got beyond step 1.
size_t CompareRandomPeople(Order order, bool limits, bool exclusions, int count) {
  std::mt19937 random(static_cast<unsigned>(order) * 4 + limits * 2 + exclusions);
  const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
  size_t longer = 0;
  for (int i = 0; i < count; ++i) {
    FunnelPlan plan = MakePlan(order, below(12), 2 + below(3));
    for (size_t step = 1; limits && step < plan.steps.size(); ++step) {
      if (below(3) > 0) plan.steps[step].within_ms = below(6);
    }
    Person person;
    const int rows = below(13);
    // Busy people and those who match little.
    const int sparse = 1 + below(3);
    int64_t time = 0;
    for (int row = 0; row < rows; ++row) {
      time += below(4);
      uint32_t steps = random() & ((1u << plan.steps.size()) - 1);
      for (int k = 1; k < sparse; ++k) steps &= random();
      if (exclusions && below(6) == 0) steps |= kExcluded;
      person.times.push_back(time);
      person.steps.push_back(steps);
    }
    const Positions expected = FunnelOracle(plan, person).Best();
    EXPECT_EQ(Best(plan, person), expected) << Describe(plan, person);
    if (testing::Test::HasFailure()) break;
    longer += expected.size() > 1;
  }
  return longer;
}

constexpr int kPeople = 20'000;

TEST(FunnelChainTest, FindsWhatTryingEveryChainFinds) {
  EXPECT_GT(CompareRandomPeople(Order::kSequential, false, false, kPeople), kPeople / 4);
}

TEST(FunnelChainTest, KeepsLimitsBetweenSteps) {
  EXPECT_GT(CompareRandomPeople(Order::kSequential, true, false, kPeople), kPeople / 4);
}

TEST(FunnelChainTest, KeepsExclusions) {
  EXPECT_GT(CompareRandomPeople(Order::kSequential, false, true, kPeople), kPeople / 4);
}

TEST(FunnelChainTest, KeepsLimitsAndExclusionsTogether) {
  EXPECT_GT(CompareRandomPeople(Order::kSequential, true, true, kPeople), kPeople / 4);
}

TEST(FunnelChainTest, FollowsNeighboursStrictly) {
  EXPECT_GT(CompareRandomPeople(Order::kStrict, false, false, kPeople), kPeople / 5);
  EXPECT_GT(CompareRandomPeople(Order::kStrict, true, true, kPeople), kPeople / 6);
}

TEST(FunnelChainTest, FindsTheEarliestWindowInAnyOrder) {
  EXPECT_GT(CompareRandomPeople(Order::kAny, false, false, kPeople), kPeople / 4);
  EXPECT_GT(CompareRandomPeople(Order::kAny, false, true, kPeople), kPeople / 4);
}

TEST(FunnelChainTest, TakesTheLaterStartWhenTheFirstIsTooOld) {
  const FunnelPlan plan = MakePlan(Order::kSequential, 10, 3);
  // The first chain of three begins at row 1: row 0 is 11 before the last step.
  EXPECT_EQ(Best(plan, {{0, 1, 2, 11}, {1, 1, 2, 4}}), (Positions{1, 2, 3}));
}

TEST(FunnelChainTest, PrefersALongChainToAnEarlyOne) {
  FunnelPlan plan = MakePlan(Order::kSequential, 100, 3);
  plan.steps[2].within_ms = 1;
  EXPECT_EQ(Best(plan, {{0, 1, 50, 51}, {1, 2, 2, 4}}), (Positions{0, 2, 3}));
}

TEST(FunnelChainTest, OneEventServesOneStepOfAChain) {
  EXPECT_EQ(Best(MakePlan(Order::kSequential, 10, 2), {{0}, {3}}), (Positions{0}));
  EXPECT_EQ(Best(MakePlan(Order::kStrict, 10, 2), {{0}, {3}}), (Positions{0}));
  EXPECT_EQ(Best(MakePlan(Order::kAny, 10, 2), {{0}, {3}}), (Positions{0, 0}));
}

TEST(FunnelChainTest, ReachesNothingWithoutStepOne) {
  for (const Order order : {Order::kSequential, Order::kStrict, Order::kAny}) {
    EXPECT_EQ(Best(MakePlan(order, 10, 2), {{0, 1}, {2, 2}}), Positions());
    EXPECT_EQ(Best(MakePlan(order, 10, 2), {{}, {}}), Positions());
  }
}

TEST(FunnelChainTest, MeasuresExtremeTimesWithoutOverflow) {
  const Person person{{INT64_MIN, INT64_MAX - 1, INT64_MAX}, {1, 2, 1}};
  EXPECT_EQ(Best(MakePlan(Order::kSequential, 10, 2), person), (Positions{0}));
  const FunnelPlan wide = MakePlan(Order::kSequential, INT64_MAX, 2);
  EXPECT_EQ(Best(wide, person), (Positions{0}));
}

TEST(FunnelChainTest, GoesThroughTwentySteps) {
  Person person;
  for (int i = 0; i < 20; ++i) {
    person.times.push_back(i);
    person.steps.push_back(uint32_t{1} << i);
  }
  for (const Order order : {Order::kSequential, Order::kStrict, Order::kAny}) {
    EXPECT_EQ(Best(MakePlan(order, 19, 20), person).size(), 20);
    EXPECT_EQ(Best(MakePlan(order, 18, 20), person).size(), 19);
  }
}

// A block of people, of whom some have more rows than a word has bits.
class FunnelWalkTest : public testing::TestWithParam<Order> {
 protected:
  // Compares the walk over a block of random people with the oracle.
  void CompareBlock(bool limits, bool exclusions, unsigned seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
    FunnelPlan plan = MakePlan(GetParam(), below(40), 2 + below(3));
    for (size_t step = 1; limits && step < plan.steps.size(); ++step) {
      if (below(3) > 0) plan.steps[step].within_ms = below(20);
    }
    if (exclusions) plan.exclude.emplace();
    std::vector<FunnelPerson> people(40);
    std::vector<size_t> begins{0};
    for (FunnelPerson& person : people) {
      const int rows = below(5) > 0 ? below(20) : 50 + below(100);
      int64_t time = below(1000);
      for (int row = 0; row < rows; ++row) {
        time += below(4);
        uint32_t steps =
            below(rows > 40 ? 9 : 3) > 0 ? 0 : 1u << below(plan.steps.size());
        if (below(9) == 0) steps |= random() & ((1u << plan.steps.size()) - 1);
        if (exclusions && below(20) == 0) steps |= kExcluded;
        person.times.push_back(time);
        person.steps.push_back(steps);
      }
      begins.push_back(begins.back() + rows);
    }
    SetBlock(plan, people, begins.back());
    FunnelWalk walk(plan);
    walk.StartBlock(masks_, times_.data());
    for (size_t i = 0; i < people.size(); ++i) {
      Positions expected = FunnelOracle(plan, people[i]).Best();
      for (uint32_t& row : expected) row += begins[i];
      ASSERT_EQ(walk.Person(begins[i], begins[i + 1]), expected.size());
      const auto best = walk.best();
      ASSERT_EQ(Positions(best.begin(), best.end()), expected)
          << "person " << i << " from row " << begins[i] << "\n"
          << Describe(plan, people[i]);
      longer_ += expected.size() > 1;
    }
  }

  size_t longer_ = 0;  // People who got beyond step 1.

 private:
  void SetBlock(const FunnelPlan& plan, const std::vector<FunnelPerson>& people,
                size_t rows) {
    const size_t words = rows / 64 + 2;
    words_.assign(plan.steps.size() + 2, std::vector<uint64_t>(words));
    // Where no time is needed there is none.
    times_.assign(rows, INT64_MIN);
    std::vector<uint64_t>& excluded = words_[plan.steps.size()];
    std::vector<uint64_t>& wanted = words_[plan.steps.size() + 1];
    size_t row = 0;
    for (const FunnelPerson& person : people) {
      for (size_t i = 0; i < person.times.size(); ++i, ++row) {
        const uint64_t bit = uint64_t{1} << (row % 64);
        for (size_t step = 0; step < plan.steps.size(); ++step) {
          if (person.steps[i] >> step & 1) words_[step][row / 64] |= bit;
        }
        if (person.steps[i] & kExcluded) excluded[row / 64] |= bit;
        if (person.steps[i] != 0) times_[row] = person.times[i];
        if (person.steps[i] != 0 || plan.order == Order::kStrict) {
          wanted[row / 64] |= bit;
        }
      }
    }
    masks_ = {};
    for (size_t step = 0; step < plan.steps.size(); ++step) {
      masks_.steps[step] = words_[step].data();
    }
    if (plan.exclude.has_value()) masks_.excluded = excluded.data();
    masks_.wanted = wanted.data();
  }

  std::vector<std::vector<uint64_t>> words_;
  std::vector<int64_t> times_;
  FunnelMasks masks_;
};

TEST_P(FunnelWalkTest, FindsWhatTryingFinds) {
  for (unsigned seed = 0; seed < 150 && !HasFatalFailure(); ++seed) {
    CompareBlock(/*limits=*/false, /*exclusions=*/false, seed);
    CompareBlock(/*limits=*/true, /*exclusions=*/false, seed);
    CompareBlock(/*limits=*/false, /*exclusions=*/true, seed);
    CompareBlock(/*limits=*/true, /*exclusions=*/true, seed);
  }
  EXPECT_GT(longer_, 2000);
}

INSTANTIATE_TEST_SUITE_P(Orders, FunnelWalkTest,
                         testing::Values(Order::kSequential, Order::kStrict,
                                         Order::kAny));

}  // namespace
}  // namespace footfall::query
