#include "capture/filter.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/capture/support.h"

namespace footfall::capture {
namespace {

constexpr std::string_view kGood =
    R"({"time":5,"person":"p","session":"s","type":"track","name":"ok"})";

TEST(FilterTest, KeepsTheDocumentedKeysInOrder) {
  const Collected result = RunFilter(
      R"({"type":"click","context":{"https":true,"os":"Linux","country":"FR","region":""},)"
      R"("properties":{"b":1.50,"a":[1,{"x":null}],"c":true,"d":null,"e":-7},"seq":3,)"
      R"("element":{"value":"","tag":"button","path":[{"tag":"form","class":"wide"}]},)"
      R"("time":"2025-11-21T08:00:00.123+01:00","person":" ana ","id":17,"session":-0,)"
      R"("app":"crm","environment":"test","name":"save","title":"T","anonymous":"a",)"
      R"("url":"https://a.example/x?y"})");
  EXPECT_EQ(
      result.output,
      R"({"id":"17","time":1763708400123,"seq":3,"person":"ana","anonymous":"a",)"
      R"("session":"0","app":"crm","environment":"test","type":"click","name":"save",)"
      R"("url":"https://a.example/x","title":"T","element":{"tag":"button",)"
      R"("value":"***","path":[{"tag":"form","class":"wide"}]},)"
      R"("properties":{"b":1.50,"a":[1,{"x":null}],"c":true,"e":-7},)"
      R"("context":{"country":"FR","os":"Linux","https":true}})"
      "\n");
  EXPECT_EQ(result.counters.passed, 1u);
}

TEST(FilterTest, IsIdempotent) {
  const std::string stream =
      R"({"time":1,"person":"p","session":"s","type":"input","value":"typed",)"
      R"("url":"https://u:p@a.example/x;y=1/4111111111111111?q#h","title":"4111111111111111",)"
      R"("element":{"tag":"input","id":"f","value":"typed","label":"typed"}})";
  const Collected once = RunFilter(stream);
  EXPECT_EQ(RunFilter(once.output).output, once.output);
  EXPECT_NE(once.output.find("https://a.example/x/***"), std::string::npos)
      << once.output;
}

TEST(FilterTest, CountsEachInputOnceInOrderOfPrecedence) {
  FilterOptions options;
  options.level = model::Level::kContent;
  const Collected result = RunFilter(
      std::string(kGood) + "\n" +
          R"({"time":1,"person":"p","type":"click","element":{"type":"password"}})"
          "\n"
          R"({"time":1,"person":"p","type":"click","url":"https://x.internal/"})"
          "\n"
          R"({"time":1,"person":"p","type":"track","url":"https://x.internal/"})"
          "\n"
          R"({"time":1,"type":"click"})"
          "\n",
      options, R"({"exclude":{"urls":["https://*.internal/*"]}})");
  EXPECT_EQ(result.counters.passed, 1u);
  EXPECT_EQ(result.counters.dropped_level, 2u);
  EXPECT_EQ(result.counters.dropped_policy, 1u);
  EXPECT_EQ(result.counters.rejected, 1u);
  EXPECT_EQ(result.counters.rules,
            (std::map<std::string, uint64_t>{{"excluded_url", 1}}));
}

TEST(FilterTest, ReportsWhereADefectIs) {
  struct Case {
    std::string event;
    std::string path;
    std::string reason;
  };
  const std::vector<Case> cases = {
      {R"({"time":1)", "", "malformed JSON: the event does not end with its brace"},
      {R"({"time":1,"person":"p)", "", "malformed JSON: a string is not closed"},
      {"{\"time\":1,\"person\":\"\xff\"}", "", "invalid UTF-8"},
      {"{\"time\":1,\"person\":\"a\tb\"}", "",
       "malformed JSON: a control character in a string"},
      {R"({"time":1,"person":"\ud800","type":"track"})", "person",
       "malformed JSON: an invalid string"},
      {R"({"time":1,"person":"p","type":"track"} 1)", "",
       "malformed JSON: the event does not end with its brace"},
      {R"({"time":1,"person":"p","type":"track"}})", "", "bytes follow the event"},
      {R"({"time":1,"person":"p","time":2,"type":"track"})", "time",
       "the key stands twice"},
      {R"({"time":1,"person":"p","t\u0069me":2})", "time", "the key stands twice"},
      {R"({"time":1,"q":1,"q":2})", "", "the key stands twice"},
      {R"({"properties":{"a":{"b":1,"b":1}}})", "properties", "the key stands twice"},
      {R"({"element":{"path":[{"id":"a","id":"b"}]}})", "element.path[0].id",
       "the key stands twice"},
      {R"({"properties":{"n":9223372036854775808}})", "properties",
       "integer out of range"},
      {R"({"properties":{"n":{"m":[1,9223372036854775808]}}})", "properties",
       "integer out of range"},
      {R"({"properties":{"n":99999999999999999999}})", "properties",
       "malformed number, or one out of range"},
      {R"({"properties":{"n":1e999}})", "properties",
       "malformed number, or one out of range"},
      {R"({"properties":{"n":01}})", "properties",
       "malformed number, or one out of range"},
      {R"({"properties":{"n":tru}})", "properties", "expected true or false"},
      {R"({"properties":{"n":nul}})", "properties", "malformed JSON"},
      {R"({"time":99999999999999999,"person":"p","type":"track"})", "time",
       "outside the years 1 to 9999"},
      {R"([])", "", "expected an object"},
      {R"("x")", "", "expected an object"},
      {R"({"type":2,"timestamp":1,"data":{"node":{"type":0}}})", "",
       "recordings (rrweb) are not accepted here yet"},
      {R"({"time":1,"person":"p","type":"hover"})", "type", "unknown event type"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.event);
    const Collected result = RunFilter(std::string(kGood) + "\n" + test.event + "\n" +
                                       std::string(kGood) + "\n");
    EXPECT_EQ(result.counters.passed, 2u);
    ASSERT_EQ(result.counters.errors.size(), 1u);
    const Rejection& error = result.counters.errors[0];
    EXPECT_EQ(error.path, test.path);
    EXPECT_EQ(error.reason, test.reason);
    EXPECT_EQ(error.index, 1u);
    EXPECT_EQ(error.line, 2u);
    EXPECT_GE(error.byte, kGood.size() + 1);
    EXPECT_LE(error.byte, kGood.size() + 1 + test.event.size());
  }
}

TEST(FilterTest, FindsTheEventsOfOneLine) {
  const std::string good(kGood);
  for (const size_t piece : {SIZE_MAX, size_t{1}, size_t{7}}) {
    const Collected result =
        RunFilter(good + good + " {\"a\":[} " + good + " x\n" + good, {}, "{}", piece);
    EXPECT_EQ(result.indexes, (std::vector<uint64_t>{0, 1, 4}));
    ASSERT_EQ(result.counters.errors.size(), 2u);
    EXPECT_EQ(result.counters.errors[0].index, 2u);
    EXPECT_GE(result.counters.errors[0].byte, 2 * good.size() + 1);
    EXPECT_EQ(result.counters.errors[1].index, 3u);
    EXPECT_EQ(result.counters.errors[1].line, 1u);
  }
}

TEST(FilterTest, NeverRepeatsAKeyThatMayBeData) {
  const Collected result = RunFilter(R"({"properties":{"my secret!":1,"my secret!":2}})");
  ASSERT_EQ(result.counters.errors.size(), 1u);
  EXPECT_EQ(result.counters.errors[0].path, "properties");
  const Collected plain = RunFilter(R"({"hunter2Zebra":{"q":1,"q":2}})"
                                    "\n"
                                    R"({"element":{"hunter2Zebra":[{"q":1,"q":2}]}})");
  ASSERT_EQ(plain.counters.errors.size(), 2u);
  EXPECT_EQ(plain.counters.errors[0].path, "");
  EXPECT_EQ(plain.counters.errors[1].path, "element");
}

// A search that looked at each place of a text for as long as it is alike would take
// minutes.
TEST(FilterTest, FindsLongCopiesInLinearTime) {
  const std::string value = std::string(200000, 'a') + "b";
  const auto event = [&value](const std::string& title) {
    return R"({"time":1,"person":"p","type":"input","value":")" + value +
           R"(","title":")" + title + "\"}\n";
  };
  FilterOptions options;
  options.event_bytes_max = size_t{4} << 20;
  const Collected result = RunFilter(
      event(std::string(254, 'a') + std::string(500000, 'c')) + event("x" + value),
      options);
  EXPECT_EQ(result.counters.passed, 2u);
  EXPECT_EQ(result.counters.rules.at("raw_copy"), 1u);
  EXPECT_NE(result.output.find("accc"), std::string::npos);
  EXPECT_NE(result.output.find(R"("title":"***")"), std::string::npos);
  EXPECT_EQ(RunFilter(event(std::string(500000, 'a')), options).counters.passed, 1u);
}

TEST(FilterTest, EnforcesItsBounds) {
  FilterOptions options;
  options.depth_max = 4;
  options.keys_max = 8;
  options.event_bytes_max = 300;
  options.time_min_ms = 10;
  options.time_max_ms = 20;
  const auto track = [](const std::string& rest, int time = 15) {
    return R"({"time":)" + std::to_string(time) + R"(,"person":"p","type":"track")" +
           rest + "}\n";
  };
  const Collected result = RunFilter(
      track(R"(,"properties":{"a":[[1]]})") + track(R"(,"properties":{"a":[[[1]]]})") +
          track(R"(,"properties":{"a":1,"b":2,"c":3,"d":4})") +
          track(R"(,"properties":{"a":1,"b":2,"c":3,"d":4,"e":5})") + track("", 9) +
          track("", 21) + track("", 10) + track("", 20) +
          track(R"(,"name":")" + std::string(300, 'x') + R"(")") + track(""),
      options);
  EXPECT_EQ(result.counters.passed, 5u);
  std::vector<std::string> reasons;
  for (const Rejection& error : result.counters.errors) {
    reasons.push_back(error.path + ": " + error.reason);
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"properties: nested too deeply",
                                               "properties: too many keys",
                                               "time: earlier than events are accepted",
                                               "time: later than events are accepted",
                                               ": the event is larger than the limit"}));
}

TEST(FilterTest, SurvivesTenThousandLevels) {
  const std::string deep = std::string(10000, '[') + std::string(10000, ']');
  const Collected result = RunFilter(R"({"time":1,"person":"p","type":"track","x":)" +
                                     deep + "}\n" + std::string(kGood));
  EXPECT_EQ(result.counters.passed, 1u);
  ASSERT_EQ(result.counters.errors.size(), 1u);
  EXPECT_EQ(result.counters.errors[0].reason, "nested too deeply");
}

TEST(FilterTest, KeepsTheFirstHundredErrors) {
  std::string stream;
  for (int i = 0; i < 130; ++i) stream += "{}\n";
  const Collected result = RunFilter(stream);
  EXPECT_EQ(result.counters.rejected, 130u);
  EXPECT_EQ(result.counters.errors.size(), 100u);
  EXPECT_EQ(result.counters.errors_omitted, 30u);
}

// Everything that keeps state between events or pieces.
const char kMixed[] =
    "\xEF\xBB\xBF\r\n"
    R"({"time":1,"person":"p","session":"a","type":"input","value":"gr\u00e9","element":{"tag":"input","id":"q","value":"gr"}})"
    "\r\n"
    R"({"time":2,"person":"p","session":"b","type":"input","value":"pw1x","element":{"tag":"input","id":"x","type":"password"}})"
    "\n\n  \n"
    R"({"time":3,"person":"p","session":"a","type":"input","value":"green","element":{"tag":"input","id":"q","value":"green"}})"
    "\n{broken\n"
    R"( {"time":4,"person":"p","session":"b","type":"click","title":"pw1x","element":{"tag":"a","text":"4111 1111 1111 1111"}} )"
    "\n"
    R"({"time":5,"person":"p","session":"a","type":"submit","element":{"tag":"form"}})"
    "\n"
    R"({"time":6,"person":"p","session":"c","type":"input","value":"late","element":{"tag":"input","id":"q"}})"
    "\n"
    R"({"time":7,"person":"p","type":"track","properties":{"n":[1,{"a":"b\n"}]}})";

std::string AsArray() {
  return "\n[" +
         std::string(R"({"time":1,"person":"p","type":"track","name":"]},{[\"\\"},)") +
         "\n  {\"time\":2,\n   \"person\":\"p\", \"type\":\"track\"} ,17, {\"time\":3]},"
         R"({"time":4,"person":"p","type":"track"}])"
         "\n ";
}

void ExpectSame(const Collected& a, const Collected& b) {
  EXPECT_EQ(a.output, b.output);
  EXPECT_EQ(a.indexes, b.indexes);
  EXPECT_EQ(a.counters.rules, b.counters.rules);
  EXPECT_EQ(a.counters.rejected, b.counters.rejected);
  ASSERT_EQ(a.counters.errors.size(), b.counters.errors.size());
  for (size_t i = 0; i < a.counters.errors.size(); ++i) {
    EXPECT_EQ(a.counters.errors[i].byte, b.counters.errors[i].byte);
    EXPECT_EQ(a.counters.errors[i].line, b.counters.errors[i].line);
    EXPECT_EQ(a.counters.errors[i].reason, b.counters.errors[i].reason);
  }
}

TEST(FilterTest, PiecesMakeNoDifference) {
  const std::string policy = R"({"allow_values":[{"id":"q"}]})";
  for (const std::string& stream : {std::string(kMixed), AsArray()}) {
    const Collected whole = RunFilter(stream, {}, policy);
    EXPECT_GE(whole.counters.passed, 3u);
    EXPECT_GE(whole.counters.rejected, 1u);
    for (size_t cut = 0; cut <= stream.size(); ++cut) {
      Collected result;
      const Policy parsed = MustParse(policy);
      Filter filter(parsed, {}, result);
      filter.Write(std::string(stream, 0, cut));
      filter.Write(std::string(stream, cut));
      filter.Finish();
      result.counters = filter.counters();
      SCOPED_TRACE(cut);
      ExpectSame(whole, result);
    }
    for (const size_t piece : {1, 2, 3, 7, 64, 65}) {
      SCOPED_TRACE(piece);
      ExpectSame(whole, RunFilter(stream, {}, policy, piece));
    }
  }
}

TEST(FilterTest, RandomPiecesMakeNoDifference) {
  std::mt19937 random(7);
  const std::string stream = kMixed;
  const Collected whole = RunFilter(stream);
  const Policy policy;
  for (int round = 0; round < 300; ++round) {
    Collected result;
    Filter filter(policy, {}, result);
    for (size_t pos = 0; pos < stream.size();) {
      const std::string part(stream, pos, random() % 200);
      filter.Write(part);
      pos += part.size();
    }
    filter.Finish();
    result.counters = filter.counters();
    ExpectSame(whole, result);
  }
}

TEST(FilterTest, LinesTogetherAreReadAsLinesAlone) {
  FilterOptions options;
  options.event_bytes_max = 150;
  const std::string good = std::string(kGood) + "\n";
  struct Case {
    std::string odd;
    uint64_t passed;
    uint64_t rejected;
  };
  // Each stands between good lines, of which there are six.
  for (const Case& odd : std::vector<Case>{
           {"", 6, 0},
           {"\n \n", 6, 0},
           {good.substr(0, good.size() - 1) + "\r\n", 7, 0},
           {" " + good, 7, 0},
           {good.substr(0, good.size() - 1) + " \n", 7, 0},
           {std::string(kGood) + std::string(kGood) + "\n", 8, 0},
           {std::string(kGood) + ",\n", 6, 1},
           {std::string(kGood) + "\\\n", 6, 1},
           // One event on two lines is none.
           {"{\"time\":5,\"person\":\"p\",\n\"type\":\"track\"}\n", 6, 2},
           {"{\"time\":5,\"person\":\"p\",\"type\":\"track\"\n}\n", 6, 2},
           {"{\"time\":5,\"person\":\"p\n\",\"type\":\"track\"}\n", 6, 2},
           {"{\"time\":5,\"person\":\"p\\\n\",\"type\":\"track\"}\n", 6, 2},
           {"{\"time\":5,\"person\":\"\xff\",\"type\":\"track\"}\n", 6, 1},
           {"{\"time\":5,\"person\":\"p\\u0041\\\"\",\"type\":\"track\"}\n", 7, 0},
           {"{\"time\":5,\"person\":\n", 6, 1},
           {"17\n", 6, 1},
           {"{\"time\":5,\"person\":\"" + std::string(120, 'p') +
                "\",\"type\":\"track\"}\n",
            6, 1}}) {
    const std::string stream = good + good + good + odd.odd + good + good + good;
    SCOPED_TRACE(stream);
    const Collected whole = RunFilter(stream, options);
    EXPECT_EQ(whole.counters.passed, odd.passed);
    EXPECT_EQ(whole.counters.rejected, odd.rejected);
    ExpectSame(RunFilter(stream, options, "{}", 1), whole);
  }
}

std::string Input(int time, const std::string& session, const std::string& field,
                  const std::string& value, const std::string& type = "text") {
  return R"({"time":)" + std::to_string(time) + R"(,"person":"p","session":")" + session +
         R"(","type":"input","value":")" + value +
         R"(","element":{"tag":"input","type":")" + type + R"(","id":")" + field +
         "\"}}\n";
}

TEST(FilterTest, HoldsAnAllowedValueUntilItsSessionMovesOn) {
  const Collected result = RunFilter(
      Input(1, "a", "q", "x") + Input(2, "b", "q", "y") + Input(3, "a", "q", "xx") +
          R"({"time":4,"person":"p","session":"b","type":"page_view"})"
          "\n" +
          R"({"time":5,"person":"p","session":"c","type":"page_view"})"
          "\n",
      {}, R"({"allow_values":[{"all":true}]})");
  EXPECT_EQ(result.indexes, (std::vector<uint64_t>{1, 3, 4, 0}));
  EXPECT_NE(result.output.find(
                R"("time":1,"person":"p","session":"a","type":"input","value":"xx")"),
            std::string::npos)
      << result.output;
  EXPECT_EQ(result.counters.passed, 4u);
  EXPECT_EQ(result.counters.dropped_policy, 1u);
}

TEST(FilterTest, AFieldThatIsMaskedWhileItIsHeldIsReleasedMasked) {
  const Collected result = RunFilter(
      Input(1, "a", "q", "first") +
          R"({"time":2,"person":"p","session":"a","type":"input","value":"second","element":)"
          R"({"tag":"input","type":"text","id":"q","class":"rr-mask"}})",
      {}, R"({"allow_values":[{"all":true}]})");
  EXPECT_NE(result.output.find(R"("value":"***")"), std::string::npos);
  EXPECT_EQ(result.output.find("first"), std::string::npos);
  EXPECT_EQ(result.output.find("second"), std::string::npos);
}

TEST(FilterTest, RulesDoNotTellHowOftenAPasswordWasTypedAt) {
  std::string stream;
  for (int i = 0; i < 9; ++i) stream += Input(i, "a", "x", "secret", "password");
  const Collected result = RunFilter(stream);
  EXPECT_EQ(result.counters.dropped_policy, 9u);
  EXPECT_EQ(result.counters.rules, (std::map<std::string, uint64_t>{{"password", 1}}));
}

TEST(FilterTest, FieldsStaySensitiveAcrossStreams) {
  const std::shared_ptr<CaptureMemory> memory = MakeCaptureMemory();
  const std::string allow = R"({"allow_values":[{"all":true}]})";
  RunFilter(Input(1, "a", "x", "s3cret", "password"), {}, allow, SIZE_MAX, memory);
  const Collected later =
      RunFilter(Input(2, "a", "x", "s3cret"), {}, allow, SIZE_MAX, memory);
  EXPECT_EQ(later.counters.dropped_policy, 1u);
  EXPECT_EQ(later.output, "");
  const Collected elsewhere = RunFilter(Input(2, "a", "x", "open"), {}, allow);
  EXPECT_NE(elsewhere.output.find("open"), std::string::npos);
}

TEST(FilterTest, AFieldIsKnownByItsIdAndItsName) {
  const auto input = [](const std::string& element) {
    return R"({"time":1,"person":"p","session":"a","type":"input","value":"s3cret",)"
           R"("element":{"tag":"input",)" +
           element + "}}\n";
  };
  const std::string both = input(R"("type":"text","id":"x","name":"n")");
  const std::string by_id = input(R"("type":"text","id":"x")");
  const std::string by_name = input(R"("type":"text","name":"n")");
  const std::string secret_id = input(R"("type":"password","id":"x")");
  const std::string secret_name = input(R"("type":"password","name":"n")");
  const std::string allow = R"({"allow_values":[{"all":true}]})";
  const auto passed = [&](const std::string& stream) {
    return RunFilter(stream, {}, allow).counters.passed;
  };
  // Whether the two are seen together before or after the field is seen to be sensitive.
  EXPECT_EQ(passed(secret_id + both + by_name), 0u);
  EXPECT_EQ(passed(secret_name + both + by_id), 0u);
  EXPECT_EQ(passed(both + secret_id + by_name), 0u);
  EXPECT_EQ(passed(both + secret_name + by_id), 0u);
  // Nothing says that they are one field.
  EXPECT_EQ(passed(secret_id + by_name), 1u);
}

TEST(FilterTest, SecretsAreHiddenInLaterStreams) {
  const std::shared_ptr<CaptureMemory> memory = MakeCaptureMemory();
  RunFilter(Input(1, "a", "x", "hunter2Zebra", "password"), {}, "{}", SIZE_MAX, memory);
  const std::string later =
      R"({"time":2,"person":"p","session":"a","type":"page_view",)"
      R"("url":"https://a.example/hunter2Zebra","title":"pw hunter2Zebra"})";
  EXPECT_EQ(RunFilter(later, {}, "{}", SIZE_MAX, memory).output.find("hunter2"),
            std::string::npos);
  // Another host has seen no secret.
  EXPECT_NE(RunFilter(later).output.find("hunter2"), std::string::npos);
}

TEST(FilterTest, ARunGoesOnInTheNextStream) {
  const std::shared_ptr<CaptureMemory> memory = MakeCaptureMemory();
  uint64_t passed = 0;
  uint64_t coalesced = 0;
  for (int i = 1; i <= 12; ++i) {
    const Collected one =
        RunFilter(Input(i, "a", "x", std::string(i, 'v')), {}, "{}", SIZE_MAX, memory);
    passed += one.counters.passed;
    coalesced += one.counters.dropped_policy;
  }
  // However the events are handed in, their number does not tell what was typed.
  EXPECT_EQ(passed, 1u);
  EXPECT_EQ(coalesced, 11u);
  EXPECT_EQ(
      RunFilter(Input(13, "a", "y", "v"), {}, "{}", SIZE_MAX, memory).counters.passed,
      1u);
}

TEST(FilterTest, MoreSessionsTypeThanRunsAreKept) {
  std::string stream;
  constexpr int kSessions = 70'000;
  for (int i = 0; i < kSessions; ++i) stream += Input(i, std::to_string(i), "x", "v");
  stream += Input(kSessions, "0", "x", "v");
  const Collected result = RunFilter(stream);
  // The run of the first session had to give way.
  EXPECT_EQ(result.counters.passed, uint64_t{kSessions} + 1);
}

TEST(FilterTest, AnInputWithoutItsElementHidesCopiesOfItsValue) {
  const Collected result = RunFilter(
      R"({"time":1,"person":"p","type":"input","value":"Quokka Lane 7",)"
      R"("name":"Quokka Lane 7","title":"Quokka Lane 7","properties":{"p":"Quokka Lane 7"}})");
  EXPECT_EQ(result.counters.passed, 1u);
  EXPECT_EQ(result.output.find("Quokka"), std::string::npos);
}

TEST(FilterTest, PassesOnWhatItDoesNotChange) {
  const std::string same =
      R"({"id":"i","time":5,"seq":1,"person":"p","type":"click","url":"https://a.example/b",)"
      R"("element":{"tag":"a","path":[{"tag":"b"}]},"properties":{"a":1.50,"b":[1,{"c":null}]},)"
      R"("context":{"https":true}})";
  EXPECT_EQ(RunFilter(same).unchanged, 1u);
  EXPECT_EQ(RunFilter(same).output, same + "\n");
  // Each of these is written in another way than it came in; the output is compared
  // above.
  for (const std::string_view event :
       {R"({"time":5,"person":"p","type":"click" })",
        R"({ "time":5,"person":"p","type":"click"})",
        R"({"time": 5,"person":"p","type":"click"})",
        R"({"time":5 ,"person":"p","type":"click"})",
        R"({"time" :5,"person":"p","type":"click"})",
        R"({"person":"p","time":5,"type":"click"})",
        R"({"time":"1970-01-01T00:00:00Z","person":"p","type":"click"})",
        R"({"time":-0,"person":"p","type":"click"})",
        R"({"time":5,"seq":0,"person":"p","type":"click"})",
        R"({"time":5,"person":7,"type":"click"})",
        R"({"time":5,"person":" p","type":"click"})",
        R"({"time":5,"person":"p","session":null,"type":"click"})",
        R"({"time":5,"person":"p","session":"","type":"click"})",
        R"({"time":5,"person":"\u0070","type":"click"})",
        R"({"time":5,"person":"p","type":"click","x":1})",
        R"({"time":5,"person":"p","type":"click","element":{"id":""}})",
        R"({"time":5,"person":"p","type":"click","element":{"path":[]}})",
        R"({"time":5,"person":"p","type":"click","element":{"path":[{"tag":"a"} ]}})",
        R"({"time":5,"person":"p","type":"click","properties":{}})",
        R"({"time":5,"person":"p","type":"click","properties":{"a":null}})",
        R"({"time":5,"person":"p","type":"click","properties":{"a":-0}})",
        R"({"time":5,"person":"p","type":"click","properties":{"a":[1, 2]}})",
        R"({"time":5,"person":"p","type":"click","properties":{"a":{"b":1} }})",
        R"({"time":5,"person":"p","type":"click","context":{}})",
        R"({"time":5,"person":"p","type":"click","context":{"ip":"10.0.0.1"}})",
        R"({"time":5,"person":"p","type":"click","url":" https://a.example/b"})",
        R"({"time":5,"person":"p","type":"click","url":"https://a.example/b?"})",
        R"({"time":5,"person":"p","type":"click","title":"see https://a.example/b?"})"}) {
    const Collected result = RunFilter(event);
    EXPECT_EQ(result.counters.passed, 1u) << event;
    EXPECT_EQ(result.unchanged, 0u) << event;
    EXPECT_NE(result.output, std::string(event) + "\n");
  }
}

TEST(FilterTest, ASwapTakesEffectFromTheNextEventOn) {
  const std::string event =
      R"({"time":1,"person":"p","session":"s","type":"page_view","title":"T"})"
      "\n";
  const Policy mask = MustParse(R"({"text":"mask"})");
  for (size_t cut = 0; cut < event.size(); ++cut) {
    Collected result;
    Filter filter(Policy(), {}, result);
    filter.Write(event + event.substr(0, cut));
    filter.SetPolicy(mask);
    filter.Write(event.substr(cut));
    filter.Finish();
    const size_t second = result.output.find('\n') + 1;
    EXPECT_NE(result.output.substr(0, second).find(R"("title":"T")"), std::string::npos);
    EXPECT_NE(result.output.substr(second).find(R"("title":"***")"), std::string::npos);
    EXPECT_EQ(filter.counters().rules, (std::map<std::string, uint64_t>{{"text", 1}}));
  }
}

TEST(FilterTest, ASwapHoldsForTheUrlSeenBefore) {
  const std::string event =
      R"({"time":5,"person":"p","type":"click","url":"https://a.example/fabre"})"
      "\n";
  Collected result;
  Filter filter(Policy(), {}, result);
  filter.Write(event + event);
  EXPECT_EQ(result.output, event + event);
  filter.SetPolicy(MustParse(R"({"patterns":[{"name":"n","pattern":"fab[a-z]+"}]})"));
  filter.Write(event);
  filter.Finish();
  EXPECT_NE(result.output.find("https://a.example/***\"}\n"), std::string::npos)
      << result.output;
}

TEST(FilterTest, ASwapMasksTheValuesHeldBack) {
  Collected result;
  Filter filter(MustParse(R"({"allow_values":[{"all":true}]})"), {}, result);
  filter.Write(Input(1, "a", "q", "first"));
  EXPECT_EQ(result.output, "");
  filter.SetPolicy(Policy());
  EXPECT_NE(result.output.find(R"("value":"***")"), std::string::npos);
  filter.Write(Input(2, "a", "q", "second"));
  filter.Write(Input(3, "a", "r", "third"));
  filter.Finish();
  for (const char* value : {"first", "second", "third"}) {
    EXPECT_EQ(result.output.find(value), std::string::npos) << value;
  }
  // The run on the field went on.
  EXPECT_EQ(filter.counters().passed, 2u);
  EXPECT_EQ(filter.counters().rules.at("coalesced"), 1u);
  EXPECT_EQ(result.indexes, (std::vector<uint64_t>{0, 2}));
}

TEST(FilterTest, ASwapKeepsTheRunOnAPassword) {
  Collected result;
  Filter filter(Policy(), {}, result);
  filter.Write(Input(1, "a", "x", "secret", "password"));
  filter.SetPolicy(MustParse(R"({"allow_values":[{"all":true}]})"));
  filter.Write(Input(2, "a", "x", "secret"));
  filter.Finish();
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(filter.counters().rules, (std::map<std::string, uint64_t>{{"password", 1}}));
}

TEST(FilterTest, NothingReleasesAHiddenInput) {
  const Collected result = RunFilter(
      R"({"time":1,"person":"p","type":"select","value":"CSRFVAL123",)"
      R"("element":{"tag":"input","type":"hidden","id":"h","value":"CSRFVAL123"}})",
      {}, R"({"allow_values":[{"all":true}]})");
  EXPECT_EQ(result.output.find("CSRFVAL"), std::string::npos);
}

TEST(FilterTest, LearnsFromEventsBelowTheLevel) {
  const std::shared_ptr<CaptureMemory> memory = MakeCaptureMemory();
  FilterOptions content;
  content.level = model::Level::kContent;
  const Collected below =
      RunFilter(Input(1, "a", "x", "s", "password"), content, "{}", SIZE_MAX, memory);
  EXPECT_EQ(below.counters.dropped_level, 1u);
  EXPECT_EQ(
      RunFilter(Input(2, "a", "x", "s"), {}, "{}", SIZE_MAX, memory).counters.passed, 0u);
}

TEST(FilterTest, AHundredMegabyteLineIsSkippedAndCounted) {
  const Policy policy;
  Collected result;
  Filter filter(policy, {}, result);
  filter.Write(R"({"time":1,"person":")");
  const std::string block(size_t{1} << 20, 'x');
  for (int i = 0; i < 100; ++i) filter.Write(block);
  filter.Write("\"}\n" + std::string(kGood));
  filter.Finish();
  EXPECT_EQ(filter.counters().rejected, 1u);
  EXPECT_EQ(filter.counters().passed, 1u);
  EXPECT_EQ(filter.counters().errors[0].reason, "the event is larger than the limit");
  EXPECT_EQ(result.indexes, std::vector<uint64_t>{1});
}

}  // namespace
}  // namespace footfall::capture
