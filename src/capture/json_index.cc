#include "capture/json_index.h"

#include <simdjson.h>

#include <cstring>

#include "capture/hash.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// RFC 8259, section 6.
bool IsNumber(std::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t start = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i > start;
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (i < text.size() && text[i] == '0') {
    ++i;
  } else if (!digits()) {
    return false;
  }
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

// The four hexadecimal digits at `p`, or -1.
int HexUnit(const char* p) {
  int unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit(p[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

char* AppendUtf8(char* out, uint32_t c) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xc0 | c >> 6);
    *out++ = static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xe0 | c >> 12);
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (c & 0x3f));
  } else {
    *out++ = static_cast<char>(0xf0 | c >> 18);
    *out++ = static_cast<char>(0x80 | (c >> 12 & 0x3f));
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (c & 0x3f));
  }
  return out;
}

// Reads the escape at raw[pos], behind its backslash and `u`; moves `pos` past it.
// Returns false when it is malformed.
bool ReadUnicodeEscape(std::string_view raw, size_t& pos, uint32_t& c) {
  if (raw.size() - pos < 4) return false;
  const int unit = HexUnit(raw.data() + pos);
  if (unit < 0) return false;
  pos += 4;
  c = static_cast<uint32_t>(unit);
  if (c < 0xd800 || c > 0xdfff) return true;
  if (c < 0xdc00 && raw.size() - pos >= 6 && raw[pos] == '\\' && raw[pos + 1] == 'u') {
    const int low = HexUnit(raw.data() + pos + 2);
    if (low >= 0xdc00 && low <= 0xdfff) {
      pos += 6;
      c = 0x10000 + ((c - 0xd800) << 10) + (static_cast<uint32_t>(low) - 0xdc00);
      return true;
    }
  }
  c = 0xfffd;
  return true;
}

}  // namespace

std::string_view PathKey(std::string_view key) {
  constexpr size_t kSizeMax = 40;
  constexpr size_t kDigitsMax = 4;
  size_t digits = 0;
  for (const char c : key) {
    const char lower = static_cast<char>(c | 0x20);
    const bool digit = c >= '0' && c <= '9';
    digits += digit;
    if (!digit && !(lower >= 'a' && lower <= 'z') && c != '_' && c != '-') return "?";
  }
  return key.empty() || key.size() > kSizeMax || digits > kDigitsMax ? "?" : key;
}

bool DecodeJsonString(std::string_view raw, Arena& arena, std::string_view& out) {
  const void* first = raw.empty() ? nullptr : std::memchr(raw.data(), '\\', raw.size());
  if (first == nullptr) {
    out = raw;
    return true;
  }
  char* const begin = arena.Allocate(raw.size());
  size_t pos = static_cast<size_t>(static_cast<const char*>(first) - raw.data());
  std::memcpy(begin, raw.data(), pos);
  char* end = begin + pos;
  while (pos < raw.size()) {
    if (raw[pos] != '\\') {
      const void* next = std::memchr(raw.data() + pos, '\\', raw.size() - pos);
      const size_t stop =
          next == nullptr
              ? raw.size()
              : static_cast<size_t>(static_cast<const char*>(next) - raw.data());
      std::memcpy(end, raw.data() + pos, stop - pos);
      end += stop - pos;
      pos = stop;
      continue;
    }
    if (++pos == raw.size()) return false;
    const char c = raw[pos++];
    constexpr char kFrom[] = "\"\\/bfnrt";
    constexpr char kTo[] = "\"\\/\b\f\n\r\t";
    if (c == 'u') {
      uint32_t code;
      if (!ReadUnicodeEscape(raw, pos, code)) return false;
      end = AppendUtf8(end, code);
      continue;
    }
    const char* known = c == '\0' ? nullptr : std::strchr(kFrom, c);
    if (known == nullptr) return false;
    *end++ = kTo[known - kFrom];
  }
  out = {begin, static_cast<size_t>(end - begin)};
  arena.Shrink(raw.size() - out.size());
  return true;
}

// Few keys are compared with each other, many go through a table.
class JsonIndex::Keys {
 public:
  struct Frame {
    size_t first;  // Of its keys.
  };

  void Clear() {
    frames_.clear();
    hashes_.clear();
  }
  void Open() { frames_.push_back({hashes_.size()}); }
  void Close() {
    hashes_.resize(frames_.back().first);
    frames_.pop_back();
  }
  enum class Outcome { kNew, kTwice, kTooMany };
  Outcome Add(std::string_view key) {
    const size_t first = frames_.back().first;
    const size_t count = hashes_.size() - first;
    if (count >= kKeysMax) return Outcome::kTooMany;
    const uint64_t hash = HashBytes(key);
    for (size_t i = first; i < hashes_.size(); ++i) {
      if (hashes_[i] == hash) return Outcome::kTwice;
    }
    hashes_.push_back(hash);
    return Outcome::kNew;
  }

 private:
  std::vector<Frame> frames_;
  std::vector<uint64_t> hashes_;
};

JsonIndex::JsonIndex() : keys_(std::make_unique<Keys>()) {}
JsonIndex::~JsonIndex() = default;

bool JsonIndex::Reserve(size_t size) {
  // The room of one very large event is given back.
  constexpr size_t kKept = size_t{4} << 20;
  const size_t wanted = size < 4096 ? 4096 : size;
  const bool enough = stage_ != nullptr && stage_->capacity() >= size &&
                      (stage_->capacity() <= kKept || stage_->capacity() <= wanted * 4);
  if (enough) return true;
  stage_.reset();
  size_t capacity = 4096;
  while (capacity < wanted) capacity *= 2;
  if (capacity > 0xffffffff) return false;
  return simdjson::get_active_implementation()->create_dom_parser_implementation(
             capacity, 1, stage_) == simdjson::SUCCESS;
}

bool JsonIndex::CheckScalar(Token token) const {
  const std::string_view text = raw(token);
  switch (text[0]) {
    case '"':
      return text.size() >= 2 && text.back() == '"';
    case 't':
      return text == "true";
    case 'f':
      return text == "false";
    case 'n':
      return text == "null";
    default:
      return IsNumber(text);
  }
}

bool JsonIndex::Build(std::string_view text, int depth_max, Defect& defect) {
  text_ = text.data();
  size_ = text.size();
  if (!Reserve(text.size())) {
    defect = {"too large", 0};
    return false;
  }
  const auto failed = stage_->stage1(reinterpret_cast<const uint8_t*>(text.data()),
                                     text.size(), simdjson::stage1_mode::regular);
  if (failed != simdjson::SUCCESS) {
    const char* reason = "malformed JSON";
    if (failed == simdjson::UTF8_ERROR) reason = "not valid UTF-8";
    if (failed == simdjson::UNCLOSED_STRING) reason = "a string is not closed";
    if (failed == simdjson::UNESCAPED_CHARS) reason = "a control character in a string";
    defect = {reason, 0};
    return false;
  }
  at_ = stage_->structural_indexes.get();
  const uint32_t count = stage_->n_structural_indexes;
  count_ = count;
  // Where the last scalar ends.
  stage_->structural_indexes[count] = static_cast<uint32_t>(text.size());
  if (match_.size() < count) match_.resize(count);
  open_.clear();
  keys_->Clear();

  const auto fail = [&](const char* reason, Token token) {
    defect.reason = reason;
    defect.byte = token < count ? at_[token] : text.size();
    return false;
  };
  Token t = 0;
  // Each round reads one value and the commas and brackets behind it.
  while (true) {
    if (t >= count) return fail("ends too early", t);
    const char c = text_[at_[t]];
    bool closed = false;
    if (c == '{' || c == '[') {
      if (open_.size() >= static_cast<size_t>(depth_max)) {
        return fail("nested too deeply", t);
      }
      const bool object = c == '{';
      open_.push_back(t);
      if (object) keys_->Open();
      ++t;
      if (t >= count) return fail("ends too early", t);
      closed = text_[at_[t]] == (object ? '}' : ']');
    } else {
      if (c == '}' || c == ']' || c == ',' || c == ':')
        return fail("expected a value", t);
      if (!CheckScalar(t)) return fail("malformed value", t);
      ++t;
      closed = true;
      if (open_.empty()) break;
    }
    // Behind a value: closing brackets, then a comma. In front of one: nothing.
    bool need_comma = c != '{' && c != '[';
    while (closed) {
      if (t >= count) return fail("ends too early", t);
      const Token opener = open_.back();
      const bool object = text_[at_[opener]] == '{';
      const char next = text_[at_[t]];
      if (next == (object ? '}' : ']')) {
        match_[opener] = t;
        open_.pop_back();
        if (object) keys_->Close();
        ++t;
        need_comma = true;
        if (open_.empty()) break;
      } else if (need_comma && next == ',') {
        ++t;
        break;
      } else {
        return fail("expected a comma or a closing bracket", t);
      }
    }
    if (open_.empty()) break;
    if (text_[at_[open_.back()]] == '{') {
      if (t >= count) return fail("ends too early", t);
      if (kind(t) != '"' || !CheckScalar(t)) return fail("expected a key", t);
      if (t + 1 >= count) return fail("ends too early", t);
      if (kind(t + 1) != ':') return fail("expected a colon", t + 1);
      switch (keys_->Add(raw_string(t))) {
        case Keys::Outcome::kNew:
          break;
        case Keys::Outcome::kTwice:
          defect.path = PathOfOpen();
          if (!defect.path.empty()) defect.path.push_back('.');
          defect.path.append(PathKey(raw_string(t)));
          return fail("a key stands twice in one object", t);
        case Keys::Outcome::kTooMany:
          return fail("an object has more than 1,000 keys", t);
      }
      t += 2;
    }
  }
  if (t != count) return fail("something follows the value", t);
  return true;
}

// The path of the innermost object or array that is still open.
std::string JsonIndex::PathOfOpen() const {
  std::string path;
  for (size_t i = 1; i < open_.size(); ++i) {
    const Token around = open_[i - 1];
    if (is_object(around)) {
      if (!path.empty()) path.push_back('.');
      path.append(PathKey(raw_string(open_[i] - 2)));
      continue;
    }
    size_t number = 0;
    for (Token t = around + 1; t != open_[i]; t = after(t) + 1) ++number;
    path.append("[").append(std::to_string(number)).append("]");
  }
  return path;
}

bool JsonIndex::ReadInteger(Token token, int64_t& out) const {
  if (!is_number(token)) return false;
  const std::string_view text = raw(token);
  const bool negative = text[0] == '-';
  constexpr size_t kDigitsMax = 15;
  if (text.size() - negative > kDigitsMax) return false;
  int64_t value = 0;
  for (const char c : text.substr(negative)) {
    if (!IsDigit(c)) return false;
    value = value * 10 + (c - '0');
  }
  out = negative ? -value : value;
  return true;
}

}  // namespace footfall::capture
