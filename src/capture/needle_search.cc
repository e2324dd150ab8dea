#include "capture/needle_search.h"

#include <cstring>

#include "capture/secret_memory.h"
#include "capture/unicode.h"

namespace footfall::capture {
namespace {

bool IsWordByte(char c) {
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// White space beyond ASCII.
bool IsWideSpace(char32_t c) {
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 ||
         c == 0xFEFF;
}

}  // namespace

bool IsFoldedSpace(std::string_view text, size_t& pos) {
  const auto c = static_cast<unsigned char>(text[pos]);
  if (c == 0xC2 || c == 0xE1 || c == 0xE2 || c == 0xE3 || c == 0xEF) {
    return IsWideSpace(DecodeUtf8(text, &pos));
  }
  ++pos;
  return c <= ' ';
}

std::string_view FoldText(std::string_view text, Arena& arena) {
  char* out = arena.Allocate(text.size());
  size_t size = 0;
  bool space = false;
  for (size_t pos = 0; pos < text.size();) {
    const size_t begin = pos;
    if (IsFoldedSpace(text, pos)) {
      space = size > 0;
      continue;
    }
    if (space) out[size++] = ' ';
    space = false;
    for (size_t i = begin; i < pos; ++i) {
      const char byte = text[i];
      out[size++] = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
    }
  }
  arena.Shrink(text.size() - size);
  return {out, size};
}

// The tables are those of Knuth, Morris and Pratt.
NeedleSearch::NeedleSearch(std::string_view folded, bool secret, Arena& arena)
    : text_(folded.substr(0, kBytesMax)),
      secret_(secret),
      prefix_(PrefixOfCharacters(text_, kSecretCharactersMin)) {
  if (prefix_ == 0) return;
  shorter_ = reinterpret_cast<uint8_t*>(arena.Allocate(2 * text_.size()));
  differs_ = shorter_ + text_.size();
  shorter_[0] = differs_[0] = 0;
  for (size_t i = 1; i < text_.size(); ++i) {
    const size_t before = shorter_[i - 1];
    differs_[i] =
        before >= prefix_ && (text_[before] != text_[i] || differs_[before] != 0);
    size_t state = before;
    while (state > 0 && text_[state] != text_[i]) state = shorter_[state - 1];
    if (text_[state] == text_[i]) ++state;
    shorter_[i] = static_cast<uint8_t>(state);
  }
}

bool NeedleSearch::FoundIn(std::string_view folded) const {
  if (prefix_ == 0) return folded == text_;
  size_t state = 0;
  for (size_t i = 0; i < folded.size(); ++i) {
    if (state == 0) {
      const void* next = std::memchr(folded.data() + i, text_[0], folded.size() - i);
      if (next == nullptr) return false;
      i = static_cast<size_t>(static_cast<const char*>(next) - folded.data());
    }
    const char c = folded[i];
    // A word that merely begins like the secret is no copy of what was typed so far.
    if (secret_ && state >= prefix_ && !IsWordByte(c) &&
        (text_[state] != c || differs_[state] != 0)) {
      return true;
    }
    while (state > 0 && text_[state] != c) state = shorter_[state - 1];
    if (text_[state] == c) ++state;
    if (state == text_.size()) return true;
  }
  return secret_ && state >= prefix_;
}

}  // namespace footfall::capture
