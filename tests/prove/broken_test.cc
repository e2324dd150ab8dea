// A deliberately broken operator is caught by a proof. This program is linked with copies
// of operators in which one comparison is wrong, see CMakeLists.txt.
#include <string>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "prove/proof.h"
#include "query/execute.h"
#include "tests/query/oracle/live_store.h"
#include "tests/query/oracle/random_scenario.h"

namespace footfall::oracle {
namespace {

constexpr int64_t kNow = 1763712000000;
constexpr int64_t kDay = 86'400'000;

class BrokenOperatorTest : public testing::Test {
 protected:
  BrokenOperatorTest() : live_(MakeScenario()) {
    Step step;
    for (int person = 0; person < 3; ++person) {
      for (int day = 0; day < 3; ++day) {
        for (const char* name : {"search", "open", "save"}) {
          const absl::StatusOr<Json> event = Json::Parse(base::Cat(
              R"({"type":"track","person":"p)", person, R"(","name":")", name,
              R"(","time":)",
              kNow - (9 - day) * kDay + static_cast<int64_t>(step.events.size()), "}"));
          step.events.push_back(*event);
        }
      }
    }
    EXPECT_TRUE(live_.Apply(step).ok());
  }

  static Scenario MakeScenario() {
    Scenario scenario;
    scenario.now_ms = kNow;
    return scenario;
  }

  Json Prove(const std::string& definition) {
    const absl::StatusOr<query::Plan> plan = MakePlan(*Json::Parse(definition), kNow);
    EXPECT_TRUE(plan.ok()) << plan.status();
    const auto snapshot = live_.store().TakeSnapshot().value();
    const auto answer = query::Execute(*snapshot, *plan, {.now_ms = kNow});
    EXPECT_TRUE(answer.ok()) << answer.status();
    return prove::Prove(*snapshot, *plan, *answer, {.now_ms = kNow}).value();
  }

  LiveStore live_;
};

TEST_F(BrokenOperatorTest, RetentionThatForgetsTheFirstBucketIsCaught) {
  const Json proof = Prove(R"({"version":1,"name":"r","kind":"retention","bucket":"day",
                               "periods":3})");
  EXPECT_FALSE(proof.Find("equal")->as_bool());
  // Of three cohorts... all three people start on the first day.
  ASSERT_EQ(proof.Find("mismatch_count")->as_int(), 2);
  const Json& mismatch = proof.Find("mismatches")->as_array()[0];
  EXPECT_EQ(mismatch.Find("row")->Dump(), R"({"cohort":"2025-11-12","k":0})");
  EXPECT_EQ(mismatch.Find("column")->as_string(), "returned");
  EXPECT_EQ(mismatch.Find("engine")->as_int(), 0);
  EXPECT_EQ(mismatch.Find("proven")->as_int(), 3);
}

TEST_F(BrokenOperatorTest, PathsThatRepeatAStepAreCaught) {
  const Json proof = Prove(
      R"({"version":1,"name":"r","kind":"paths","steps":2,"by":"event.type",
          "anchor":{"field":"event.name","op":"is","value":"search"}})");
  EXPECT_FALSE(proof.Find("equal")->as_bool());
  EXPECT_NE(proof.Find("mismatches")->Dump().find(R"("to":"track")"), std::string::npos)
      << proof.Dump(1);
}

TEST_F(BrokenOperatorTest, WhatIsNotBrokenIsProven) {
  const Json proof = Prove(R"({"version":1,"name":"r","kind":"table",
      "rows":["person"],"columns":[{"name":"n","agg":"count"}]})");
  EXPECT_TRUE(proof.Find("equal")->as_bool()) << proof.Dump(1);
  EXPECT_EQ(proof.Find("rows")->as_int(), 3);
  EXPECT_EQ(proof.Find("events")->as_int(), 27);
}

}  // namespace
}  // namespace footfall::oracle
