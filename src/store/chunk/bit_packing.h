// Numbers of a fixed number of bits, one after the other from the lowest bit of the first
// byte on, and the loops that read them.
#ifndef FOOTFALL_STORE_CHUNK_BIT_PACKING_H_
#define FOOTFALL_STORE_CHUNK_BIT_PACKING_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace footfall::store {

// Bits that all numbers up to `greatest` fit in.
constexpr int BitsFor(uint64_t greatest) { return std::bit_width(greatest); }

constexpr size_t PackedBytes(size_t count, int width) {
  return (count * static_cast<size_t>(width) + 7) / 8;
}

// Appends PackedBytes(count, width) bytes: the lowest `width` bits of each value.
void PackBits(const uint8_t* values, size_t count, int width, std::string& out);
void PackBits(const uint32_t* values, size_t count, int width, std::string& out);
void PackBits(const uint64_t* values, size_t count, int width, std::string& out);

// Reads `count` numbers of `width` bits from the start of `in`, which has at least
// PackedBytes(count, width) bytes; with bytes beyond those it goes faster. The width is
// at most that of an element.
void UnpackBits(std::string_view in, size_t count, int width, uint8_t* out);
void UnpackBits(std::string_view in, size_t count, int width, uint32_t* out);
void UnpackBits(std::string_view in, size_t count, int width, uint64_t* out);

// out[i] = ((base + steps[0] + ... + steps[i]) & mask) + offset, without regard to
// overflow. `out` may be `steps`.
void SumSteps(const uint64_t* steps, size_t count, uint64_t base, uint64_t mask,
              int64_t offset, int64_t* out);

// out[i] = table[in[i]], for tables of 256 entries.
void MapBytes(const uint8_t* in, size_t count, const uint8_t* table, uint8_t* out);

// Split numbers, see FORMAT.md: their symbols, which keep `kept` bits after the highest
// one, stand for numbers from `least` on, and the other bits of each, 56 at most, follow
// each other in `low` from bit `*bit` on. Reads as many of them as this processor can
// several at a time, answers how many, and moves `*bit` to the next one.
size_t ReadSplit(const uint8_t* symbols, size_t count, std::string_view low, int kept,
                 uint64_t least, size_t* bit, int64_t* out);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_BIT_PACKING_H_
