// Random access to the tokens of one JSON text, over the structural index that simdjson's
// first stage makes. Nothing is copied or converted.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_JSON_INDEX_H_
#define FOOTFALL_CAPTURE_JSON_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capture/arena.h"
#include "capture/ascii.h"
#include "capture/words.h"

namespace simdjson::internal {
class dom_parser_implementation;
}

namespace footfall::capture {

class RecordingNodes;

// Not thread-safe.
class JsonIndex {
 public:
  // The number of a structural character or of the first byte of a scalar.
  using Token = uint32_t;
  // What cannot be read as JSON, and where.
  struct Defect {
    const char* reason = "";
    size_t byte = 0;
    std::string path = {};  // Where it is known: "data.node.childNodes[2]".
  };
  static constexpr int kKeysMax = 1000;  // Of one object.

  JsonIndex();
  ~JsonIndex();

  // Reads the text, of which simdjson's padding more bytes can be read. It has to stay as
  // long as the index is used. Checks all of its grammar but the escapes of strings, that
  // brackets nest at most `depth_max` deep, and that no object has a key twice. `nodes`,
  // when not null, gets the nodes of a page that are written as rrweb writes them.
  bool Build(std::string_view text, int depth_max, Defect& defect,
             RecordingNodes* nodes = nullptr);

  Token root() const { return 0; }
  size_t token_count() const { return count_; }
  // The first byte of a value tells what it is: { [ " t f n, else a number.
  char kind(Token token) const { return text_[at_[token]]; }
  bool is_object(Token token) const { return kind(token) == '{'; }
  bool is_array(Token token) const { return kind(token) == '['; }
  bool is_string(Token token) const { return kind(token) == '"'; }
  bool is_null(Token token) const { return kind(token) == 'n'; }
  bool is_bool(Token token) const { return kind(token) == 't' || kind(token) == 'f'; }
  bool is_number(Token token) const {
    return kind(token) == '-' || (kind(token) >= '0' && kind(token) <= '9');
  }

  size_t begin(Token token) const { return at_[token]; }
  // Behind the last byte of the value.
  size_t end(Token token) const {
    const char c = kind(token);
    return c == '{' || c == '[' ? at_[match_[token]] + 1 : ScalarEnd(token);
  }
  std::string_view raw(Token token) const {
    return std::string_view(text_ + begin(token), end(token) - begin(token));
  }
  // Of a string, between its quotes, with escapes.
  std::string_view raw_string(Token token) const {
    return std::string_view(text_ + begin(token) + 1, end(token) - begin(token) - 2);
  }
  std::string_view text() const { return std::string_view(text_, size_); }

  // Of an array or object: its closing bracket.
  Token close(Token token) const { return match_[token]; }
  // The token behind a value: a comma or a closing bracket.
  Token after(Token value) const {
    const char c = kind(value);
    return c == '{' || c == '[' ? match_[value] + 1 : value + 1;
  }

  // What Build recognised an object as: a node or an add of RecordingNodes.
  struct Shape {
    enum class Kind : uint32_t { kOther, kNode, kAdd };
    Kind kind = Kind::kOther;
    uint32_t number = 0;
  };
  Shape shape(Token token) const {
    if (!is_object(token)) return {};
    const uint32_t code = match_[token + 1];
    return {static_cast<Shape::Kind>(code & 3), code >> 2};
  }
  // Notes that RecordingNodes has read the object at `token` as its node `number`.
  void SetNode(Token token, uint32_t number) {
    SetShape(token, {Shape::Kind::kNode, number});
  }
  // True for a well-formed string, number, true, false or null.
  bool IsScalar(Token token) const;

  // The value of a number that is written with at most fifteen digits and nothing else
  // but a minus; false for others.
  bool ReadInteger(Token token, int64_t& out) const;

 private:
  size_t ScalarEnd(Token token) const {
    size_t end = at_[token + 1];
    while (IsJsonSpace(text_[end - 1])) --end;
    return end;
  }
  bool Reserve(size_t size);
  size_t OpenShape(Token token, size_t depth_max, RecordingNodes& nodes);
  void CloseShape(Token& token, RecordingNodes& nodes);
  void SetShape(Token token, Shape shape) {
    match_[token + 1] = shape.number << 2 | static_cast<uint32_t>(shape.kind);
  }
  std::string PathOfOpen() const;

  const char* text_ = nullptr;
  size_t size_ = 0;
  size_t count_ = 0;
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
  const uint32_t* at_ = nullptr;
  // Of an opening bracket: its closing one. Behind the brace of an object: its shape.
  std::vector<uint32_t> match_;
  struct Open {
    Token token;
    Shape shape = {};  // As long as it is read as one.
  };
  std::vector<Open> open_;

  // The keys of the objects that are open, for the check of duplicates.
  class Keys;
  std::unique_ptr<Keys> keys_;
};

// The members of an object, in order: `for (Members m(index, object); m.Next();)`.
class Members {
 public:
  Members(const JsonIndex& index, JsonIndex::Token object)
      : index_(index), next_(object + 1), close_(index.close(object)) {}

  bool Next() {
    if (next_ >= close_) return false;
    key_ = next_;
    value_ = next_ + 2;
    next_ = index_.after(value_) + 1;  // Past the comma.
    return true;
  }
  // With its escapes. One that has any is none of ours.
  std::string_view key() const { return index_.raw_string(key_); }
  // Whether that is `name`, which has no quote in it.
  bool Is(std::string_view name) const {
    const std::string_view text = index_.text();
    const size_t begin = index_.begin(key_) + 1;
    return name.size() < text.size() - begin && text[begin + name.size()] == '"' &&
           SameBytes(text.data() + begin, name.data(), name.size());
  }
  JsonIndex::Token value() const { return value_; }
  size_t begin() const { return index_.begin(key_); }
  size_t end() const { return index_.end(value_); }

 private:
  const JsonIndex& index_;
  JsonIndex::Token next_;
  JsonIndex::Token close_;
  JsonIndex::Token key_ = 0;
  JsonIndex::Token value_ = 0;
};

// The elements of an array, in the same way.
class Elements {
 public:
  Elements(const JsonIndex& index, JsonIndex::Token array)
      : index_(index), next_(array + 1), close_(index.close(array)) {}

  bool Next() {
    if (next_ >= close_) return false;
    value_ = next_;
    next_ = index_.after(value_) + 1;
    return true;
  }
  JsonIndex::Token value() const { return value_; }
  size_t begin() const { return index_.begin(value_); }
  size_t end() const { return index_.end(value_); }

 private:
  const JsonIndex& index_;
  JsonIndex::Token next_;
  JsonIndex::Token close_;
  JsonIndex::Token value_ = 0;
};

// `key` as a path may show it: "?" for one that no program was written with, which may be
// somebody's data.
std::string_view PathKey(std::string_view key);

// Decodes the escapes of `raw`, what stands between the quotes of a JSON string. The
// result is `raw` itself when it has none, else a string in `arena`. Half of a surrogate
// pair becomes U+FFFD. Returns false when an escape is malformed.
bool DecodeJsonString(std::string_view raw, Arena& arena, std::string_view& out);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_JSON_INDEX_H_
