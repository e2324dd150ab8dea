#include "capture/explain.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/capture/support.h"

namespace footfall::capture {
namespace {

// "outcome: rule effect at path by policy_path; ..." of each event.
std::vector<std::string> Explained(const std::string& stream,
                                   std::string_view policy = "{}") {
  std::vector<std::string> result;
  const std::vector<Explanation> events = Explain(MustParse(policy), stream);
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].index, i);
    std::string line = events[i].outcome;
    if (!events[i].error_reason.empty()) {
      line += " (" + events[i].error_path + ": " + events[i].error_reason + ")";
    }
    for (const AppliedRule& rule : events[i].rules) {
      line += "; " + rule.rule + " " + rule.effect;
      if (!rule.path.empty()) line += " at " + rule.path;
      if (!rule.policy_path.empty()) line += " by " + rule.policy_path;
    }
    result.push_back(line);
  }
  return result;
}

using List = std::vector<std::string>;

std::string Event(const std::string& rest) {
  return R"({"time":1,"person":"p","session":"s",)" + rest + "}\n";
}

TEST(ExplainTest, NamesWhatIsMaskedAndRemoved) {
  EXPECT_EQ(
      Explained(Event(
          R"("type":"click","url":"https://u:p@a.example/b?q=1#h","title":"ana@b.example",)"
          R"("hunter2":1,"element":{"tag":"input","type":"text","id":"q","value":"x",)"
          R"("oops":1},"properties":{"card":"4111 1111 1111 1111","password":"x",)"
          R"("n":4111111111111111,"list":["ana@b.example"],"fine":"yes"},)"
          R"("context":{"country":"FR","ip":"10.0.0.1"})")),
      (List{"passed; unknown_key removed; unknown_key removed at element; "
            "secret_key removed at properties.password; card masked at properties.n; "
            "email masked at properties.list; url_userinfo removed at url; "
            "url_fragment removed at url; url_query removed at url; "
            "email masked at title; value masked at element.value; "
            "card masked at properties.card; ip removed at context.ip"}));
}

TEST(ExplainTest, NamesWhatDropsAnEvent) {
  const std::string field = R"("element":{"tag":"input","type":"password","id":"x"})";
  EXPECT_EQ(Explained(Event(R"("type":"input","value":"hunter2",)" + field) +
                      Event(R"("type":"keystroke","key":"h",)" + field) +
                      Event(R"("type":"keystroke","key":"h")") +
                      Event(R"("type":"input","value":"a",)"
                            R"("element":{"tag":"input","id":"q"})") +
                      Event(R"("type":"input","value":"ab",)"
                            R"("element":{"tag":"input","id":"q"})")),
            (List{"dropped_policy; password dropped", "dropped_policy; password dropped",
                  "dropped_policy; keystroke dropped", "passed; value masked at value",
                  "dropped_policy; coalesced dropped"}));
  EXPECT_EQ(Explained(Event(R"("type":"track","url":"https://x.internal/")") +
                          Event(R"("type":"track","context":{"ip":"10.0.0.1"})"),
                      R"({"exclude":{"urls":["https://*.internal/*"],"ip":["10.*"]}})"),
            (List{"dropped_policy; excluded_url dropped by $.exclude.urls",
                  "dropped_policy; excluded_ip dropped by $.exclude.ip"}));
}

TEST(ExplainTest, NamesTheEntryOfThePolicy) {
  const std::string policy =
      R"({"censor":[{"id":"a"},{"class":"private"}],"mask":[{"class":"soft"}],)"
      R"("text":"mask","url":{"drop":true},"context":{"drop":["city"]}})";
  EXPECT_EQ(
      Explained(
          Event(R"("type":"click","element":{"tag":"b","id":"b","class":"private x"})") +
              Event(
                  R"("type":"click","element":{"tag":"b","class":"soft","text":"hi"})") +
              Event(R"("type":"click","element":{"tag":"b","class":"rr-block"})") +
              Event(R"("type":"page_view","url":"/a","title":"t",)"
                    R"("context":{"city":"Paris"})"),
          policy),
      (List{"passed; censored removed at element by $.censor[1]",
            "passed; masked masked at element.text by $.mask[0]",
            "passed; censored removed at element",
            "passed; url removed at url by $.url.drop; text masked at title by $.text; "
            "context removed at context.city by $.context.drop"}));
}

TEST(ExplainTest, TellsOutcomes) {
  EXPECT_EQ(Explained(Event(R"("type":"track")") + "{\"time\":1}\n" +
                          Event(R"("type":"input","value":"v",)"
                                R"("element":{"tag":"input","id":"q"})"),
                      R"({"allow_values":[{"id":"q"}]})"),
            (List{"passed", "rejected (type: required)", "held"}));
  // An array is read as lines are, also one whose events have line ends in them.
  EXPECT_EQ(Explained("[{\"time\":1,\n\"person\":\"p\",\n\"type\":\"track\"},7]"),
            (List{"passed", "rejected (: expected an object)"}));
  EXPECT_EQ(Explained(""), List{});
}

TEST(ExplainTest, ExplainsRecordings) {
  EXPECT_EQ(
      Explained(R"({"type":4,"timestamp":1,"data":{"href":"https://a.example/b?q=1",)"
                R"("width":1,"height":1}})"
                "\n"
                R"({"type":6,"timestamp":2,"data":{"plugin":"x","payload":{}}})"),
      (List{"passed; url_query removed at data.href",
            "dropped_policy; plugin dropped at data"}));
}

TEST(ExplainTest, ShowsNoValue) {
  const std::string stream =
      Event(R"("type":"track","properties":{"hunter2@b.example":"hunter2@b.example",)"
            R"("token":"hunter2"},"hunter2":"hunter2")");
  for (const std::string& line : Explained(stream)) {
    EXPECT_EQ(line.find("hunter2"), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace footfall::capture
