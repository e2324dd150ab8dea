// Numbers of the chunks' on-disk format that writing and reading share.
#ifndef FOOTFALL_STORE_CHUNK_CHUNK_FORMAT_H_
#define FOOTFALL_STORE_CHUNK_CHUNK_FORMAT_H_

#include <cstdint>

#include "base/time.h"

namespace footfall::store {

inline constexpr uint8_t kChunkVersion = 1;
// Flags of the header.
inline constexpr uint8_t kChunkActivity = 1;
inline constexpr uint8_t kChunkQuick = 2;

// How a column of values is written.
enum class ValueForm : uint8_t { kDictionary = 0, kIntegers = 1, kDoubles = 2 };

// Codes of the identity column below kFirstIdentity: the event names its owner, as a
// person or as an anonymous id, and nobody else.
inline constexpr uint32_t kOwnerAsPerson = 0;
inline constexpr uint32_t kOwnerAsAnonymous = 1;
inline constexpr uint32_t kFirstIdentity = 2;

inline constexpr int64_t kWeekMs = 7 * base::kDayMs;
// 1970-01-01 was a Thursday.
inline constexpr int64_t kFirstMondayMs = -3 * base::kDayMs;
inline constexpr int64_t kWeeksMax = 64;

constexpr int64_t FloorDivide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}
constexpr int64_t WeekOf(int64_t time_ms) {
  return FloorDivide(base::DayOf(time_ms) - kFirstMondayMs / base::kDayMs, 7);
}

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_CHUNK_FORMAT_H_
