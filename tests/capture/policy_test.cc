#include "capture/policy.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "capture/policy_internal.h"
#include "tests/capture/support.h"

namespace footfall::capture {
namespace {

PolicyError Refusal(std::string_view json) {
  Policy policy;
  PolicyError error;
  EXPECT_FALSE(Policy::Parse(json, policy, error)) << json;
  EXPECT_FALSE(error.message.empty());
  return error;
}

TEST(PolicyTest, SaysWhereJsonIsMalformed) {
  EXPECT_EQ(Refusal("").byte, 0);
  EXPECT_EQ(Refusal(R"({"text" "scan"})").byte, 8);
  EXPECT_EQ(Refusal(R"({"text":"scan",})").path, "");
  EXPECT_EQ(Refusal(R"({"text":"scan"} x)").byte, 16);
  EXPECT_EQ(Refusal("\xEF\xBB\xBF{\"text\":\"scan\"} x").byte, 19);
  EXPECT_EQ(Refusal("{\"text\":\"\xff\"}").message, "the text is not valid UTF-8");
  EXPECT_EQ(Refusal("{").path, "");
  EXPECT_EQ(Refusal("7").path, "$");
  EXPECT_EQ(Refusal("[]").path, "$");
}

TEST(PolicyTest, RefusesDuplicatesAndExcess) {
  EXPECT_EQ(Refusal(R"({"text":"scan","text":"mask"})").path, "$.text");
  EXPECT_EQ(Refusal(R"({"url":{"drop":true,"drop":true}})").path, "$.url.drop");
  std::string deep = R"({"censor":)";
  for (int i = 0; i < 40; ++i) deep += "[";
  for (int i = 0; i < 40; ++i) deep += "]";
  EXPECT_EQ(Refusal(deep + "}").message, "nested too deeply");
  EXPECT_EQ(Refusal(std::string(2 << 20, ' ')).message,
            "the policy is larger than 1 MiB");
}

TEST(PolicyTest, AFailureLeavesThePolicyAlone) {
  Policy policy = MustParse(R"({"censored_identity":true})");
  PolicyError error;
  EXPECT_FALSE(Policy::Parse(R"({"text":"mask","nope":1})", policy, error));
  EXPECT_TRUE(policy.compiled().censored_identity);
  EXPECT_EQ(policy.compiled().text, TextMode::kScan);
}

TEST(PolicyTest, CompilesEveryKey) {
  const Policy policy = MustParse(
      R"({"version":1,"censor":[{"id":"a"},{"class":"b"},{"selector":"c > d"}],)"
      R"("mask":[{"class":"m"}],"allow_values":[{"all":true}],)"
      R"("allow_keystrokes":[{"id":"k"}],"text":"allow","attributes":{"allow":["x"]},)"
      R"("properties":{"allow":["token_count"]},)"
      R"("url":{"keep_query":["q"],"drop":false},)"
      R"("custom":{"allow":[{"tag":"t","keys":["k"]}]},)"
      R"("assets":{"allow_origins":["https://a.example:8443"]},"context":{"drop":["city","https"]},)"
      R"("exclude":{"urls":["*"],"ip":["10.*"]},"censored_identity":true})");
  const CompiledPolicy& compiled = policy.compiled();
  EXPECT_EQ(compiled.censor.size(), 3u);
  EXPECT_EQ(compiled.mask.size(), 1u);
  EXPECT_TRUE(compiled.allow_values.at(0).all);
  EXPECT_EQ(compiled.allow_keystrokes.at(0).selector, Selector::ById("k"));
  EXPECT_EQ(compiled.text, TextMode::kAllow);
  EXPECT_EQ(compiled.attributes_allow, std::vector<std::string>{"x"});
  EXPECT_EQ(compiled.properties_allow, std::vector<std::string>{"token_count"});
  EXPECT_EQ(compiled.url.keep_query, std::vector<std::string>{"q"});
  EXPECT_EQ(compiled.custom_allow.at(0).tag, "t");
  EXPECT_EQ(compiled.asset_origins, std::vector<std::string>{"https://a.example:8443"});
  EXPECT_TRUE(compiled.Drops(kCity));
  EXPECT_TRUE(compiled.Drops(kHttps));
  EXPECT_FALSE(compiled.Drops(kOs));
  EXPECT_EQ(compiled.exclude_ips, std::vector<std::string>{"10.*"});
}

std::vector<std::string> Findings(std::string_view json) {
  std::vector<std::string> result;
  for (const LintFinding& finding : MustParse(json).Lint()) {
    EXPECT_FALSE(finding.message.empty());
    result.push_back(finding.path + " " + finding.severity);
  }
  return result;
}

TEST(PolicyTest, LintNamesWhatIsAllowed) {
  using List = std::vector<std::string>;
  EXPECT_EQ(Findings("{}"), List{});
  EXPECT_EQ(Findings(R"({"censor":[{"id":"a"}],"mask":[{"class":"b"}]})"), List{});
  EXPECT_EQ(
      Findings(
          R"({"allow_values":[{"all":true}],"allow_keystrokes":[{"id":"e"}],)"
          R"("text":"allow","attributes":{"allow":["x"]},"url":{"keep_query":["t"]},)"
          R"("custom":{"allow":[{"tag":"a","keys":[]}]}})"),
      (List{"$.allow_values[0] discouraged", "$.allow_keystrokes[0] discouraged",
            "$.text discouraged", "$.attributes.allow[0] discouraged",
            "$.url.keep_query[0] discouraged", "$.custom.allow[0] discouraged"}));
}

TEST(PolicyTest, LintNamesRulesThatNeverMatch) {
  using List = std::vector<std::string>;
  for (const std::string_view rule :
       {R"({"selector":"input[type=password]"})", R"({"id":"new-password"})",
        R"({"selector":"[name=cvv]"})", R"({"selector":"[autocomplete=cc-number]"})",
        R"({"selector":"input[type=hidden]"})", R"({"selector":"input > span"})",
        R"({"selector":"[data-x]"})", R"({"class":"hidden"})", R"({"class":"soft"})",
        R"({"selector":".hidden input"})", R"({"selector":"#a#b"})",
        R"({"selector":"[name=a][name=b]"})"}) {
    EXPECT_EQ(Findings(R"({"censor":[{"class":"hidden"}],"mask":[{"class":"soft"}],)"
                       R"("allow_values":[)" +
                       std::string(rule) + "]}"),
              (List{"$.allow_values[0] discouraged", "$.allow_values[0] note"}))
        << rule;
  }
  EXPECT_EQ(Findings(R"({"censor":[{"selector":"[data-x]"},{"selector":"input a"}]})"),
            (List{"$.censor[0] note", "$.censor[1] note"}));
  EXPECT_EQ(Findings(R"({"url":{"keep_query":["token"]}})"),
            List{"$.url.keep_query[0] note"});
}

// The messages of the notes of a policy, by path.
std::vector<std::string> Notes(std::string_view json) {
  std::vector<std::string> result;
  for (const LintFinding& finding : MustParse(json).Lint()) {
    if (finding.severity == "note") {
      result.push_back(finding.path + ": " + finding.message);
    }
  }
  return result;
}

TEST(PolicyTest, LintNamesRulesThatContradictThemselves) {
  using List = std::vector<std::string>;
  EXPECT_EQ(
      Notes(R"({"censor":[{"selector":"#a#b"},{"selector":"#a#a"},)"
            R"({"selector":"#a[id=b] p"}],"mask":[{"selector":"[type=a][type=b]"}]})"),
      (List{"$.censor[0]: never matches: an element has one id only",
            "$.censor[2]: never matches: an element has one id only",
            "$.mask[0]: never matches: an attribute has one value only"}));
}

TEST(PolicyTest, LintNamesRulesThatAddNothing) {
  using List = std::vector<std::string>;
  EXPECT_EQ(
      Notes(
          R"({"censor":[{"class":"a"},{"selector":"p.a"},{"selector":".a > p"},)"
          R"({"class":"a"},{"selector":"p"},{"selector":"main .b"},)"
          R"({"selector":"main > .c .b"}],"mask":[{"selector":".a b"},{"class":"m"}]})"),
      (List{"$.censor[1]: adds nothing: $.censor[0] covers it",
            "$.censor[2]: adds nothing: $.censor[0] covers it",
            "$.censor[3]: adds nothing: it is the same as $.censor[0]",
            "$.censor[6]: adds nothing: $.censor[5] covers it",
            "$.mask[0]: adds nothing: $.censor[0] removes the same elements"}));
  // These hold of different elements.
  EXPECT_EQ(Notes(R"({"censor":[{"selector":"main > .b"},{"selector":"main .b"},)"
                  R"({"selector":".b"}]})"),
            (List{"$.censor[0]: adds nothing: $.censor[1] covers it",
                  "$.censor[1]: adds nothing: $.censor[2] covers it"}));
  EXPECT_EQ(
      Notes(R"({"mask":[{"selector":"a.x"},{"selector":"b.x"},{"selector":"a > b"},)"
            R"({"selector":"#a b"}]})"),
      List{});
  EXPECT_EQ(
      Notes(R"({"allow_values":[{"all":true},{"id":"q"},{"id":"q"}]})"),
      (List{"$.allow_values[1]: adds nothing: $.allow_values[0] allows every field",
            "$.allow_values[2]: adds nothing: $.allow_values[0] allows every field"}));
  // A rule that allows says nothing of what is inside an element.
  EXPECT_EQ(Notes(R"({"allow_values":[{"class":"a"},{"selector":".a input"}]})"), List{});
  EXPECT_EQ(Notes(R"({"exclude":{"urls":["https://a.example/x/*","https://a.example/*",)"
                  R"("https://b.example/*"],"ip":["10.*","10.0.*","10.*"]},)"
                  R"("attributes":{"allow":["x","x"]},"url":{"keep_query":["q","q"]}})"),
            (List{"$.attributes.allow[1]: adds nothing: it is the same as "
                  "$.attributes.allow[0]",
                  "$.url.keep_query[1]: adds nothing: it is the same as "
                  "$.url.keep_query[0]",
                  "$.exclude.urls[0]: adds nothing: $.exclude.urls[1] covers it",
                  "$.exclude.ip[1]: adds nothing: $.exclude.ip[0] covers it",
                  "$.exclude.ip[2]: adds nothing: $.exclude.ip[0] covers it"}));
}

TEST(PolicyTest, LintNamesWhatAnAllowanceMeetsElsewhere) {
  using List = std::vector<std::string>;
  EXPECT_EQ(
      Notes(R"({"censor":[{"selector":"form .private"}],"mask":[{"id":"m"}],)"
            R"("allow_values":[{"selector":"form .private input"},)"
            R"({"selector":".private input"},{"selector":"#m > input"},)"
            R"({"selector":"input[data-x]"}]})"),
      (List{"$.allow_values[0]: never matches: $.censor[0] censors the same elements",
            "$.allow_values[2]: never matches: $.mask[0] masks the same elements",
            "$.allow_values[3]: matches in recordings only: interaction events do "
            "not carry the attribute `data-x`"}));
  for (const LintFinding& finding :
       MustParse(R"({"allow_values":[{"id":"q"}],"text":"allow",)"
                 R"("attributes":{"allow":["x"]},"url":{"keep_query":["q"]}})")
           .Lint()) {
    EXPECT_NE(finding.message.find("recording"), std::string::npos) << finding.path;
  }
}

}  // namespace
}  // namespace footfall::capture
