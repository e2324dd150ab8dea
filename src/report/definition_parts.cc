#include "report/definition_parts.h"

#include <algorithm>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"

namespace footfall::report {

using base::Cat;
using base::InvalidAt;
using base::Json;

absl::StatusOr<model::Field> ParseField(const Json& json, const std::string& path) {
  if (!json.is_string()) return InvalidAt(path, "must be the name of a field");
  absl::StatusOr<model::Field> field = model::Field::Parse(json.as_string());
  if (!field.ok()) return InvalidAt(path, base::MessageOf(field.status()));
  return field;
}

absl::StatusOr<int64_t> ParseLength(const Json& json, const std::string& path) {
  if (!json.is_string()) return InvalidAt(path, "must be a duration such as 30m");
  const absl::StatusOr<int64_t> duration = base::ParseDuration(json.as_string());
  if (!duration.ok()) return InvalidAt(path, base::MessageOf(duration.status()));
  if (*duration == 0) return InvalidAt(path, "must be longer than nothing");
  return *duration;
}

absl::StatusOr<std::string> ParseLabel(const Json* json, const std::string& path) {
  if (json == nullptr) return InvalidAt(path, "is required");
  if (!json->is_string() || json->as_string().empty() ||
      json->as_string().size() > kLabelBytesMax) {
    return InvalidAt(path, Cat("must be a string of 1 to ", kLabelBytesMax, " bytes"));
  }
  return json->as_string();
}

absl::StatusOr<std::optional<model::Rule>> ParseRule(const Json& json,
                                                     const std::string& path,
                                                     std::string_view key) {
  const Json* value = json.Find(key);
  if (value == nullptr) return std::optional<model::Rule>();
  FOOTFALL_ASSIGN_OR_RETURN(model::Rule rule,
                            model::Rule::Parse(*value, Cat(path, ".", key)));
  return std::optional<model::Rule>(std::move(rule));
}

absl::StatusOr<int64_t> ParseWhole(const Json& json, std::string_view key, int64_t least,
                                   int64_t most, int64_t otherwise) {
  const Json* value = json.Find(key);
  if (value == nullptr) return otherwise;
  if (!value->is_int() || value->as_int() < least || value->as_int() > most) {
    return InvalidAt(Cat("$.", key),
                     Cat("must be a whole number from ", least, " to ", most));
  }
  return value->as_int();
}

absl::StatusOr<size_t> ParseChoice(const Json& json, std::string_view key,
                                   std::initializer_list<std::string_view> names) {
  const Json* value = json.Find(key);
  if (value == nullptr) return 0;
  std::string list;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names.begin()[i];
    if (value->is_string() && value->as_string() == name) return i;
    list += Cat(i == 0 ? "" : i + 1 == names.size() ? " or " : ", ", name);
  }
  return InvalidAt(Cat("$.", key), "must be " + list);
}

absl::StatusOr<std::string> ParseDocumentName(const Json& json) {
  constexpr size_t kNameBytesMax = 128;
  const Json* value = json.Find("name");
  if (value == nullptr) return InvalidAt("$.name", "is required");
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '.';
  };
  if (!value->is_string() || value->as_string().empty() ||
      value->as_string().size() > kNameBytesMax ||
      !std::all_of(value->as_string().begin(), value->as_string().end(), allowed)) {
    return InvalidAt("$.name", Cat("must be a string of 1 to ", kNameBytesMax,
                                   " letters, digits, '-', '_' and '.'"));
  }
  return value->as_string();
}

absl::StatusOr<std::vector<std::string>> ParseAttributes(
    const Json& json, const std::string& path,
    const std::vector<std::string_view>& taken) {
  constexpr size_t kAttributesMax = 100;
  if (!json.is_array() || json.as_array().size() > kAttributesMax) {
    return InvalidAt(
        path, Cat("must be a list of at most ", kAttributesMax, " names of attributes"));
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < json.as_array().size(); ++i) {
    const Json& name = json.as_array()[i];
    const std::string at = Cat(path, "[", i, "]");
    if (!name.is_string() || name.as_string().empty()) {
      return InvalidAt(at, "must be the name of an attribute");
    }
    if (std::find(taken.begin(), taken.end(), name.as_string()) != taken.end() ||
        std::find(names.begin(), names.end(), name.as_string()) != names.end()) {
      return InvalidAt(at,
                       Cat("the report has a column '", name.as_string(), "' already"));
    }
    names.push_back(name.as_string());
  }
  return names;
}

}  // namespace footfall::report
