#include "capture/time_text.h"

#include <gtest/gtest.h>

namespace footfall::capture {
namespace {

int64_t Parse(std::string_view text) {
  int64_t ms = -1;
  EXPECT_TRUE(ParseRfc3339(text, &ms)) << text;
  return ms;
}

TEST(TimeTextTest, ReadsRfc3339) {
  EXPECT_EQ(Parse("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(Parse("2025-11-21T08:00:00.000Z"), 1763712000000);
  EXPECT_EQ(Parse("2025-11-21t09:00:00.1239999+01:00"), 1763712000123);
  EXPECT_EQ(Parse("2025-11-21T02:30:00-05:30"), 1763712000000);
  EXPECT_EQ(Parse("2024-02-29T00:00:00Z"), 1709164800000);
  EXPECT_EQ(Parse("0001-01-01T00:00:00Z"), kTimeMinMs);
  EXPECT_EQ(Parse("9999-12-31T23:59:59.999Z"), kTimeMaxMs);
  EXPECT_EQ(Parse("1969-12-31T23:59:59.5Z"), -500);
}

TEST(TimeTextTest, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      "2025",
                                      "2025-11-21",
                                      "2025-11-21T08:00:00",
                                      "2025-11-21 08:00:00Z",
                                      "2025-11-21T08:00Z",
                                      "2025-11-21T08:00:00.Z",
                                      "2025-11-21T08:00:00+0100",
                                      "2025-11-21T08:00:00+24:00",
                                      "2025-13-01T00:00:00Z",
                                      "2025-02-29T00:00:00Z",
                                      "1900-02-29T00:00:00Z",
                                      "2025-11-21T24:00:00Z",
                                      "2025-11-21T08:60:00Z",
                                      "2025-11-21T08:00:60Z",
                                      "2025-11-21T08:00:00Z ",
                                      "+2025-11-21T08:00:00Z",
                                      "0000-01-01T00:00:00Z",
                                      "2025-11-21T08:00:00z+",
                                      "2025-1-21T08:00:00Z"}) {
    int64_t ms;
    EXPECT_FALSE(ParseRfc3339(text, &ms)) << text;
  }
}

}  // namespace
}  // namespace footfall::capture
