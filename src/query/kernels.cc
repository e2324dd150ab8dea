#include "query/kernels.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace footfall::query {
namespace {

// Makes the words of a mask from a test of single rows, from row `from` (a multiple of
// 64) on.
template <typename Test>
inline void MaskRows(size_t from, size_t rows, uint64_t* mask, Test test) {
  for (size_t base = from; base < rows; base += 64) {
    const size_t count = std::min<size_t>(64, rows - base);
    uint64_t word = 0;
    for (size_t i = 0; i < count; ++i) word |= uint64_t{test(base + i)} << i;
    mask[base / 64] = word;
  }
}

void PlainCodes8In(const uint8_t* codes, size_t rows, const uint8_t yes[256],
                   uint64_t* mask) {
  MaskRows(0, rows, mask, [&](size_t i) { return yes[codes[i]] != 0; });
}

void PlainCodes32In(const uint32_t* codes, size_t rows, const uint8_t* yes,
                    uint64_t* mask) {
  MaskRows(0, rows, mask, [&](size_t i) { return yes[codes[i]] != 0; });
}

void PlainCodes32Is(const uint32_t* codes, size_t rows, uint32_t code, uint64_t* mask) {
  MaskRows(0, rows, mask, [&](size_t i) { return codes[i] == code; });
}

void PlainChanged32(const uint32_t* codes, size_t rows, uint64_t* mask) {
  MaskRows(0, rows, mask, [&](size_t i) { return i > 0 && codes[i] != codes[i - 1]; });
}

void PlainIntegersBetween(const int64_t* values, size_t rows, int64_t low, int64_t high,
                          uint64_t* mask) {
  MaskRows(0, rows, mask,
           [&](size_t i) { return values[i] >= low && values[i] <= high; });
}

void PlainDoublesBetween(const double* values, size_t rows, double low, double high,
                         uint64_t* mask) {
  MaskRows(0, rows, mask,
           [&](size_t i) { return values[i] >= low && values[i] <= high; });
}

void PlainAfterGap(const int64_t* times, size_t rows, int64_t gap, uint64_t* mask) {
  MaskRows(0, rows, mask,
           [&](size_t i) { return i > 0 && times[i] - times[i - 1] > gap; });
}

// Neighbours are often equal, and adding to one number again and again is slow, so that
// they take turns over four tables.
void PlainCount8(const uint8_t* codes, const uint64_t* mask, size_t rows, size_t end,
                 uint32_t* counts) {
  uint32_t tables[4][256] = {};
  for (size_t base = 0; base < rows; base += 64) {
    uint64_t word = mask[base / 64];
    if (word == ~uint64_t{0}) {
      for (size_t i = 0; i < 64; i += 4) {
        const uint8_t* four = codes + base + i;
        ++tables[0][four[0]];
        ++tables[1][four[1]];
        ++tables[2][four[2]];
        ++tables[3][four[3]];
      }
    } else if (std::popcount(word) > 16 && rows - base >= 64) {
      for (size_t i = 0; i < 64; i += 4) {
        const uint8_t* four = codes + base + i;
        tables[0][four[0]] += word >> i & 1;
        tables[1][four[1]] += word >> (i + 1) & 1;
        tables[2][four[2]] += word >> (i + 2) & 1;
        tables[3][four[3]] += word >> (i + 3) & 1;
      }
    } else {
      for (; word != 0; word &= word - 1) {
        ++tables[0][codes[base + std::countr_zero(word)]];
      }
    }
  }
  for (size_t code = 0; code < end; ++code) {
    for (const auto& table : tables) counts[code] += table[code];
  }
}

// Written so that compilers vectorise it in each caller's way.
__attribute__((always_inline)) inline void Days(const int64_t* times, size_t rows,
                                                int64_t shift_ms,
                                                const ClockChange* changes,
                                                size_t change_count, uint32_t* days) {
  constexpr size_t kPiece = 512;
  int64_t local[kPiece];
  for (size_t base = 0; base < rows; base += kPiece) {
    const size_t count = std::min(kPiece, rows - base);
    for (size_t i = 0; i < count; ++i) local[i] = times[base + i] + shift_ms;
    for (size_t c = 0; c < change_count; ++c) {
      const ClockChange change = changes[c];
      for (size_t i = 0; i < count; ++i) {
        local[i] += times[base + i] >= change.at_ms ? change.by_ms : 0;
      }
    }
    // A day has 84,375 times 1,024 ms, and divisions of 32 bits are quick.
    for (size_t i = 0; i < count; ++i) {
      days[base + i] =
          static_cast<uint32_t>(static_cast<uint64_t>(local[i]) >> 10) / uint32_t{84'375};
    }
  }
}

void PlainDays(const int64_t* times, size_t rows, int64_t shift_ms,
               const ClockChange* changes, size_t change_count, uint32_t* days) {
  Days(times, rows, shift_ms, changes, change_count, days);
}

constexpr Kernels kPlain = {PlainCodes8In,  PlainCodes32In,       PlainCodes32Is,
                            PlainChanged32, PlainIntegersBetween, PlainDoublesBetween,
                            PlainAfterGap,  PlainCount8,          PlainDays};

#if defined(__x86_64__)

// The codes that have a 1, if they are at most `limit` of them.
size_t FewCodes(const uint8_t yes[256], size_t limit, uint8_t* out) {
  size_t count = 0;
  for (size_t code = 0; code < 256; ++code) {
    if (yes[code] == 0) continue;
    if (count == limit) return limit + 1;
    out[count++] = static_cast<uint8_t>(code);
  }
  return count;
}

constexpr size_t kFew = 3;

// A bit per code in 32 bytes: code c is bit c % 8 of byte c / 8.
void PackCodes(const uint8_t yes[256], uint8_t out[32]) {
  std::memset(out, 0, 32);
  for (size_t code = 0; code < 256; ++code) {
    out[code / 8] |= static_cast<uint8_t>(yes[code] << (code % 8));
  }
}

#define FOOTFALL_AVX2 __attribute__((target("avx2")))
#define FOOTFALL_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

FOOTFALL_AVX2 inline uint32_t Avx2Few(__m256i codes, const __m256i* few, size_t count) {
  __m256i found = _mm256_cmpeq_epi8(codes, few[0]);
  for (size_t i = 1; i < count; ++i) {
    found = _mm256_or_si256(found, _mm256_cmpeq_epi8(codes, few[i]));
  }
  return static_cast<uint32_t>(_mm256_movemask_epi8(found));
}

// Looks 32 codes up in the 32 bytes of PackCodes.
FOOTFALL_AVX2 inline uint32_t Avx2Packed(__m256i codes, __m256i low_bytes,
                                         __m256i high_bytes) {
  const __m256i bit_of =
      _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128, 1, 2,
                       4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const __m256i byte =
      _mm256_and_si256(_mm256_srli_epi16(codes, 3), _mm256_set1_epi8(31));
  const __m256i low = _mm256_shuffle_epi8(low_bytes, byte);
  const __m256i high = _mm256_shuffle_epi8(high_bytes, byte);
  // Codes from 128 on have their top bit set, which is what a blend looks at.
  const __m256i bits = _mm256_blendv_epi8(low, high, codes);
  const __m256i bit =
      _mm256_shuffle_epi8(bit_of, _mm256_and_si256(codes, _mm256_set1_epi8(7)));
  const __m256i found = _mm256_cmpeq_epi8(_mm256_and_si256(bits, bit), bit);
  return static_cast<uint32_t>(_mm256_movemask_epi8(found));
}

FOOTFALL_AVX2 void Avx2Codes8In(const uint8_t* codes, size_t rows, const uint8_t yes[256],
                                uint64_t* mask) {
  const size_t whole = rows / 64 * 64;
  uint8_t few_codes[kFew];
  const size_t count = FewCodes(yes, kFew, few_codes);
  const auto load = [&](size_t at) __attribute__((target("avx2"))) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + at));
  };
  if (count == 0) {
    std::memset(mask, 0, whole / 8);
  } else if (count <= kFew) {
    __m256i few[kFew];
    for (size_t i = 0; i < count; ++i) {
      few[i] = _mm256_set1_epi8(static_cast<char>(few_codes[i]));
    }
    for (size_t at = 0; at < whole; at += 64) {
      mask[at / 64] = Avx2Few(load(at), few, count) |
                      uint64_t{Avx2Few(load(at + 32), few, count)} << 32;
    }
  } else {
    uint8_t packed[32];
    PackCodes(yes, packed);
    const __m256i low = _mm256_broadcastsi128_si256(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(packed)));
    const __m256i high = _mm256_broadcastsi128_si256(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(packed + 16)));
    for (size_t at = 0; at < whole; at += 64) {
      mask[at / 64] = Avx2Packed(load(at), low, high) |
                      uint64_t{Avx2Packed(load(at + 32), low, high)} << 32;
    }
  }
  MaskRows(whole, rows, mask, [&](size_t i) { return yes[codes[i]] != 0; });
}

FOOTFALL_AVX2 void Avx2Codes32Is(const uint32_t* codes, size_t rows, uint32_t code,
                                 uint64_t* mask) {
  const size_t whole = rows / 64 * 64;
  const __m256i wanted = _mm256_set1_epi32(static_cast<int>(code));
  for (size_t at = 0; at < whole; at += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += 8) {
      const __m256i eight =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + at + i));
      const int bits =
          _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(eight, wanted)));
      word |= uint64_t{static_cast<uint32_t>(bits)} << i;
    }
    mask[at / 64] = word;
  }
  MaskRows(whole, rows, mask, [&](size_t i) { return codes[i] == code; });
}

FOOTFALL_AVX2 void Avx2Changed32(const uint32_t* codes, size_t rows, uint64_t* mask) {
  // The first word by itself: row 0 has no row before.
  PlainChanged32(codes, std::min<size_t>(rows, 64), mask);
  const size_t whole = rows / 64 * 64;
  for (size_t at = 64; at < whole; at += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += 8) {
      const uint32_t* here = codes + at + i;
      const __m256i eight = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(here));
      const __m256i before =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(here - 1));
      const int bits =
          _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(eight, before))) ^
          255;
      word |= uint64_t{static_cast<uint32_t>(bits)} << i;
    }
    mask[at / 64] = word;
  }
  if (rows <= 64) return;
  MaskRows(whole, rows, mask, [&](size_t i) { return codes[i] != codes[i - 1]; });
}

FOOTFALL_AVX2 void Avx2IntegersBetween(const int64_t* values, size_t rows, int64_t low,
                                       int64_t high, uint64_t* mask) {
  const size_t whole = rows / 64 * 64;
  const __m256i least = _mm256_set1_epi64x(low);
  const __m256i most = _mm256_set1_epi64x(high);
  for (size_t at = 0; at < whole; at += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += 4) {
      const __m256i four =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values + at + i));
      const __m256i out = _mm256_or_si256(_mm256_cmpgt_epi64(least, four),
                                          _mm256_cmpgt_epi64(four, most));
      const int bits = _mm256_movemask_pd(_mm256_castsi256_pd(out)) ^ 15;
      word |= uint64_t{static_cast<uint32_t>(bits)} << i;
    }
    mask[at / 64] = word;
  }
  MaskRows(whole, rows, mask,
           [&](size_t i) { return values[i] >= low && values[i] <= high; });
}

FOOTFALL_AVX2 void Avx2DoublesBetween(const double* values, size_t rows, double low,
                                      double high, uint64_t* mask) {
  const size_t whole = rows / 64 * 64;
  const __m256d least = _mm256_set1_pd(low);
  const __m256d most = _mm256_set1_pd(high);
  for (size_t at = 0; at < whole; at += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += 4) {
      const __m256d four = _mm256_loadu_pd(values + at + i);
      const __m256d in = _mm256_and_pd(_mm256_cmp_pd(four, least, _CMP_GE_OQ),
                                       _mm256_cmp_pd(four, most, _CMP_LE_OQ));
      word |= uint64_t{static_cast<uint32_t>(_mm256_movemask_pd(in))} << i;
    }
    mask[at / 64] = word;
  }
  MaskRows(whole, rows, mask,
           [&](size_t i) { return values[i] >= low && values[i] <= high; });
}

FOOTFALL_AVX2 void Avx2AfterGap(const int64_t* times, size_t rows, int64_t gap,
                                uint64_t* mask) {
  const auto test = [&](size_t i) { return i > 0 && times[i] - times[i - 1] > gap; };
  // The first word by itself: row 0 has no row before.
  MaskRows(0, std::min<size_t>(rows, 64), mask, test);
  if (rows <= 64) return;
  const size_t whole = rows / 64 * 64;
  const __m256i longest = _mm256_set1_epi64x(gap);
  for (size_t at = 64; at < whole; at += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += 4) {
      const int64_t* here = times + at + i;
      const __m256i four = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(here));
      const __m256i before =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(here - 1));
      const __m256i far = _mm256_cmpgt_epi64(_mm256_sub_epi64(four, before), longest);
      const int bits = _mm256_movemask_pd(_mm256_castsi256_pd(far));
      word |= uint64_t{static_cast<uint32_t>(bits)} << i;
    }
    mask[at / 64] = word;
  }
  MaskRows(whole, rows, mask, test);
}

FOOTFALL_AVX2 void Avx2Days(const int64_t* times, size_t rows, int64_t shift_ms,
                            const ClockChange* changes, size_t change_count,
                            uint32_t* days) {
  Days(times, rows, shift_ms, changes, change_count, days);
}

constexpr Kernels kAvx2 = {Avx2Codes8In,  PlainCodes32In,      Avx2Codes32Is,
                           Avx2Changed32, Avx2IntegersBetween, Avx2DoublesBetween,
                           Avx2AfterGap,  PlainCount8,         Avx2Days};

FOOTFALL_AVX512 void Avx512Codes8In(const uint8_t* codes, size_t rows,
                                    const uint8_t yes[256], uint64_t* mask) {
  const size_t whole = rows / 64 * 64;
  uint8_t few[kFew] = {};
  const size_t count = FewCodes(yes, kFew, few);
  if (count == 0) {
    std::memset(mask, 0, whole / 8);
  } else if (count <= kFew) {
    // Absent ones repeat the first.
    const __m512i a = _mm512_set1_epi8(static_cast<char>(few[0]));
    const __m512i b = _mm512_set1_epi8(static_cast<char>(few[count > 1 ? 1 : 0]));
    const __m512i c = _mm512_set1_epi8(static_cast<char>(few[count > 2 ? 2 : 0]));
    for (size_t at = 0; at < whole; at += 64) {
      const __m512i here = _mm512_loadu_si512(codes + at);
      mask[at / 64] = _mm512_cmpeq_epi8_mask(here, a) | _mm512_cmpeq_epi8_mask(here, b) |
                      _mm512_cmpeq_epi8_mask(here, c);
    }
  } else {
    uint8_t packed[32];
    PackCodes(yes, packed);
    const __m512i low = _mm512_maskz_broadcast_i32x4(
        __mmask16(0xffff), _mm_loadu_si128(reinterpret_cast<const __m128i*>(packed)));
    const __m512i high = _mm512_maskz_broadcast_i32x4(
        __mmask16(0xffff),
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(packed + 16)));
    const __m512i bit_of = _mm512_maskz_broadcast_i32x4(
        __mmask16(0xffff),
        _mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128));
    for (size_t at = 0; at < whole; at += 64) {
      const __m512i here = _mm512_loadu_si512(codes + at);
      const __m512i byte =
          _mm512_and_si512(_mm512_srli_epi16(here, 3), _mm512_set1_epi8(31));
      const __m512i bits = _mm512_mask_shuffle_epi8(
          _mm512_shuffle_epi8(low, byte), _mm512_movepi8_mask(here), high, byte);
      const __m512i bit =
          _mm512_shuffle_epi8(bit_of, _mm512_and_si512(here, _mm512_set1_epi8(7)));
      mask[at / 64] = _mm512_test_epi8_mask(bits, bit);
    }
  }
  MaskRows(whole, rows, mask, [&](size_t i) { return yes[codes[i]] != 0; });
}

FOOTFALL_AVX512 void Avx512Codes32Is(const uint32_t* codes, size_t rows, uint32_t code,
                                     uint64_t* mask) {
  const size_t whole = rows / 64 * 64;
  const __m512i wanted = _mm512_set1_epi32(static_cast<int>(code));
  for (size_t at = 0; at < whole; at += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += 16) {
      const __m512i here = _mm512_loadu_si512(codes + at + i);
      word |= uint64_t{_mm512_cmpeq_epi32_mask(here, wanted)} << i;
    }
    mask[at / 64] = word;
  }
  MaskRows(whole, rows, mask, [&](size_t i) { return codes[i] == code; });
}

FOOTFALL_AVX512 void Avx512Changed32(const uint32_t* codes, size_t rows, uint64_t* mask) {
  PlainChanged32(codes, std::min<size_t>(rows, 64), mask);
  const size_t whole = rows / 64 * 64;
  for (size_t at = 64; at < whole; at += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += 16) {
      const __m512i here = _mm512_loadu_si512(codes + at + i);
      const __m512i before = _mm512_loadu_si512(codes + at + i - 1);
      word |= uint64_t{_mm512_cmpneq_epi32_mask(here, before)} << i;
    }
    mask[at / 64] = word;
  }
  if (rows <= 64) return;
  MaskRows(whole, rows, mask, [&](size_t i) { return codes[i] != codes[i - 1]; });
}

FOOTFALL_AVX512 void Avx512IntegersBetween(const int64_t* values, size_t rows,
                                           int64_t low, int64_t high, uint64_t* mask) {
  const size_t whole = rows / 64 * 64;
  const __m512i least = _mm512_set1_epi64(low);
  const __m512i most = _mm512_set1_epi64(high);
  for (size_t at = 0; at < whole; at += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += 8) {
      const __m512i here = _mm512_loadu_si512(values + at + i);
      const __mmask8 bits =
          _mm512_mask_cmple_epi64_mask(_mm512_cmpge_epi64_mask(here, least), here, most);
      word |= uint64_t{bits} << i;
    }
    mask[at / 64] = word;
  }
  MaskRows(whole, rows, mask,
           [&](size_t i) { return values[i] >= low && values[i] <= high; });
}

FOOTFALL_AVX512 void Avx512DoublesBetween(const double* values, size_t rows, double low,
                                          double high, uint64_t* mask) {
  const size_t whole = rows / 64 * 64;
  const __m512d least = _mm512_set1_pd(low);
  const __m512d most = _mm512_set1_pd(high);
  for (size_t at = 0; at < whole; at += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += 8) {
      const __m512d here = _mm512_loadu_pd(values + at + i);
      const __mmask8 bits = _mm512_mask_cmp_pd_mask(
          _mm512_cmp_pd_mask(here, least, _CMP_GE_OQ), here, most, _CMP_LE_OQ);
      word |= uint64_t{bits} << i;
    }
    mask[at / 64] = word;
  }
  MaskRows(whole, rows, mask,
           [&](size_t i) { return values[i] >= low && values[i] <= high; });
}

FOOTFALL_AVX512 void Avx512AfterGap(const int64_t* times, size_t rows, int64_t gap,
                                    uint64_t* mask) {
  const auto test = [&](size_t i) { return i > 0 && times[i] - times[i - 1] > gap; };
  MaskRows(0, std::min<size_t>(rows, 64), mask, test);
  if (rows <= 64) return;
  const size_t whole = rows / 64 * 64;
  const __m512i longest = _mm512_set1_epi64(gap);
  for (size_t at = 64; at < whole; at += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += 8) {
      const __m512i here = _mm512_loadu_si512(times + at + i);
      const __m512i before = _mm512_loadu_si512(times + at + i - 1);
      const __mmask8 bits =
          _mm512_cmpgt_epi64_mask(_mm512_sub_epi64(here, before), longest);
      word |= uint64_t{bits} << i;
    }
    mask[at / 64] = word;
  }
  MaskRows(whole, rows, mask, test);
}

// Counts pairs of neighbours: half as many additions. Rows that are not in the mask count
// as code 63, and adding to one pair again and again is avoided by taking turns.
FOOTFALL_AVX512 void Avx512Count8(const uint8_t* codes, const uint64_t* mask, size_t rows,
                                  size_t end, uint32_t* counts) {
  constexpr uint32_t kNone = 63;
  if (end > kNone) return PlainCount8(codes, mask, rows, end, counts);
  uint32_t pairs[2][64 * 64] = {};
  const __m512i none = _mm512_set1_epi8(static_cast<char>(kNone));
  const __m512i weights = _mm512_set1_epi16(64 << 8 | 1);
  const size_t whole = rows / 64 * 64;
  alignas(64) uint16_t indexes[32];
  for (size_t at = 0; at < whole; at += 64) {
    if (mask[at / 64] == 0) continue;
    const __m512i here = _mm512_mask_blend_epi8(__mmask64(mask[at / 64]), none,
                                                _mm512_loadu_si512(codes + at));
    _mm512_store_si512(indexes, _mm512_maddubs_epi16(here, weights));
    for (size_t i = 0; i < 32; i += 2) {
      ++pairs[0][indexes[i]];
      ++pairs[1][indexes[i + 1]];
    }
  }
  uint32_t firsts[64] = {};
  uint32_t seconds[64] = {};
  for (uint32_t second = 0; second < 64; ++second) {
    uint32_t sum = 0;
    for (uint32_t first = 0; first < 64; ++first) {
      const size_t pair = 64 * second + first;
      const uint32_t count = pairs[0][pair] + pairs[1][pair];
      firsts[first] += count;
      sum += count;
    }
    seconds[second] = sum;
  }
  for (size_t code = 0; code < end; ++code) counts[code] += firsts[code] + seconds[code];
  if (rows > whole) {
    PlainCount8(codes + whole, mask + whole / 64, rows - whole, end, counts);
  }
}

FOOTFALL_AVX512 void Avx512Days(const int64_t* times, size_t rows, int64_t shift_ms,
                                const ClockChange* changes, size_t change_count,
                                uint32_t* days) {
  Days(times, rows, shift_ms, changes, change_count, days);
}

constexpr Kernels kAvx512 = {Avx512Codes8In,  PlainCodes32In,        Avx512Codes32Is,
                             Avx512Changed32, Avx512IntegersBetween, Avx512DoublesBetween,
                             Avx512AfterGap,  Avx512Count8,          Avx512Days};

#endif  // __x86_64__

}  // namespace

const Kernels& KernelsOf(base::SimdLevel level) {
#if defined(__x86_64__)
  if (level == base::SimdLevel::kAvx512) return kAvx512;
  if (level == base::SimdLevel::kAvx2) return kAvx2;
#endif
  (void)level;
  return kPlain;
}

}  // namespace footfall::query
