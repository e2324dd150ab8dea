#include "report/readable.h"

#include "base/time.h"
#include "gtest/gtest.h"

namespace footfall::report {
namespace {

TEST(ReadableCount, GroupsDigits) {
  EXPECT_EQ(ReadableCount(0), "0");
  EXPECT_EQ(ReadableCount(999), "999");
  EXPECT_EQ(ReadableCount(1000), "1,000");
  EXPECT_EQ(ReadableCount(-123456), "-123,456");
  EXPECT_EQ(ReadableCount(INT64_MIN), "-9,223,372,036,854,775,808");
}

TEST(ReadableNumber, HasFourDecimalsAtMost) {
  EXPECT_EQ(ReadableNumber(0), "0");
  EXPECT_EQ(ReadableNumber(-0.00001), "0");
  EXPECT_EQ(ReadableNumber(1234.5), "1,234.5");
  EXPECT_EQ(ReadableNumber(2.0 / 3), "0.6667");
  EXPECT_EQ(ReadableNumber(1e15), "1e+15");
  EXPECT_EQ(ReadableNumber(-1.23456e20), "-1.235e+20");
}

TEST(ShortNumber, ShortensMillions) {
  EXPECT_EQ(ShortNumber(950'000), "950,000");
  EXPECT_EQ(ShortNumber(2'500'000), "2.5M");
  EXPECT_EQ(ShortNumber(-3e9), "-3G");
  EXPECT_EQ(ShortNumber(4.25e12), "4.25T");
  EXPECT_EQ(ShortNumber(1e18), "1e+18");
}

TEST(ReadableShare, HasOneDecimal) {
  EXPECT_EQ(ReadableShare(0), "0.0%");
  EXPECT_EQ(ReadableShare(1), "100.0%");
  EXPECT_EQ(ReadableShare(0.4567), "45.7%");
}

TEST(ReadableDuration, HasTwoUnits) {
  EXPECT_EQ(ReadableDuration(0), "0 ms");
  EXPECT_EQ(ReadableDuration(999), "999 ms");
  EXPECT_EQ(ReadableDuration(1000), "1 s");
  EXPECT_EQ(ReadableDuration(12'540), "12.5 s");
  EXPECT_EQ(ReadableDuration(59'999), "59.9 s");
  EXPECT_EQ(ReadableDuration(60'000), "1 min");
  EXPECT_EQ(ReadableDuration(3'599'999), "59 min 59 s");
  EXPECT_EQ(ReadableDuration(7'500'000), "2 h 5 min");
  EXPECT_EQ(ReadableDuration(4 * 86'400'000 + 3 * 3'600'000), "4 d 3 h");
  EXPECT_EQ(ReadableDuration(-1500), "-1.5 s");
}

TEST(ReadableRange, NamesTheLastDayThatIsPartOfIt) {
  Result result;
  result.timezone_name = "Europe/Paris";
  result.timezone = *base::LoadTimeZone("Europe/Paris");
  const auto at = [&](std::string_view text) {
    return *base::ParseTime(text, result.timezone);
  };
  result.now_ms = at("2025-11-21T08:00:00Z");
  EXPECT_EQ(ReadableRange(result), "all events up to 21 Nov 2025 09:00, Europe/Paris");
  result.from_ms = at("2025-03-30");  // The clock changes on that day.
  EXPECT_EQ(ReadableRange(result), "30 Mar 2025 to 21 Nov 2025 09:00, Europe/Paris");
  result.to_ms = at("2025-03-31");
  EXPECT_EQ(ReadableRange(result), "30 Mar 2025 to 30 Mar 2025, Europe/Paris");
  result.to_ms = at("2025-03-31T10:30:00Z");
  EXPECT_EQ(ReadableRange(result), "30 Mar 2025 to 31 Mar 2025 12:30, Europe/Paris");
  result.from_ms.reset();
  EXPECT_EQ(ReadableRange(result), "up to 31 Mar 2025 12:30, Europe/Paris");
}

}  // namespace
}  // namespace footfall::report
