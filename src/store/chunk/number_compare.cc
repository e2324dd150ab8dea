#include "store/chunk/number_compare.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/simd.h"
#include "store/chunk/bit_packing.h"
#include "store/chunk/split_numbers.h"
#include "store/chunk/x86_targets.h"

namespace footfall::store {
namespace {

constexpr size_t kWord = 64;
constexpr size_t kGroup = 8;

// What is looked for, as symbols: numbers with those from `first` to `last` are inside
// (none when these cross), of numbers with those at the edges some are.
struct SymbolRange {
  uint8_t first = 255;
  uint8_t last = 0;
  uint8_t edges[2] = {0, 0};
  int kept = 0;
};

// What the symbols of 64 numbers say. Groups have eight numbers.
struct WordOfSymbols {
  uint64_t inside = 0;
  uint64_t edges = 0;
  // How many bits the numbers before each group have, and at last all of them.
  uint64_t bits_before[kWord / kGroup + 1] = {};
};

using Classify = void (*)(const uint8_t* symbols, const SymbolRange& range,
                          WordOfSymbols* out);

// The bits that eight numbers have, of which the symbols are bytes: (symbol >> kept) - 1,
// or 0.
inline uint64_t BitsOfEight(uint64_t symbols, int kept) {
  const uint64_t tops = symbols >> kept & (uint64_t{0x0101010101010101} * (255u >> kept));
  const uint64_t some = (tops + 0x7f7f7f7f7f7f7f7f) >> 7 & 0x0101010101010101;
  const uint64_t widths = tops - some;
  const uint64_t pairs =
      (widths & 0x00ff00ff00ff00ff) + (widths >> 8 & 0x00ff00ff00ff00ff);
  return pairs * 0x0001000100010001 >> 48;
}

void PlainClassify(const uint8_t* symbols, const SymbolRange& range, WordOfSymbols* out) {
  uint64_t inside = 0;
  uint64_t edges = 0;
  for (size_t i = 0; i < kWord; ++i) {
    const uint8_t symbol = symbols[i];
    inside |= uint64_t{symbol >= range.first && symbol <= range.last} << i;
    edges |= uint64_t{symbol == range.edges[0] || symbol == range.edges[1]} << i;
  }
  out->inside = inside;
  out->edges = edges;
  for (size_t g = 0; g < kWord / kGroup; ++g) {
    uint64_t eight = 0;
    std::memcpy(&eight, symbols + g * kGroup, kGroup);
    out->bits_before[g + 1] = out->bits_before[g] + BitsOfEight(eight, range.kept);
  }
}

#if defined(__x86_64__)

FOOTFALL_AVX2 void Avx2Classify(const uint8_t* symbols, const SymbolRange& range,
                                WordOfSymbols* out) {
  const __m256i first = _mm256_set1_epi8(static_cast<char>(range.first));
  const __m256i last = _mm256_set1_epi8(static_cast<char>(range.last));
  const __m256i edge0 = _mm256_set1_epi8(static_cast<char>(range.edges[0]));
  const __m256i edge1 = _mm256_set1_epi8(static_cast<char>(range.edges[1]));
  const __m256i top = _mm256_set1_epi8(static_cast<char>(1 << range.kept));
  const __m256i low_bits = _mm256_set1_epi8(static_cast<char>(255 >> range.kept));
  const __m128i kept = _mm_cvtsi32_si128(range.kept);
  uint64_t inside[2];
  uint64_t edges[2];
  alignas(32) uint64_t sums[kWord / kGroup];
  for (int half = 0; half < 2; ++half) {
    const __m256i here =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(symbols + 32 * half));
    const __m256i in =
        _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_max_epu8(here, first), here),
                         _mm256_cmpeq_epi8(_mm256_min_epu8(here, last), here));
    const __m256i edge =
        _mm256_or_si256(_mm256_cmpeq_epi8(here, edge0), _mm256_cmpeq_epi8(here, edge1));
    inside[half] = static_cast<uint32_t>(_mm256_movemask_epi8(in));
    edges[half] = static_cast<uint32_t>(_mm256_movemask_epi8(edge));
    const __m256i widths =
        _mm256_and_si256(_mm256_srl_epi16(_mm256_subs_epu8(here, top), kept), low_bits);
    _mm256_store_si256(reinterpret_cast<__m256i*>(sums + 4 * half),
                       _mm256_sad_epu8(widths, _mm256_setzero_si256()));
  }
  out->inside = inside[0] | inside[1] << 32;
  out->edges = edges[0] | edges[1] << 32;
  for (size_t g = 0; g < kWord / kGroup; ++g) {
    out->bits_before[g + 1] = out->bits_before[g] + sums[g];
  }
}

FOOTFALL_AVX512 inline __m512i AllBytes(int byte) {
  return _mm512_set1_epi8(static_cast<char>(byte));
}

FOOTFALL_AVX512 void Avx512Classify(const uint8_t* symbols, const SymbolRange& range,
                                    WordOfSymbols* out) {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i here = _mm512_loadu_si512(symbols);
  out->inside = _mm512_cmpge_epu8_mask(here, AllBytes(range.first)) &
                _mm512_cmple_epu8_mask(here, AllBytes(range.last));
  out->edges = _mm512_cmpeq_epi8_mask(here, AllBytes(range.edges[0])) |
               _mm512_cmpeq_epi8_mask(here, AllBytes(range.edges[1]));
  const __m512i above = _mm512_subs_epu8(here, AllBytes(1 << range.kept));
  const __m512i widths =
      _mm512_and_si512(_mm512_srl_epi16(above, _mm_cvtsi32_si128(range.kept)),
                       AllBytes(255 >> range.kept));
  __m512i sums = _mm512_sad_epu8(widths, zero);
  sums = _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 7));
  sums = _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 6));
  sums = _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 4));
  _mm512_storeu_si512(out->bits_before + 1, sums);
}

#endif

// `width` bits, 56 at most, from `bit` on; those beyond the end are 0.
inline uint64_t BitsAt(std::string_view in, uint64_t bit, int width) {
  const size_t byte = bit / 8;
  uint64_t bits = 0;
  if (byte + 8 <= in.size()) {
    std::memcpy(&bits, in.data() + byte, 8);
  } else if (byte < in.size()) {
    std::memcpy(&bits, in.data() + byte, in.size() - byte);
  }
  return bits >> bit % 8 & ((uint64_t{1} << width) - 1);
}

struct SplitSearch {
  SymbolRange range;
  std::string_view rest;
  uint64_t low = 0;
  uint64_t high = 0;
};

// Whether number `i` of a word, which is at an edge, is inside. The first number of the
// word has its bits from `bit` on.
inline bool EdgeIsInside(const WordOfSymbols& word, const uint8_t* symbols,
                         const SplitSearch& search, uint64_t bit, size_t i) {
  const int kept = search.range.kept;
  uint64_t eight = 0;
  std::memcpy(&eight, symbols + i / kGroup * kGroup, kGroup);
  eight &= (uint64_t{1} << (i % kGroup * 8)) - 1;
  const SplitEntry& entry = SplitTableOf(kept)[symbols[i]];
  const uint64_t begin = bit + word.bits_before[i / kGroup] + BitsOfEight(eight, kept);
  const uint64_t value = entry.base + BitsAt(search.rest, begin, entry.width);
  return value >= search.low && value <= search.high;
}

// So many words at a time: first the symbols of all, then all edges in one loop, since
// how many there are in a word cannot be foreseen.
constexpr size_t kWords = 32;

// Numbers of the set bits of `bits`, from `base` on. Writes four at least.
inline size_t PutNumbers(uint64_t bits, size_t base, uint16_t* out) {
  const auto count = static_cast<size_t>(std::popcount(bits));
  for (size_t k = 0; k < 4; ++k, bits &= bits - 1) {
    out[k] = static_cast<uint16_t>(base + static_cast<size_t>(std::countr_zero(bits)));
  }
  for (size_t k = 4; k < count; ++k, bits &= bits - 1) {
    out[k] = static_cast<uint16_t>(base + static_cast<size_t>(std::countr_zero(bits)));
  }
  return count;
}

// Written so that it becomes part of each caller, with the caller's instructions.
template <Classify kClassify>
__attribute__((always_inline)) inline uint64_t AddWords(const uint8_t* symbols,
                                                        size_t words, uint64_t bit,
                                                        const SplitSearch& search,
                                                        uint64_t* mask) {
  WordOfSymbols found[kWords];
  uint64_t bits[kWords];
  uint16_t edges[kWords * kWord + 4];
  size_t edge_count = 0;
  for (size_t w = 0; w < words; ++w) {
    kClassify(symbols + w * kWord, search.range, &found[w]);
    bits[w] = bit;
    bit += found[w].bits_before[kWord / kGroup];
    mask[w] |= found[w].inside;
    edge_count += PutNumbers(found[w].edges, w * kWord, edges + edge_count);
  }
  for (size_t k = 0; k < edge_count; ++k) {
    const size_t w = edges[k] / kWord;
    const size_t i = edges[k] % kWord;
    mask[w] |= uint64_t{EdgeIsInside(found[w], symbols + w * kWord, search, bits[w], i)}
               << i;
  }
  return bit;
}

template <Classify kClassify>
__attribute__((always_inline)) inline uint64_t AddSplit(const uint8_t* symbols,
                                                        size_t count,
                                                        const SplitSearch& search,
                                                        uint64_t* mask) {
  uint64_t bit = 0;
  const size_t whole = count / kWord;
  for (size_t w = 0; w < whole; w += kWords) {
    bit = AddWords<kClassify>(symbols + w * kWord, std::min(kWords, whole - w), bit,
                              search, mask + w);
  }
  const size_t left = count % kWord;
  if (left == 0) return bit;
  // A symbol of 0 has no bits.
  uint8_t tail[kWord] = {};
  std::copy(symbols + whole * kWord, symbols + count, tail);
  uint64_t inside = 0;
  bit = AddWords<kClassify>(tail, 1, bit, search, &inside);
  mask[whole] |= inside & ((uint64_t{1} << left) - 1);
  return bit;
}

uint64_t PlainAddSplit(const uint8_t* symbols, size_t count, const SplitSearch& search,
                       uint64_t* mask) {
  return AddSplit<PlainClassify>(symbols, count, search, mask);
}

// Of 64 numbers, those that are at most `span` above `low`.
uint64_t PlainBetween(const uint64_t* numbers, uint64_t low, uint64_t span) {
  uint64_t inside = 0;
  for (size_t i = 0; i < kWord; ++i) {
    inside |= uint64_t{numbers[i] - low <= span} << i;
  }
  return inside;
}

void PlainSpread(const uint64_t* packed, const uint64_t* present, size_t words,
                 uint64_t* out) {
  size_t from = 0;
  for (size_t i = 0; i < words; ++i) {
    uint64_t spread = 0;
    for (uint64_t rest = present[i]; rest != 0; rest &= rest - 1, ++from) {
      if (packed[from / kWord] >> from % kWord & 1) spread |= rest & -rest;
    }
    out[i] = spread;
  }
}

#if defined(__x86_64__)

FOOTFALL_AVX2 uint64_t Avx2AddSplit(const uint8_t* symbols, size_t count,
                                    const SplitSearch& search, uint64_t* mask) {
  return AddSplit<Avx2Classify>(symbols, count, search, mask);
}

FOOTFALL_AVX512 uint64_t Avx512AddSplit(const uint8_t* symbols, size_t count,
                                        const SplitSearch& search, uint64_t* mask) {
  return AddSplit<Avx512Classify>(symbols, count, search, mask);
}

FOOTFALL_AVX512 uint64_t Avx512Between(const uint64_t* numbers, uint64_t low,
                                       uint64_t span) {
  const __m512i lows = _mm512_set1_epi64(static_cast<int64_t>(low));
  const __m512i spans = _mm512_set1_epi64(static_cast<int64_t>(span));
  uint64_t inside = 0;
  for (size_t i = 0; i < kWord; i += 8) {
    const __m512i above = _mm512_sub_epi64(_mm512_loadu_si512(numbers + i), lows);
    inside |= uint64_t{_mm512_cmple_epu64_mask(above, spans)} << i;
  }
  return inside;
}

FOOTFALL_AVX2 void Bmi2Spread(const uint64_t* packed, const uint64_t* present,
                              size_t words, uint64_t* out) {
  size_t from = 0;
  for (size_t i = 0; i < words; ++i) {
    out[i] = 0;
    if (present[i] == 0) continue;
    const size_t shift = from % kWord;
    const auto count = static_cast<size_t>(std::popcount(present[i]));
    uint64_t bits = packed[from / kWord] >> shift;
    if (shift + count > kWord) bits |= packed[from / kWord + 1] << (kWord - shift);
    out[i] = _pdep_u64(bits, present[i]);
    from += count;
  }
}

#endif

struct CompareKernels {
  uint64_t (*add_split)(const uint8_t* symbols, size_t count, const SplitSearch& search,
                        uint64_t* mask) = PlainAddSplit;
  uint64_t (*between)(const uint64_t* numbers, uint64_t low,
                      uint64_t span) = PlainBetween;
  void (*spread)(const uint64_t* packed, const uint64_t* present, size_t words,
                 uint64_t* out) = PlainSpread;
};

CompareKernels Kernels() {
#if defined(__x86_64__)
  switch (base::ActiveSimd()) {
    case base::SimdLevel::kAvx512:
      return {Avx512AddSplit, Avx512Between, Bmi2Spread};
    case base::SimdLevel::kAvx2:
      return {Avx2AddSplit, PlainBetween, Bmi2Spread};
    default:
      break;
  }
#endif
  return {};
}

// The symbols that numbers from `low` to `high` can have.
SymbolRange RangeOfSymbols(int kept, uint64_t low, uint64_t high) {
  const SplitTable& table = SplitTableOf(kept);
  SymbolRange range;
  range.kept = kept;
  bool any_edge = false;
  for (uint32_t symbol = 0; symbol < 256; ++symbol) {
    const SplitEntry& entry = table[symbol];
    if (!entry.known) break;
    const uint64_t greatest = entry.base + ((uint64_t{1} << entry.width) - 1);
    if (greatest < low || entry.base > high) continue;
    const auto byte = static_cast<uint8_t>(symbol);
    if (entry.base >= low && greatest <= high) {
      range.first = std::min(range.first, byte);
      range.last = byte;
    } else {
      range.edges[any_edge ? 1 : 0] = byte;
      if (!any_edge) range.edges[1] = byte;
      any_edge = true;
    }
  }
  // Numbers whose symbols are inside need no second look, but take one if there is
  // nothing else to look for.
  if (!any_edge) range.edges[0] = range.edges[1] = range.last;
  return range;
}

}  // namespace

uint64_t AddSplitBetween(const uint8_t* symbols, size_t count, int kept,
                         std::string_view rest, uint64_t low, uint64_t high,
                         uint64_t* mask) {
  const SplitSearch search{
      .range = RangeOfSymbols(kept, low, high), .rest = rest, .low = low, .high = high};
  return Kernels().add_split(symbols, count, search, mask);
}

void AddPackedBetween(std::string_view in, size_t count, int width, uint64_t low,
                      uint64_t high, uint64_t* mask) {
  // Pieces begin with whole bytes of `in` and whole words of the mask.
  constexpr size_t kPiece = 8 * kWord;
  uint64_t numbers[kPiece] = {};
  const auto between = Kernels().between;
  for (size_t begin = 0; begin < count; begin += kPiece) {
    const size_t here = std::min(kPiece, count - begin);
    UnpackBits(in.substr(begin * static_cast<size_t>(width) / 8), here, width, numbers);
    for (size_t i = 0; i < here; i += kWord) {
      uint64_t inside = between(numbers + i, low, high - low);
      if (here - i < kWord) inside &= (uint64_t{1} << (here - i)) - 1;
      mask[(begin + i) / kWord] |= inside;
    }
  }
}

void SpreadBits(const uint64_t* packed, const uint64_t* present, size_t words,
                uint64_t* out) {
  Kernels().spread(packed, present, words, out);
}

}  // namespace footfall::store
