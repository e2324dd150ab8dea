// A JSON document for configuration and small values: policies' hosts, definitions,
// rules, settings, results. Events do not go through it; see capture/ and store/.
#ifndef FOOTFALL_BASE_JSON_H_
#define FOOTFALL_BASE_JSON_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace footfall::base {

// A JSON value. Objects keep the order of their keys.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() = default;  // null
  Json(bool value) : value_(value) {}
  Json(int value) : value_(static_cast<int64_t>(value)) {}
  Json(int64_t value) : value_(value) {}
  Json(uint64_t value) : value_(static_cast<int64_t>(value)) {}
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  static Json MakeArray() { return Json(Array()); }
  static Json MakeObject() { return Json(Object()); }

  // Parses one document. Refuses malformed JSON, invalid UTF-8, duplicate keys, nesting
  // over 64, numbers that fit neither int64 nor a finite double, and trailing bytes; the
  // error carries the byte offset where simdjson knows it, and the path of a duplicate.
  static absl::StatusOr<Json> Parse(std::string_view text);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<int64_t>(value_); }
  bool is_double() const { return std::holds_alternative<double>(value_); }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // The accessors require the matching is_...().
  bool as_bool() const { return std::get<bool>(value_); }
  int64_t as_int() const { return std::get<int64_t>(value_); }
  double as_double() const {
    return is_int() ? static_cast<double>(as_int()) : std::get<double>(value_);
  }
  const std::string& as_string() const { return std::get<std::string>(value_); }
  const Array& as_array() const { return std::get<Array>(value_); }
  const Object& as_object() const { return std::get<Object>(value_); }
  Array& as_array() { return std::get<Array>(value_); }
  Object& as_object() { return std::get<Object>(value_); }

  // "null", "bool", "number", "string", "array" or "object", for messages.
  std::string_view TypeName() const;

  // The member of an object, or nullptr; nullptr for every other type.
  const Json* Find(std::string_view key) const;

  // Sets or replaces a member; `this` must be an object.
  Json& Set(std::string_view key, Json value);
  // Appends an element; `this` must be an array.
  Json& Push(Json value);

  // Compact text, or with `indent` spaces per level.
  std::string Dump(int indent = 0) const;

  bool operator==(const Json& other) const = default;

 private:
  void DumpTo(std::string& out, int indent, int depth) const;

  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> value_;
};

// Appends `text` as a JSON string with quotes. `text` is UTF-8.
void AppendJsonString(std::string& out, std::string_view text);

// Refuses the first key of `object` that is not in `allowed`, as "$.key: unknown key".
// `path` is the object's own path.
absl::Status CheckKeys(const Json& object, std::string_view path,
                       std::initializer_list<std::string_view> allowed);

}  // namespace footfall::base

#endif  // FOOTFALL_BASE_JSON_H_
