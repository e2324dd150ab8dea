// Classes of single bytes, and what is trimmed.
#ifndef FOOTFALL_CAPTURE_ASCII_H_
#define FOOTFALL_CAPTURE_ASCII_H_

#include <string_view>

namespace footfall::capture {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

// RFC 8259, section 2.
constexpr bool IsJsonSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
// White space of HTML and CSS.
constexpr bool IsHtmlSpace(char c) { return IsJsonSpace(c) || c == '\f'; }

// Without spaces and control characters on both sides.
constexpr std::string_view TrimSpace(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_ASCII_H_
