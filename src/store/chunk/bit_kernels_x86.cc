#if defined(__x86_64__)

#include <algorithm>

#include "store/chunk/bit_kernels.h"
#include "store/chunk/x86_targets.h"

namespace footfall::store {
namespace {

// How many steps of `step` numbers can be done of which each reads `load` bytes from
// where its numbers begin, without reading beyond the end of `in`.
size_t WholeSteps(std::string_view in, size_t count, int width, size_t step,
                  size_t load) {
  if (in.size() < load || width == 0) return 0;
  const size_t bytes = step * static_cast<size_t>(width) / 8;
  return std::min(count / step, (in.size() - load) / bytes + 1);
}

// 8 numbers of up to 8 bits each time: their bits are dealt out to bytes.
FOOTFALL_AVX2 size_t Unpack8Avx2(std::string_view in, size_t count, int width,
                                 uint8_t* out) {
  const uint64_t mask = 0x0101010101010101u * ((1u << width) - 1);
  const size_t steps = WholeSteps(in, count, width, 8, 8);
  const char* at = in.data();
  for (size_t i = 0; i < steps; ++i, at += width) {
    uint64_t bits;
    __builtin_memcpy(&bits, at, 8);
    bits = _pdep_u64(bits, mask);
    __builtin_memcpy(out + 8 * i, &bits, 8);
  }
  return 8 * steps;
}

// 8 numbers each time, 4 in either half of a register.
FOOTFALL_AVX2 size_t Unpack32Avx2(std::string_view in, size_t count, int width,
                                  uint32_t* out) {
  if (width > 25) return 0;
  alignas(32) uint8_t bytes[32];
  alignas(32) uint32_t shifts[8];
  const int high_byte = 4 * width / 8;
  for (int lane = 0; lane < 8; ++lane) {
    const int bit = lane < 4 ? lane * width : lane * width - 8 * high_byte;
    for (int k = 0; k < 4; ++k) bytes[4 * lane + k] = static_cast<uint8_t>(bit / 8 + k);
    shifts[lane] = static_cast<uint32_t>(bit % 8);
  }
  const __m256i order = _mm256_load_si256(reinterpret_cast<const __m256i*>(bytes));
  const __m256i shift = _mm256_load_si256(reinterpret_cast<const __m256i*>(shifts));
  const __m256i mask = _mm256_set1_epi32(static_cast<int>((1u << width) - 1));
  const size_t steps =
      WholeSteps(in, count, width, 8, static_cast<size_t>(high_byte) + 16);
  const char* at = in.data();
  for (size_t i = 0; i < steps; ++i, at += width) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i high =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + high_byte));
    __m256i bits = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    bits = _mm256_srlv_epi32(_mm256_shuffle_epi8(bits, order), shift);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 8 * i),
                        _mm256_and_si256(bits, mask));
  }
  return 8 * steps;
}

// The plain loop, with shifts that need no flags.
FOOTFALL_AVX2 size_t Unpack64Avx2(std::string_view in, size_t count, int width,
                                  uint64_t* out) {
  if (width > 57) return 0;
  const uint64_t mask = (uint64_t{1} << width) - 1;
  const size_t steps = WholeSteps(in, count, width, 8, static_cast<size_t>(width) + 8);
  size_t bit = 0;
  for (size_t i = 0; i < 8 * steps; ++i, bit += static_cast<size_t>(width)) {
    uint64_t bits;
    __builtin_memcpy(&bits, in.data() + bit / 8, 8);
    out[i] = bits >> bit % 8 & mask;
  }
  return 8 * steps;
}

// A scalar sum waits for one addition per element only.
size_t SumAvx2(const uint64_t*, size_t, uint64_t*, uint64_t, int64_t, int64_t*) {
  return 0;
}

// A table of 256 bytes takes as long in shuffles of 16 as one by one.
size_t MapAvx2(const uint8_t*, size_t, const uint8_t*, uint8_t*) { return 0; }

// Reading the bits of eight numbers from different places is what AVX2 has no help for.
size_t SplitAvx2(const uint8_t*, size_t, std::string_view, int, uint64_t, size_t*,
                 int64_t*) {
  return 0;
}

// 64 numbers of up to 8 bits each time: 8 in each lane of 64 bits.
FOOTFALL_AVX512 size_t Unpack8Avx512(std::string_view in, size_t count, int width,
                                     uint8_t* out) {
  alignas(64) uint8_t bytes[64];
  alignas(64) uint8_t shifts[64];
  for (int i = 0; i < 64; ++i) {
    bytes[i] = static_cast<uint8_t>(std::min(i / 8 * width + i % 8, 63));
    shifts[i] = static_cast<uint8_t>(i % 8 * width);
  }
  const __m512i order = _mm512_load_si512(bytes);
  const __m512i shift = _mm512_load_si512(shifts);
  const __m512i mask = _mm512_set1_epi8(static_cast<char>((1u << width) - 1));
  const size_t steps = WholeSteps(in, count, width, 64, 64);
  const char* at = in.data();
  for (size_t i = 0; i < steps; ++i, at += 8 * width) {
    const __m512i bits = _mm512_permutexvar_epi8(order, _mm512_loadu_si512(at));
    _mm512_storeu_si512(
        out + 64 * i, _mm512_and_si512(_mm512_multishift_epi64_epi8(shift, bits), mask));
  }
  return 64 * steps;
}

// 16 numbers each time.
FOOTFALL_AVX512 size_t Unpack32Avx512(std::string_view in, size_t count, int width,
                                      uint32_t* out) {
  if (width > 25) return 0;
  alignas(64) uint8_t bytes[64];
  alignas(64) uint32_t shifts[16];
  for (int lane = 0; lane < 16; ++lane) {
    const int bit = lane * width;
    for (int k = 0; k < 4; ++k) bytes[4 * lane + k] = static_cast<uint8_t>(bit / 8 + k);
    shifts[lane] = static_cast<uint32_t>(bit % 8);
  }
  const __m512i order = _mm512_load_si512(bytes);
  const __m512i shift = _mm512_load_si512(shifts);
  const __m512i mask = _mm512_set1_epi32(static_cast<int>((1u << width) - 1));
  const size_t steps = WholeSteps(in, count, width, 16, 64);
  const char* at = in.data();
  for (size_t i = 0; i < steps; ++i, at += 2 * width) {
    const __m512i bits = _mm512_permutexvar_epi8(order, _mm512_loadu_si512(at));
    _mm512_storeu_si512(out + 16 * i,
                        _mm512_and_si512(_mm512_srlv_epi32(bits, shift), mask));
  }
  return 16 * steps;
}

// For each width where the 8 bytes of each of 8 numbers begin, and at which bit. Groups
// of times are short: making these anew for each would take longer than using them.
constexpr int kWidth64Max = 57;
struct Tables64 {
  alignas(64) uint8_t bytes[kWidth64Max + 1][64];
  alignas(64) uint64_t shifts[kWidth64Max + 1][8];
};
constexpr Tables64 MakeTables64() {
  Tables64 tables = {};
  for (int width = 0; width <= kWidth64Max; ++width) {
    for (int lane = 0; lane < 8; ++lane) {
      const int bit = lane * width;
      for (int k = 0; k < 8; ++k) {
        tables.bytes[width][8 * lane + k] = static_cast<uint8_t>(bit / 8 + k);
      }
      tables.shifts[width][lane] = static_cast<uint64_t>(bit % 8);
    }
  }
  return tables;
}
constexpr Tables64 kTables64 = MakeTables64();

// 8 numbers each time.
FOOTFALL_AVX512 size_t Unpack64Avx512(std::string_view in, size_t count, int width,
                                      uint64_t* out) {
  if (width > kWidth64Max) return 0;
  const __m512i order = _mm512_load_si512(kTables64.bytes[width]);
  const __m512i shift = _mm512_load_si512(kTables64.shifts[width]);
  const __m512i mask =
      _mm512_set1_epi64(static_cast<int64_t>((uint64_t{1} << width) - 1));
  const size_t steps = WholeSteps(in, count, width, 8, 64);
  const char* at = in.data();
  for (size_t i = 0; i < steps; ++i, at += width) {
    const __m512i bits = _mm512_permutexvar_epi8(order, _mm512_loadu_si512(at));
    _mm512_storeu_si512(out + 8 * i,
                        _mm512_and_si512(_mm512_srlv_epi64(bits, shift), mask));
  }
  return 8 * steps;
}

FOOTFALL_AVX512 size_t SumAvx512(const uint64_t* steps, size_t count, uint64_t* base,
                                 uint64_t mask, int64_t offset, int64_t* out) {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i masks = _mm512_set1_epi64(static_cast<int64_t>(mask));
  const __m512i offsets = _mm512_set1_epi64(offset);
  const __m512i last = _mm512_set1_epi64(7);
  __m512i carry = _mm512_set1_epi64(static_cast<int64_t>(*base));
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m512i sums = _mm512_loadu_si512(steps + i);
    sums = _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 7));
    sums = _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 6));
    sums = _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 4));
    const __m512i total = _mm512_permutexvar_epi64(last, sums);
    sums = _mm512_add_epi64(sums, carry);
    carry = _mm512_add_epi64(carry, total);
    _mm512_storeu_si512(out + i,
                        _mm512_add_epi64(_mm512_and_si512(sums, masks), offsets));
  }
  *base = static_cast<uint64_t>(_mm_cvtsi128_si64(_mm512_castsi512_si128(carry)));
  return i;
}

FOOTFALL_AVX512 size_t MapAvx512(const uint8_t* in, size_t count, const uint8_t* table,
                                 uint8_t* out) {
  const __m512i low0 = _mm512_loadu_si512(table);
  const __m512i low1 = _mm512_loadu_si512(table + 64);
  const __m512i high0 = _mm512_loadu_si512(table + 128);
  const __m512i high1 = _mm512_loadu_si512(table + 192);
  size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    const __m512i codes = _mm512_loadu_si512(in + i);
    const __m512i low = _mm512_permutex2var_epi8(low0, codes, low1);
    const __m512i high = _mm512_permutex2var_epi8(high0, codes, high1);
    _mm512_storeu_si512(out + i,
                        _mm512_mask_blend_epi8(_mm512_movepi8_mask(codes), low, high));
  }
  return i;
}

// 8 numbers each time, whose low bits, 7 + 8 * 56 at most, are in 64 bytes.
FOOTFALL_AVX512 size_t SplitAvx512(const uint8_t* symbols, size_t count,
                                   std::string_view low, int kept, uint64_t least,
                                   size_t* bit, int64_t* out) {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i ones = _mm512_set1_epi64(-1);
  const __m512i one = _mm512_set1_epi64(1);
  const __m512i seven = _mm512_set1_epi64(7);
  const __m512i leasts = _mm512_set1_epi64(static_cast<int64_t>(least));
  const __m512i direct = _mm512_set1_epi64(int64_t{2} << kept);
  const __m512i top = _mm512_set1_epi64(int64_t{1} << kept);
  const __m512i kept_bits = _mm512_set1_epi64((int64_t{1} << kept) - 1);
  const __m128i kept_count = _mm_cvtsi32_si128(kept);
  // Spreads the lowest byte of each lane over its 8 bytes, and counts on from there.
  const __m512i spread = _mm512_set_epi64(0x0808080808080808, 0, 0x0808080808080808, 0,
                                          0x0808080808080808, 0, 0x0808080808080808, 0);
  const __m512i rising = _mm512_set1_epi64(0x0706050403020100);
  size_t i = 0;
  size_t at = *bit;
  for (; i + 8 <= count && at / 8 + 64 <= low.size(); i += 8) {
    const __m512i symbol = _mm512_cvtepu8_epi64(
        _mm_loadl_epi64(reinterpret_cast<const __m128i*>(symbols + i)));
    const __mmask8 is_long = _mm512_cmpge_epu64_mask(symbol, direct);
    const __m512i above = _mm512_sub_epi64(symbol, direct);
    const __m512i width =
        _mm512_maskz_add_epi64(is_long, _mm512_srl_epi64(above, kept_count), one);
    const __m512i base = _mm512_mask_sllv_epi64(
        symbol, is_long, _mm512_or_si512(_mm512_and_si512(above, kept_bits), top), width);

    __m512i ends = _mm512_add_epi64(width, _mm512_alignr_epi64(width, zero, 7));
    ends = _mm512_add_epi64(ends, _mm512_alignr_epi64(ends, zero, 6));
    ends = _mm512_add_epi64(ends, _mm512_alignr_epi64(ends, zero, 4));
    const __m512i begins = _mm512_add_epi64(
        _mm512_sub_epi64(ends, width), _mm512_set1_epi64(static_cast<int64_t>(at % 8)));
    const __m512i order = _mm512_add_epi8(
        _mm512_shuffle_epi8(_mm512_srli_epi64(begins, 3), spread), rising);
    __m512i bits =
        _mm512_permutexvar_epi8(order, _mm512_loadu_si512(low.data() + at / 8));
    bits = _mm512_srlv_epi64(bits, _mm512_and_si512(begins, seven));
    bits = _mm512_andnot_si512(_mm512_sllv_epi64(ones, width), bits);
    _mm512_storeu_si512(out + i, _mm512_add_epi64(_mm512_add_epi64(bits, base), leasts));
    at += static_cast<size_t>(_mm_extract_epi64(_mm512_extracti64x2_epi64(ends, 3), 1));
  }
  *bit = at;
  return i;
}

}  // namespace

const BitKernels kAvx2Kernels = {Unpack8Avx2, Unpack32Avx2, Unpack64Avx2,
                                 SumAvx2,     MapAvx2,      SplitAvx2};
const BitKernels kAvx512Kernels = {Unpack8Avx512, Unpack32Avx512, Unpack64Avx512,
                                   SumAvx512,     MapAvx512,      SplitAvx512};

}  // namespace footfall::store

#endif  // defined(__x86_64__)
