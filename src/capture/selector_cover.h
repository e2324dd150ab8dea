// What selectors say of each other, for lint. Answers are certain: false means not known.
#ifndef FOOTFALL_CAPTURE_SELECTOR_COVER_H_
#define FOOTFALL_CAPTURE_SELECTOR_COVER_H_

#include <string>

#include "capture/selector.h"

namespace footfall::capture {

// Why no element can match the selector; empty when one may.
std::string Contradiction(const Selector& selector);

// True when every element that `narrow` matches is matched by `wide` too or, with
// `or_inside`, stands inside an element that is.
bool Covers(const Selector& wide, const Selector& narrow, bool or_inside);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_SELECTOR_COVER_H_
