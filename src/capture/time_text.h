// RFC 3339 time stamps.
#ifndef FOOTFALL_CAPTURE_TIME_TEXT_H_
#define FOOTFALL_CAPTURE_TIME_TEXT_H_

#include <cstdint>
#include <string_view>

namespace footfall::capture {

// The instants of the years 0001 to 9999, which is what RFC 3339 can write.
inline constexpr int64_t kTimeMinMs = -62135596800000;
inline constexpr int64_t kTimeMaxMs = 253402300799999;

// Parses a date-time of RFC 3339 ("2025-11-21T08:00:00.123+01:00") strictly, into
// milliseconds since 1970 UTC; digits beyond the millisecond are cut off. A leap second
// is refused.
bool ParseRfc3339(std::string_view text, int64_t* ms);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_TIME_TEXT_H_
