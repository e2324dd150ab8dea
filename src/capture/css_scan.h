// Skips over what is of no interest in CSS, 64 bytes at a time.
//
// Part of the capture core: standard library only, no exceptions.
#ifndef FOOTFALL_CAPTURE_CSS_SCAN_H_
#define FOOTFALL_CAPTURE_CSS_SCAN_H_

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "capture/words.h"

namespace footfall::capture {

// Finds the bytes of a text at which the CSS filter has to look: brackets, but for the
// closing ones of functions and attributes, semicolons, quotes, slashes, backslashes,
// bytes of other scripts, and starts of long stretches of letters and digits, or of
// digits and dashes, that may be tokens.
class CssScanner {
 public:
  // `css` outlives the scanner.
  explicit CssScanner(std::string_view css) : css_(css) {}

  // The first such byte at or after `pos`, or the size.
  size_t Find(size_t pos) {
    while (pos < css_.size()) {
      if ((pos & ~size_t{63}) != block_ || !loaded_) Load(pos & ~size_t{63});
      const uint64_t rest = stops_ & (~uint64_t{0} << (pos & 63));
      if (rest != 0) return block_ + static_cast<size_t>(std::countr_zero(rest));
      pos = block_ + 64;
    }
    return css_.size();
  }

 private:
  enum : uint8_t { kStop = 1, kWord = 2, kDigit = 4 };

  static constexpr std::array<uint8_t, 256> MakeClasses() {
    std::array<uint8_t, 256> classes{};
    for (size_t i = 0; i < 256; ++i) {
      const bool digit = i >= '0' && i <= '9';
      const bool letter = (i | 0x20) >= 'a' && (i | 0x20) <= 'z';
      if (digit || letter) classes[i] |= kWord;
      if (digit || i == '-' || i == '_') classes[i] |= kDigit;
      if (i >= 0x80) classes[i] |= kStop;
    }
    for (const unsigned char c : std::string_view("{}[(;\"'\\/")) classes[c] |= kStop;
    return classes;
  }

  // The bit `bit` of each byte of `word`, the first byte's lowest.
  static uint64_t Gather(uint64_t word, int bit) {
    return ((word >> bit & kOnes) * 0x0102040810204080ULL) >> 56;
  }

  // Whether the bit and the 11 above it are set.
  static uint64_t Runs(uint64_t bits) {
    const uint64_t two = bits & bits >> 1;
    const uint64_t four = two & two >> 2;
    const uint64_t eight = four & four >> 4;
    return eight & four >> 8;
  }

  // The starts of runs, and the first bit when a run goes on from the block before.
  static uint64_t RunStarts(uint64_t bits, uint64_t before) {
    const uint64_t across = bits << 11 | before >> 53;
    const uint64_t runs = Runs(bits);
    return (runs & ~(runs << 1)) | (Runs(across) != 0 ? bits & 1 : 0);
  }

#ifdef __SSE2__
  void Classify(const char* p) {
    stops_ = words_ = digits_ = 0;
    for (int i = 0; i < 64; i += 16, p += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
      const auto is = [](__m128i x, char c) {
        return _mm_cmpeq_epi8(x, _mm_set1_epi8(c));
      };
      const auto in_range = [](__m128i x, char first, char size) {
        const __m128i offset = _mm_sub_epi8(x, _mm_set1_epi8(first));
        const auto last = static_cast<char>(size - 1);
        return _mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(last)), offset);
      };
      const auto bits = [i](__m128i x) {
        return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(x))) << i;
      };
      const __m128i digit = in_range(bytes, '0', 10);
      const __m128i letter = in_range(lower, 'a', 26);
      // An opening bracket and an opening brace differ in one bit only.
      const __m128i brackets = _mm_or_si128(is(lower, '{'), is(bytes, '}'));
      const __m128i quotes = _mm_or_si128(in_range(bytes, '\'', 2), is(bytes, '"'));
      const __m128i others =
          _mm_or_si128(is(bytes, ';'), _mm_or_si128(is(bytes, '\\'), is(bytes, '/')));
      // Bytes of other scripts have their top bit set as they are.
      stops_ |=
          bits(_mm_or_si128(_mm_or_si128(brackets, quotes), _mm_or_si128(others, bytes)));
      words_ |= bits(_mm_or_si128(digit, letter));
      digits_ |= bits(_mm_or_si128(digit, _mm_or_si128(is(bytes, '-'), is(bytes, '_'))));
    }
  }
#else
  void Classify(const char* p) {
    static constexpr std::array<uint8_t, 256> kClasses = MakeClasses();
    stops_ = words_ = digits_ = 0;
    for (int i = 0; i < 64; i += 8, p += 8) {
      uint64_t classes = 0;
      for (int k = 0; k < 8; ++k) {
        classes |= uint64_t{kClasses[static_cast<unsigned char>(p[k])]} << (8 * k);
      }
      stops_ |= Gather(classes, 0) << i;
      words_ |= Gather(classes, 1) << i;
      digits_ |= Gather(classes, 2) << i;
    }
  }
#endif

  void Load(size_t block) {
    // What is before a block that was jumped over does not matter: a run that begins
    // there would have been looked at from its start.
    const bool next = loaded_ && block == block_ + 64;
    const uint64_t words_before = next ? words_ : 0;
    const uint64_t digits_before = next ? digits_ : 0;
    char padded[64] = {};
    const char* p = css_.data() + block;
    if (css_.size() - block < 64) {
      std::memcpy(padded, p, css_.size() - block);
      p = padded;
    }
    Classify(p);
    stops_ |= RunStarts(words_, words_before) | RunStarts(digits_, digits_before);
    block_ = block;
    loaded_ = true;
  }

  std::string_view css_;
  size_t block_ = 0;
  bool loaded_ = false;
  uint64_t stops_ = 0;
  uint64_t words_ = 0;
  uint64_t digits_ = 0;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_CSS_SCAN_H_
