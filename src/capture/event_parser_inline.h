// The parts of EventParser that run for every key and every string, for its own sources.
#ifndef FOOTFALL_CAPTURE_EVENT_PARSER_INLINE_H_
#define FOOTFALL_CAPTURE_EVENT_PARSER_INLINE_H_

#include <cstring>
#include <string_view>
#include <utility>

#include "capture/event_parser.h"
#include "capture/hash.h"
#include "capture/words.h"

namespace footfall::capture {

inline bool IsJsonSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

inline std::string_view TrimEnd(std::string_view text) {
  size_t size = text.size();
  while (size > 0 && IsJsonSpace(text[size - 1])) --size;
  return text.substr(0, size);
}

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

inline bool EventParser::ReadKey(Field& field, KeyTable* table, int before, Key& key) {
  const char* raw = field.key().raw();
  if (table != nullptr) {
    key.known = table->Find(raw, before);
    if (key.known >= 0) {
      key.text = table->names[key.known];
      return true;
    }
  }
  size_t size = 0;
  while (raw[size] != '"' && raw[size] != '\\') ++size;
  if (raw[size] == '\\') return ReadEscapedKey(field, table, key);
  key.known = -1;
  key.text = {raw, size};
  key.hash = HashBytes(key.text);
  return true;
}

template <typename Handle>
bool EventParser::ForEachMember(Object& object, KeyTable* table, int depth,
                                Handle handle) {
  if (depth > limits_.depth_max) return Fail("nested too deeply");
  const size_t seen_begin = seen_.size();
  uint32_t seen_known = 0;
  int before = -1;  // The known key in front, or -1.
  for (auto&& result : object) {
    if (result.error() != simdjson::SUCCESS) return FailJson(result.error());
    Field&& field = std::move(result).value_unsafe();  // In place: copying it is dear.
    if (++keys_ > limits_.keys_max) return Fail("too many keys");
    Key key;
    if (!ReadKey(field, table, before, key)) return false;
    before = key.known;
    bool duplicate = false;
    if (key.known >= 0) {
      const uint32_t bit = uint32_t{1} << key.known;
      duplicate = (seen_known & bit) != 0;
      seen_known |= bit;
    } else {
      for (size_t i = seen_begin; i < seen_.size(); ++i) {
        duplicate |= seen_[i].hash == key.hash && seen_[i].text == key.text;
      }
      seen_.push_back({key.hash, key.text});
    }
    if (duplicate) {
      Fail("the key stands twice");
      InPath(key);
      return false;
    }
    if (!handle(key, field.value())) {
      InPath(key);
      return false;
    }
  }
  seen_.resize(seen_begin);
  return true;
}

template <typename Handle>
bool EventParser::ForEachMember(Value& value, KeyTable* table, int depth, Handle handle) {
  Object object;
  const simdjson::error_code code = value.get_object().get(object);
  if (code == simdjson::INCORRECT_TYPE) return Fail("expected an object");
  if (code != simdjson::SUCCESS) return FailJson(code);
  return ForEachMember(object, table, depth, handle);
}

inline bool EventParser::ReadText(Value& value, std::string_view& out) {
  if (value.raw_json_token()[0] == 'n') return ReadNull(value);
  return ReadString(value, out);
}

// Most strings have no escapes and are views of the input.
inline bool EventParser::ReadString(Value& value, std::string_view& out) {
  const std::string_view token = TrimEnd(value.raw_json_token());
  if (token.empty() || token[0] != '"') return Fail("expected a string");
  if (token.size() < 2 || token.back() != '"') return FailJson(simdjson::STRING_ERROR);
  if (has_escapes_ && std::memchr(token.data(), '\\', token.size()) != nullptr) {
    const simdjson::error_code code = value.get_string().get(out);
    return code == simdjson::SUCCESS || FailJson(code);
  }
  out = token.substr(1, token.size() - 2);
  return value.get_raw_json_string().error() == simdjson::SUCCESS ||
         FailJson(simdjson::STRING_ERROR);
}

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_EVENT_PARSER_INLINE_H_
