// Which strings of style sheets stay as they are.
//
// Part of the capture core: standard library only, no exceptions.
#ifndef FOOTFALL_CAPTURE_CSS_STRINGS_H_
#define FOOTFALL_CAPTURE_CSS_STRINGS_H_

#include <string_view>

namespace footfall::capture {

// True for symbols, names of fonts and of grid areas, formats and character sets.
// `statement` is the property or at-rule that the string is in, and `before` what stands
// between its beginning and the string's quote; `text` is without escapes.
bool IsPlainCssString(std::string_view text, std::string_view statement,
                      std::string_view before);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_CSS_STRINGS_H_
