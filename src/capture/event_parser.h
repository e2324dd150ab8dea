// Reads one event in one pass, strictly.
#ifndef FOOTFALL_CAPTURE_EVENT_PARSER_H_
#define FOOTFALL_CAPTURE_EVENT_PARSER_H_

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/cleaner.h"
#include "model/event.h"

namespace footfall::capture {

// An event as it came, but for what is never looked at again: unknown keys, secret
// properties, and the insides of nested properties, which are filtered as they are read.
// Views live until the next Parse and the cleaner's next BeginEvent.
struct ParsedEvent {
  model::Event event;
  std::string_view ip;  // context.ip
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

  // Parses the event at `data`, of which `size` bytes belong to it and `capacity` can be
  // read: simdjson::SIMDJSON_PADDING more. Returns false and fills `error` when it is
  // malformed. Checks neither times nor levels.
  bool Parse(const char* data, size_t size, size_t capacity, ParsedEvent& out,
             ParseError& error);

 private:
  using Value = simdjson::ondemand::value;
  using Object = simdjson::ondemand::object;
  using Field = simdjson::ondemand::field;

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

    const std::string_view* names;
    int count;
    Pattern patterns[kCountMax];
    uint8_t next[kCountMax + 1] = {};
  };

  struct Key {
    int known = -1;  // Index into the table.
    std::string_view text;
    uint64_t hash = 0;  // Of the text of a key that is not known.
  };

  // Calls handle(const Key&, Value&) -> bool for each member; checks duplicates and
  // bounds.
  template <typename Handle>
  bool ForEachMember(Object& object, KeyTable* table, int depth, Handle handle);
  // The same for a value, which must be an object.
  template <typename Handle>
  bool ForEachMember(Value& value, KeyTable* table, int depth, Handle handle);
  bool ReadKey(Field& field, KeyTable* table, int before, Key& key);
  bool ReadEscapedKey(Field& field, const KeyTable* table, Key& key);

  bool ReadEvent(Object& root, ParsedEvent& out);
  bool ReadMember(const Key& key, Value& value, ParsedEvent& out);
  bool ReadUnknown(const Key& key, Value& value);
  bool ReadElement(Value& value, ParsedEvent& out);
  bool ReadPath(Value& value, ParsedEvent& out);
  bool ReadContext(Value& value, ParsedEvent& out);
  bool ReadProperties(Value& value, ParsedEvent& out);
  bool ReadProperty(const Key& key, Value& value, ParsedEvent& out);
  bool ReadType(Value& value, ParsedEvent& out);
  bool ReadTime(Value& value, ParsedEvent& out);
  bool ReadInteger(Value& value, int64_t& out);
  // Trimmed, or an integer as its decimal form; absent when empty.
  bool ReadId(Value& value, std::string_view& out);
  // A string or null. Most strings have no escapes and are views of the input.
  bool ReadText(Value& value, std::string_view& out);
  bool ReadString(Value& value, std::string_view& out);
  bool ReadNull(Value& value);
  bool ReadNumber(Value& value, simdjson::ondemand::number& number,
                  std::string_view& text);
  bool ReadBool(Value& value, bool& out);
  bool CheckRequired(const ParsedEvent& out);

  // Walks a value of any type; appends it, filtered, to `json` unless that is null.
  bool Walk(Value& value, int depth, std::string* json);
  bool WalkObject(Value& value, int depth, std::string* json);
  bool WalkArray(Value& value, int depth, std::string* json);
  bool WalkNumber(Value& value, std::string* json);

  bool Fail(std::string_view reason);
  bool FailJson(simdjson::error_code code);
  // Puts a key or an index before the path of the error, on the way out. A key that is
  // not known may be somebody's data, so the path then ends before it.
  void InPath(const Key& key);
  void InPath(size_t index);

  ParseLimits limits_;
  Cleaner& cleaner_;
  KeyTable event_keys_;
  KeyTable element_keys_;
  KeyTable path_keys_;
  KeyTable context_keys_;
  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
  const char* data_ = nullptr;
  size_t size_ = 0;
  ParseError* error_ = nullptr;
  int keys_ = 0;
  bool numeric_type_ = false;
  bool has_timestamp_ = false;
  bool has_data_ = false;
  bool has_time_ = false;
  bool has_type_ = false;
  bool has_escapes_ = false;
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
