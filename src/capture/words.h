// Bytes, eight at a time.
#ifndef FOOTFALL_CAPTURE_WORDS_H_
#define FOOTFALL_CAPTURE_WORDS_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace footfall::capture {

inline constexpr uint64_t kOnes = 0x0101010101010101ULL;  // Each byte 1.
inline constexpr uint64_t kTops = 0x8080808080808080ULL;  // Each byte's top bit.

inline uint64_t LoadWord(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof(word));
  return word;
}

// The `size` bytes at `p`, fewer than eight, the first of them lowest; above them zeros.
inline uint64_t LoadPart(const char* p, size_t size) {
  const auto byte = [p](size_t i) -> uint64_t {
    return static_cast<unsigned char>(p[i]);
  };
  if constexpr (std::endian::native == std::endian::little) {
    if (size >= 4) {
      uint32_t low;
      uint32_t high;
      std::memcpy(&low, p, 4);
      std::memcpy(&high, p + size - 4, 4);
      return low | static_cast<uint64_t>(high) << (8 * (size - 4));
    }
    if (size == 0) return 0;
    return byte(0) | byte(size / 2) << (8 * (size / 2)) |
           byte(size - 1) << (8 * (size - 1));
  }
  uint64_t word = 0;
  for (size_t i = 0; i < size; ++i) word |= byte(i) << (8 * i);
  return word;
}

// The same for one to eight bytes, where eight can be read.
inline uint64_t LoadPadded(const char* p, size_t size) {
  if constexpr (std::endian::native == std::endian::little) {
    return LoadWord(p) & ~uint64_t{0} >> (64 - 8 * size);
  }
  return size < 8 ? LoadPart(p, size) : LoadWord(p);
}

// The value of a hexadecimal digit, or -1.
constexpr int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Calls visit(word) for all of `text`; the last word is filled up with zeros.
template <typename Visit>
void ForEachWord(std::string_view text, Visit visit) {
  const char* p = text.data();
  size_t left = text.size();
  for (; left >= 8; p += 8, left -= 8) visit(LoadWord(p));
  if (left > 0) visit(LoadPart(p, left));
}

// Not zero when a byte of `word` is zero.
inline uint64_t HasZero(uint64_t word) { return (word - kOnes) & ~word & kTops; }

// Not zero when a byte of `word` is `c`.
inline uint64_t HasByte(uint64_t word, char c) {
  return HasZero(word ^ (kOnes * static_cast<unsigned char>(c)));
}

// Not zero when a byte of `word` is less than `bound`, which is at most 128.
inline uint64_t HasLess(uint64_t word, unsigned char bound) {
  return (word - kOnes * bound) & ~word & kTops;
}

// The top bit of each byte of `word` that is an ASCII digit.
inline uint64_t Digits(uint64_t word) {
  const uint64_t offset = word ^ (kOnes * '0');
  return ~(((offset & ~kTops) + kOnes * (0x80 - 10)) | offset) & kTops;
}

// The top bit of each byte of `word` that is an ASCII capital letter.
inline uint64_t Capitals(uint64_t word) {
  const uint64_t low = word & ~kTops;
  return (low + kOnes * (0x80 - 'A')) & ~(low + kOnes * (0x80 - 'Z' - 1)) & ~word & kTops;
}

// The top bit of each byte of `word` that is ASCII from 'A' on, when all bytes are ASCII;
// otherwise some bits are not set.
inline uint64_t FromLetterA(uint64_t word) {
  return (word + kOnes * (0x80 - 'A')) & ~word & kTops;
}

// True when the `size` bytes at `a` are those at `b`. For short texts.
inline bool SameBytes(const char* a, const char* b, size_t size) {
  if (size < 8) return LoadPart(a, size) == LoadPart(b, size);
  if (size > 16) return std::memcmp(a, b, size) == 0;
  return LoadWord(a) == LoadWord(b) && LoadWord(a + size - 8) == LoadWord(b + size - 8);
}

// How many bytes have their top bit set; the other bits are zero.
inline size_t CountTops(uint64_t word) { return ((word >> 7) * kOnes) >> 56; }

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_WORDS_H_
