// Finds secrets by their form in any string.
#ifndef FOOTFALL_CAPTURE_TEXT_SCAN_H_
#define FOOTFALL_CAPTURE_TEXT_SCAN_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "capture/arena.h"
#include "capture/pattern.h"
#include "capture/rules.h"

namespace footfall::capture {

// Which scanners run.
struct TextScan {
  // All of them; else payment cards only, which no policy releases.
  bool everything = true;
  // The policy's own patterns, run after the scanners; null for none.
  const std::vector<Pattern>* patterns = nullptr;
};

// Returns `text` with each secret found in it replaced by the mask: `text` itself when
// there is none, else a string in `arena`. In this order: private keys, tokens, IBANs,
// payment cards, e-mail addresses, national ids, telephone numbers, patterns. What one
// scanner masked the next does not see. Takes time linear in the text. The result of
// scanning a result, without patterns, is itself. Input is UTF-8; broken sequences stay
// as they are.
std::string_view ScanText(std::string_view text, const TextScan& scan, Arena& arena,
                          RuleCounts& counts);

inline std::string_view ScanText(std::string_view text, Arena& arena,
                                 RuleCounts& counts) {
  return ScanText(text, TextScan(), arena, counts);
}

// What the policy's patterns match in `text`, masked.
std::string_view ScanPatterns(std::string_view text, const std::vector<Pattern>& patterns,
                              Arena& arena, RuleCounts& counts);

// The digits of a payment card's number.
inline constexpr size_t kCardDigitsMin = 13;
inline constexpr size_t kCardDigitsMax = 19;

// True when `text` holds a payment card number: 13 to 19 decimal digits of any script, at
// most three separators between two of them, with the prefix and length of an issuer and
// a valid Luhn digit. It starts and ends where a run of digits does, so that a card is
// not seen in the middle of a longer number.
bool HasCard(std::string_view text);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_TEXT_SCAN_H_
