// What arrays of codes would take in the forms that they may be written in.
#ifndef FOOTFALL_STORE_CHUNK_CODE_STATISTICS_H_
#define FOOTFALL_STORE_CHUNK_CODE_STATISTICS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "store/chunk/code_array.h"

namespace footfall::store {

using Codes = std::vector<uint32_t>;

// Bytes, entropy coded: of one of two symbols, `ones` times of `total`; of places,
// `marks` of `total`, by their distances; of symbols with these counts, byte by byte.
double FlagBytes(double ones, double total);
double GapBytes(double marks, double total);
double PlaneBytes(std::span<const uint32_t> counts, double total);

inline bool Starts(std::span<const uint32_t> codes, size_t i) {
  return i == 0 || codes[i] != codes[i - 1];
}

// Which rows other columns make one expect to begin a run.
struct Prediction {
  bool pauses = false;
  std::vector<uint8_t> names;  // Per name code; empty when names tell nothing.
  size_t misses = 0;
};

Prediction Predict(std::span<const uint32_t> codes, const CodeHints& hints);

// Per code of a hint the values that occur beside it, the most frequent first.
class Ranks {
 public:
  Ranks(std::span<const uint32_t> codes, uint32_t end, const HintColumn& hint);
  uint32_t longest() const { return static_cast<uint32_t>(rank_counts.size()); }

  Codes begins;  // Per code of the hint, in `values`.
  Codes values;
  Codes rank_counts;  // How many rows have a rank.
};

// Whether rows with a name all have a value (1), none has (0), or only some (2); and what
// it takes to say which.
std::vector<uint8_t> NameClasses(std::span<const uint32_t> codes, const HintColumn& names,
                                 double* mixed_bytes);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_CODE_STATISTICS_H_
