#include "store/chunk/packed_text.h"

#include <array>
#include <iterator>

namespace footfall::store {
namespace {

constexpr uint8_t kNoDigit = 0xff;

constexpr std::array<uint8_t, 256> MakeDigits() {
  std::array<uint8_t, 256> digits = {};
  digits.fill(kNoDigit);
  for (int i = 0; i < 16; ++i) {
    digits[static_cast<uint8_t>("0123456789abcdef"[i])] = static_cast<uint8_t>(i);
  }
  return digits;
}
constexpr std::array<uint8_t, 256> kDigits = MakeDigits();

constexpr size_t kUuidGroups[] = {4, 2, 2, 2, 6};  // Bytes.

// Reads 2 * `size` digits; false when one is none.
bool ReadHex(const char* text, size_t size, char* out) {
  uint8_t seen = 0;
  for (size_t i = 0; i < size; ++i) {
    const uint8_t high = kDigits[static_cast<uint8_t>(text[2 * i])];
    const uint8_t low = kDigits[static_cast<uint8_t>(text[2 * i + 1])];
    seen |= high | low;
    out[i] = static_cast<char>(high << 4 | low);
  }
  return seen < 16;
}

char* WriteHex(const char* bytes, size_t size, char* out) {
  for (size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i]);
    *out++ = "0123456789abcdef"[byte >> 4];
    *out++ = "0123456789abcdef"[byte & 15];
  }
  return out;
}

bool ReadUuid(std::string_view text, char* out) {
  const char* at = text.data();
  for (const size_t group : kUuidGroups) {
    if (at != text.data() && *at++ != '-') return false;
    if (!ReadHex(at, group, out)) return false;
    at += 2 * group;
    out += group;
  }
  return true;
}

}  // namespace

TextKind PackText(std::string_view text, char (&bytes)[kUuidBytes]) {
  if (text.data() == nullptr) return TextKind::kAbsent;
  if (text.size() == kHex16Chars && ReadHex(text.data(), kHex16Bytes, bytes)) {
    return TextKind::kHex16;
  }
  if (text.size() == kUuidChars && ReadUuid(text, bytes)) return TextKind::kUuid;
  return TextKind::kText;
}

void UnpackHex16(const char* bytes, char* out) { WriteHex(bytes, kHex16Bytes, out); }

void UnpackUuid(const char* bytes, char* out) {
  for (size_t i = 0; i < std::size(kUuidGroups); ++i) {
    if (i > 0) *out++ = '-';
    out = WriteHex(bytes, kUuidGroups[i], out);
    bytes += kUuidGroups[i];
  }
}

}  // namespace footfall::store
