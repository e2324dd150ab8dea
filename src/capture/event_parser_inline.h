// The parts of EventParser that run for every key and every string, for its own sources.
#ifndef FOOTFALL_CAPTURE_EVENT_PARSER_INLINE_H_
#define FOOTFALL_CAPTURE_EVENT_PARSER_INLINE_H_

#include <cstring>
#include <string_view>

#include "capture/ascii.h"
#include "capture/event_parser.h"
#include "capture/hash.h"
#include "capture/words.h"

namespace footfall::capture {

inline constexpr std::string_view kMalformed = "malformed JSON";
inline constexpr std::string_view kBadString = "malformed JSON: an invalid string";
inline constexpr std::string_view kCutOff =
    "malformed JSON: the event does not end with its brace";

inline bool EventParser::KeyTable::Matches(const Pattern& pattern, uint64_t low,
                                           uint64_t high) {
  return (((low ^ pattern.words[0]) & pattern.masks[0]) |
          ((high ^ pattern.words[1]) & pattern.masks[1])) == 0;
}

// The padding lets a key be read as two words, wherever it ends.
inline int EventParser::KeyTable::Find(const char* raw, int before) {
  const uint64_t low = LoadWord(raw);
  const uint64_t high = LoadWord(raw + 8);
  uint8_t& predicted = next[before + 1];
  if (Matches(patterns[predicted], low, high)) return predicted;
  for (int i = 0; i < count; ++i) {
    if (!Matches(patterns[i], low, high)) continue;
    predicted = static_cast<uint8_t>(i);
    return i;
  }
  return -1;
}

// The token of a scalar reaches to the next one but for white space.
inline std::string_view EventParser::TakeScalar() {
  const char* begin = data_ + token_[0];
  const char* end = data_ + token_[1];
  ++token_;
  while (end[-1] <= ' ' && IsJsonSpace(end[-1])) {
    --end;
    canonical_ = false;
  }
  return {begin, static_cast<size_t>(end - begin)};
}

inline bool EventParser::Close(int depth) {
  canonical_ = canonical_ && (depth == 1 || token_[1] == token_[0] + 1);
  ++token_;
  return depth == 1 || token_ != tokens_end_ || Fail(kCutOff);
}

inline bool EventParser::ReadKey(KeyTable* table, int before, Key& key) {
  if (table != nullptr) {
    key.known = table->Find(data_ + *token_ + 1, before);
    if (key.known >= 0) {
      ++token_;
      return true;
    }
  }
  std::string_view text;
  if (!ReadString(text)) return false;
  key.known = -1;
  key.text = text;
  key.hash = HashBytes(text);
  if (has_escapes_ && table != nullptr) key.known = table->Named(text);
  return true;
}

inline bool EventParser::NoteKey(const Key& key, size_t seen_begin,
                                 uint32_t* seen_known) {
  bool duplicate = false;
  if (key.known >= 0) {
    const uint32_t bit = uint32_t{1} << key.known;
    duplicate = (*seen_known & bit) != 0;
    // As long as the keys come in the order of the table.
    canonical_ &= *seen_known < bit;
    *seen_known |= bit;
  } else {
    for (size_t i = seen_begin; i < seen_.size(); ++i) {
      duplicate |= seen_[i].hash == key.hash && seen_[i].text == key.text;
    }
    seen_.push_back({key.hash, key.text});
  }
  return !duplicate || FailBefore("the key stands twice");
}

template <typename Handle>
bool EventParser::ForEachMember(KeyTable* table, int depth, Handle handle) {
  if (Here() != '{') return Fail("expected an object");
  if (depth > limits_.depth_max) return Fail("nested too deeply");
  uint32_t gaps = token_[1] - token_[0] - 1;  // White space behind brackets and commas.
  ++token_;
  if (Here() == '}') {
    canonical_ = canonical_ && gaps == 0;
    return Close(depth);
  }
  const size_t seen_begin = seen_.size();
  uint32_t seen_known = 0;
  int before = -1;  // The known key in front, or -1.
  while (true) {
    if (Here() != '"') return Fail(kMalformed);
    if (++keys_ > limits_.keys_max) return Fail("too many keys");
    Key key;
    if (!ReadKey(table, before, key)) return false;
    before = key.known;
    if (Here() != ':') return Fail(kMalformed);
    gaps |= token_[1] - token_[0] - 1;
    gaps |= static_cast<uint32_t>(data_[token_[0] - 1] != '"');
    ++token_;
    if (!NoteKey(key, seen_begin, &seen_known) || !handle(key)) {
      InPath(key.known, key.known < 0 ? key.text : table->names[key.known]);
      return false;
    }
    const char c = Here();
    if (c == '}') break;
    if (c != ',') return Fail(kMalformed);
    gaps |= token_[1] - token_[0] - 1;
    ++token_;
  }
  seen_.resize(seen_begin);
  canonical_ = canonical_ && gaps == 0;
  return Close(depth);
}

template <typename Handle>
bool EventParser::ForEachItem(int depth, Handle handle) {
  if (Here() != '[') return Fail("expected an array");
  if (depth > limits_.depth_max) return Fail("nested too deeply");
  uint32_t gaps = token_[1] - token_[0] - 1;
  ++token_;
  if (Here() != ']') {
    for (size_t index = 0;; ++index) {
      if (!handle(index)) {
        InPath(index);
        return false;
      }
      const char c = Here();
      if (c == ']') break;
      if (c != ',') return Fail(kMalformed);
      gaps |= token_[1] - token_[0] - 1;
      ++token_;
    }
  }
  canonical_ = canonical_ && gaps == 0;
  return Close(depth);
}

inline bool EventParser::ReadId(std::string_view& out) {
  if (Here() != '"') return ReadRareId(out);
  std::string_view text;
  if (!ReadString(text)) return false;
  if (text.empty()) return true;
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  if (blank(text.front()) || blank(text.back())) text = TrimId(text);
  if (!text.empty()) out = text;
  return true;
}

inline bool EventParser::ReadText(std::string_view& out) {
  return Here() == 'n' ? ReadNull() : ReadString(out);
}

inline bool EventParser::ReadString(std::string_view& out) {
  const char* const begin = data_ + token_[0];
  if (*begin != '"') return Fail("expected a string");
  const char* const end = data_ + token_[1] - 1;
  if (*end == '"' && end > begin) {
    ++token_;
    out = {begin + 1, static_cast<size_t>(end - begin - 1)};
  } else {
    const std::string_view token = TakeScalar();
    if (token.size() < 2 || token.back() != '"') return FailBefore(kBadString);
    out = token.substr(1, token.size() - 2);
  }
  if (out.empty()) canonical_ = false;  // Many are left out.
  if (!has_escapes_) return true;
  out = ReadEscaped(out);
  return out.data() != nullptr;
}

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_EVENT_PARSER_INLINE_H_
