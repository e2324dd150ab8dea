// What may stand in the words and values of style sheets.
//
// Part of the capture core: standard library only, no exceptions.
#ifndef FOOTFALL_CAPTURE_CSS_VALUES_H_
#define FOOTFALL_CAPTURE_CSS_VALUES_H_

#include <string_view>

#include "capture/arena.h"

namespace footfall::capture {

// True for a name that looks like a token: 20 or more letters and digits in a row with at
// least two digits and a letter among them, or 13 or more digits with nothing but dashes,
// underlines, dots and spaces between them.
bool IsCssTokenLike(std::string_view name);

// True for a name that looks like a token or, where other characters than plain ones are
// in it, holds an e-mail address or a card number. `name` is without escapes; `escaped`
// tells whether it had any.
bool IsSecretCssName(std::string_view name, bool escaped);

// True for up to 40 letters, digits, spaces and dashes that do not look like a token:
// what names of fonts consist of.
bool IsPlainCssName(std::string_view text);

// True for one character that is no letter or digit, but for up to two spaces: separators
// and the glyphs of icon fonts, which stand in the private use area.
bool IsCssSymbol(std::string_view text);

// True for names of grid areas with white space and dots between them.
bool IsCssGridRow(std::string_view text);

// True when `value`, that of a custom property, is plain styling: at most 64 numbers,
// hexadecimal colours, words of a closed list, known functions of such, addresses (which
// have a rule of their own) and symbols as strings. `!important` may follow.
bool IsPlainCssValue(std::string_view value, Arena& arena);

// True for a list of font families that ends with a generic one.
bool IsCssFontStack(std::string_view value, Arena& arena);

// True when the attribute selector [name=value] says nothing of a person: types of
// fields, directions, roles, states, languages, colour schemes, and classes and ids,
// whose names stay everywhere else too. Both without escapes.
bool IsPlainCssAttribute(std::string_view name, std::string_view value);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_CSS_VALUES_H_
