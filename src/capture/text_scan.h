// Finds secrets by their form in any string.
#ifndef FOOTFALL_CAPTURE_TEXT_SCAN_H_
#define FOOTFALL_CAPTURE_TEXT_SCAN_H_

#include <string_view>

#include "capture/arena.h"
#include "capture/rules.h"

namespace footfall::capture {

// Returns `text` with each secret found in it replaced by the mask: `text` itself when
// there is none, else a string in `arena`. The scanners run in a fixed order; payment
// cards are the one there is so far.
std::string_view ScanText(std::string_view text, Arena& arena, RuleCounts& counts);

// True when `text` holds a payment card number: 13 to 19 decimal digits of any script, at
// most three separators between two of them, with the prefix and length of an issuer and
// a valid Luhn digit. It starts and ends where a run of digits does, so that a card is
// not seen in the middle of a longer number.
bool HasCard(std::string_view text);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_TEXT_SCAN_H_
