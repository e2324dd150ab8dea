// Reads one event in one pass, strictly.
#ifndef FOOTFALL_CAPTURE_EVENT_PARSER_H_
#define FOOTFALL_CAPTURE_EVENT_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/cleaner.h"
#include "model/event.h"

namespace simdjson::internal {
class dom_parser_implementation;
}

namespace footfall::capture {

// An event as it came, but for what is never looked at again: unknown keys, secret
// properties, and the insides of nested properties, which are filtered as they are read.
// Views live until the next Parse and the cleaner's next BeginEvent.
struct ParsedEvent {
  model::Event event;
  std::string_view ip;  // context.ip
  // The input, when AppendEventJson would write the same bytes (without newline) as long
  // as the event is not changed; else empty.
  std::string_view json;
  std::vector<model::PathEntry> path;
  std::vector<model::Property> properties;
};

struct ParseError {
  std::string path;
  std::string reason;
  int64_t byte = -1;  // Offset into the event of the defect; -1 when unknown.
};

// The bounds of FilterOptions.
struct ParseLimits {
  int depth_max = 64;
  int keys_max = 1000;
};

// Not thread-safe.
class EventParser {
 public:
  EventParser(const ParseLimits& limits, Cleaner& cleaner);

  ~EventParser();

  // Parses the event at `data`, behind whose `size` bytes simdjson::SIMDJSON_PADDING more
  // can be read. Returns false and fills `error` when it is malformed. Checks neither
  // times nor levels.
  bool Parse(const char* data, size_t size, ParsedEvent& out, ParseError& error);

  // Begins to parse the events of `lines`, each with its line end; the padding stands
  // behind them. False when they must be parsed one by one, by Parse, as most lines with
  // something malformed between them.
  bool BeginLines(std::string_view lines);
  // Parses the next line, without white space around its event. Returns the size of the
  // event, and of the line in `line_size`; 0 when the line and those behind it must be
  // parsed one by one. Not after a call of Parse.
  size_t ParseLine(ParsedEvent& out, size_t& line_size);

 private:
  using Stage = std::unique_ptr<simdjson::internal::dom_parser_implementation>;

  struct Number {
    bool is_integer = false;
    int64_t integer = 0;
    double real = 0;
    std::string_view text;
  };

  // The known keys of one kind of object, each shorter than sixteen bytes. Producers
  // write keys in one order, so the key that followed another one last time is tried
  // first after it.
  struct KeyTable {
    static constexpr int kCountMax = 17;
    // A key with its closing quote, as two words, and which of their bits count.
    struct Pattern {
      uint64_t words[2];
      uint64_t masks[2];
    };

    explicit KeyTable(std::span<const std::string_view> known);
    static bool Matches(const Pattern& pattern, uint64_t low, uint64_t high);
    // The key at `raw`, behind its opening quote, when it stands there without escapes;
    // else -1. `before` is the known key in front of it, or -1.
    int Find(const char* raw, int before);
    // The same for a text.
    int Named(std::string_view text) const;

    const std::string_view* names;
    int count;
    Pattern patterns[kCountMax];
    uint8_t next[kCountMax + 1] = {};
  };

  struct Key {
    int known = -1;  // Index into the table.
    // Of a key that is not known.
    std::string_view text;
    uint64_t hash = 0;
  };

  // The parser stands at a token; what reads a value moves behind it.
  char Here() const { return data_[*token_]; }
  bool IsNumberHere() const {
    const char c = Here();
    return c == '-' || (c >= '0' && c <= '9');
  }
  std::string_view TakeScalar();

  void Begin(ParsedEvent& out, ParseError& error);
  void Complete(ParsedEvent& out) const;
  // Finds the tokens, and what is malformed regardless of where it stands.
  bool Index(Stage& stage, const char* data, size_t size);
  // Whether a backslash stands in the line that begins at `line`.
  bool LineHasEscapes(size_t line);
  // Reads the object here; calls handle(const Key&) -> bool in front of each value;
  // checks duplicates and bounds.
  template <typename Handle>
  bool ForEachMember(KeyTable* table, int depth, Handle handle);
  // The same for an array; handle(size_t index).
  template <typename Handle>
  bool ForEachItem(int depth, Handle handle);
  bool ReadKey(KeyTable* table, int before, Key& key);
  bool NoteKey(const Key& key, size_t seen_begin, uint32_t* seen_known);
  // Moves behind a closing bracket. False when the event ends with it and must not.
  bool Close(int depth);

  bool ReadEvent(ParsedEvent& out);
  bool ReadMember(int key, ParsedEvent& out);
  bool ReadUnknown(std::string_view key);
  bool ReadSeq(int64_t& out);
  bool ReadElement(ParsedEvent& out);
  bool ReadPath(ParsedEvent& out);
  bool ReadContext(ParsedEvent& out);
  bool ReadUnknownContext(std::string_view key, uint64_t hash);
  bool ReadProperties(ParsedEvent& out);
  bool ReadProperty(std::string_view key, uint64_t hash, ParsedEvent& out);
  bool ReadNumberProperty(model::Value& out);
  bool ReadType(ParsedEvent& out);
  bool ReadTime(ParsedEvent& out);
  bool ReadInteger(int64_t& out);
  // Trimmed, or an integer as its decimal form; absent when empty.
  bool ReadId(std::string_view& out);
  bool ReadRareId(std::string_view& out);
  std::string_view TrimId(std::string_view id);
  // A string or null. Most strings have no escapes and are views of the input.
  bool ReadText(std::string_view& out);
  bool ReadString(std::string_view& out);
  // Null when an escape is malformed. By value: what is passed by reference goes through
  // memory, and reading a view that was just written in two halves stalls.
  std::string_view ReadEscaped(std::string_view raw);
  bool ReadNull();
  bool ReadInnerNull();  // Inside a nested property, where it is kept.
  bool ReadNumber(Number& out);
  bool ReadSlowNumber(Number& out);
  bool ReadBool(bool& out);
  bool CheckRequired(const ParsedEvent& out);

  // Walks a value of any type; appends it, filtered, to `json` unless that is null.
  bool Walk(int depth, std::string* json);
  bool WalkObject(int depth, std::string* json);
  bool WalkArray(int depth, std::string* json);
  bool WalkNumber(std::string* json);

  // Says what is wrong at the token here, or at the one before.
  bool Fail(std::string_view reason);
  bool FailBefore(std::string_view reason);
  // Puts a key or an index before the path of the error, on the way out. A key that is
  // not known may be somebody's data, so the path then ends before it.
  void InPath(int known, std::string_view key);
  void InPath(size_t index);

  ParseLimits limits_;
  Cleaner& cleaner_;
  KeyTable event_keys_;
  KeyTable element_keys_;
  KeyTable path_keys_;
  KeyTable context_keys_;
  KeyTable types_;
  Stage event_stage_;
  Stage lines_stage_;
  const char* data_ = nullptr;
  size_t size_ = 0;
  // Where tokens begin: the one at hand, and the end. The last one is a closing brace, so
  // that only what closes a bracket need look for the end.
  const uint32_t* token_ = nullptr;
  const uint32_t* tokens_end_ = nullptr;
  size_t line_ = 0;    // Where the next line begins.
  size_t escape_ = 0;  // The first backslash in or behind some line before, or the size.
  ParseError* error_ = nullptr;
  ParseError line_error_;  // Of no interest, since Parse says it again.
  int keys_ = 0;
  bool numeric_type_ = false;
  bool has_timestamp_ = false;
  bool has_data_ = false;
  bool has_time_ = false;
  bool has_type_ = false;
  bool has_escapes_ = false;
  bool canonical_ = false;  // So far; see ParsedEvent::json.
  // Of the objects being read: their unknown keys so far, for the check of duplicates.
  struct SeenKey {
    uint64_t hash;
    std::string_view text;
  };
  std::vector<SeenKey> seen_;
  std::string json_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_EVENT_PARSER_H_
