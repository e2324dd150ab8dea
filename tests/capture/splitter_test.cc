#include "capture/splitter.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <vector>

namespace footfall::capture {
namespace {

struct Pieces : SplitterSink {
  std::vector<std::string> seen;
  void OnEventText(std::string_view text, size_t capacity,
                   const EventPosition& position) override {
    EXPECT_GE(capacity, text.size() + simdjson::SIMDJSON_PADDING);
    seen.push_back(std::to_string(position.line) + ":" + std::to_string(position.byte) +
                   " " + std::string(text));
  }
  void OnBadText(std::string_view reason, const EventPosition& position) override {
    seen.push_back(std::to_string(position.line) + ":" + std::to_string(position.byte) +
                   " !" + std::string(reason));
  }
};

using Seen = std::vector<std::string>;

Seen Split(const std::string& stream, size_t max = 100) {
  Seen whole;
  for (const size_t piece : {stream.size() + 1, size_t{1}, size_t{3}}) {
    Pieces pieces;
    Splitter splitter(max, pieces);
    for (size_t pos = 0; pos < stream.size(); pos += piece) {
      splitter.Write(std::string(stream, pos, piece));
    }
    splitter.Finish();
    if (piece > stream.size()) whole = pieces.seen;
    EXPECT_EQ(pieces.seen, whole) << "in pieces of " << piece;
  }
  return whole;
}

TEST(SplitterTest, Lines) {
  EXPECT_EQ(Split(""), Seen{});
  EXPECT_EQ(Split("\n \r\n\n"), Seen{});
  EXPECT_EQ(Split("{a}\r\n\n  {b} \n{c}"), (Seen{"1:0 {a}", "3:8 {b}", "4:13 {c}"}));
  EXPECT_EQ(Split("\xEF\xBB\xBF{a}\n{b}"), (Seen{"1:3 {a}", "2:7 {b}"}));
  EXPECT_EQ(Split("\xEF\xBB{a}\n{b}"), (Seen{"1:0 \xEF\xBB{a}", "2:6 {b}"}));
  EXPECT_EQ(Split("\xEF"), Seen{"1:0 \xEF"});
  EXPECT_EQ(Split("{a}\n[b]\n"), (Seen{"1:0 {a}", "2:4 [b]"}));
}

TEST(SplitterTest, SkipsWhatIsTooLong) {
  EXPECT_EQ(Split("{123456789}\n{1}\n", 5),
            (Seen{"1:0 !the event is larger than the limit", "2:12 {1}"}));
  EXPECT_EQ(Split("  {123}   \n", 5), Seen{"1:2 {123}"});
  EXPECT_EQ(Split("{1234}", 5), Seen{"1:0 !the event is larger than the limit"});
  EXPECT_EQ(Split("[{123456789},{1}]", 5),
            (Seen{"1:1 !the event is larger than the limit", "1:13 {1}"}));
}

TEST(SplitterTest, Arrays) {
  EXPECT_EQ(Split("[]"), Seen{});
  EXPECT_EQ(Split(" \n[ {a},\n{b} ]\n"), (Seen{"2:4 {a}", "3:9 {b}"}));
  EXPECT_EQ(Split(R"([{"a":"}],[\"\\"},{"b":[{}]}])"),
            (Seen{R"(1:1 {"a":"}],[\"\\"})", R"(1:18 {"b":[{}]})"}));
  EXPECT_EQ(Split("[1,\"x\"]"), (Seen{"1:1 1", "1:3 \"x\""}));
}

TEST(SplitterTest, BrokenArrays) {
  EXPECT_EQ(Split("[{a},]"),
            (Seen{"1:1 {a}", "1:5 !an element is missing before this byte"}));
  EXPECT_EQ(Split("[,{a}]"),
            (Seen{"1:1 !an element is missing before this byte", "1:2 {a}"}));
  EXPECT_EQ(Split("[{a}] x y"),
            (Seen{"1:1 {a}", "1:6 !bytes follow the end of the array"}));
  EXPECT_EQ(Split("[{a}"), (Seen{"1:1 {a}", "1:4 !the array is not closed"}));
  EXPECT_EQ(Split("[{a},"), (Seen{"1:1 {a}", "1:5 !the array is not closed"}));
  EXPECT_EQ(Split("[{a},{b"), (Seen{"1:1 {a}", "1:5 {b"}));
  EXPECT_EQ(Split("[{a}},{b}]"), (Seen{"1:1 {a}}", "1:6 {b}"}));
}

TEST(SplitterTest, KeepsTheNeighboursOfABadElement) {
  EXPECT_EQ(Split(R"([{"a":[}, {b}, {c}])"),
            (Seen{R"(1:1 {"a":[})", "1:10 {b}", "1:15 {c}"}));
  EXPECT_EQ(Split(R"([{"a":]}, {b}])"), (Seen{R"(1:1 {"a":]})", "1:10 {b}"}));
  EXPECT_EQ(Split(R"([[1}, {b}])"), (Seen{"1:1 [1}", "1:6 {b}"}));
  EXPECT_EQ(Split("[{a}{b}, {c}]"), (Seen{"1:1 {a}", "1:4 {b}", "1:9 {c}"}));
  EXPECT_EQ(Split("[{a} x {b}]"), (Seen{"1:1 {a} x", "1:7 {b}"}));
  const std::string deep = std::string(70, '[') + std::string(70, ']');
  EXPECT_EQ(Split("[" + deep + ",{b}]", 200), (Seen{"1:1 " + deep, "1:142 {b}"}));
}

TEST(SplitterTest, FirstObjectSize) {
  EXPECT_EQ(FirstObjectSize(""), 0u);
  EXPECT_EQ(FirstObjectSize("{a}{b}"), 3u);
  EXPECT_EQ(FirstObjectSize("{a} {b}"), 4u);
  EXPECT_EQ(FirstObjectSize("x{b}"), 1u);
  EXPECT_EQ(FirstObjectSize(R"({"a":"\"}{","b":{}})"), 19u);
  EXPECT_EQ(FirstObjectSize(R"({"a":[}{b})"), 7u);
  EXPECT_EQ(FirstObjectSize("{\"a\\"), 4u);
}

TEST(SplitterTest, FindsTheNextElementAfterAnOpenBracket) {
  EXPECT_EQ(Split(R"([{"a":1,{"b":2},{"c":3}])"),
            (Seen{R"(1:1 {"a":1,)", R"(1:8 {"b":2})", R"(1:16 {"c":3})"}));
  EXPECT_EQ(Split(R"([{"a":{"x":1},{"b":2}])"),
            (Seen{R"(1:1 {"a":{"x":1},)", R"(1:14 {"b":2})"}));
  EXPECT_EQ(Split(R"([{"a":1 {"b":2}])"), (Seen{R"(1:1 {"a":1)", R"(1:8 {"b":2})"}));
  EXPECT_EQ(Split(R"([{"a": {"b":[1,{"c":2}]}},{"d":3}])"),
            (Seen{R"(1:1 {"a": {"b":[1,{"c":2}]}})", R"(1:26 {"d":3})"}));
}

TEST(SplitterTest, FindsTheNextElementAfterAnOpenString) {
  EXPECT_EQ(Split("[{\"a\":\"x},\n{b},\n{c}]"),
            (Seen{"1:1 {\"a\":\"x},", "2:11 {b}", "3:16 {c}"}));
}

}  // namespace
}  // namespace footfall::capture
