#include "runtime/schedule.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"

namespace footfall::runtime {
namespace {

using base::InvalidAt;
using base::Json;

constexpr std::array<std::string_view, 7> kWeekdays = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 3> kEvery = {"day", "week", "month"};

// Two months, and what a zone may have left out of its calendar.
constexpr int kDaysAhead = 70;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

absl::StatusOr<int> ParseMinute(const Json& json) {
  // With a literal for the other case the text would be copied, and the view dangle.
  const std::string_view text =
      json.is_string() ? std::string_view(json.as_string()) : std::string_view();
  if (text.size() == 5 && IsDigit(text[0]) && IsDigit(text[1]) && text[2] == ':' &&
      IsDigit(text[3]) && IsDigit(text[4])) {
    const int hour = (text[0] - '0') * 10 + text[1] - '0';
    const int minute = (text[3] - '0') * 10 + text[4] - '0';
    if (hour < 24 && minute < 60) return hour * 60 + minute;
  }
  return InvalidAt("$.at", "must be a time of day such as \"08:00\"");
}

absl::Status ParseWeekdays(const Json* on, Schedule* schedule) {
  if (on == nullptr || !on->is_array() || on->as_array().empty()) {
    return InvalidAt("$.on", "must be an array of days such as [\"monday\"]");
  }
  for (size_t i = 0; i < on->as_array().size(); ++i) {
    const Json& day = on->as_array()[i];
    const auto found =
        std::find(kWeekdays.begin(), kWeekdays.end(),
                  day.is_string() ? std::string_view(day.as_string()) : "");
    if (found == kWeekdays.end()) {
      return InvalidAt(base::Cat("$.on[", i, "]"), "must be a day such as \"monday\"");
    }
    const auto bit = static_cast<uint8_t>(1 << (found - kWeekdays.begin()));
    if ((schedule->weekdays & bit) != 0) {
      return InvalidAt(base::Cat("$.on[", i, "]"), "is there twice");
    }
    schedule->weekdays |= bit;
  }
  return absl::OkStatus();
}

absl::Status ParseMonthDay(const Json* on, Schedule* schedule) {
  if (on == nullptr || !on->is_int() || on->as_int() < 1 || on->as_int() > 31) {
    return InvalidAt("$.on", "must be a day of the month, 1 to 31");
  }
  schedule->month_day = static_cast<int>(on->as_int());
  return absl::OkStatus();
}

absl::Status ParseDays(const Json& json, Schedule* schedule) {
  const Json* on = json.Find("on");
  const Json* every = json.Find("every");
  const auto found = std::find(
      kEvery.begin(), kEvery.end(),
      every != nullptr && every->is_string() ? std::string_view(every->as_string()) : "");
  if (found == kEvery.end()) {
    return InvalidAt("$.every", "must be \"day\", \"week\" or \"month\"");
  }
  schedule->every = static_cast<Schedule::Every>(found - kEvery.begin());
  switch (schedule->every) {
    case Schedule::Every::kWeek:
      return ParseWeekdays(on, schedule);
    case Schedule::Every::kMonth:
      return ParseMonthDay(on, schedule);
    case Schedule::Every::kDay:
      break;
  }
  return on == nullptr ? absl::OkStatus()
                       : InvalidAt("$.on", "has no meaning for every day");
}

std::string TwoDigits(int value) { return base::Cat(value < 10 ? "0" : "", value); }

bool Matches(const Schedule& schedule, absl::CivilDay day) {
  switch (schedule.every) {
    case Schedule::Every::kDay:
      return true;
    case Schedule::Every::kWeek:
      return (schedule.weekdays >> static_cast<int>(absl::GetWeekday(day)) & 1) != 0;
    case Schedule::Every::kMonth: {
      const absl::CivilDay last = absl::CivilDay(absl::CivilMonth(day) + 1) - 1;
      return day.day() == std::min(schedule.month_day, last.day());
    }
  }
  return false;
}

// The instant of the schedule's time on a local day.
int64_t InstantOn(const Schedule& schedule, absl::CivilDay day) {
  const absl::CivilSecond local(absl::CivilMinute(day) + schedule.minute);
  const absl::TimeZone::TimeInfo info = schedule.timezone.At(local);
  return absl::ToUnixMillis(info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans
                                                                           : info.pre);
}

}  // namespace

absl::StatusOr<Schedule> Schedule::FromJson(const Json& json) {
  if (!json.is_object()) return InvalidAt("$", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, "$", {"every", "on", "at", "timezone"}));
  Schedule schedule;
  FOOTFALL_RETURN_IF_ERROR(ParseDays(json, &schedule));
  if (const Json* at = json.Find("at"); at != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(schedule.minute, ParseMinute(*at));
  }
  if (const Json* zone = json.Find("timezone"); zone != nullptr) {
    if (!zone->is_string()) return InvalidAt("$.timezone", "must be a string");
    schedule.timezone_name = zone->as_string();
    absl::StatusOr<absl::TimeZone> loaded = base::LoadTimeZone(schedule.timezone_name);
    if (!loaded.ok()) return base::WithPathPrefix("$.timezone", loaded.status());
    schedule.timezone = *loaded;
  }
  return schedule;
}

Json Schedule::ToJson() const {
  Json out = Json::MakeObject();
  out.Set("every", kEvery[static_cast<size_t>(every)]);
  if (every == Every::kWeek) {
    Json days = Json::MakeArray();
    for (size_t i = 0; i < kWeekdays.size(); ++i) {
      if ((weekdays >> i & 1) != 0) days.Push(kWeekdays[i]);
    }
    out.Set("on", std::move(days));
  }
  if (every == Every::kMonth) out.Set("on", month_day);
  out.Set("at", base::Cat(TwoDigits(minute / 60), ":", TwoDigits(minute % 60)));
  out.Set("timezone", timezone_name);
  return out;
}

int64_t Schedule::NextAfter(int64_t time_ms) const {
  // A day may be repeated or left out where a zone crosses the date line.
  const absl::CivilDay first =
      absl::ToCivilDay(absl::FromUnixMillis(time_ms), timezone) - 2;
  for (int i = 0; i < kDaysAhead; ++i) {
    if (!Matches(*this, first + i)) continue;
    const int64_t instant = InstantOn(*this, first + i);
    if (instant > time_ms) return instant;
  }
  return INT64_MAX;  // Past what the calendar holds.
}

}  // namespace footfall::runtime
