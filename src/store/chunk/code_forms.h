// How an array of codes is written; part of the on-disk format.
#ifndef FOOTFALL_STORE_CHUNK_CODE_FORMS_H_
#define FOOTFALL_STORE_CHUNK_CODE_FORMS_H_

#include <cstdint>

namespace footfall::store {

// By how fast they are read.
enum class CodeForm : uint8_t {
  kConstant = 0,
  kPacked = 1,
  kRuns = 2,
  kPlanes = 3,
  kSparse = 4,
  kByName = 5,
  kRanked = 6,
  kFresh = 7,
};

// How kRuns tells where runs begin.
enum class RunStarts : uint8_t { kLengths = 0, kPredicted = 1 };

// An array in an array in ... so many times.
inline constexpr int kCodeDepthMax = 5;

constexpr int PlanesFor(uint32_t end) {
  return end <= 1u << 8 ? 1 : end <= 1u << 16 ? 2 : end <= 1u << 24 ? 3 : 4;
}

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_CODE_FORMS_H_
