// Reads, of selectors as style sheets have them, which elements they may match.
#ifndef FOOTFALL_CAPTURE_SECURITY_SELECTORS_H_
#define FOOTFALL_CAPTURE_SECURITY_SELECTORS_H_

#include <string_view>
#include <vector>

#include "capture/selector.h"

namespace footfall::capture {

// Appends, for each selector of `list`, a compound that matches every element that the
// selector matches, and perhaps more: the last compound without pseudo-classes and with
// nothing but presence asked of attributes compared in other ways than by `=`. Returns
// false when one of them matches any element or cannot be read.
bool ReadLastCompounds(std::string_view list, std::vector<Selector::Compound>& out);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_SECURITY_SELECTORS_H_
