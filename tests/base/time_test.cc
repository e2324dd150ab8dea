#include "base/time.h"

#include <string>

#include "gtest/gtest.h"

namespace footfall::base {
namespace {

absl::TimeZone Zone(const char* name) { return LoadTimeZone(name).value(); }

int64_t At(const char* text) { return ParseTime(text, absl::UTCTimeZone()).value(); }

TEST(TimeTest, ParsesRfc3339) {
  EXPECT_EQ(At("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(At("2025-11-21T08:00:00Z"), 1763712000000);
  EXPECT_EQ(At("2025-11-21T08:00:00.1239Z"), 1763712000123);
  EXPECT_EQ(At("2025-11-21T09:30:00+01:30"), 1763712000000);
  EXPECT_EQ(At("2025-11-21t07:00:00.5-01:00"), 1763712000500);
}

TEST(TimeTest, RefusesWhatIsNotATime) {
  for (const char* text :
       {"", "2025", "2025-02-30", "2025-13-01", "2025-11-21T", "2025-11-21T08:00:00",
        "2025-11-21T24:00:00Z", "2025-11-21T08:00:00.Z", "2025-11-21T08:00:00Zx",
        "2025-11-21T08:00:00+1:00", "1969-12-31T00:00:00Z", "2025/11/21"}) {
    EXPECT_FALSE(ParseTime(text, absl::UTCTimeZone()).ok()) << text;
  }
}

TEST(TimeTest, FormatsUtcAndLocal) {
  EXPECT_EQ(FormatTime(1763712000007), "2025-11-21T08:00:00.007Z");
  EXPECT_EQ(FormatLocalTime(1763712000000, Zone("Europe/Paris")),
            "2025-11-21T09:00:00.000+01:00");
  EXPECT_EQ(FormatLocalTime(1763712000000, Zone("America/St_Johns")),
            "2025-11-21T04:30:00.000-03:30");
  EXPECT_EQ(FormatDate(20413), "2025-11-21");
}

TEST(TimeTest, DateIsItsFirstLocalInstant) {
  EXPECT_EQ(*ParseTime("2025-11-21", Zone("Europe/Paris")), At("2025-11-20T23:00:00Z"));
  // Sao Paulo skipped midnight on 2018-11-04: the day began at 01:00, 03:00 UTC.
  EXPECT_EQ(*ParseTime("2018-11-04", Zone("America/Sao_Paulo")),
            At("2018-11-04T03:00:00Z"));
  // Havana repeats midnight on 2025-11-02: the first of the two counts, 04:00 UTC.
  EXPECT_EQ(*ParseTime("2025-11-02", Zone("America/Havana")), At("2025-11-02T04:00:00Z"));
}

TEST(TimeTest, LocalDaysWeeksAndMonths) {
  const absl::TimeZone paris = Zone("Europe/Paris");
  const int64_t day = LocalDay(At("2025-11-22T23:30:00Z"), paris);
  EXPECT_EQ(FormatDate(day), "2025-11-23");  // A Sunday.
  EXPECT_EQ(FormatDate(WeekOf(day)), "2025-11-17");
  EXPECT_EQ(FormatDate(WeekOf(WeekOf(day))), "2025-11-17");
  EXPECT_EQ(FormatDate(MonthOf(day)), "2025-11-01");
  EXPECT_EQ(FormatDate(WeekOf(0)), "1969-12-29");
}

TEST(TimeTest, RepeatedHourIsTwoHours) {
  const absl::TimeZone paris = Zone("Europe/Paris");
  // On 2025-10-26 the hour from 02:00 happens twice.
  EXPECT_EQ(HourStart(At("2025-10-26T00:40:00Z"), paris), At("2025-10-26T00:00:00Z"));
  EXPECT_EQ(HourStart(At("2025-10-26T01:40:00Z"), paris), At("2025-10-26T01:00:00Z"));
  // India is half an hour off.
  EXPECT_EQ(HourStart(At("2025-10-26T01:40:00Z"), Zone("Asia/Kolkata")),
            At("2025-10-26T01:30:00Z"));
}

TEST(TimeTest, ParsesDurations) {
  EXPECT_EQ(*ParseDuration("30m"), 30 * 60 * 1000);
  EXPECT_EQ(*ParseDuration("2w"), 14LL * 24 * 3600 * 1000);
  EXPECT_EQ(*ParseDuration("250ms"), 250);
  for (const char* text : {"", "30", "m", "-1d", "1.5h", "1y", "99999999999999d"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

TEST(TimeTest, UnknownZoneIsRefused) {
  EXPECT_FALSE(LoadTimeZone("Mars/Olympus").ok());
  EXPECT_FALSE(LoadTimeZone("").ok());
}

}  // namespace
}  // namespace footfall::base
