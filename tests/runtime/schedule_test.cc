#include "runtime/schedule.h"

#include <random>
#include <string>

#include "base/status.h"
#include "base/time.h"
#include "gtest/gtest.h"

namespace footfall::runtime {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kDayMs = 24 * 60 * kMinuteMs;

Schedule Parse(const std::string& json) {
  const absl::StatusOr<Schedule> schedule =
      Schedule::FromJson(base::Json::Parse(json).value());
  EXPECT_TRUE(schedule.ok()) << json << ": " << schedule.status();
  return schedule.value();
}

std::string Next(const std::string& json, const std::string& after) {
  const int64_t time = base::ParseTime(after, absl::UTCTimeZone()).value();
  return base::FormatTime(Parse(json).NextAfter(time)).substr(0, 16);
}

std::string ErrorOf(const std::string& json) {
  const absl::Status status =
      Schedule::FromJson(base::Json::Parse(json).value()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << json;
  return base::MessageOf(status);
}

TEST(ScheduleTest, DailyWeeklyMonthly) {
  const std::string daily = R"({"every":"day"})";
  EXPECT_EQ(Next(daily, "2025-11-21T07:59:59.999Z"), "2025-11-21T08:00");
  EXPECT_EQ(Next(daily, "2025-11-21T08:00:00Z"), "2025-11-22T08:00");
  const std::string weekly =
      R"({"every":"week","on":["thursday","monday"],"at":"06:30"})";
  EXPECT_EQ(Next(weekly, "2025-11-21T08:00:00Z"), "2025-11-24T06:30");
  EXPECT_EQ(Next(weekly, "2025-11-24T06:30:00Z"), "2025-11-27T06:30");
  const std::string monthly = R"({"every":"month","on":31,"at":"23:59"})";
  EXPECT_EQ(Next(monthly, "2024-01-31T23:59:00Z"), "2024-02-29T23:59");
  EXPECT_EQ(Next(monthly, "2025-02-01T00:00:00Z"), "2025-02-28T23:59");
  EXPECT_EQ(Next(monthly, "2025-02-28T23:59:00Z"), "2025-03-31T23:59");
  EXPECT_EQ(Next(monthly, "2025-03-31T23:59:00Z"), "2025-04-30T23:59");
}

TEST(ScheduleTest, ClocksThatChange) {
  const std::string paris = R"({"every":"day","at":"02:30","timezone":"Europe/Paris"})";
  // 02:00 to 03:00 does not exist on 2025-03-30: the first instant after.
  EXPECT_EQ(Next(paris, "2025-03-29T12:00:00Z"), "2025-03-30T01:00");
  EXPECT_EQ(Next(paris, "2025-03-30T01:00:00Z"), "2025-03-31T00:30");
  // 02:30 happens twice on 2025-10-26: the first of the two, once.
  EXPECT_EQ(Next(paris, "2025-10-25T12:00:00Z"), "2025-10-26T00:30");
  EXPECT_EQ(Next(paris, "2025-10-26T00:30:00Z"), "2025-10-27T01:30");
  // The zone left out 2011-12-30.
  const std::string apia = R"({"every":"day","at":"08:00","timezone":"Pacific/Apia"})";
  EXPECT_EQ(Next(apia, "2011-12-30T00:00:00Z"), "2011-12-30T10:00");
  EXPECT_EQ(Next(apia, "2011-12-30T10:00:00Z"), "2011-12-30T18:00");
}

TEST(ScheduleTest, ReadsBackAsItWas) {
  for (
      const char* json :
      {R"({"every":"day","at":"08:00","timezone":"UTC"})",
       R"({"every":"week","on":["monday","sunday"],"at":"00:05","timezone":"Asia/Tokyo"})",
       R"({"every":"month","on":1,"at":"17:00","timezone":"Europe/Paris"})"}) {
    EXPECT_EQ(Parse(json).ToJson().Dump(), json);
  }
}

TEST(ScheduleTest, ErrorsNameTheirPlace) {
  EXPECT_EQ(ErrorOf("[]"), "$: must be an object");
  EXPECT_EQ(ErrorOf(R"({"every":"day","cron":"* * *"})"), "$.cron: unknown key");
  EXPECT_EQ(ErrorOf("{}"), R"($.every: must be "day", "week" or "month")");
  EXPECT_EQ(ErrorOf(R"({"every":"hour"})"),
            R"($.every: must be "day", "week" or "month")");
  EXPECT_EQ(ErrorOf(R"({"every":"day","on":1})"), "$.on: has no meaning for every day");
  const std::string days = R"($.on: must be an array of days such as ["monday"])";
  EXPECT_EQ(ErrorOf(R"({"every":"week"})"), days);
  EXPECT_EQ(ErrorOf(R"({"every":"week","on":[]})"), days);
  EXPECT_EQ(ErrorOf(R"({"every":"week","on":["monday","Tuesday"]})"),
            R"($.on[1]: must be a day such as "monday")");
  EXPECT_EQ(ErrorOf(R"({"every":"week","on":["monday","monday"]})"),
            "$.on[1]: is there twice");
  for (const char* on : {"0", "32", "1.5", "\"1\"", "null"}) {
    EXPECT_EQ(ErrorOf(std::string(R"({"every":"month","on":)") + on + "}"),
              "$.on: must be a day of the month, 1 to 31");
  }
  for (const char* at :
       {"\"24:00\"", "\"8:00\"", "\"08:60\"", "\"08:00:00\"", "8", "\"\"", "\"-1:00\""}) {
    EXPECT_EQ(ErrorOf(std::string(R"({"every":"day","at":)") + at + "}"),
              R"($.at: must be a time of day such as "08:00")");
  }
  EXPECT_EQ(ErrorOf(R"({"every":"day","timezone":"Europe/Nowhere"})"),
            "$.timezone: 'Europe/Nowhere' is not a known time zone");
  EXPECT_EQ(ErrorOf(R"({"every":"day","timezone":1})"), "$.timezone: must be a string");
}

// The schedule by its words, minute by minute.
bool IsDueOn(const Schedule& schedule, absl::CivilDay day) {
  switch (schedule.every) {
    case Schedule::Every::kDay:
      return true;
    case Schedule::Every::kWeek:
      return (schedule.weekdays >> static_cast<int>(absl::GetWeekday(day)) & 1) != 0;
    case Schedule::Every::kMonth:
      break;
  }
  const bool last_day = (day + 1).day() == 1;
  return day.day() == schedule.month_day || (last_day && schedule.month_day > day.day());
}

absl::CivilMinute LocalMinute(const Schedule& schedule, int64_t time_ms) {
  return absl::ToCivilMinute(absl::FromUnixMillis(time_ms), schedule.timezone);
}

bool HappenedBefore(const Schedule& schedule, int64_t time_ms) {
  const absl::CivilMinute local = LocalMinute(schedule, time_ms);
  for (int64_t back = 1; back <= 180; ++back) {
    if (LocalMinute(schedule, time_ms - back * kMinuteMs) == local) return true;
  }
  return false;
}

int64_t SlowNext(const Schedule& schedule, int64_t after_ms) {
  int64_t time = (after_ms / kMinuteMs + 1) * kMinuteMs;
  for (;; time += kMinuteMs) {
    const absl::CivilMinute local = LocalMinute(schedule, time);
    absl::CivilMinute skipped = LocalMinute(schedule, time - kMinuteMs) + 1;
    // What the clock leaves out falls on the first instant after.
    for (; skipped < local; ++skipped) {
      if (skipped.hour() * 60 + skipped.minute() == schedule.minute &&
          IsDueOn(schedule, absl::CivilDay(skipped))) {
        return time;
      }
    }
    if (local.hour() * 60 + local.minute() == schedule.minute &&
        IsDueOn(schedule, absl::CivilDay(local)) && !HappenedBefore(schedule, time)) {
      return time;
    }
  }
}

TEST(ScheduleTest, AgreesWithACalendarReadMinuteByMinute) {
  std::mt19937 random(20251121);
  const auto below = [&](int64_t n) { return static_cast<int64_t>(random() % n); };
  const char* const zones[] = {"UTC",
                               "Europe/Paris",
                               "America/New_York",
                               "Australia/Lord_Howe",
                               "America/Sao_Paulo",
                               "Asia/Kathmandu",
                               "Africa/Casablanca",
                               "Pacific/Apia"};
  const int64_t from = base::ParseTime("2009-01-01", absl::UTCTimeZone()).value();
  for (int i = 0; i < 400; ++i) {
    Schedule schedule;
    schedule.timezone_name = zones[below(8)];
    schedule.timezone = base::LoadTimeZone(schedule.timezone_name).value();
    schedule.every = static_cast<Schedule::Every>(i % 20 == 0 ? 2 : below(2));
    schedule.weekdays = static_cast<uint8_t>(1 + below(127));
    schedule.month_day = static_cast<int>(1 + below(31));
    // Most clocks change between midnight and four.
    schedule.minute = static_cast<int>(below(2) == 0 ? below(240) : below(1440));
    int64_t time = from + below(9 * 365 * kDayMs);
    // Half of them beside a change of the clock.
    absl::TimeZone::CivilTransition change;
    if (i % 2 == 0 &&
        schedule.timezone.NextTransition(absl::FromUnixMillis(time), &change)) {
      time = absl::ToUnixMillis(absl::FromCivil(change.from, schedule.timezone)) -
             below(36) * 60 * kMinuteMs;
    }
    EXPECT_EQ(base::FormatTime(schedule.NextAfter(time)),
              base::FormatTime(SlowNext(schedule, time)))
        << schedule.ToJson().Dump() << " after " << base::FormatTime(time);
  }
}

}  // namespace
}  // namespace footfall::runtime
