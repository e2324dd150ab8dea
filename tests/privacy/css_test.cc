// Runs the cases of css/*.json through the style sheet rule.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/json.h"
#include "capture/css_filter.h"

namespace footfall::capture {
namespace {

using base::Json;

CssKind KindOf(const std::string& name) {
  if (name == "declarations") return CssKind::kDeclarations;
  return name == "value" ? CssKind::kValue : CssKind::kSheet;
}

std::string StringOf(const Json& test, const char* key, const std::string& otherwise) {
  const Json* value = test.Find(key);
  return value == nullptr ? otherwise : value->as_string();
}

void RunCase(const Json& test) {
  const std::string css = test.Find("css")->as_string();
  const std::string base_url = StringOf(test, "base_url", "https://app.example/a/b.html");
  std::vector<std::string> origins;
  if (const Json* list = test.Find("origins")) {
    for (const Json& origin : list->as_array()) origins.push_back(origin.as_string());
  }
  const CssKind kind = KindOf(test.Find("kind")->as_string());
  const CssOptions options{base_url, &origins, nullptr};
  Arena arena;
  RuleCounts counts;
  const std::string output(FilterCss(css, kind, options, arena, counts));
  if (const Json* expect = test.Find("expect")) {
    EXPECT_EQ(output, expect->as_string());
  }
  if (const Json* absent = test.Find("absent")) {
    for (const Json& text : absent->as_array()) {
      EXPECT_NE(css.find(text.as_string()), std::string::npos) << "void: " << text.Dump();
      EXPECT_EQ(output.find(text.as_string()), std::string::npos) << output;
    }
  }
  if (const Json* present = test.Find("present")) {
    for (const Json& text : present->as_array()) {
      EXPECT_NE(output.find(text.as_string()), std::string::npos) << output;
    }
  }
  EXPECT_EQ(counts.dirty(), output != css);
  RuleCounts again;
  EXPECT_EQ(FilterCss(output, kind, options, arena, again), output);
  EXPECT_FALSE(again.dirty());
}

TEST(CssPrivacyTest, EveryCase) {
  size_t cases = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(FOOTFALL_PRIVACY_DIR "/css")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    auto json = Json::Parse(text);
    ASSERT_TRUE(json.ok()) << entry.path() << ": " << json.status();
    for (const Json& test : json->as_array()) {
      SCOPED_TRACE(test.Find("name")->as_string());
      RunCase(test);
      ++cases;
    }
  }
  EXPECT_GE(cases, 120u);
}

}  // namespace
}  // namespace footfall::capture
