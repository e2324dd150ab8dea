// Instants as milliseconds since 1970 UTC, their text, and local calendars.
#ifndef FOOTFALL_BASE_TIME_H_
#define FOOTFALL_BASE_TIME_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace footfall::base {

inline constexpr int64_t kSecondMs = 1000;
inline constexpr int64_t kMinuteMs = 60 * kSecondMs;
inline constexpr int64_t kHourMs = 60 * kMinuteMs;
// A day of UTC, which knows no leap seconds; a local day may be longer or shorter.
inline constexpr int64_t kDayMs = 24 * kHourMs;

// Days since 1970-01-01 UTC, of any instant.
constexpr int64_t DayOf(int64_t time_ms) {
  return time_ms / kDayMs - (time_ms % kDayMs < 0 ? 1 : 0);
}

// The system clock.
int64_t NowMs();

// "2025-11-21T08:00:00.000Z".
std::string FormatTime(int64_t time_ms);

// "2025-11-21T09:00:00.000+01:00" in `zone`.
std::string FormatLocalTime(int64_t time_ms, absl::TimeZone zone);

// "2025-11-21" for days since 1970-01-01.
std::string FormatDate(int64_t days);

// Loads an IANA zone; INVALID_ARGUMENT for an unknown name.
absl::StatusOr<absl::TimeZone> LoadTimeZone(std::string_view name);

// Parses RFC 3339 ("2025-11-21T08:00:00Z", with offset and fraction) or a date
// ("2025-11-21", its first instant in `zone`). Years 1970 to 9999.
absl::StatusOr<int64_t> ParseTime(std::string_view text, absl::TimeZone zone);

// Parses "YYYY-MM-DD" to days since 1970-01-01; refuses dates that do not exist.
absl::StatusOr<int64_t> ParseDate(std::string_view text);

// Parses a duration: a whole number followed by ms, s, m, h, d or w. Result in ms.
absl::StatusOr<int64_t> ParseDuration(std::string_view text);

enum class Bucket { kHour, kDay, kWeek, kMonth };

// The local day that `time_ms` falls on in `zone`, as days since 1970-01-01.
int64_t LocalDay(int64_t time_ms, absl::TimeZone zone);
// The first instant of a local day, also where midnight does not exist.
int64_t DayStart(int64_t day, absl::TimeZone zone);
// The Monday of the week, or the first of the month, that holds `day`.
int64_t WeekOf(int64_t day);
int64_t MonthOf(int64_t day);
// The first instant of the local hour that holds `time_ms`: zones whose offset is not a
// whole hour have their own; an hour repeated by a clock change has two.
int64_t HourStart(int64_t time_ms, absl::TimeZone zone);

}  // namespace footfall::base

#endif  // FOOTFALL_BASE_TIME_H_
