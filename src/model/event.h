// The event: what capture lets through and the store keeps. Standard library only, since
// the capture core is also compiled for the browser.
#ifndef FOOTFALL_MODEL_EVENT_H_
#define FOOTFALL_MODEL_EVENT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace footfall::model {

// Collection levels, least first; the numbers are FOOTFALL_LEVEL_* of the C ABI.
enum class Level : uint8_t { kContent = 1, kInteractions = 2, kPlayback = 3 };

// The numbers are part of the on-disk format.
enum class EventType : uint8_t {
  kClick = 0,
  kPageView = 1,
  kInput = 2,
  kKeystroke = 3,
  kSubmit = 4,
  kSelect = 5,
  kContent = 6,
  kTrack = 7,
  kIdentify = 8,
  kAlias = 9,
};
inline constexpr int kEventTypeCount = 10;

inline constexpr std::array<std::string_view, kEventTypeCount> kEventTypeNames = {
    "click",  "page_view", "input", "keystroke", "submit",
    "select", "content",   "track", "identify",  "alias"};

inline std::string_view EventTypeName(EventType type) {
  return kEventTypeNames[static_cast<size_t>(type)];
}

// The level from which on events of `type` are collected.
inline Level LevelOf(EventType type) {
  return type <= EventType::kSelect ? Level::kInteractions : Level::kContent;
}

// A scalar, or the text of a nested JSON array or object.
struct Value {
  enum class Kind : uint8_t { kMissing, kBool, kInt, kDouble, kString, kJson };
  Kind kind = Kind::kMissing;
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;
  std::string_view text;  // kString: decoded UTF-8; kJson: compact JSON text.

  static Value Missing() { return {}; }
  static Value Bool(bool v) { return {.kind = Kind::kBool, .boolean = v}; }
  static Value Int(int64_t v) { return {.kind = Kind::kInt, .integer = v}; }
  static Value Double(double v) { return {.kind = Kind::kDouble, .number = v}; }
  static Value String(std::string_view v) { return {.kind = Kind::kString, .text = v}; }
  static Value Json(std::string_view v) { return {.kind = Kind::kJson, .text = v}; }

  bool is_missing() const { return kind == Kind::kMissing; }
  bool is_string() const { return kind == Kind::kString; }
  bool is_number() const { return kind == Kind::kInt || kind == Kind::kDouble; }
  // Requires is_number().
  double as_double() const {
    return kind == Kind::kInt ? static_cast<double>(integer) : number;
  }
};

struct Property {
  std::string_view key;  // Decoded UTF-8.
  Value value;
};

// An ancestor of an element. Empty means absent.
struct PathEntry {
  std::string_view tag;
  std::string_view id;
  std::string_view css_class;
};

// The element an interaction took place on. Empty means absent.
struct Element {
  std::string_view tag;
  std::string_view id;
  std::string_view css_class;
  std::string_view type;
  std::string_view name;
  std::string_view text;
  std::string_view label;
  std::string_view value;
  std::string_view autocomplete;
  std::span<const PathEntry> path;  // Outermost first.
};

// What the host says of the person's surroundings. Empty means absent.
struct Context {
  std::string_view country;
  std::string_view region;
  std::string_view city;
  std::string_view browser;
  std::string_view browser_version;
  std::string_view os;
  std::string_view os_version;
  std::string_view device;
  std::optional<bool> https;
};

// One event. Views only: whoever hands out an Event says how long its bytes live.
//
// In the fields of type string_view directly in this struct, a null data() means absent,
// and an empty string with data() is a value. Strings are decoded, valid UTF-8.
struct Event {
  EventType type = EventType::kTrack;
  int64_t time_ms = 0;      // Since 1970 UTC.
  int64_t seq = 0;          // The client's order among events of one instant.
  std::string_view id;      // Makes ingest idempotent.
  std::string_view person;  // At least one of person and anonymous is present.
  std::string_view anonymous;
  std::string_view session;
  std::string_view app;
  std::string_view environment;
  std::string_view name;
  std::string_view url;
  std::string_view title;
  std::string_view key;
  std::string_view value;
  bool has_element = false;
  Element element;
  Context context;
  std::span<const Property> properties;  // Keys are distinct.
};

}  // namespace footfall::model

#endif  // FOOTFALL_MODEL_EVENT_H_
