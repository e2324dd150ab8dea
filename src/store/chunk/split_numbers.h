// Split numbers as FORMAT.md has them: a symbol, which says how long a number is and what
// its highest bits are, and the bits below those.
#ifndef FOOTFALL_STORE_CHUNK_SPLIT_NUMBERS_H_
#define FOOTFALL_STORE_CHUNK_SPLIT_NUMBERS_H_

#include <array>
#include <cstdint>

#include "store/chunk/bit_packing.h"

namespace footfall::store {

// `kept` is how many bits after the highest one the symbol has.
struct Split {
  explicit constexpr Split(int kept_bits)
      : kept(kept_bits), direct(1u << (kept_bits + 1)) {}
  // Numbers below `direct` are their own symbols.
  constexpr uint8_t Symbol(uint64_t value, int* low_bits) const {
    if (value < direct) {
      *low_bits = 0;
      return static_cast<uint8_t>(value);
    }
    const int bits = BitsFor(value);
    *low_bits = bits - 1 - kept;
    return static_cast<uint8_t>(direct +
                                (static_cast<uint32_t>(bits - kept - 2) << kept) +
                                (value >> *low_bits & ((1u << kept) - 1)));
  }
  // The least number with the symbol. False for one that no number has.
  constexpr bool Base(uint32_t symbol, uint64_t* base, int* low_bits) const {
    *low_bits = 0;
    *base = symbol;
    if (symbol < direct) return true;
    const uint32_t above = symbol - direct;
    *low_bits = static_cast<int>(above >> kept) + 1;
    if (*low_bits + kept + 1 > 64) return false;
    const uint64_t top = (1u << kept) | (above & ((1u << kept) - 1));
    *base = top << *low_bits;
    return true;
  }
  const int kept;
  const uint32_t direct;
};

// Symbols are bytes: so many bits can be kept of numbers of up to so many bits.
inline constexpr int kKeptOfShort = 3;
inline constexpr int kShortBits = 34;
inline constexpr int kKeptOfLong = 2;

// What a symbol stands for.
struct SplitEntry {
  uint64_t base = 0;
  int32_t width = 0;
  bool known = false;
};
using SplitTable = std::array<SplitEntry, 256>;

constexpr SplitTable MakeSplitTable(int kept) {
  const Split split(kept);
  SplitTable table{};
  for (uint32_t symbol = 0; symbol < 256; ++symbol) {
    SplitEntry& entry = table[symbol];
    int width = 0;
    entry.known = split.Base(symbol, &entry.base, &width);
    entry.width = entry.known ? width : 0;
  }
  return table;
}
inline constexpr SplitTable kSplitOfShort = MakeSplitTable(kKeptOfShort);
inline constexpr SplitTable kSplitOfLong = MakeSplitTable(kKeptOfLong);
// `kept` is one of the two.
constexpr const SplitTable& SplitTableOf(int kept) {
  return kept == kKeptOfShort ? kSplitOfShort : kSplitOfLong;
}

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_SPLIT_NUMBERS_H_
