#include "base/time.h"

#include <charconv>
#include <chrono>

#include "base/status.h"
#include "base/strings.h"

namespace footfall::base {
namespace {

const absl::CivilDay kEpoch(1970, 1, 1);

absl::CivilDay ToCivil(int64_t day) { return kEpoch + day; }

int64_t FloorDiv(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

// Parses exactly `digits` decimal digits at `text[at]`; -1 when they are not there.
int ParseDigits(std::string_view text, size_t at, size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

absl::Status BadTime(std::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   Cat("'", text.substr(0, 64),
                       "' is not a time: RFC 3339 (2025-11-21T08:00:00Z) or a date "
                       "(2025-11-21) is expected"));
}

std::string TwoDigits(int64_t value) {
  std::string out = std::to_string(value);
  return out.size() < 2 ? "0" + out : out;
}

// "2025-11-21T08:00:00.000" of an instant moved by a zone's offset.
std::string FormatClock(int64_t shifted_ms) {
  const int64_t day = FloorDiv(shifted_ms, kDayMs);
  const int64_t rest = shifted_ms - day * kDayMs;
  std::string ms = std::to_string(rest % 1000);
  ms.insert(0, 3 - ms.size(), '0');
  return Cat(FormatDate(day), "T", TwoDigits(rest / kHourMs), ":",
             TwoDigits(rest / kMinuteMs % 60), ":", TwoDigits(rest / 1000 % 60), ".", ms);
}

}  // namespace

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string FormatTime(int64_t time_ms) { return FormatClock(time_ms) + "Z"; }

std::string FormatLocalTime(int64_t time_ms, absl::TimeZone zone) {
  const int64_t offset = zone.At(absl::FromUnixMillis(time_ms)).offset;
  const int64_t minutes = (offset < 0 ? -offset : offset) / 60;
  return Cat(FormatClock(time_ms + offset * 1000), offset < 0 ? "-" : "+",
             TwoDigits(minutes / 60), ":", TwoDigits(minutes % 60));
}

std::string FormatDate(int64_t days) {
  const absl::CivilDay day = ToCivil(days);
  std::string year = std::to_string(day.year());
  if (year.size() < 4) year.insert(0, 4 - year.size(), '0');
  return Cat(year, "-", TwoDigits(day.month()), "-", TwoDigits(day.day()));
}

absl::StatusOr<absl::TimeZone> LoadTimeZone(std::string_view name) {
  absl::TimeZone zone;
  if (name.empty() || !absl::LoadTimeZone(Abs(name), &zone)) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     Cat("'", name.substr(0, 64), "' is not a known time zone"));
  }
  return zone;
}

absl::StatusOr<int64_t> ParseDate(std::string_view text) {
  const int year = ParseDigits(text, 0, 4);
  const int month = ParseDigits(text, 5, 2);
  const int day = ParseDigits(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || year < 0 || month < 1 ||
      month > 12 || day < 1) {
    return BadTime(text);
  }
  const absl::CivilDay civil(year, month, day);
  // CivilDay normalises 2025-02-30 to March; such a date is refused.
  if (civil.month() != month || civil.day() != day) return BadTime(text);
  return civil - kEpoch;
}

absl::StatusOr<int64_t> ParseTime(std::string_view text, absl::TimeZone zone) {
  FOOTFALL_ASSIGN_OR_RETURN(const int64_t day, ParseDate(text.substr(0, 10)));
  if (day < 0) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     Cat("'", text.substr(0, 64), "' is before 1970"));
  }
  if (text.size() == 10) return DayStart(day, zone);
  const int hour = ParseDigits(text, 11, 2);
  const int minute = ParseDigits(text, 14, 2);
  const int second = ParseDigits(text, 17, 2);
  const char separator = text[10];
  if ((separator != 'T' && separator != 't' && separator != ' ') || text.size() < 20 ||
      text[13] != ':' || text[16] != ':' || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 60) {
    return BadTime(text);
  }
  size_t at = 19;
  int64_t ms = 0;
  if (text[at] == '.') {
    int64_t scale = 100;
    const size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
      ms += (text[at] - '0') * scale;
    }
    if (at == first) return BadTime(text);
  }
  if (at >= text.size()) return BadTime(text);
  int64_t offset_minutes = 0;
  if (text[at] == 'Z' || text[at] == 'z') {
    if (at + 1 != text.size()) return BadTime(text);
  } else {
    const int hours = ParseDigits(text, at + 1, 2);
    const int minutes = ParseDigits(text, at + 4, 2);
    if ((text[at] != '+' && text[at] != '-') || at + 6 != text.size() ||
        text[at + 3] != ':' || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
      return BadTime(text);
    }
    offset_minutes = (hours * 60 + minutes) * (text[at] == '-' ? -1 : 1);
  }
  return day * kDayMs + hour * kHourMs + minute * kMinuteMs + second * 1000 + ms -
         offset_minutes * kMinuteMs;
}

absl::StatusOr<int64_t> ParseDuration(std::string_view text) {
  int64_t count = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit = text.substr(end - text.data());
  const int64_t scale = unit == "ms"  ? 1
                        : unit == "s" ? 1000
                        : unit == "m" ? kMinuteMs
                        : unit == "h" ? kHourMs
                        : unit == "d" ? kDayMs
                        : unit == "w" ? 7 * kDayMs
                                      : 0;
  // A thousand years keep sums of a time and a duration far from overflow.
  if (error != std::errc() || scale == 0 || count < 0 ||
      count > 365'000 * kDayMs / scale) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     Cat("'", text.substr(0, 64),
                         "' is not a duration: a whole number and ms, s, m, h, d or w is "
                         "expected, such as 30d"));
  }
  return count * scale;
}

int64_t LocalDay(int64_t time_ms, absl::TimeZone zone) {
  return absl::ToCivilDay(absl::FromUnixMillis(time_ms), zone) - kEpoch;
}

int64_t DayStart(int64_t day, absl::TimeZone zone) {
  const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(ToCivil(day)));
  // Where midnight is skipped, the day starts at the moment of the change; where it is
  // repeated, at the first of the two.
  const absl::Time start =
      info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
  return absl::ToUnixMillis(start);
}

int64_t WeekOf(int64_t day) {
  // 1970-01-01 was a Thursday, three days after a Monday.
  return FloorDiv(day + 3, 7) * 7 - 3;
}

int64_t MonthOf(int64_t day) {
  return absl::CivilDay(absl::CivilMonth(ToCivil(day))) - kEpoch;
}

int64_t HourStart(int64_t time_ms, absl::TimeZone zone) {
  const int64_t offset_ms = zone.At(absl::FromUnixMillis(time_ms)).offset * int64_t{1000};
  return FloorDiv(time_ms + offset_ms, kHourMs) * kHourMs - offset_ms;
}

}  // namespace footfall::base
