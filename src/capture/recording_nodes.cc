#include "capture/recording_nodes.h"

#include <array>
#include <cstring>

#include "capture/ascii.h"
#include "capture/element_facts.h"
#include "capture/hash.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

using Token = JsonIndex::Token;

// Of a plain element; one with more is read like any other object.
constexpr size_t kAttributesMax = 32;

// Whether `text` stands at `p`, of which simdjson's padding more bytes can be
// read.
template <size_t N>
bool StandsAt(const char* p, const char (&text)[N]) {
  return std::memcmp(p, text, N - 1) == 0;
}

// Reads the digits at `p` as an id; null when they are none.
const char* ReadId(const char* p, int32_t& id) {
  constexpr int kDigitsMax = 9;
  if (*p == '0') return nullptr;
  id = 0;
  const char* const begin = p;
  for (; IsDigit(*p); ++p) {
    if (p - begin == kDigitsMax) return nullptr;
    id = id * 10 + (*p - '0');
  }
  return p == begin ? nullptr : p;
}

// True for a line end and up to 32 spaces in front of the next line, as most white space
// is. Eight bytes can be read at each place of it.
bool IsIndent(std::string_view raw) {
  constexpr uint64_t kSpaces = kOnes * ' ';
  if (raw.size() < 3 || raw[0] != '\\' || raw[1] != 'n') return false;
  const char* const p = raw.data() + 2;
  const size_t size = raw.size() - 2;
  if (size <= 8) return LoadPadded(p, size) == kSpaces >> (64 - 8 * size);
  const auto others = [p](size_t i) { return LoadWord(p + i) ^ kSpaces; };
  const uint64_t ends = others(0) | others(size - 8);
  if (size <= 16) return ends == 0;
  return size <= 32 && (ends | others(8) | others(size - 16)) == 0;
}

// True when a JSON string's characters, as they stand there, are all white
// space.
bool IsBlankRaw(std::string_view raw) {
  constexpr uint64_t kSpaces = kOnes * ' ';
  if (IsIndent(raw)) return true;
  for (size_t i = 0; i < raw.size();) {
    if (i + 8 <= raw.size() && LoadWord(raw.data() + i) == kSpaces) {
      i += 8;
    } else if (raw[i] == ' ') {
      ++i;
    } else {
      if (raw[i] != '\\' || i + 1 == raw.size()) return false;
      const char c = raw[i + 1];
      if (c != 'n' && c != 't' && c != 'r') return false;
      i += 2;
    }
  }
  return true;
}

// Checks the attributes as JsonIndex does: scalars, each under a key of its
// own. `kept` becomes false when one holds what is not to be kept, or much.
bool CheckAttributes(const JsonIndex& index, Token attributes, Token close, bool& kept) {
  std::array<uint64_t, kAttributesMax> hashes;
  size_t count = 0;
  for (Token key = attributes + 1; key < close; key += 4) {
    const char first = index.kind(key + 2);
    const bool scalar = first != '{' && first != '[' && first != '}' && first != ']' &&
                        first != ',' && first != ':';
    if (!index.is_string(key) || index.kind(key + 1) != ':' || !scalar ||
        !index.IsScalar(key) || !index.IsScalar(key + 2)) {
      return false;
    }
    const std::string_view name = index.raw_string(key);
    kept = kept && !EqualsLower(name, "value") && name != "_cssText";
    const uint64_t hash = HashBytes(name);
    for (size_t i = 0; i < count; ++i) {
      if (hashes[i] == hash) return false;
    }
    hashes[count++] = hash;
  }
  return true;
}

}  // namespace

NodeTokens::NodeTokens(const JsonIndex& index, Token node) : token(node) {
  if (!index.is_object(node)) return;
  bool has_id = false;
  for (Members m(index, node); m.Next();) {
    const std::string_view key = m.key();
    const Token value = m.value();
    int64_t number;
    if (key == "id") {
      has_id = index.ReadInteger(value, number) && number > 0 && number <= INT32_MAX;
      id = has_id ? static_cast<int32_t>(number) : 0;
    } else if (key == "type") {
      const bool known = index.ReadInteger(value, number) && number >= 0 && number <= 5;
      kind = known ? static_cast<int32_t>(number) : -1;
    } else if (key == "tagName") {
      if (index.is_string(value)) tag = value;
    } else if (key == "attributes") {
      if (index.is_object(value)) attributes = value;
    } else if (key == "childNodes") {
      if (index.is_array(value)) children = value;
    } else if (key == "textContent") {
      if (index.is_string(value)) text = value;
    } else if (key == "isShadow") {
      shadow = index.kind(value) == 't';
    }
  }
  valid = has_id && kind >= 0 && (kind != 2 || tag != kAbsent);
}

// {"type":3,"textContent":"...","id":1}
size_t RecordingNodes::ReadText(const JsonIndex& index, Token token) {
  constexpr size_t kTokens = 13;
  constexpr char kFront[] = "{\"type\":3,\"textContent\":\"";
  constexpr char kBack[] = ",\"id\":";
  if (token + kTokens > index.token_count()) return 0;
  const char* const text = index.text().data();
  const char* const begin = text + index.begin(token);
  if (!StandsAt(begin, kFront)) return 0;
  const char* const string = begin + sizeof(kFront) - 1;
  const char* const comma = text + index.begin(token + 8);
  if (comma <= string || comma[-1] != '"' || !StandsAt(comma, kBack)) return 0;
  int32_t id;
  const char* const end = ReadId(comma + sizeof(kBack) - 1, id);
  if (end == nullptr || *end != '}' || end != text + index.begin(token + 12)) return 0;
  NodeTokens& node = nodes_.emplace_back();
  node.token = token;
  node.id = id;
  node.valid = node.plain = node.solid = true;
  node.end = last_node() + 1;
  node.begin_byte = static_cast<uint32_t>(begin - text);
  node.end_byte = static_cast<uint32_t>(end + 1 - text);
  node.kind = 3;
  node.text = token + 7;
  node.blank = IsBlankRaw({string, static_cast<size_t>(comma - 1 - string)});
  return kTokens;
}

// {"type":2,"tagName":"...","attributes":{...},"childNodes":[
size_t RecordingNodes::ReadHead(const JsonIndex& index, Token token) {
  constexpr char kFront[] = "{\"type\":2,\"tagName\":\"";
  constexpr char kMiddle[] = ",\"attributes\":{";
  constexpr char kBack[] = ",\"childNodes\":[";
  const Token attributes = token + 11;
  if (attributes + 5 >= index.token_count()) return 0;
  const char* const text = index.text().data();
  const char* const begin = text + index.begin(token);
  if (!StandsAt(begin, kFront)) return 0;
  const char* const comma = text + index.begin(token + 8);
  if (comma < begin + sizeof(kFront) - 1 + 1 || comma[-1] != '"' ||
      !StandsAt(comma, kMiddle)) {
    return 0;
  }
  Token close = attributes + 1;
  if (index.kind(close) != '}') {
    close = attributes;
    do {
      close += 4;
      if (close + 4 >= index.token_count()) return 0;
      if (close - attributes > 4 * kAttributesMax) return 0;
    } while (index.kind(close) == ',');
    if (index.kind(close) != '}') return 0;
  }
  const char* const end = text + index.begin(close) + 1;
  if (!StandsAt(end, kBack)) return 0;
  bool well_formed;
  const HeadCache::Number head = HeadOf({begin, static_cast<size_t>(end - begin)}, index,
                                        attributes, close, well_formed);
  if (!well_formed) return 0;
  NodeTokens& node = nodes_.emplace_back();
  node.head = head;
  node.token = token;
  node.begin_byte = static_cast<uint32_t>(begin - text);
  node.end = others_;  // For ReadTail.
  node.kind = 2;
  node.tag = token + 7;
  node.attributes = attributes;
  node.children = close + 4;
  return close + 5 - token;
}

// {"parentId":1,"nextId":2,"node":{ up to the colon in front of the node.
size_t RecordingNodes::ReadAdd(const JsonIndex& index, Token token) {
  constexpr size_t kTokens = 11;
  constexpr char kFront[] = "{\"parentId\":";
  constexpr char kMiddle[] = ",\"nextId\":";
  constexpr char kNull[] = "null";
  constexpr char kBack[] = ",\"node\":{";
  if (token + kTokens >= index.token_count()) return 0;
  const char* const text = index.text().data();
  const char* p = text + index.begin(token);
  if (!StandsAt(p, kFront)) return 0;
  AddTokens add;
  p = ReadId(p + sizeof(kFront) - 1, add.parent_id);
  if (p == nullptr || !StandsAt(p, kMiddle)) return 0;
  p += sizeof(kMiddle) - 1;
  p = StandsAt(p, kNull) ? p + sizeof(kNull) - 1 : ReadId(p, add.next_id);
  if (p == nullptr || !StandsAt(p, kBack)) return 0;
  if (p + sizeof(kBack) - 2 != text + index.begin(token + kTokens)) return 0;
  ++others_;
  add.next = token + 7;
  add.node = token + kTokens;
  adds_.push_back(add);
  return kTokens;
}

// The brace behind the node.
size_t RecordingNodes::ReadAddEnd(const JsonIndex& index, Token token) const {
  return token < index.token_count() && index.kind(token) == '}' ? 1 : 0;
}

const AddTokens* RecordingNodes::PlainAdd(const JsonIndex& index, Token token) const {
  const JsonIndex::Shape shape = index.shape(token);
  const bool add = shape.kind == JsonIndex::Shape::Kind::kAdd;
  return add ? &adds_[shape.number] : nullptr;
}

// Finds or adds what an element begins with, whose attributes are checked
// unless it is found. kNone when it is not kept.
HeadCache::Number RecordingNodes::HeadOf(std::string_view bytes, const JsonIndex& index,
                                         Token attributes, Token close,
                                         bool& well_formed) {
  bool kept = bytes.size() <= HeadCache::kHeadBytesMax;
  const uint64_t hash = kept ? HeadCache::HashOf(bytes) : 0;
  const HeadCache::Number known = kept ? heads_.Find(bytes, hash) : HeadCache::kNone;
  well_formed = true;
  if (known != HeadCache::kNone) return known;
  well_formed = CheckAttributes(index, attributes, close, kept);
  kept = kept && well_formed && bytes.find('\\') == std::string_view::npos;
  return kept ? heads_.Add(bytes, hash) : HeadCache::kNone;
}

// ],"id":1} behind the bracket, with "isSVG":true in between for what is SVG.
size_t RecordingNodes::ReadTail(const JsonIndex& index, Token token, Number number) {
  constexpr char kSvg[] = ",\"isSVG\":true";
  constexpr char kBack[] = ",\"id\":";
  if (token >= index.token_count()) return 0;
  const char* const text = index.text().data();
  const char* p = text + index.begin(token);
  if (p[-1] != ']') return 0;
  size_t tokens = 5;
  if (StandsAt(p, kSvg)) {
    p += sizeof(kSvg) - 1;
    tokens += 4;
  }
  if (!StandsAt(p, kBack)) return 0;
  NodeTokens& node = nodes_[number];
  p = ReadId(p + sizeof(kBack) - 1, node.id);
  if (p == nullptr || *p != '}') return 0;
  if (p >= text + index.text().size()) return 0;
  node.valid = node.plain = true;
  node.solid = node.end == others_;
  node.end = last_node() + 1;
  node.end_byte = static_cast<uint32_t>(p + 1 - text);
  return tokens;
}

}  // namespace footfall::capture
