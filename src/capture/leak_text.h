// How a text may be written so that people or programs can still read it: what the leak
// test undoes before it compares, and the encodings that it looks for.
#ifndef FOOTFALL_CAPTURE_LEAK_TEXT_H_
#define FOOTFALL_CAPTURE_LEAK_TEXT_H_

#include <string>
#include <string_view>

namespace footfall::capture {

// Kinds of escapes; a set of them is their sum.
inline constexpr unsigned kPercentEscapes = 1;    // %41, %u0041
inline constexpr unsigned kHtmlEscapes = 2;       // &#65; &#x41; &amp;
inline constexpr unsigned kBackslashEscapes = 4;  // \u0041 \x41 and CSS's \41
inline constexpr unsigned kAllEscapes = 7;

// Undoes the escapes of `kinds` in one pass. Returns false, with `out` unspecified, when
// there are none.
bool Decode(std::string_view text, unsigned kinds, std::string& out);

// Lower case, for comparison.
void Fold(std::string_view text, std::string& out);

// Without white space, punctuation and format characters, and of ASCII without anything
// but letters and digits.
void RemoveSeparators(std::string_view text, std::string& out);

// The code points in reverse.
std::string Reversed(std::string_view text);

// The bytes of the UTF-16 form, each as the character of that number.
std::string Utf16AsCharacters(std::string_view text, bool big_endian);

// What base64 writes for `bytes` whatever stands before and after it, when `skipped`
// (0 to 2) bytes of a group of three go before it: the characters that depend on `bytes`
// alone. `url` is the alphabet with - and _.
std::string Base64Core(std::string_view bytes, int skipped, bool url);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_LEAK_TEXT_H_
