// The inner loops of bit_packing.h, once per level of instructions. Each does as much as
// it can and answers how many elements that was; the plain one is for the rest.
#ifndef FOOTFALL_STORE_CHUNK_BIT_KERNELS_H_
#define FOOTFALL_STORE_CHUNK_BIT_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace footfall::store {

struct BitKernels {
  size_t (*unpack8)(std::string_view in, size_t count, int width, uint8_t* out);
  size_t (*unpack32)(std::string_view in, size_t count, int width, uint32_t* out);
  size_t (*unpack64)(std::string_view in, size_t count, int width, uint64_t* out);
  // `base` becomes what the next sum starts from.
  size_t (*sum)(const uint64_t* steps, size_t count, uint64_t* base, uint64_t mask,
                int64_t offset, int64_t* out);
  size_t (*map)(const uint8_t* in, size_t count, const uint8_t* table, uint8_t* out);
  // See ReadSplit.
  size_t (*split)(const uint8_t* symbols, size_t count, std::string_view low, int kept,
                  uint64_t least, size_t* bit, int64_t* out);
};

// Only to be called where the processor has them.
extern const BitKernels kAvx2Kernels;
extern const BitKernels kAvx512Kernels;

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_BIT_KERNELS_H_
