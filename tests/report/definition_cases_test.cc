// The definitions that the JSON Schema is checked against too: definitions/accepted.json
// and definitions/refused.json.
#include <fstream>
#include <sstream>
#include <string>

#include "base/status.h"
#include "gtest/gtest.h"
#include "report/report.h"

namespace footfall::report {
namespace {

base::Json Load(const std::string& name) {
  std::ifstream file(std::string(FOOTFALL_TEST_DIR) + "/definitions/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return base::Json::Parse(text.str()).value();
}

TEST(DefinitionCasesTest, Accepts) {
  const base::Json cases = Load("accepted.json");
  ASSERT_GE(cases.as_array().size(), 25u);
  for (const base::Json& one : cases.as_array()) {
    const base::Json& definition = *one.Find("definition");
    const absl::StatusOr<std::string> name = CheckDefinition(definition);
    ASSERT_TRUE(name.ok()) << one.Dump() << name.status();
    EXPECT_EQ(*name, definition.Find("name")->as_string());
  }
}

TEST(DefinitionCasesTest, RefusesWithThePath) {
  const base::Json cases = Load("refused.json");
  ASSERT_GE(cases.as_array().size(), 150u);
  for (const base::Json& one : cases.as_array()) {
    const absl::StatusOr<std::string> name = CheckDefinition(*one.Find("definition"));
    ASSERT_FALSE(name.ok()) << one.Dump();
    EXPECT_EQ(name.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(base::PathOf(name.status()), one.Find("path")->as_string())
        << one.Dump() << name.status();
  }
}

TEST(DefinitionCasesTest, RefusesTheNameOfABuiltInReport) {
  const base::Json json =
      base::Json::Parse(R"({"version":1,"name":"logins","kind":"table",
      "columns":[{"name":"n","agg":"count"}]})")
          .value();
  const absl::StatusOr<std::string> name = CheckDefinition(json);
  EXPECT_EQ(base::PathOf(name.status()), "$.name");
}

}  // namespace
}  // namespace footfall::report
