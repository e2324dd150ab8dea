// The single scanners of text_scan.h. Each finds the first secret of its kind in `text`
// that begins at or after `pos`; calling it again from the end of the last one takes time
// linear in the text altogether.
#ifndef FOOTFALL_CAPTURE_TEXT_SCAN_INTERNAL_H_
#define FOOTFALL_CAPTURE_TEXT_SCAN_INTERNAL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "capture/arena.h"
#include "capture/ascii.h"
#include "capture/rules.h"

namespace footfall::capture {

// Bytes [begin, end) of a text.
struct Span {
  size_t begin = 0;
  size_t end = 0;
};

constexpr bool IsUpperByte(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsLowerByte(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsAlnumByte(char c) { return IsDigit(c) || IsLetter(c); }
constexpr char LowerByte(char c) {
  return IsUpperByte(c) ? static_cast<char>(c | 0x20) : c;
}

// In folded text, a letter or mark beyond ASCII.
inline constexpr char kFoldedLetter = '\x80';

// A text in which numbers can be read byte by byte: decimal digits of any script are
// ASCII digits, spaces and dashes of any kind are ASCII ones, characters without width
// are left out, and every other character beyond ASCII is one byte.
class FoldedText {
 public:
  // Both live as long as `text` and `arena`. ASCII text is not copied.
  FoldedText(std::string_view text, Arena& arena);
  std::string_view text() const { return text_; }
  // The bytes of the original text that the span stands for.
  Span Original(const Span& span) const;

 private:
  std::string_view text_;
  const uint32_t* begins_ = nullptr;  // Of each folded byte; null when they are the same.
  const uint32_t* ends_ = nullptr;
};

bool FindPrivateKey(std::string_view text, size_t pos, Span* found);
// JSON web tokens, keys of well-known services and random strings; `rule` tells which.
bool FindToken(std::string_view text, size_t pos, Span* found, Rule* rule);
bool FindBearer(std::string_view text, size_t pos, Span* found);
bool FindCard(std::string_view text, size_t pos, Span* found);
bool FindEmail(std::string_view text, size_t pos, Span* found);

// These read folded text.
bool FindIban(std::string_view text, size_t pos, Span* found);
bool FindPhone(std::string_view text, size_t pos, Span* found);
bool FindNationalId(std::string_view text, size_t pos, Span* found);

// True when one of the words, lower-case and separated by spaces, stands in the 24 bytes
// before `pos`, with no number in between. Words are compared whole.
bool HasKeywordBefore(std::string_view text, size_t pos, std::string_view words);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_TEXT_SCAN_INTERNAL_H_
