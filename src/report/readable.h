// Numbers, spans of time and instants as people read them, in English and the same in
// every locale.
#ifndef FOOTFALL_REPORT_READABLE_H_
#define FOOTFALL_REPORT_READABLE_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "report/result.h"

namespace footfall::report {

// "1,234,567".
std::string ReadableCount(int64_t value);
// At most four decimals, with groups of digits: "1,234.5"; from 1e15 on "1.5e+20".
std::string ReadableNumber(double value);
// For the ends of an axis: "950", "1,500", "2.5M".
std::string ShortNumber(double value);
// A share from 0 to 1 as "45.3%".
std::string ReadableShare(double share);
// Milliseconds as "350 ms", "12.5 s", "3 min 20 s", "2 h 5 min" or "4 d 3 h".
std::string ReadableDuration(int64_t duration_ms);

// "21 Nov 2025" for days since 1970-01-01.
std::string ReadableDay(int64_t day);
// "21 Nov 2025 09:00" in `zone`.
std::string ReadableTime(int64_t time_ms, absl::TimeZone zone);
// "Jan".
std::string MonthName(int month);

// What the result covers: "1 Jan 2025 to 31 Jan 2025, Europe/Paris". The last day is
// itself part of it.
std::string ReadableRange(const Result& result);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_READABLE_H_
