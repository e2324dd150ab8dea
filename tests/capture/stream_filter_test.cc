#include "capture/stream_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace footfall::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kEvent =
    R"({"time":1763722800000,"person":"ana","type":"track","name":"saved"})";
const std::string kMove =
    R"({"type":3,"data":{"source":4,"width":800,"height":600},"timestamp":1763722800000})";

class Lines : public RecordingSink {
 public:
  void OnRecordingEvent(std::string_view json, const InputPosition& position) override {
    lines.emplace_back(json);
    positions.push_back(position);
  }

  std::vector<std::string> lines;
  std::vector<InputPosition> positions;
};

// Filters `input` in pieces of `piece` bytes.
Lines FilterAll(const std::string& input, const StreamOptions& options,
                FilterCounters* counters = nullptr, size_t piece = 1) {
  Lines lines;
  StreamFilter filter(Policy(), options, lines);
  for (size_t at = 0; at < input.size(); at += piece) {
    filter.Write(std::string_view(input).substr(at, piece));
  }
  filter.Finish();
  if (counters != nullptr) *counters = filter.counters();
  return lines;
}

Policy Parse(std::string_view json) {
  Policy policy;
  PolicyError error;
  EXPECT_TRUE(Policy::Parse(json, policy, error)) << error.message;
  return policy;
}

TEST(StreamFilterTest, TellsRrwebByTheTypeAndTimestampOfAnEvent) {
  EXPECT_TRUE(IsRrwebEvent(kMove));
  EXPECT_TRUE(
      IsRrwebEvent(R"({"data":{"type":"x","timestamp":"y"},"timestamp":1,"type":4})"));
  for (const char* other : {R"({"type":"track","timestamp":1})", R"({"type":3})",
                            R"({"timestamp":3})", R"({"type":3,"timestamp":"1"})",
                            R"({"data":{"type":3,"timestamp":1}})", "{}", ""}) {
    EXPECT_FALSE(IsRrwebEvent(other)) << other;
  }
}

TEST(StreamFilterTest, TheFirstEventDecides) {
  const StreamOptions automatic{.format = InputFormat::kAuto};
  for (const std::string& input :
       {kEvent + "\n" + kEvent + "\n", "[" + kEvent + ",\n" + kEvent + "]"}) {
    for (const size_t piece : {size_t{1}, size_t{50}, input.size()}) {
      EXPECT_THAT(FilterAll(input, automatic, nullptr, piece).lines, SizeIs(2)) << input;
    }
  }
  FilterCounters counters;
  const Lines lines =
      FilterAll(kMove + "\n" + kMove + "\n" + kEvent, automatic, &counters);
  ASSERT_THAT(lines.lines, SizeIs(2));
  EXPECT_THAT(lines.lines[0], HasSubstr("\"width\":800"));
  EXPECT_EQ(lines.positions[1].index, 1u);
  EXPECT_EQ(lines.positions[1].line, 2u);
  EXPECT_EQ(counters.passed, 2u);
  EXPECT_EQ(counters.rejected, 1u);
}

TEST(StreamFilterTest, WhatIsNoEventDecidesNothing) {
  FilterCounters counters;
  const Lines lines =
      FilterAll("nonsense\n\n" + kMove + "\n", {.format = InputFormat::kAuto}, &counters);
  EXPECT_THAT(lines.lines, SizeIs(1));
  EXPECT_EQ(counters.passed, 1u);
  EXPECT_EQ(counters.rejected, 1u);
  EXPECT_THAT(FilterAll("", {.format = InputFormat::kAuto}).lines, IsEmpty());
}

TEST(StreamFilterTest, TheHeadOfALargeFirstEventDecides) {
  const std::string large(size_t{2} << 20, 'x');
  const std::string text = R"("data":{"source":4,"x":")" + large + "\"}";
  const struct {
    std::string first;
    bool rrweb;
  } cases[] = {
      {R"({"type":3,)" + text + R"(,"timestamp":1})", true},
      {"[ {" + text + R"(,"timestamp":1,"type":3})", true},
      {R"({"type":"track","time":1763722800000,"person":")" + large + "\"}", false},
      {R"({"time":1763722800000,"properties":{"type":3,"data":{}},"person":")" + large +
           R"(","type":"track"})",
       false},
      {large, false},
  };
  for (const auto& one : cases) {
    const std::string input =
        one.first + (one.first[0] == '[' ? "," : "\n") + (one.rrweb ? kMove : kEvent);
    FilterCounters counters;
    FilterAll(input, {.format = InputFormat::kAuto}, &counters, size_t{100} << 10);
    EXPECT_GE(counters.passed, 1u) << one.first.substr(0, 60);
  }
}

TEST(StreamFilterTest, ALowerLevelDropsRecordings) {
  FilterCounters counters;
  for (const auto format : {InputFormat::kRrweb, InputFormat::kAuto}) {
    const Lines lines =
        FilterAll(kMove + "\n" + kMove + "\n",
                  {.format = format, .level = model::Level::kInteractions}, &counters);
    EXPECT_THAT(lines.lines, IsEmpty());
    EXPECT_EQ(counters.dropped_level, 2u);
    EXPECT_EQ(counters.passed, 0u);
  }
}

TEST(StreamFilterTest, BoundsTheEventsOfEachFormat) {
  FilterCounters counters;
  FilterAll(kMove + "\n", {.format = InputFormat::kRrweb, .event_bytes_max = 20},
            &counters);
  EXPECT_EQ(counters.rejected, 1u);
  const std::string large = kEvent.substr(0, kEvent.size() - 1) + R"(,"title":")" +
                            std::string(size_t{1} << 20, 'x') + "\"}\n";
  FilterAll(large, {.format = InputFormat::kAuto}, &counters, large.size());
  EXPECT_EQ(counters.rejected, 1u) << "the default of interactions is 1 MiB";
  FilterAll(large, {.format = InputFormat::kAuto, .event_bytes_max = size_t{2} << 20},
            &counters, large.size());
  EXPECT_EQ(counters.passed, 1u);
}

TEST(StreamFilterTest, APolicyHoldsFromTheNextEventOn) {
  const std::string event =
      R"({"time":1763722800000,"person":"a","type":"page_view","url":"https://a.example/?tab=1"})";
  Lines lines;
  StreamFilter filter(Policy(), {.format = InputFormat::kAuto}, lines);
  const Policy keep = Parse(R"({"url":{"keep_query":["tab"]}})");
  filter.Write(event + "\n");
  filter.SetPolicy(keep);
  filter.Write(event + "\n" + event.substr(0, 40));
  filter.SetPolicy(Policy());
  filter.Write(event.substr(40) + "\n");
  filter.Finish();
  ASSERT_THAT(lines.lines, SizeIs(3));
  EXPECT_THAT(lines.lines[0], testing::Not(HasSubstr("tab")));
  EXPECT_THAT(lines.lines[1], HasSubstr("tab=1"));
  EXPECT_THAT(lines.lines[2], testing::Not(HasSubstr("tab")));
}

TEST(StreamFilterTest, APolicySetBeforeTheFormatIsKnownHolds) {
  Lines lines;
  StreamFilter filter(Policy(), {.format = InputFormat::kAuto}, lines);
  filter.SetPolicy(Parse(R"({"url":{"keep_query":["tab"]}})"));
  filter.Write(
      R"({"type":4,"data":{"href":"https://a.example/?tab=1","width":1,"height":1},"timestamp":1763722800000})"
      "\n");
  filter.Finish();
  ASSERT_THAT(lines.lines, SizeIs(1));
  EXPECT_THAT(lines.lines[0], HasSubstr("tab=1"));
}

}  // namespace
}  // namespace footfall::capture
