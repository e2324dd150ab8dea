#include "report/readable.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "absl/time/civil_time.h"
#include "base/strings.h"
#include "base/time.h"

namespace footfall::report {
namespace {

// Puts commas between groups of three of the digits that `text` begins with, after a
// sign.
std::string WithGroups(std::string text) {
  const size_t first = text.starts_with('-') ? 1 : 0;
  size_t end = text.find_first_not_of("0123456789", first);
  if (end == std::string::npos) end = text.size();
  for (size_t at = end; at > first + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

// With `decimals` at most, and no zeros at the end of them.
std::string Decimals(double value, int decimals) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value,
                                 std::chars_format::fixed, decimals)
                       .ptr;
  std::string text(buffer, end);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

std::string TwoUnits(int64_t value, int64_t in_larger, std::string_view larger,
                     std::string_view smaller) {
  const int64_t rest = value % in_larger;
  std::string text = base::Cat(value / in_larger, " ", larger);
  if (rest != 0) text += base::Cat(" ", rest, " ", smaller);
  return text;
}

std::string DayText(absl::CivilDay day) {
  return base::Cat(day.day(), " ", MonthName(day.month()), " ", day.year());
}

std::string TwoDigits(int value) {
  return value < 10 ? base::Cat("0", value) : std::to_string(value);
}

}  // namespace

std::string ReadableCount(int64_t value) { return WithGroups(std::to_string(value)); }

std::string ReadableNumber(double value) {
  if (std::fabs(value) < 1e15) return WithGroups(Decimals(value, 4));
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::general, 4)
          .ptr;
  return std::string(buffer, end);
}

std::string ShortNumber(double value) {
  const double size = std::fabs(value);
  if (size >= 1e15) return ReadableNumber(value);
  if (size >= 1e12) return Decimals(value / 1e12, 2) + "T";
  if (size >= 1e9) return Decimals(value / 1e9, 2) + "G";
  if (size >= 1e6) return Decimals(value / 1e6, 2) + "M";
  return ReadableNumber(value);
}

std::string ReadableShare(double share) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), share * 100,
                                 std::chars_format::fixed, 1)
                       .ptr;
  return base::Cat(std::string_view(buffer, static_cast<size_t>(end - buffer)), "%");
}

std::string ReadableDuration(int64_t duration_ms) {
  if (duration_ms < 0) return base::Cat("-", ReadableDuration(-duration_ms));
  if (duration_ms < base::kSecondMs) return base::Cat(duration_ms, " ms");
  if (duration_ms < base::kMinuteMs) {
    const int64_t tenths = duration_ms / 100;
    if (tenths % 10 == 0) return base::Cat(tenths / 10, " s");
    return base::Cat(tenths / 10, ".", tenths % 10, " s");
  }
  if (duration_ms < base::kHourMs)
    return TwoUnits(duration_ms / base::kSecondMs, 60, "min", "s");
  if (duration_ms < base::kDayMs)
    return TwoUnits(duration_ms / base::kMinuteMs, 60, "h", "min");
  return TwoUnits(duration_ms / base::kHourMs, 24, "d", "h");
}

std::string MonthName(int month) {
  static constexpr std::string_view kNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return std::string(kNames[month - 1]);
}

std::string ReadableDay(int64_t day) { return DayText(absl::CivilDay(1970, 1, 1) + day); }

std::string ReadableTime(int64_t time_ms, absl::TimeZone zone) {
  const absl::CivilSecond local = zone.At(absl::FromUnixMillis(time_ms)).cs;
  return base::Cat(DayText(absl::CivilDay(local)), " ", TwoDigits(local.hour()), ":",
                   TwoDigits(local.minute()));
}

std::string ReadableRange(const Result& result) {
  const absl::TimeZone zone = result.timezone;
  const auto bound = [&](int64_t time_ms, bool is_end) {
    const int64_t day = base::LocalDay(time_ms, zone);
    if (base::DayStart(day, zone) != time_ms) return ReadableTime(time_ms, zone);
    return ReadableDay(is_end ? day - 1 : day);
  };
  std::string text;
  if (result.from_ms.has_value()) {
    text = base::Cat(bound(*result.from_ms, false), " to ",
                     result.to_ms.has_value() ? bound(*result.to_ms, true)
                                              : ReadableTime(result.now_ms, zone));
  } else if (result.to_ms.has_value()) {
    text = base::Cat("up to ", bound(*result.to_ms, true));
  } else {
    text = base::Cat("all events up to ", ReadableTime(result.now_ms, zone));
  }
  return base::Cat(text, ", ", result.timezone_name);
}

}  // namespace footfall::report
