// When a job is due: daily, weekly or monthly at a local time.
#ifndef FOOTFALL_RUNTIME_SCHEDULE_H_
#define FOOTFALL_RUNTIME_SCHEDULE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/json.h"

namespace footfall::runtime {

// {"every": "day", "at": "08:00", "timezone": "Europe/Paris"}
// {"every": "week", "on": ["monday", "thursday"], ...}
// {"every": "month", "on": 31, ...}: in a shorter month its last day.
//
// "at" is "08:00" and "timezone" "UTC" without it. A local time that a change of clocks
// skips is the first instant after the gap; one that it repeats is the first of the two.
struct Schedule {
  enum class Every { kDay, kWeek, kMonth };

  Every every = Every::kDay;
  uint8_t weekdays = 0;  // Bit 0 is Monday.
  int month_day = 1;     // 1 to 31.
  int minute = 8 * 60;   // Of the day.
  std::string timezone_name = "UTC";
  absl::TimeZone timezone = absl::UTCTimeZone();

  // INVALID_ARGUMENT with a path below "$".
  static absl::StatusOr<Schedule> FromJson(const base::Json& json);
  base::Json ToJson() const;

  // The first time after `time_ms` that the schedule names.
  int64_t NextAfter(int64_t time_ms) const;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_SCHEDULE_H_
