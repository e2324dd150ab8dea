#include "capture/leak_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/status.h"

namespace footfall::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kSecret = "Kopje7!veldt";

base::Json RunTest(const std::string& recording, const std::string& canaries,
                   const std::string& policy_json = "{}", size_t piece = 1000) {
  Policy policy;
  PolicyError refused;
  EXPECT_TRUE(Policy::Parse(policy_json, policy, refused)) << refused.message;
  auto parsed = ParseCanaries(canaries);
  EXPECT_TRUE(parsed.ok()) << base::MessageOf(parsed.status());
  LeakTest test(policy, {.format = InputFormat::kAuto}, *parsed);
  for (size_t at = 0; at < recording.size(); at += piece) {
    test.Write(std::string_view(recording).substr(at, piece));
  }
  test.Finish();
  return test.Report();
}

std::vector<std::string> Ids(const base::Json& report, std::string_view key) {
  std::vector<std::string> ids;
  for (const base::Json& id : report.Find(key)->as_array()) ids.push_back(id.as_string());
  return ids;
}

// A page with one text and one password field into which `typed` is typed.
std::string Recording(const std::string& text, const std::string& typed) {
  return R"({"type":4,"data":{"href":"https://a.example/","width":800,"height":600},"timestamp":1}
{"type":2,"data":{"node":{"type":0,"childNodes":[{"type":2,"tagName":"html","attributes":{},"childNodes":[{"type":2,"tagName":"body","attributes":{},"childNodes":[{"type":3,"textContent":")" +
         text +
         R"(","id":4},{"type":2,"tagName":"input","attributes":{"type":"password"},"childNodes":[],"id":5}],"id":3}],"id":2}],"id":1},"initialOffset":{"left":0,"top":0}},"timestamp":2}
{"type":3,"data":{"source":5,"text":")" +
         typed + R"(","isChecked":false,"id":5},"timestamp":3}
)";
}

TEST(LeakTestTest, NothingSurvivesThatIsTypedIntoAPassword) {
  const base::Json report =
      RunTest(Recording("welcome back", kSecret), "[\"" + kSecret + "\"]");
  EXPECT_THAT(Ids(report, "survived"), IsEmpty());
  EXPECT_THAT(Ids(report, "void"), IsEmpty());
  EXPECT_TRUE(report.Find("places")->as_array().empty());
  EXPECT_EQ(report.Find("canaries")->as_int(), 1);
  EXPECT_GE(report.Find("counters")->Find("accepted")->as_int(), 2);
}

TEST(LeakTestTest, WhatThePageShowsIsReportedWithItsPlace) {
  for (const size_t piece : {size_t{1}, size_t{100'000}}) {
    const base::Json report = RunTest(
        Recording("your code is salmon-harbour", kSecret),
        R"([{"id":"code","text":"salmon-harbour"},{"id":"pw","text":"Kopje7!veldt"},
                 {"text":"not to be seen"}])",
        "{}", piece);
    EXPECT_THAT(Ids(report, "survived"), ElementsAre("code"));
    EXPECT_THAT(Ids(report, "void"), ElementsAre("#3"));
    EXPECT_EQ(
        report.Find("places")->Dump(),
        R"([{"canary":"code","encoding":"plain","event":1,"line":2,)"
        R"("path":"data.node.childNodes[0].childNodes[0].childNodes[0].textContent"}])");
  }
}

TEST(LeakTestTest, InteractionsAreTestedToo) {
  const std::string events =
      R"({"time":1,"person":"ana","session":"s","type":"input","value":"Kopje7!veldt","element":{"tag":"input","type":"password","id":"pw"}}
{"time":2,"person":"ana","session":"s","type":"track","name":"Kopje7%21veldt"}
{"time":3,"person":"ana","session":"s","type":"track","name":"harbour lights"}
)";
  const base::Json report =
      RunTest(events, R"(["Kopje7!veldt",{"id":"lights","text":"Harbour Lights"}])");
  EXPECT_THAT(Ids(report, "void"), IsEmpty());
  EXPECT_THAT(Ids(report, "survived"), testing::Contains("lights"));
  EXPECT_THAT(report.Find("places")->Dump(),
              HasSubstr(R"({"canary":"lights","encoding":"case_folded","event":2,)"
                        R"("line":3,"path":"name"})"));
}

TEST(LeakTestTest, ACanaryTypedKeyByKeyIsNotVoid) {
  std::string events;
  int64_t time = 0;
  for (const char c : std::string("Kopje7veldt")) {
    events += R"({"time":)" + std::to_string(++time) +
              R"(,"person":"ana","session":"s","type":"keystroke","key":")" +
              std::string(1, c) + R"(","element":{"tag":"input","id":"q"}})" + "\n";
  }
  const base::Json report = RunTest(events, R"(["Kopje7veldt","Kopje8veldt"])");
  EXPECT_THAT(Ids(report, "survived"), IsEmpty());
  EXPECT_THAT(Ids(report, "void"), ElementsAre("#2"));
}

TEST(LeakTestTest, NoReportHoldsACanary) {
  const base::Json report =
      RunTest(Recording("salmon-harbour", kSecret),
              R"(["salmon-harbour","Kopje7!veldt"])", R"({"text":"allow"})");
  EXPECT_THAT(Ids(report, "survived"), ElementsAre("#1"));
  EXPECT_THAT(report.Dump(), Not(HasSubstr("salmon")));
  EXPECT_THAT(report.Dump(), Not(HasSubstr("Kopje")));
}

TEST(LeakTestTest, KeepsTheFirstThousandPlaces) {
  std::string recording = Recording("x", kSecret);
  for (int i = 0; i < 1200; ++i) {
    recording +=
        R"({"type":3,"data":{"source":0,"texts":[{"id":4,"value":"salmon-harbour )" +
        std::to_string(i) +
        R"("}],"attributes":[],"removes":[],"adds":[]},"timestamp":4})" + "\n";
  }
  const base::Json report = RunTest(recording, R"(["salmon-harbour"])");
  EXPECT_EQ(report.Find("places")->as_array().size(), 1000u);
  EXPECT_EQ(report.Find("places_omitted")->as_int(), 200);
}

TEST(LeakTestTest, RefusesWhatIsNoCanary) {
  const struct {
    const char* json;
    const char* path;
  } cases[] = {
      {"{}", "$"},
      {"[]", "$"},
      {R"(["long enough",7])", "$[1]"},
      {R"(["abc"])", "$[0]"},
      {R"(["long enough",{"id":"x","text":"né√"}])", "$[1].text"},
      {R"([{"id":"x"}])", "$[0].text"},
      {R"([{"text":null}])", "$[0].text"},
      {R"([{"text":"abcd","name":"x"}])", "$[0].name"},
      {R"([{"id":7,"text":"abcd"}])", "$[0].id"},
      {R"([{"id":"","text":"abcd"}])", "$[0].id"},
      {R"([{"id":"x","text":"abcd"},{"id":"x","text":"efgh"}])", "$[1].id"},
      {R"([{"id":"#2","text":"abcd"},"efgh"])", "$[1].id"},
      {R"([{"id":"x","text":"planted"},{"id":"the Planted one","text":"efgh"}])",
       "$[1].id"},
  };
  for (const auto& refused : cases) {
    const auto canaries = ParseCanaries(refused.json);
    ASSERT_FALSE(canaries.ok()) << refused.json;
    EXPECT_EQ(canaries.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(base::PathOf(canaries.status()), refused.path) << refused.json;
    EXPECT_THAT(base::MessageOf(canaries.status()), Not(HasSubstr("planted")));
  }
  EXPECT_FALSE(ParseCanaries("[\"abcd\"").ok());
  EXPECT_FALSE(ParseCanaries("[\"" + std::string(9000, 'x') + "\"]").ok());
}

}  // namespace
}  // namespace footfall::capture
