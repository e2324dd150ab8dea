#include "capture/text_scan.h"

#include <gtest/gtest.h>

#include <string>

namespace footfall::capture {
namespace {

std::string Scan(std::string_view text, uint32_t cards) {
  Arena arena;
  RuleCounts counts;
  const std::string result(ScanText(text, arena, counts));
  EXPECT_EQ(counts.counts()[static_cast<size_t>(Rule::kCard)], cards) << text;
  return result;
}

TEST(TextScanTest, MasksEveryCard) {
  EXPECT_EQ(Scan("4111111111111111", 1), "***");
  EXPECT_EQ(Scan("a 4111-1111-1111-1111 b 5555 5555 5555 4444 c", 2), "a *** b *** c");
  EXPECT_EQ(Scan("12 4111 1111 1111 1111 99", 1), "12 *** 99");
  EXPECT_EQ(Scan("x4111111111111111y", 1), "x***y");
  EXPECT_EQ(Scan("4222222222222", 1), "***");
  EXPECT_EQ(Scan("6304 0000 0000 0000 000", 1), "***");
}

TEST(TextScanTest, LeavesOtherNumbers) {
  for (const std::string_view text :
       {"", "no digits", "4111111111111112", "1763712000000", "411111111111111",
        "00004111111111111111", "4111x1111y1111z1111", "4111----1111----1111----1111",
        "2025-11-21T08:00:00.000Z 2025-11-22", "0000000000000000"}) {
    EXPECT_EQ(Scan(text, 0), text);
    EXPECT_FALSE(HasCard(text));
  }
}

TEST(TextScanTest, SurvivesBrokenUtf8) {
  EXPECT_EQ(Scan("\xF0\x9F 4111111111111111 \xE2\x82", 1), "\xF0\x9F *** \xE2\x82");
}

}  // namespace
}  // namespace footfall::capture
