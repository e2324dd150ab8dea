// International bank account numbers.
#include <cstddef>
#include <cstdint>

#include "capture/ascii.h"
#include "capture/text_scan_internal.h"

namespace footfall::capture {
namespace {

struct IbanCountry {
  char code[3];
  uint8_t size;
};

constexpr IbanCountry kCountries[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16},
    {"BG", 22}, {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22},
    {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20},
    {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22},
    {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HN", 28}, {"HR", 21},
    {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30},
    {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20},
    {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20},
    {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23},
    {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22},
    {"RU", 33}, {"SA", 24}, {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24},
    {"SM", 27}, {"SO", 23}, {"ST", 25}, {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26},
    {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30}};

constexpr char Upper(char c) { return IsLowerByte(c) ? static_cast<char>(c & ~0x20) : c; }

size_t IbanSize(char first, char second) {
  for (const IbanCountry& country : kCountries) {
    if (country.code[0] == Upper(first) && country.code[1] == Upper(second)) {
      return country.size;
    }
  }
  return 0;
}

bool IsIbanSeparator(char c) {
  return c == ' ' || c == '-' || c == '.' || c == '\t' || c == '\n';
}

uint32_t Mod97(uint32_t remainder, char c) {
  if (IsDigit(c)) return (remainder * 10 + static_cast<uint32_t>(c - '0')) % 97;
  return (remainder * 100 + static_cast<uint32_t>(Upper(c) - 'A' + 10)) % 97;
}

// The end of the IBAN that begins at `begin`, or `begin`.
size_t IbanEnd(std::string_view text, size_t begin) {
  constexpr size_t kSeparatorsMax = 2;
  constexpr size_t kDigitsMin = 7;
  const size_t size = IbanSize(text[begin], text[begin + 1]);
  if (size == 0) return begin;
  char compact[40];
  size_t count = 0;
  size_t digits = 0;
  size_t separators = 0;
  size_t pos = begin;
  for (; pos < text.size() && count < size; ++pos) {
    const char c = text[pos];
    if (IsAlnumByte(c)) {
      compact[count++] = c;
      digits += IsDigit(c) ? 1 : 0;
      separators = 0;
    } else if (!IsIbanSeparator(c) || ++separators > kSeparatorsMax) {
      return begin;
    }
  }
  if (count < size || digits < kDigitsMin) return begin;
  if (pos < text.size() && IsAlnumByte(text[pos])) return begin;
  uint32_t remainder = 0;
  for (size_t i = 4; i < size; ++i) remainder = Mod97(remainder, compact[i]);
  for (size_t i = 0; i < 4; ++i) remainder = Mod97(remainder, compact[i]);
  return remainder == 1 ? pos : begin;
}

}  // namespace

bool FindIban(std::string_view text, size_t pos, Span* found) {
  constexpr size_t kSizeMin = 15;
  for (; pos + kSizeMin <= text.size(); ++pos) {
    if (!IsDigit(text[pos + 2]) || !IsDigit(text[pos + 3]) || !IsLetter(text[pos]) ||
        !IsLetter(text[pos + 1]) || (pos > 0 && IsAlnumByte(text[pos - 1]))) {
      continue;
    }
    const size_t end = IbanEnd(text, pos);
    if (end == pos) continue;
    *found = {pos, end};
    return true;
  }
  return false;
}

}  // namespace footfall::capture
