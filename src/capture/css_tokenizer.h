// The tokens of CSS, as CSS Syntax Level 3 defines them.
//
// Part of the capture core: standard library only, no exceptions.
#ifndef FOOTFALL_CAPTURE_CSS_TOKENIZER_H_
#define FOOTFALL_CAPTURE_CSS_TOKENIZER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "capture/arena.h"
#include "capture/element_facts.h"

namespace footfall::capture {

enum class CssTokenType : uint8_t {
  kEnd,
  kSpace,
  kComment,
  kIdent,
  kFunction,   // With its parenthesis, but for url( of an unquoted address.
  kAtKeyword,  // With its @.
  kHash,       // With its #.
  kString,
  kBadString,  // Ended by a line end, which is not part of it.
  kUrl,        // url( with an unquoted address, to its parenthesis.
  kBadUrl,
  kNumber,
  kPercentage,
  kDimension,
  kCdo,
  kCdc,
  kDelim,  // Any other single character, brackets, commas, colons and semicolons too.
};

struct CssToken {
  CssTokenType type = CssTokenType::kEnd;
  size_t begin = 0;
  size_t end = 0;
  // The name of an identifier, function, at-keyword or hash, the content of a string or
  // url, the unit of a dimension; still escaped.
  std::string_view text;
  bool escaped = false;  // `text` holds a backslash.
  bool closed = true;    // A string, url or comment has its end.
};

// Reads tokens one after the other. Linear in time; keeps no memory of its own.
class CssTokenizer {
 public:
  // `css` outlives the tokenizer. Starts at byte `pos`.
  explicit CssTokenizer(std::string_view css, size_t pos = 0) : css_(css), pos_(pos) {}

  CssToken Next();
  // Moves behind the closing bracket that matches an open one just read, or to the end.
  // `closer` is ), ] or }. Returns false when the block has no end or holds what is
  // broken, brackets or braces, or a semicolon.
  bool SkipBlock(char closer);
  size_t pos() const { return pos_; }

 private:
  char At(size_t i) const { return i < css_.size() ? css_[i] : '\0'; }
  bool StartsEscape(size_t i) const;
  bool StartsName(size_t i) const;
  bool StartsNumber(size_t i) const;
  void ReadName(CssToken& token);
  void ReadString(CssToken& token);
  void ReadUrl(CssToken& token);
  void ReadNumber(CssToken& token);
  void ReadNameLike(CssToken& token);

  std::string_view css_;
  size_t pos_;
};

// A zero byte is read as U+FFFD, which is a letter to CSS.
constexpr bool IsCssNameStart(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80 || c == '\0';
}

inline constexpr std::array<bool, 256> kCssNameBytes = [] {
  std::array<bool, 256> table{};
  for (size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    table[i] = IsCssNameStart(c) || (c >= '0' && c <= '9') || c == '-';
  }
  return table;
}();

inline bool IsCssSpace(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}
inline bool IsCssNewline(char c) { return c == '\n' || c == '\r' || c == '\f'; }
// What an identifier consists of besides escapes.
inline bool IsCssNameByte(char c) { return kCssNameBytes[static_cast<unsigned char>(c)]; }

// The end of the escape whose backslash is at `pos`, with the space that ends it.
size_t CssEscapeEnd(std::string_view css, size_t pos);

// `text` without escapes, in `arena` when it has any. Escaped line ends vanish, as they
// do in strings; what is no character becomes U+FFFD.
std::string_view CssUnescape(std::string_view text, Arena& arena);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_CSS_TOKENIZER_H_
