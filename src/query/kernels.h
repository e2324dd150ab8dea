// Loops over columns that make row masks, each in the widest form that the processor has.
#ifndef FOOTFALL_QUERY_KERNELS_H_
#define FOOTFALL_QUERY_KERNELS_H_

#include <cstddef>
#include <cstdint>

#include "base/simd.h"

namespace footfall::query {

// From an instant on, the clock is moved.
struct ClockChange {
  int64_t at_ms = 0;
  int64_t by_ms = 0;
};

// Masks have a bit per row, in words of 64; bits beyond the last row are written as 0.
struct Kernels {
  // Rows whose code has a 1 in `yes`, which is 0 or 1 per code.
  void (*codes8_in)(const uint8_t* codes, size_t rows, const uint8_t yes[256],
                    uint64_t* mask);
  void (*codes32_in)(const uint32_t* codes, size_t rows, const uint8_t* yes,
                     uint64_t* mask);
  // Rows equal to one code.
  void (*codes32_is)(const uint32_t* codes, size_t rows, uint32_t code, uint64_t* mask);
  // Rows that differ from the row before. Row 0 has no row before.
  void (*changed32)(const uint32_t* codes, size_t rows, uint64_t* mask);
  // Rows from `low` to `high`, both included.
  void (*integers_between)(const int64_t* values, size_t rows, int64_t low, int64_t high,
                           uint64_t* mask);
  void (*doubles_between)(const double* values, size_t rows, double low, double high,
                          uint64_t* mask);
  // Rows that come more than `gap` after the row before. Row 0 has no row before.
  void (*after_gap)(const int64_t* times, size_t rows, int64_t gap, uint64_t* mask);
  // Adds up how often each code is among the rows of a mask. All codes are below `end`,
  // which is at most 256 and the size of `counts`.
  void (*count8)(const uint8_t* codes, const uint64_t* mask, size_t rows, size_t end,
                 uint32_t* counts);
  // Days of 24 hours in time + shift_ms + the changes up to that time, which must be from
  // 0 to 2^42 - 1.
  void (*days)(const int64_t* times, size_t rows, int64_t shift_ms,
               const ClockChange* changes, size_t change_count, uint32_t* days);
};

// Those of `level`, which the processor must have.
const Kernels& KernelsOf(base::SimdLevel level);
inline const Kernels& ActiveKernels() { return KernelsOf(base::ActiveSimd()); }

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_KERNELS_H_
