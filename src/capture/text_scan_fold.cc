// Folded text, and words near a number.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "capture/ascii.h"
#include "capture/text_scan_internal.h"
#include "capture/unicode.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

bool IsAscii(std::string_view text) {
  uint64_t all = 0;
  ForEachWord(text, [&all](uint64_t word) { all |= word; });
  return (all & kTops) == 0;
}

bool IsWithoutWidth(char32_t c) {
  return c == 0xAD || (c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF ||
         (c >= 0xFE00 && c <= 0xFE0F);
}

bool IsSpace(char32_t c) {
  return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

char Fold(char32_t c) {
  if (c < 0x80) return static_cast<char>(c);
  const int digit = DecimalDigit(c);
  if (digit >= 0) return static_cast<char>('0' + digit);
  if (IsSpace(c)) return ' ';
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x2043) return '-';
  // The full-width forms of ASCII.
  if (c >= 0xFF01 && c <= 0xFF5E) return static_cast<char>(c - 0xFF01 + '!');
  return kFoldedLetter;
}

}  // namespace

FoldedText::FoldedText(std::string_view text, Arena& arena) : text_(text) {
  if (IsAscii(text)) return;
  char* folded = arena.Allocate(text.size());
  const size_t table_bytes = text.size() * sizeof(uint32_t);
  // The arena hands out bytes of any alignment.
  const auto table = [&arena, table_bytes] {
    char* bytes = arena.Allocate(table_bytes + alignof(uint32_t));
    const size_t over = reinterpret_cast<uintptr_t>(bytes) % alignof(uint32_t);
    return reinterpret_cast<uint32_t*>(bytes + (alignof(uint32_t) - over));
  };
  uint32_t* begins = table();
  uint32_t* ends = table();
  size_t size = 0;
  for (size_t pos = 0; pos < text.size();) {
    const size_t begin = pos;
    const char32_t c = DecodeUtf8(text, &pos);
    if (c >= 0x80 && IsWithoutWidth(c)) continue;
    folded[size] = Fold(c);
    begins[size] = static_cast<uint32_t>(begin);
    ends[size] = static_cast<uint32_t>(pos);
    ++size;
  }
  text_ = {folded, size};
  begins_ = begins;
  ends_ = ends;
}

Span FoldedText::Original(const Span& span) const {
  if (begins_ == nullptr) return span;
  return {begins_[span.begin], ends_[span.end - 1]};
}

bool HasKeywordBefore(std::string_view text, size_t pos, std::string_view words) {
  constexpr size_t kReach = 24;
  const auto is_word_byte = [](char c) { return IsLetter(c) || c == kFoldedLetter; };
  char lower[kReach];
  const size_t floor = pos > kReach ? pos - kReach : 0;
  for (size_t i = floor; i < pos; ++i) lower[i - floor] = LowerByte(text[i]);
  size_t end = pos;
  while (end > floor) {
    const char c = text[end - 1];
    // The word belongs to another number, or to what a mask hides.
    if (IsDigit(c) || c == '*') return false;
    if (!is_word_byte(c)) {
      --end;
      continue;
    }
    size_t begin = end;
    while (begin > floor && is_word_byte(text[begin - 1])) --begin;
    // A word that reaches further back is not known in full.
    if (begin == floor && floor > 0 && is_word_byte(text[floor - 1])) return false;
    const std::string_view word(lower + (begin - floor), end - begin);
    end = begin;
    for (size_t i = words.find(word); i != std::string_view::npos;
         i = words.find(word, i + 1)) {
      const size_t stop = i + word.size();
      if ((i == 0 || words[i - 1] == ' ') &&
          (stop == words.size() || words[stop] == ' ')) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace footfall::capture
