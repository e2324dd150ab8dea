// A fast 64-bit hash for tables in memory; not for data that outlives the process.
#ifndef FOOTFALL_CAPTURE_HASH_H_
#define FOOTFALL_CAPTURE_HASH_H_

#include <cstdint>
#include <string_view>

#include "capture/words.h"

namespace footfall::capture {

inline uint64_t Mix(uint64_t value) {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93ULL;
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93ULL;
  value ^= value >> 32;
  return value;
}

inline uint64_t HashBytes(std::string_view text, uint64_t seed = 0x9e3779b97f4a7c15ULL) {
  uint64_t hash = seed ^ (text.size() * 0xff51afd7ed558ccdULL);
  const char* p = text.data();
  size_t left = text.size();
  while (left >= 8) {
    hash = (hash ^ LoadWord(p)) * 0x9fb21c651e98df25ULL;
    hash ^= hash >> 29;
    p += 8;
    left -= 8;
  }
  return Mix(hash ^ LoadPart(p, left));
}

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_HASH_H_
