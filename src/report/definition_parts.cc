#include "report/definition_parts.h"

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

}  // namespace footfall::report
