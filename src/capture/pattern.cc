// Matching: the automaton of Glushkov, whose states are the characters of the pattern
// (its places), over sets of places. FindAll reads the text backwards first and notes for
// each character which places still lead to the end of a match; going forwards it then
// never follows a trail that leads nowhere, so that no part of the text is read twice.
#include "capture/pattern.h"

#include <algorithm>

#include "capture/unicode.h"

namespace footfall::capture {
namespace {

bool IsWordByte(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

// True when a word begins or ends at `pos`.
bool IsBoundary(std::string_view text, size_t pos) {
  const bool before = pos > 0 && IsWordByte(text[pos - 1]);
  const bool after = pos < text.size() && IsWordByte(text[pos]);
  return before != after;
}

}  // namespace

PatternSet Pattern::Edges::At(bool boundary) const {
  PatternSet places = always;
  if (boundary) places |= at_boundary;
  return places;
}

const PatternSet& Pattern::PlacesOf(char32_t c) const {
  if (c < ascii_.size()) return ascii_[c];
  const auto after = std::upper_bound(
      ranges_.begin(), ranges_.end(), c,
      [](char32_t value, const Range& range) { return value < range.first; });
  return (after - 1)->places;
}

bool Pattern::HasMatch(std::string_view text) const {
  PatternSet places;
  for (size_t pos = 0; pos < text.size();) {
    if (places.empty()) {
      while (pos < text.size() && !begins_[static_cast<unsigned char>(text[pos])]) ++pos;
      if (pos == text.size()) return false;
    }
    const bool boundary = IsBoundary(text, pos);
    PatternSet next = start_.At(boundary);
    places.ForEach([&](size_t place) { next |= next_[place].At(boundary); });
    places = next & PlacesOf(DecodeUtf8(text, &pos));
    if (!(places & final_.At(IsBoundary(text, pos))).empty()) return true;
  }
  return false;
}

std::vector<PatternMatch> Pattern::FindAll(std::string_view text) const {
  std::vector<PatternMatch> matches;
  if (!HasMatch(text)) return matches;

  struct Character {
    size_t begin;
    const PatternSet* places;
  };
  std::vector<Character> characters;
  for (size_t pos = 0; pos < text.size();) {
    const size_t begin = pos;
    characters.push_back({begin, &PlacesOf(DecodeUtf8(text, &pos))});
  }
  const size_t count = characters.size();
  characters.push_back({text.size(), nullptr});
  const auto is_boundary = [&](size_t i) {
    return IsBoundary(text, characters[i].begin);
  };

  // By the number of characters read: the places of the last one from which the end of a
  // match can be reached.
  std::vector<PatternSet> useful(count + 1);
  useful[count] = final_.At(is_boundary(count));
  for (size_t i = count; i > 0; --i) {
    const bool boundary = is_boundary(i - 1);
    PatternSet before = final_.At(boundary);
    (*characters[i - 1].places & useful[i]).ForEach([&](size_t place) {
      before |= previous_[place].At(boundary);
    });
    useful[i - 1] = before;
  }

  for (size_t i = 0; i < count;) {
    size_t end = i;
    PatternSet next = start_.At(is_boundary(i));
    for (size_t at = i; at < count; ++at) {
      const PatternSet places = next & *characters[at].places & useful[at + 1];
      if (places.empty()) break;
      const bool boundary = is_boundary(at + 1);
      if (!(places & final_.At(boundary)).empty()) end = at + 1;
      next = PatternSet();
      places.ForEach([&](size_t place) { next |= next_[place].At(boundary); });
    }
    if (end > i) matches.push_back({characters[i].begin, characters[end].begin});
    i = std::max(end, i + 1);
  }
  return matches;
}

}  // namespace footfall::capture
