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
  EXPECT_EQ(Scan("\xC3 j@x.example \xE2\x80 030 1234567 \xEF", 0),
            "\xC3 *** \xE2\x80 *** \xEF");
}

TEST(TextScanTest, ReturnsTheTextItselfWhenNothingIsFound) {
  const std::string text = "Nothing to see on 2025-11-21 at 10:30, in 12 rooms";
  Arena arena;
  RuleCounts counts;
  EXPECT_EQ(ScanText(text, arena, counts).data(), text.data());
  EXPECT_FALSE(counts.dirty());
}

TEST(TextScanTest, CountsEachRule) {
  const std::string text =
      "j@x.example, k@x.example, 030 1234567, DE89 3704 0044 0532 0130 00, "
      "4111 1111 1111 1111, ssn 523-45-6789, Bearer abcdef123456";
  Arena arena;
  RuleCounts counts;
  EXPECT_EQ(ScanText(text, arena, counts),
            "***, ***, ***, ***, ***, ssn ***, Bearer ***");
  const auto count = [&counts](Rule rule) {
    return counts.counts()[static_cast<size_t>(rule)];
  };
  EXPECT_EQ(count(Rule::kEmail), 2U);
  EXPECT_EQ(count(Rule::kPhone), 1U);
  EXPECT_EQ(count(Rule::kIban), 1U);
  EXPECT_EQ(count(Rule::kCard), 1U);
  EXPECT_EQ(count(Rule::kNationalId), 1U);
  EXPECT_EQ(count(Rule::kBearerToken), 1U);
}

TEST(TextScanTest, AllowedTextKeepsAllButCardsAndPatterns) {
  std::vector<Pattern> patterns(1);
  ASSERT_EQ(Pattern::Parse("E[0-9]{3}", patterns[0]), "");
  Arena arena;
  RuleCounts counts;
  EXPECT_EQ(ScanText("j@x.example 030 1234567 4111111111111111 E123", {false, &patterns},
                     arena, counts),
            "j@x.example 030 1234567 *** ***");
}

TEST(TextScanTest, MasksAtEveryOffset) {
  // The first look at a text reads eight bytes at a time.
  for (const std::string_view secret :
       {"j@x.example", "030 1234567", "AKIAABCDEFGH23456789", "Bearer abcdefgh12",
        "q7Zp1XvR8sKd3LmT9wYb2Nc4", "523-45-6789", "4111111111111111"}) {
    const bool bearer = secret[0] == 'B';
    for (size_t before = 0; before < 20; ++before) {
      for (size_t after = 0; after < 10; ++after) {
        std::string text(before, ' ');
        text += secret;
        text += std::string(after, ' ');
        const std::string expected = std::string(before, ' ') +
                                     (bearer ? "Bearer ***" : "***") +
                                     std::string(after, ' ');
        Arena arena;
        RuleCounts counts;
        EXPECT_EQ(ScanText(text, arena, counts), expected);
      }
    }
  }
}

std::string Repeated(std::string_view part, size_t size) {
  std::string text;
  while (text.size() < size) text += part;
  return text;
}

// A megabyte of what keeps a scanner busy; in quadratic time these would take hours.
TEST(TextScanTest, TakesLinearTime) {
  for (const std::string_view part : {"a",
                                      "1",
                                      "@",
                                      "a@",
                                      "a.",
                                      "a@b",
                                      "a@b.",
                                      "%40",
                                      "eyJ",
                                      "eyJa.",
                                      "eyJhbGciOiJ.",
                                      "eyJhbGciOiJ-eyJ_",
                                      "sk-",
                                      "sk_live_",
                                      "AKIA",
                                      "xoxb-1",
                                      "SG.",
                                      "Bearer ",
                                      "Basic: ",
                                      "bearer\t",
                                      "-----BEGIN ",
                                      "-----BEGIN PRIVATE KE-----",
                                      "DE89",
                                      "DE89 ",
                                      "DE89 3704 ",
                                      "NO12 3456 7890 12 ",
                                      "1 ",
                                      "12-",
                                      "+1 ",
                                      "(1",
                                      "(030) ",
                                      "0 ",
                                      "01 23 45 ",
                                      "1.2.3.4 ",
                                      "tel ",
                                      "tel 1 ",
                                      "phone 12345 ",
                                      "ssn 1234 ",
                                      "999-99-999 ",
                                      "A1",
                                      "AB12 ",
                                      "ABCDEF12A34B567 ",
                                      "4111 ",
                                      "4111-1111-1111-111 ",
                                      "\xD9\xA1",
                                      "\xD9\xA1 ",
                                      "\xE2\x80\x8B",
                                      "1\xE2\x80\x8B",
                                      "\xC3\xA9@",
                                      "a1B2c3D4",
                                      "a1B2c3D4-",
                                      "x/y+z=",
                                      "*",
                                      "***1"}) {
    const std::string text = Repeated(part, 1 << 20);
    Arena arena;
    RuleCounts counts;
    const std::string_view once = ScanText(text, arena, counts);
    EXPECT_LE(once.size(), text.size()) << part;
    RuleCounts again;
    EXPECT_EQ(ScanText(once, arena, again), once) << part;
  }
}

}  // namespace
}  // namespace footfall::capture
