// The rule for style sheets: what can carry text or load something is blanked, the rest
// stays byte by byte.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_CSS_FILTER_H_
#define FOOTFALL_CAPTURE_CSS_FILTER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/arena.h"
#include "capture/rules.h"
#include "capture/url.h"

namespace footfall::capture {

// What a piece of CSS is.
enum class CssKind : uint8_t {
  kSheet,         // A style sheet, or single rules of one.
  kDeclarations,  // `color: red; width: 10px`, as in a style attribute.
  kValue,         // The value of one property that is no custom one.
};

struct CssOptions {
  // What a relative address resolves against; empty when it is not known, in which case
  // no address stays.
  std::string_view base_url;
  // Other origins whose assets may be copied, as in the policy.
  const std::vector<std::string>* asset_origins = nullptr;
  const UrlPolicy* url = nullptr;
  // Attributes whose values the policy lets through: selectors may ask for them by name.
  const std::vector<std::string>* attributes_allow = nullptr;
  // When not null, becomes true when an address was met, which base_url may matter to.
  bool* used_base = nullptr;
};

// Returns `css` without comments and with strings, url(), image-set(), attr(), the values
// of custom properties and of attribute selectors blanked, unless an address resolves to
// an asset of the page's origin or of `asset_origins`: `css` itself when nothing had to
// change, else a string in `arena`. Linear in time. Malformed CSS is read as browsers do
// (CSS Syntax Level 3), and what cannot be read goes.
// `security_selectors`, when not null, gets the selector list of each rule that sets
// -webkit-text-security to anything but none, as views of `css` or of `arena`: an empty
// view for a declaration outside any rule. Strings of one sign (icons, separators), names
// of fonts and of grid areas, known formats and plain values of custom properties stay;
// css_values.h says what they are. What was filtered is returned unchanged when filtered
// again.
std::string_view FilterCss(std::string_view css, CssKind kind, const CssOptions& options,
                           Arena& arena, RuleCounts& counts,
                           std::vector<std::string_view>* security_selectors = nullptr);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_CSS_FILTER_H_
