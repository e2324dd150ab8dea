// Runs the texts of scan/*.json through the scan: exactly the marked secrets go, and
// nothing else does.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/json.h"
#include "capture/text_scan.h"

namespace footfall::capture {
namespace {

using base::Json;

// With fewer cases a group says too little.
constexpr size_t kCasesMin = 20;
constexpr size_t kGroups = 10;

struct Scanned {
  std::string text;
  std::vector<std::string> rules;
};

Scanned Scan(std::string_view text) {
  Arena arena;
  RuleCounts counts;
  Scanned result;
  result.text = ScanText(text, arena, counts);
  for (size_t i = 0; i < kRuleCount; ++i) {
    if (counts.counts()[i] > 0) result.rules.emplace_back(kRuleNames[i]);
  }
  return result;
}

// Of a marked text, the input and what should become of it. Secrets stand between ⟦ and
// ⟧; ¦ is nothing, so that tools that look for keys do not take the corpus for a leak.
struct Marked {
  std::string input;
  std::string expected;
};

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

Marked ReadMarked(std::string_view text) {
  Marked marked;
  bool secret = false;
  while (!text.empty()) {
    if (TakePrefix(text, "⟦")) {
      secret = true;
    } else if (TakePrefix(text, "⟧")) {
      secret = false;
      marked.expected += kMask;
    } else if (!TakePrefix(text, "¦")) {
      marked.input.push_back(text[0]);
      if (!secret) marked.expected.push_back(text[0]);
      text.remove_prefix(1);
    }
  }
  EXPECT_FALSE(secret);
  return marked;
}

void RunGroup(const Json& group) {
  const std::vector<std::string> rules = {group.Find("rule")->as_string()};
  const Json::Array& positive = group.Find("positive")->as_array();
  EXPECT_GE(positive.size(), kCasesMin);
  for (const Json& item : positive) {
    const Marked marked = ReadMarked(item.as_string());
    EXPECT_NE(marked.input, marked.expected) << item.as_string();
    const Scanned scanned = Scan(marked.input);
    EXPECT_EQ(scanned.text, marked.expected);
    EXPECT_EQ(scanned.rules, rules) << marked.input;
    EXPECT_EQ(Scan(scanned.text).text, scanned.text);
  }
  const Json::Array& negative = group.Find("negative")->as_array();
  EXPECT_GE(negative.size(), kCasesMin);
  for (const Json& item : negative) {
    const Marked marked = ReadMarked(item.as_string());
    EXPECT_EQ(Scan(marked.input).text, marked.input);
  }
}

TEST(ScanTest, MasksTheSecretsAndNothingElse) {
  size_t groups = 0;
  const std::filesystem::path directory = FOOTFALL_PRIVACY_DIR "/scan";
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    SCOPED_TRACE(entry.path().filename().string());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto json = Json::Parse(text);
    ASSERT_TRUE(json.ok()) << json.status();
    RunGroup(*json);
    ++groups;
  }
  EXPECT_EQ(groups, kGroups);
}

}  // namespace
}  // namespace footfall::capture
