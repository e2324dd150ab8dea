#include "capture/pattern.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>
#include <string>
#include <vector>

#include "capture/filter.h"
#include "capture/policy.h"
#include "capture/policy_internal.h"
#include "capture/text_scan.h"

namespace footfall::capture {
namespace {

std::vector<std::string> Matches(const std::string& pattern_text,
                                 const std::string& text) {
  Pattern pattern;
  EXPECT_EQ(Pattern::Parse(pattern_text, pattern), "") << pattern_text;
  std::vector<std::string> found;
  for (const PatternMatch& match : pattern.FindAll(text)) {
    found.push_back(text.substr(match.begin, match.end - match.begin));
  }
  return found;
}

using Texts = std::vector<std::string>;

TEST(PatternTest, FindsWhatTheLanguageSays) {
  EXPECT_EQ(Matches("EMP-[0-9]{6}", "EMP-123456, EMP-12345, xEMP-6543217"),
            (Texts{"EMP-123456", "EMP-654321"}));
  EXPECT_EQ(Matches("cat|dog", "a cat, a dog, a cow"), (Texts{"cat", "dog"}));
  EXPECT_EQ(Matches("ab?c*d+", "add abcd acccdd bd"), (Texts{"add", "abcd", "acccdd"}));
  EXPECT_EQ(Matches("a{2}b{1,2}c{2,}", "aabbccc aabc abbcc"), (Texts{"aabbccc"}));
  EXPECT_EQ(Matches("x{0}y", "xxy"), (Texts{"y"}));
  EXPECT_EQ(Matches("(?:ab|c)+\\.", "abcab. cc"), (Texts{"abcab."}));
  EXPECT_EQ(Matches("\\bno\\b", "no nose kno no-no"), (Texts{"no", "no", "no"}));
  EXPECT_EQ(Matches("\\d+\\s\\w", "12 a 3\tb 45c"), (Texts{"12 a", "3\tb"}));
  EXPECT_EQ(Matches("[^\\d\\s]+", "ab1 cd"), (Texts{"ab", "cd"}));
  EXPECT_EQ(Matches("\\D\\W\\S", "a-b 1-2"), (Texts{"a-b"}));
  EXPECT_EQ(Matches("[a\\-z]", "a-mz"), (Texts{"a", "-", "z"}));
  EXPECT_EQ(Matches("[-a]", "-a+"), (Texts{"-", "a"}));
  EXPECT_EQ(Matches("a.c", "a\nc abc aéc a€c a😀c"), (Texts{"abc", "aéc", "a€c", "a😀c"}));
  EXPECT_EQ(Matches("[ä-ü]+", "größe"), (Texts{"ö"}));
  EXPECT_EQ(
      Matches("\\$\\{\\}\\[\\]\\(\\)\\|\\^\\*\\+\\?\\\\\\.\\/\\n", "${}[]()|^*+?\\./\n"),
      (Texts{"${}[]()|^*+?\\./\n"}));
}

TEST(PatternTest, TakesTheFirstAndOfThoseTheLongest) {
  EXPECT_EQ(Matches("a|ab", "abab"), (Texts{"ab", "ab"}));
  EXPECT_EQ(Matches("b|abcd", "xabcd"), (Texts{"abcd"}));
  EXPECT_EQ(Matches("a.*b|a", "aab a"), (Texts{"aab", "a"}));
}

TEST(PatternTest, RefusesWithTheByte) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a**", "one repetition directly after another (byte 2)"},
      {"a+?", "one repetition directly after another (byte 2)"},
      {"*a", "nothing to repeat (byte 0)"},
      {"\\b+", "nothing to repeat (byte 2)"},
      {"a(b", "the group is not closed (byte 1)"},
      {"ab)", "a closing bracket without an opening one (byte 2)"},
      {"(?=a)", "of the groups with a question mark only (?:...) is known (byte 0)"},
      {"(?P<n>a)", "of the groups with a question mark only (?:...) is known (byte 0)"},
      {"[a", "the character class is not closed (byte 0)"},
      {"x[]", "the character class is empty (byte 1)"},
      {"[\\d\\D]x[^\\d\\D]", "the character class is empty (byte 7)"},
      {"[z-a]", "the range has no order (byte 2)"},
      {"[a-\\d]", "the range has no order (byte 2)"},
      {"[[:alpha:]]", "a bracket that stands for itself needs a backslash (byte 1)"},
      {"a{", "expected {m}, {m,} or {m,n} (byte 1)"},
      {"a{2,1}", "the bounds have no order (byte 1)"},
      {"a{101}", "more than 100 repetitions (byte 1)"},
      {"a{99999999999}", "more than 100 repetitions (byte 1)"},
      {"a}", "a bracket that stands for itself needs a backslash (byte 1)"},
      {"^a", "there are no anchors; escape it (byte 0)"},
      {"é$", "there are no anchors; escape it (byte 2)"},
      {"(a)\\1", "this character cannot be escaped (byte 3)"},
      {"\\pL", "this character cannot be escaped (byte 0)"},
      {"a\\", "nothing follows the backslash (byte 1)"},
      {"a*", "the pattern matches the empty string (byte 0)"},
      {"(|a)", "the pattern matches the empty string (byte 0)"},
      {"\\b", "the pattern matches the empty string (byte 0)"},
      {"(a{100}){2}",
       "the pattern is too large: it stands for more than 128 characters (byte 0)"},
      {"((((){100}){100}){100}){100}a",
       "the pattern is too large: it stands for more than 128 characters (byte 0)"},
      {std::string(513, 'a'), "the pattern is longer than 512 bytes"},
      {std::string(40, '(') + "a" + std::string(40, ')'),
       "groups are nested more than 32 deep (byte 33)"},
  };
  for (const auto& [text, problem] : cases) {
    Pattern pattern;
    EXPECT_EQ(Pattern::Parse(text, pattern), problem) << text;
    EXPECT_TRUE(pattern.FindAll("abc").empty());
  }
}

// Makes patterns of the language, and texts in which they may be found.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  std::string MakePattern(int depth = 0) {
    std::string text;
    for (int parts = 1 + Below(3); parts > 0; --parts) {
      if (!text.empty() && Below(5) == 0) text += "|";
      text += Atom(depth);
    }
    return text;
  }

  std::string MakeText() {
    std::string text;
    for (int size = Below(24); size > 0; --size) {
      text += Pick({"a", "b", "c", "A", "1", " ", "-", "_", "é", "€", "😀", "\n"});
    }
    return text;
  }

 private:
  int Below(int bound) {
    return static_cast<int>(random_() % static_cast<unsigned>(bound));
  }
  std::string Pick(const std::vector<std::string>& choices) {
    return choices[static_cast<size_t>(Below(static_cast<int>(choices.size())))];
  }
  std::string Atom(int depth) {
    if (Below(8) == 0) return "\\b";
    std::string atom =
        depth < 3 && Below(4) == 0
            ? Pick({"(", "(?:"}) + MakePattern(depth + 1) + ")"
            : Pick({"a",      "b",      "c",     "é",    "1",     "\\-",  ".",
                    "\\d",    "\\w",    "\\s",   "\\W",  "\\S",   "[ab]", "[^a]",
                    "[a-c1]", "[^\\w]", "[é-€]", "[^é]", "[\\D]", "\\D"});
    return atom + Pick({"", "", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}", "{2,}"});
  }

  std::mt19937 random_;
};

TEST(PatternTest, FindsWhatRe2Finds) {
  Maker maker(1);
  re2::RE2::Options options;
  options.set_longest_match(true);
  options.set_log_errors(false);
  int compared = 0;
  int matched = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = maker.MakePattern();
    Pattern pattern;
    const std::string problem = Pattern::Parse(text, pattern);
    const re2::RE2 oracle(text, options);
    ASSERT_TRUE(oracle.ok()) << text;
    if (!problem.empty()) {
      const bool empty = problem.find("empty string") != std::string::npos;
      EXPECT_TRUE(empty || problem.find("too large") != std::string::npos) << problem;
      continue;
    }
    for (int k = 0; k < 4; ++k) {
      const std::string input = maker.MakeText();
      Texts expected;
      re2::StringPiece found;
      for (size_t pos = 0;
           oracle.Match(input, pos, input.size(), re2::RE2::UNANCHORED, &found, 1);) {
        ASSERT_FALSE(found.empty()) << text;
        expected.emplace_back(found);
        pos = static_cast<size_t>(found.end() - input.data());
      }
      ASSERT_EQ(Matches(text, input), expected) << text << " over " << input;
      ++compared;
      matched += expected.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(compared, 30000);
  EXPECT_GT(matched, 10000);
}

// Each would take hours in quadratic time.
TEST(PatternTest, TakesLinearTime) {
  const std::string text(1 << 20, 'a');
  EXPECT_EQ(Matches("a|a.*b", text).size(), text.size());
  EXPECT_EQ(Matches("a.*b", text).size(), 0U);
  EXPECT_EQ(Matches("(a|aa)+", text).size(), 1U);
  EXPECT_EQ(Matches("(a?){50}a{50}", text).size(), (text.size() + 99) / 100);
  EXPECT_EQ(Matches("\\ba|[^b]*c", text).size(), 1U);
}

std::string ScanWith(const std::string& policy_json, const std::string& text,
                     uint32_t count) {
  Policy policy;
  PolicyError error;
  EXPECT_TRUE(Policy::Parse(policy_json, policy, error)) << error.path << error.message;
  Arena arena;
  RuleCounts counts;
  std::string result(ScanPatterns(text, policy.compiled().patterns, arena, counts));
  EXPECT_EQ(counts.counts()[static_cast<size_t>(Rule::kPattern)], count);
  return result;
}

TEST(PatternTest, PoliciesMaskWhatTheirPatternsMatch) {
  const std::string policy =
      R"({"patterns":[{"name":"employee","pattern":"EMP-[0-9]{6}"},)"
      R"({"name":"one","pattern":"[xy]"}]})";
  EXPECT_EQ(ScanWith(policy, "EMP-123456 and EMP-654321", 2), "*** and ***");
  EXPECT_EQ(ScanWith(policy, "xy", 2), "******");
  EXPECT_EQ(ScanWith(policy, "", 0), "");
  EXPECT_EQ(ScanWith("{}", "EMP-123456", 0), "EMP-123456");
}

struct Output : EventSink {
  std::string text;
  void OnEvent(const model::Event& event, const InputPosition&) override {
    AppendEventJson(text, event);
  }
};

TEST(PatternTest, EventsAreScannedWhateverTextSays) {
  for (const std::string_view mode : {"scan", "allow"}) {
    Policy policy;
    PolicyError error;
    ASSERT_TRUE(
        Policy::Parse(R"({"patterns":[{"name":"n","pattern":"E[0-9]{2}"}],"text":")" +
                          std::string(mode) + "\"}",
                      policy, error));
    Output output;
    Filter filter(policy, {}, output);
    filter.Write(
        R"({"time":1,"person":"p","type":"click","url":"https://a.example/E12/b",)"
        R"("title":"the E12 page of ann@x.example","element":{"tag":"a",)"
        R"("text":"E34 of j@x.example"},)"
        R"("properties":{"k":"E56"}})");
    filter.Finish();
    for (const std::string_view secret : {"E12", "E34", "E56"}) {
      EXPECT_EQ(output.text.find(secret), std::string::npos) << output.text;
    }
    EXPECT_NE(output.text.find("the *** page"), std::string::npos) << output.text;
    // The mode decides about everything else that the scan knows, in what pages show.
    EXPECT_EQ(output.text.find("ann@x.example"), std::string::npos) << output.text;
    EXPECT_EQ(output.text.find("j@x.example") != std::string::npos, mode == "allow");
  }
}

TEST(PatternTest, PoliciesNameTheEntry) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"patterns":{}})", "$.patterns"},
      {R"({"patterns":["a"]})", "$.patterns[0]"},
      {R"({"patterns":[{"name":"n","pattern":"a"},{"name":"n"}]})", "$.patterns[1]"},
      {R"({"patterns":[{"name":"","pattern":"a"}]})", "$.patterns[0].name"},
      {R"({"patterns":[{"name":"n","pattern":"a","x":1}]})", "$.patterns[0].x"},
      {R"({"patterns":[{"name":"n","pattern":"a("}]})", "$.patterns[0].pattern"},
      {R"({"patterns":[{"name":"n","pattern":1}]})", "$.patterns[0].pattern"},
  };
  for (const auto& [json, path] : cases) {
    Policy policy;
    PolicyError error;
    EXPECT_FALSE(Policy::Parse(json, policy, error)) << json;
    EXPECT_EQ(error.path, path);
    EXPECT_FALSE(error.message.empty());
  }
  std::string many = R"({"patterns":[)";
  for (int i = 0; i < 101; ++i) many += R"({"name":"n","pattern":"a"},)";
  many.back() = ']';
  Policy policy;
  PolicyError error;
  EXPECT_FALSE(Policy::Parse(many + "}", policy, error));
  EXPECT_EQ(error.path, "$.patterns");
  EXPECT_EQ(error.message, "more than 100 entries");
}

TEST(PatternTest, LintNamesPatternsThatMatchWords) {
  Policy policy;
  PolicyError error;
  ASSERT_TRUE(Policy::Parse(
      R"({"patterns":[{"name":"a","pattern":"E[0-9]"},{"name":"b","pattern":"\\w"}]})",
      policy, error));
  const std::vector<LintFinding> findings = policy.Lint();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].path, "$.patterns[1]");
  EXPECT_EQ(findings[0].severity, "note");
}

}  // namespace
}  // namespace footfall::capture
