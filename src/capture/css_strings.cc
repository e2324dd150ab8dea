#include "capture/css_strings.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "capture/ascii.h"
#include "capture/attribute_rules.h"
#include "capture/css_tokenizer.h"
#include "capture/css_values.h"

namespace footfall::capture {
namespace {

// How far a function's name and its parenthesis may be from a string, white space each.
constexpr size_t kFunctionNear = 8;

constexpr std::string_view kFormats[] = {
    "woff2",      "woff",       "truetype",          "opentype",
    "svg",        "collection", "embedded-opentype", "woff2-variations",
    "variations", "image/png",  "image/jpeg",        "image/webp",
    "image/avif", "image/gif",  "image/svg+xml",     "truetype-variations"};

// The function whose first argument begins behind `before`; empty if there is none.
std::string_view FunctionBefore(std::string_view before) {
  size_t open = before.size();
  const size_t least = open > kFunctionNear ? open - kFunctionNear : 0;
  while (open > least && IsCssSpace(before[open - 1])) --open;
  if (open == 0 || before[open - 1] != '(') return {};
  size_t begin = --open;
  while (begin > 0 && open - begin < kFunctionNear && IsCssNameByte(before[begin - 1])) {
    --begin;
  }
  return before.substr(begin, open - begin);
}

}  // namespace

bool IsPlainCssString(std::string_view text, std::string_view statement,
                      std::string_view before) {
  if (IsCssSymbol(text)) return true;
  if (EqualsLower(statement, "font-family") || EqualsLower(statement, "font")) {
    return IsPlainCssName(text);
  }
  if (EqualsLower(statement, "grid-template-areas") ||
      EqualsLower(statement, "grid-template") || EqualsLower(statement, "grid")) {
    return IsCssGridRow(text);
  }
  if (EqualsLower(statement, "@charset")) return EqualsLower(text, "utf-8");
  const std::string_view function = FunctionBefore(before);
  if (EqualsLower(function, "local")) return IsPlainCssName(text);
  if (!EqualsLower(function, "format") && !EqualsLower(function, "type")) return false;
  return std::any_of(std::begin(kFormats), std::end(kFormats),
                     [text](std::string_view each) { return EqualsLower(text, each); });
}

}  // namespace footfall::capture
