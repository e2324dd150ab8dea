// The views that the JSON Schema is checked against too: views/accepted.json and
// views/refused.json.
#include "report/view.h"

#include <fstream>
#include <sstream>
#include <string>

#include "base/status.h"
#include "gtest/gtest.h"
#include "report/segments.h"

namespace footfall::report {
namespace {

base::Json Load(const std::string& name) {
  std::ifstream file(std::string(FOOTFALL_TEST_DIR) + "/views/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return base::Json::Parse(text.str()).value();
}

TEST(ViewTest, Accepts) {
  const base::Json cases = Load("accepted.json");
  ASSERT_GE(cases.as_array().size(), 6u);
  for (const base::Json& one : cases.as_array()) {
    const base::Json& definition = *one.Find("definition");
    EXPECT_TRUE(IsView(definition));
    const absl::StatusOr<View> view = ParseView(definition, AnySegment);
    ASSERT_TRUE(view.ok()) << one.Dump() << view.status();
    EXPECT_EQ(view->name, definition.Find("name")->as_string());
    EXPECT_EQ(view->base, definition.Find("base")->as_string());
    EXPECT_EQ(view->range.has_value(), definition.Find("range") != nullptr);
    EXPECT_EQ(view->where.has_value(), definition.Find("where") != nullptr);
    EXPECT_EQ(view->segment.has_value(), definition.Find("segment") != nullptr);
  }
}

TEST(ViewTest, RefusesWithThePath) {
  const base::Json cases = Load("refused.json");
  ASSERT_GE(cases.as_array().size(), 15u);
  for (const base::Json& one : cases.as_array()) {
    const absl::StatusOr<View> view = ParseView(*one.Find("definition"), AnySegment);
    ASSERT_FALSE(view.ok()) << one.Dump();
    EXPECT_EQ(view.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(base::PathOf(view.status()), one.Find("path")->as_string())
        << one.Dump() << view.status();
  }
}

}  // namespace
}  // namespace footfall::report
