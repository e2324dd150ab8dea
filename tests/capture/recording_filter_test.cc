// What the corpus of tests/privacy does not reach: positions, policies that change, saved
// state, places of rules.
#include "capture/recording_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace footfall::capture {
namespace {

constexpr std::string_view kMeta =
    R"({"type":4,"data":{"href":"https://a.example/p?q=1","width":9,"height":8},"timestamp":1})";
// 1 document, 2 html, 3 body, 4 text field, 5 div.note with text 6, 7 password field.
constexpr std::string_view kSnapshot =
    R"({"type":2,"data":{"node":{"type":0,"childNodes":[{"type":2,"tagName":"html",)"
    R"("attributes":{},"childNodes":[{"type":2,"tagName":"body","attributes":{},)"
    R"("childNodes":[{"type":2,"tagName":"input","attributes":{"id":"city"},)"
    R"("childNodes":[],"id":4},{"type":2,"tagName":"div","attributes":{"class":"note"},)"
    R"("childNodes":[{"type":3,"textContent":"hello","id":6}],"id":5},)"
    R"({"type":2,"tagName":"input","attributes":{"type":"password"},"childNodes":[],)"
    R"("id":7}],"id":3}],"id":2}],"id":1},"initialOffset":{"left":0,"top":0}},)"
    R"("timestamp":2})";

std::string Input(int id, const std::string& text, int time) {
  return R"({"type":3,"data":{"source":5,"text":")" + text +
         R"(","isChecked":false,"id":)" + std::to_string(id) + R"(},"timestamp":)" +
         std::to_string(time) + "}";
}

std::string Text(int id, const std::string& text, int time) {
  return R"({"type":3,"data":{"source":0,"texts":[{"id":)" + std::to_string(id) +
         R"(,"value":")" + text +
         R"("}],"attributes":[],"removes":[],"adds":[]},"timestamp":)" +
         std::to_string(time) + "}";
}

Policy PolicyOf(std::string_view json) {
  Policy policy;
  PolicyError error;
  EXPECT_TRUE(Policy::Parse(json, policy, error)) << error.path << error.message;
  return policy;
}

struct Output : RecordingSink {
  std::vector<std::string> events;
  std::vector<InputPosition> positions;
  void OnRecordingEvent(std::string_view json, const InputPosition& position) override {
    events.emplace_back(json);
    positions.push_back(position);
  }
};

std::string Lines(std::initializer_list<std::string_view> events) {
  std::string lines;
  for (const std::string_view event : events) lines.append(event).append("\n");
  return lines;
}

TEST(RecordingFilterTest, CopiesWhatNeedNotChange) {
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(Lines({kSnapshot, Text(6, "bye", 3)}));
  filter.Finish();
  ASSERT_EQ(output.events.size(), 2u);
  EXPECT_EQ(output.events[0], kSnapshot);
  EXPECT_EQ(output.events[1], Text(6, "bye", 3));
  EXPECT_TRUE(filter.counters().rules.empty());
}

TEST(RecordingFilterTest, TellsWhereEventsStood) {
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write("[" + std::string(kMeta) + ",\n \"packed\",\n" + std::string(kSnapshot) +
               ",\n{\"type\":\"x\"},{\"type\":3},{\"type\":3,\"timestamp\":1,\"data\":[]}]");
  filter.Finish();
  ASSERT_EQ(output.positions.size(), 2u);
  EXPECT_EQ(output.positions[0].index, 0u);
  EXPECT_EQ(output.positions[0].byte, 1u);
  EXPECT_EQ(output.positions[1].index, 2u);
  EXPECT_EQ(output.positions[1].line, 3u);
  const FilterCounters& counters = filter.counters();
  EXPECT_EQ(counters.passed, 2u);
  EXPECT_EQ(counters.rejected, 4u);
  ASSERT_EQ(counters.errors.size(), 4u);
  EXPECT_EQ(counters.errors[0].index, 1u);
  EXPECT_EQ(counters.errors[0].reason, "a packed event; unpack it before it is filtered");
  EXPECT_EQ(counters.errors[1].path, "type");
  EXPECT_EQ(counters.errors[2].path, "timestamp");
  EXPECT_EQ(counters.errors[3].path, "data");
}

TEST(RecordingFilterTest, WritesOneLineForEachEvent) {
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write("[\n{\n\"type\": 4,\r\n \"data\": {\"href\":\n\"https://a.example/\"},\n"
               "\"timestamp\": 5\n}\n]");
  filter.Finish();
  ASSERT_EQ(output.events.size(), 1u);
  EXPECT_EQ(output.events[0].find_first_of("\r\n"), std::string::npos);
  EXPECT_NE(output.events[0].find(R"("https://a.example/")"), std::string::npos);
}

TEST(RecordingFilterTest, TakesUpAnotherPolicyAtTheNextEvent) {
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(Lines({kSnapshot, Text(6, "one", 3)}));
  const std::string half = Text(6, "two", 4);
  filter.Write(half.substr(0, 40));
  filter.SetPolicy(PolicyOf(R"({"censor":[{"class":"note"}]})"));
  filter.Write(half.substr(40) + "\n" + Text(6, "three", 5) + "\n");
  filter.SetPolicy(PolicyOf("{}"));
  filter.Write(Text(6, "four", 6) + "\n" + std::string(kSnapshot) + "\n");
  filter.Finish();
  std::string all;
  for (const std::string& event : output.events) all.append(event);
  EXPECT_NE(all.find("one"), std::string::npos);
  EXPECT_EQ(all.find("two"), std::string::npos) << "the event ends under the new policy";
  EXPECT_EQ(all.find("three"), std::string::npos);
  EXPECT_EQ(all.find("four"), std::string::npos) << "what was censored stays so";
}

TEST(RecordingFilterTest, MasksAHeldValueThatTheNewPolicyDoesNotAllow) {
  Output output;
  RecordingFilter filter(PolicyOf(R"({"allow_values":[{"id":"city"}]})"), {}, output);
  filter.Write(Lines({kSnapshot, Input(4, "Lisbon", 3)}));
  ASSERT_EQ(output.events.size(), 1u);
  filter.SetPolicy(Policy());
  filter.Finish();
  ASSERT_EQ(output.events.size(), 2u);
  EXPECT_EQ(output.events[1], Input(4, "***", 3));
  EXPECT_EQ(filter.counters().passed, 2u);
}

struct Trace : RuleTrace {
  std::vector<std::pair<std::string, std::string>> rules;
  void OnRule(Rule rule, std::string_view place) override {
    rules.emplace_back(kRuleNames[static_cast<size_t>(rule)], place);
  }
};

TEST(RecordingFilterTest, NamesThePlacesOfRules) {
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(Lines({kSnapshot}));
  Trace trace;
  filter.SetTrace(&trace);
  filter.Write(Lines({R"({"type":3,"data":{"source":0,"texts":[{"id":6,"value":)"
                      R"("mail ana@acme.example now"}],"attributes":[{"id":5,)"
                      R"("attributes":{"data-x":"1","onclick":"f"}}],"removes":[],)"
                      R"("adds":[]},"timestamp":3})",
                      Input(7, "hunter2", 4), kMeta}));
  filter.SetTrace(nullptr);
  filter.Write(Lines({kMeta}));
  filter.Finish();
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"email", "data.texts[0].value"},
      {"attribute", "data.attributes[0].attributes.data-x"},
      {"script", "data.attributes[0].attributes.onclick"},
      {"password", "data"},
      {"url_query", "data.href"}};
  EXPECT_EQ(trace.rules, expected);
}

TEST(RecordingFilterTest, GoesOnInAnotherProcess) {
  const std::string first = Lines({kMeta, kSnapshot, Input(7, "hunter2zebra", 3)});
  const std::string second =
      Lines({Text(6, "you typed hunter2zebra", 4), Input(7, "hunter2zebras", 5),
             Text(6, "plain", 6)});
  Output whole;
  RecordingFilter uncut(Policy(), {}, whole);
  uncut.Write(first + second);
  uncut.Finish();

  Output parts;
  std::string state;
  {
    RecordingFilter before(Policy(), {}, parts);
    before.Write(first);
    ASSERT_TRUE(before.BetweenEvents());
    before.Save(state);
  }
  RecordingFilter after(Policy(), {}, parts);
  ASSERT_TRUE(after.Restore(state));
  after.Write(second);
  after.Finish();
  EXPECT_EQ(parts.events, whole.events);
  EXPECT_EQ(after.counters().dropped_policy, 1u);
}

TEST(RecordingFilterTest, RefusesStateThatIsNone) {
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(Lines({kMeta, kSnapshot, Input(7, "hunter2zebra", 3)}));
  std::string state;
  filter.Save(state);
  for (size_t size = 0; size < state.size(); ++size) {
    RecordingFilter cut(Policy(), {}, output);
    EXPECT_FALSE(cut.Restore(std::string_view(state).substr(0, size))) << size;
    // As new: nothing of the page is known.
    cut.Write(Lines({Text(6, "x", 4)}));
    EXPECT_EQ(cut.counters().rules.count("unknown_node"), 1u) << size;
  }
  RecordingFilter more(Policy(), {}, output);
  EXPECT_FALSE(more.Restore(state + "x"));
}

TEST(RecordingFilterTest, KnowsWhenAnEventIsIncomplete) {
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  EXPECT_TRUE(filter.BetweenEvents());
  filter.Write(kMeta.substr(0, 30));
  EXPECT_FALSE(filter.BetweenEvents());
  filter.Write(std::string(kMeta.substr(30)) + "\n");
  EXPECT_TRUE(filter.BetweenEvents());
}

TEST(RecordingFilterTest, HoldsLittleOfAPage) {
  std::string page = R"({"type":2,"data":{"node":{"type":0,"childNodes":[)";
  for (int i = 2; i < 10000; ++i) {
    page.append(i == 2 ? "" : ",")
        .append(R"({"type":2,"tagName":"div","attributes":{"class":"card box"},)")
        .append(R"("childNodes":[],"id":)" + std::to_string(i) + "}");
  }
  page.append(R"(],"id":1}},"timestamp":2})");
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(page + "\n");
  filter.Finish();
  ASSERT_EQ(output.events.size(), 1u);
  EXPECT_LT(filter.memory_bytes(), size_t{2} << 20);
}

}  // namespace
}  // namespace footfall::capture
