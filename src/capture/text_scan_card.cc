// Payment card numbers.
#include <array>
#include <cstddef>
#include <cstdint>

#include "capture/text_scan.h"
#include "capture/text_scan_internal.h"
#include "capture/unicode.h"

namespace footfall::capture {
namespace {

constexpr int kSeparatorsMax = 3;

struct Issuer {
  uint32_t first;  // Bounds of the first six digits.
  uint32_t last;
  int digits_min;
  int digits_max;
};

// Issuer prefixes, padded to six digits.
constexpr Issuer kIssuers[] = {
    {400000, 499999, 13, 13},  // Visa
    {400000, 499999, 16, 16},  // Visa
    {400000, 499999, 18, 19},  // Visa
    {510000, 559999, 16, 16},  // Mastercard
    {222100, 272099, 16, 16},  // Mastercard
    {340000, 349999, 15, 15},  // American Express
    {370000, 379999, 15, 15},  // American Express
    {300000, 305999, 14, 19},  // Diners Club
    {309500, 309599, 14, 19},  // Diners Club
    {360000, 369999, 14, 19},  // Diners Club
    {380000, 399999, 14, 19},  // Diners Club
    {601100, 601199, 16, 19},  // Discover
    {644000, 659999, 16, 19},  // Discover, RuPay
    {620000, 629999, 16, 19},  // UnionPay, Discover
    {810000, 829999, 16, 19},  // UnionPay, RuPay
    {352800, 358999, 16, 19},  // JCB
    {500000, 509999, 13, 19},  // Maestro, Verve, RuPay
    {560000, 589999, 13, 19},  // Maestro
    {600000, 609999, 16, 19},  // RuPay, UkrCard
    {630000, 639999, 13, 19},  // Maestro, InstaPayment
    {670000, 679999, 13, 19},  // Maestro
    {220000, 220599, 16, 19},  // Mir, BORICA
    {979200, 979299, 16, 16},  // Troy
};

struct Digit {
  uint8_t value;
  bool first_of_run;
  size_t begin;
  size_t end;
};

// The last kCardDigitsMax digits of the stretch being read.
class Window {
 public:
  void Clear() { count_ = 0; }
  void Push(const Digit& digit) { digits_[count_++ % kCardDigitsMax] = digit; }
  bool empty() const { return count_ == 0; }

  // The longest card that ends at the newest digit, in bytes [*begin, *end).
  bool FindCard(size_t* begin, size_t* end) const {
    const size_t available = count_ < kCardDigitsMax ? count_ : kCardDigitsMax;
    for (size_t length = available; length >= kCardDigitsMin; --length) {
      const Digit& first = At(count_ - length);
      if (!first.first_of_run || !IsCard(length)) continue;
      *begin = first.begin;
      *end = At(count_ - 1).end;
      return true;
    }
    return false;
  }

 private:
  const Digit& At(size_t index) const { return digits_[index % kCardDigitsMax]; }

  bool IsCard(size_t length) const {
    const size_t start = count_ - length;
    uint32_t prefix = 0;
    for (size_t i = 0; i < 6; ++i) prefix = prefix * 10 + At(start + i).value;
    bool known = false;
    for (const Issuer& issuer : kIssuers) {
      if (prefix >= issuer.first && prefix <= issuer.last &&
          static_cast<int>(length) >= issuer.digits_min &&
          static_cast<int>(length) <= issuer.digits_max) {
        known = true;
        break;
      }
    }
    if (!known) return false;
    int sum = 0;
    for (size_t i = 0; i < length; ++i) {
      int value = At(count_ - 1 - i).value;
      if (i % 2 == 1) {
        value *= 2;
        if (value > 9) value -= 9;
      }
      sum += value;
    }
    return sum % 10 == 0;
  }

  std::array<Digit, kCardDigitsMax> digits_{};
  size_t count_ = 0;
};

}  // namespace

// Of several cards that begin alike, the longest.
bool FindCard(std::string_view text, size_t pos, Span* result) {
  Window window;
  int separators = 0;
  bool in_run = false;
  bool found = false;
  size_t digits = 0;  // Since the card that was found.
  // Looks at the digits up to the end of a run; returns true when the search is over.
  const auto end_run = [&] {
    size_t card_begin;
    size_t card_end;
    if (window.FindCard(&card_begin, &card_end) &&
        (!found || card_begin == result->begin)) {
      found = true;
      digits = 0;
      *result = {card_begin, card_end};
    }
    return found && digits > kCardDigitsMax - kCardDigitsMin;
  };
  while (pos < text.size()) {
    const size_t start = pos;
    const char32_t c = DecodeUtf8(text, &pos);
    const int value = DecimalDigit(c);
    if (value >= 0) {
      window.Push({static_cast<uint8_t>(value), !in_run, start, pos});
      in_run = true;
      separators = 0;
      ++digits;
      continue;
    }
    if (in_run && end_run()) return true;
    in_run = false;
    if (window.empty()) continue;
    if (!IsSeparator(c) || ++separators > kSeparatorsMax) {
      if (found) return true;
      window.Clear();
      separators = 0;
    }
  }
  if (in_run) end_run();
  return found;
}

}  // namespace footfall::capture
