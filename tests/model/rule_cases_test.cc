// The rules that the JSON Schema is checked against too: rules/accepted.json and
// rules/refused.json.
#include <fstream>
#include <sstream>
#include <string>

#include "base/json.h"
#include "base/status.h"
#include "gtest/gtest.h"
#include "model/rule.h"

namespace footfall::model {
namespace {

base::Json Load(const std::string& name) {
  std::ifstream file(std::string(FOOTFALL_TEST_DIR) + "/rules/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return base::Json::Parse(text.str()).value();
}

TEST(RuleCasesTest, AcceptsAndGivesBack) {
  const base::Json cases = Load("accepted.json");
  ASSERT_GE(cases.as_array().size(), 25u);
  for (const base::Json& one : cases.as_array()) {
    const absl::StatusOr<Rule> rule = Rule::Parse(*one.Find("definition"));
    ASSERT_TRUE(rule.ok()) << one.Dump() << rule.status();
    EXPECT_EQ(rule->ToJson(), *one.Find("definition"));
  }
}

TEST(RuleCasesTest, RefusesWithThePath) {
  const base::Json cases = Load("refused.json");
  ASSERT_GE(cases.as_array().size(), 35u);
  for (const base::Json& one : cases.as_array()) {
    const absl::StatusOr<Rule> rule = Rule::Parse(*one.Find("definition"));
    ASSERT_FALSE(rule.ok()) << one.Dump();
    EXPECT_EQ(rule.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(base::PathOf(rule.status()), one.Find("path")->as_string())
        << one.Dump() << rule.status();
  }
}

}  // namespace
}  // namespace footfall::model
