#include "report/built_in_parameters.h"

#include <charconv>

#include "base/status.h"
#include "base/strings.h"
#include "report/definition_parts.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;

constexpr int64_t kDurationMaxMs = 86'400'000;

std::string PathOf(std::string_view key) { return Cat("$.parameters.", key); }

std::optional<int64_t> WholeOf(const Json& value) {
  if (value.is_int()) return value.as_int();
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.as_string();
  int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

}  // namespace

absl::StatusOr<std::optional<std::string>> TextParameter(const Json& parameters,
                                                         std::string_view key,
                                                         std::string_view what) {
  const Json* value = parameters.Find(key);
  if (value == nullptr) return std::optional<std::string>();
  if (!value->is_string() || value->as_string().empty()) {
    return InvalidAt(PathOf(key), Cat("must be ", what));
  }
  return std::optional(value->as_string());
}

absl::StatusOr<std::optional<bool>> BoolParameter(const Json& parameters,
                                                  std::string_view key) {
  const Json* value = parameters.Find(key);
  if (value == nullptr) return std::optional<bool>();
  if (value->is_bool()) return std::optional(value->as_bool());
  if (*value == Json("true")) return std::optional(true);
  if (*value == Json("false")) return std::optional(false);
  return InvalidAt(PathOf(key), "must be true or false");
}

absl::StatusOr<int64_t> WholeParameter(const Json& parameters, std::string_view key,
                                       int64_t least, int64_t most, int64_t otherwise) {
  const Json* value = parameters.Find(key);
  if (value == nullptr) return otherwise;
  const std::optional<int64_t> number = WholeOf(*value);
  if (!number.has_value() || *number < least || *number > most) {
    return InvalidAt(PathOf(key),
                     Cat("must be a whole number from ", least, " to ", most));
  }
  return *number;
}

absl::StatusOr<int64_t> DurationParameter(const Json& parameters, std::string_view key,
                                          int64_t otherwise) {
  const Json* value = parameters.Find(key);
  if (value == nullptr) return otherwise;
  FOOTFALL_ASSIGN_OR_RETURN(const int64_t duration_ms, ParseLength(*value, PathOf(key)));
  if (duration_ms > kDurationMaxMs) return InvalidAt(PathOf(key), "must be at most 1d");
  return duration_ms;
}

absl::StatusOr<std::vector<std::string>> AttributesParameter(const Json& parameters,
                                                             const BuiltInEntry& entry) {
  std::vector<std::string_view> taken;
  for (const ColumnInfo& column : entry.columns) taken.push_back(column.name);
  const Json* value = parameters.Find("attributes");
  if (value == nullptr) return std::vector<std::string>();
  return ParseAttributes(*value, PathOf("attributes"), taken);
}

}  // namespace footfall::report
