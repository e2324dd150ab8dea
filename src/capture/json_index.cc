#include "capture/json_index.h"

#include <simdjson.h>

#include <array>
#include <bit>
#include <cstring>

#include "capture/ascii.h"
#include "capture/hash.h"
#include "capture/recording_nodes.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

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

// Whether every JSON parser can hold the number `text`: an integer of up to 18 digits, or
// up to 32 characters with an exponent of at most two digits, three when it is negative.
bool IsCommonNumber(std::string_view text) {
  constexpr size_t kIntegerDigitsMax = 18;
  constexpr size_t kSizeMax = 32;
  if (text.size() > kSizeMax) return false;
  const size_t exponent = text.find_first_of("eE");
  if (exponent == std::string_view::npos) {
    const size_t sign = text[0] == '-' ? 1 : 0;
    return text.find('.') != std::string_view::npos ||
           text.size() - sign <= kIntegerDigitsMax;
  }
  std::string_view digits = text.substr(exponent + 1);
  const bool below = digits[0] == '-';
  if (below || digits[0] == '+') digits.remove_prefix(1);
  return digits.size() <= (below ? 3 : 2);
}

// True for an integer of at most sixteen digits without a sign, as most numbers are.
// Eight bytes can be read at its start.
bool IsShortInteger(std::string_view text) {
  const char* const p = text.data();
  if (text.size() > 16 || (p[0] == '0' && text.size() > 1)) return false;
  if (text.size() > 8) {
    return (Digits(LoadWord(p)) & Digits(LoadWord(p + text.size() - 8))) == kTops;
  }
  return Digits(LoadPadded(p, text.size())) == kTops >> (64 - 8 * text.size());
}

// Reads the digits that `word` begins with, when they are fewer than eight and make an
// integer.
bool ReadFewDigits(uint64_t word, int64_t& out) {
  if constexpr (std::endian::native != std::endian::little) return false;
  const int bits = std::countr_zero(~Digits(word) & kTops) & ~7;
  if (bits == 0 || bits == 64) return false;
  const auto behind = static_cast<char>(word >> bits);
  if (behind == '.' || behind == 'e' || behind == 'E') return false;
  // Zeros go in front of the first digit; then pairs of digits, and pairs of those.
  uint64_t value = (word & kOnes * 0x0f) << (64 - bits);
  value = value * 10 + (value >> 8);
  value = ((value & 0x000000ff000000ff) * 0x000f424000000064 +
           (value >> 16 & 0x000000ff000000ff) * 0x0000271000000001) >>
          32;
  out = static_cast<int64_t>(value & 0xffffffff);
  return true;
}

// What a letter behind a backslash means; 0 for none and for `u`.
constexpr std::array<char, 256> MakeEscapes() {
  constexpr std::string_view kFrom = "\"\\/bfnrt";
  constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
  std::array<char, 256> escapes{};
  for (size_t i = 0; i < kFrom.size(); ++i) {
    escapes[static_cast<unsigned char>(kFrom[i])] = kTo[i];
  }
  return escapes;
}
constexpr std::array<char, 256> kEscapes = MakeEscapes();

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

// The first backslash, or null. Most strings are short and have none.
const void* FindBackslash(std::string_view raw) {
  constexpr size_t kShort = 64;
  if (raw.size() <= kShort) {
    uint64_t found = 0;
    ForEachWord(raw, [&found](uint64_t word) { found |= HasByte(word, '\\'); });
    if (found == 0) return nullptr;
  }
  return std::memchr(raw.data(), '\\', raw.size());
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
  const void* const first = FindBackslash(raw);
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
    if (c == 'u') {
      uint32_t code;
      if (!ReadUnicodeEscape(raw, pos, code)) return false;
      end = AppendUtf8(end, code);
      continue;
    }
    const char meant = kEscapes[static_cast<unsigned char>(c)];
    if (meant == '\0') return false;
    *end++ = meant;
  }
  out = {begin, static_cast<size_t>(end - begin)};
  arena.Shrink(raw.size() - out.size());
  return true;
}

// Keys are compared by their hashes, and only when another one shares a bit with them.
class JsonIndex::Keys {
 public:
  struct Frame {
    size_t first;       // Of its keys.
    uint64_t bits = 0;  // Of their hashes.
  };

  // Of a key in a text that simdjson's padding follows. Those of up to eight bytes, as
  // most have, are told apart by their bytes: there is no zero in a string.
  static uint64_t HashOf(std::string_view key) {
    if (key.empty() || key.size() > sizeof(uint64_t)) return HashBytes(key);
    return LoadPadded(key.data(), key.size()) * 0x9fb21c651e98df25ULL;
  }

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
  Outcome Add(uint64_t hash) {
    Frame& frame = frames_.back();
    if (hashes_.size() - frame.first >= kKeysMax) return Outcome::kTooMany;
    const uint64_t bit = uint64_t{1} << (hash >> 58);
    if ((frame.bits & bit) != 0) {
      for (size_t i = frame.first; i < hashes_.size(); ++i) {
        if (hashes_[i] == hash) return Outcome::kTwice;
      }
    }
    frame.bits |= bit;
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

bool JsonIndex::IsScalar(Token token) const {
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
      return IsShortInteger(text) || (IsNumber(text) && IsCommonNumber(text));
  }
}

// Reads a plain text at `token`, or how a plain element or add begins, which is then open
// up to its children or its node. Returns how many tokens that was; 0 for anything else.
size_t JsonIndex::OpenShape(Token token, size_t depth_max, RecordingNodes& nodes) {
  // Most objects are told apart by one byte: {"parentId":, {"type":3 or {"type":2.
  const char* const begin = text_ + at_[token];
  if (begin[2] == 'p') {
    const size_t size = nodes.ReadAdd(*this, token);
    if (size > 0) open_.push_back({token, {Shape::Kind::kAdd, nodes.last_add()}});
    return size;
  }
  if (begin[2] != 't') return 0;
  if (begin[8] == '3') {
    const size_t size = nodes.ReadText(*this, token);
    if (size == 0) return 0;
    match_[token] = token + static_cast<Token>(size) - 1;
    SetShape(token, {Shape::Kind::kNode, nodes.last_node()});
    return size;
  }
  // There has to be room for its attributes, or its children.
  if (begin[8] != '2' || open_.size() + 1 >= depth_max) return 0;
  const size_t size = nodes.ReadHead(*this, token);
  if (size == 0) return 0;
  const NodeTokens& node = nodes.node(nodes.last_node());
  match_[node.attributes] = node.children - 4;
  SetShape(node.attributes, {});
  open_.push_back({token, {Shape::Kind::kNode, nodes.last_node()}});
  open_.push_back({node.children});
  return size;
}

// Reads what follows the children of the innermost plain element, or the node of the
// innermost plain add, and closes it; moves `token` behind it. When that is not plain, it
// goes on as any other object.
void JsonIndex::CloseShape(Token& token, RecordingNodes& nodes) {
  Open& open = open_.back();
  const bool add = open.shape.kind == Shape::Kind::kAdd;
  const size_t size = add ? nodes.ReadAddEnd(*this, token)
                          : nodes.ReadTail(*this, token, open.shape.number);
  SetShape(open.token, size > 0 ? open.shape : Shape());
  if (size > 0) {
    token += static_cast<Token>(size);
    match_[open.token] = token - 1;
    open_.pop_back();
    return;
  }
  nodes.NoteOther();
  keys_->Open();
  const auto note = [this](Token key) { keys_->Add(Keys::HashOf(raw_string(key))); };
  for (const Token key : {1, 5, 9}) note(open.token + key);
  if (!add) note(nodes.node(open.shape.number).children - 2);
  open.shape = {};
}

bool JsonIndex::Build(std::string_view text, int depth_max, Defect& defect,
                      RecordingNodes* nodes) {
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
    bool closed = true;
    // Behind a value: closing brackets, then a comma. In front of one: nothing.
    bool need_comma = true;
    if (c == '{' || c == '[') {
      if (open_.size() >= static_cast<size_t>(depth_max)) {
        return fail("nested too deeply", t);
      }
      const size_t outer = open_.size();
      const size_t read = c == '{' && nodes != nullptr
                              ? OpenShape(t, static_cast<size_t>(depth_max), *nodes)
                              : 0;
      if (read == 0) {
        if (nodes != nullptr) nodes->NoteOther();
        open_.push_back({t});
        if (c == '{') keys_->Open();
        if (t + 1 >= count) return fail("ends too early", t + 1);
        if (c == '{') SetShape(t, {});
      }
      t += read == 0 ? 1 : static_cast<Token>(read);
      if (open_.empty()) break;
      if (open_.back().shape.kind == Shape::Kind::kAdd && open_.size() > outer) continue;
      if (open_.size() > outer) {
        if (t >= count) return fail("ends too early", t);
        closed = text_[at_[t]] == (read == 0 && c == '{' ? '}' : ']');
        need_comma = false;
      }
    } else {
      if (c == '}' || c == ']' || c == ',' || c == ':')
        return fail("expected a value", t);
      if (!IsScalar(t)) {
        const bool large = is_number(t) && IsNumber(raw(t));
        return fail(large ? "a number that not every parser holds" : "malformed value",
                    t);
      }
      if (nodes != nullptr) nodes->NoteOther();
      ++t;
      if (open_.empty()) break;
    }
    while (closed) {
      if (t >= count) return fail("ends too early", t);
      if (open_.back().shape.kind != Shape::Kind::kOther) {
        CloseShape(t, *nodes);
        if (open_.empty()) break;
        need_comma = true;
        continue;
      }
      const Token opener = open_.back().token;
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
    if (text_[at_[open_.back().token]] == '{') {
      if (t >= count) return fail("ends too early", t);
      if (kind(t) != '"' || !IsScalar(t)) return fail("expected a key", t);
      if (t + 1 >= count) return fail("ends too early", t);
      if (kind(t + 1) != ':') return fail("expected a colon", t + 1);
      switch (keys_->Add(Keys::HashOf(raw_string(t)))) {
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
    const Token around = open_[i - 1].token;
    const Token inside = open_[i].token;
    if (is_object(around)) {
      if (!path.empty()) path.push_back('.');
      path.append(PathKey(raw_string(inside - 2)));
      continue;
    }
    size_t number = 0;
    for (Token t = around + 1; t != inside; t = after(t) + 1) ++number;
    path.append("[").append(std::to_string(number)).append("]");
  }
  return path;
}

bool JsonIndex::ReadInteger(Token token, int64_t& out) const {
  if (!is_number(token)) return false;
  constexpr int kDigitsMax = 15;
  const char* p = text_ + at_[token];
  const char* const end = text_ + size_;
  if (end - p >= 8 && ReadFewDigits(LoadWord(p), out)) return true;
  const bool negative = *p == '-';
  p += negative;
  const char* const first = p;
  int64_t value = 0;
  for (; p < end && IsDigit(*p); ++p) {
    if (p - first == kDigitsMax) return false;
    value = value * 10 + (*p - '0');
  }
  // What follows in a well-formed number makes it another one.
  if (p < end && (*p == '.' || *p == 'e' || *p == 'E')) return false;
  out = negative ? -value : value;
  return true;
}

}  // namespace footfall::capture
