// What the kinds of report definitions are made of; a part of definition.cc.
#ifndef FOOTFALL_REPORT_DEFINITION_PARTS_H_
#define FOOTFALL_REPORT_DEFINITION_PARTS_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "model/field.h"
#include "model/rule.h"

namespace footfall::report {

// Names of columns and steps are at most this long.
inline constexpr size_t kLabelBytesMax = 128;

// The field named by a JSON string at `path`.
absl::StatusOr<model::Field> ParseField(const base::Json& json, const std::string& path);

// A duration of more than nothing, given as "30m", in ms.
absl::StatusOr<int64_t> ParseLength(const base::Json& json, const std::string& path);

// A string that is not empty and at most kLabelBytesMax long.
absl::StatusOr<std::string> ParseLabel(const base::Json* json, const std::string& path);

// The rule under `key` of an object at `path`, if it is there.
absl::StatusOr<std::optional<model::Rule>> ParseRule(const base::Json& json,
                                                     const std::string& path,
                                                     std::string_view key);

// The whole number from `least` to `most` under `key` of a definition; `otherwise` when
// it is not there.
absl::StatusOr<int64_t> ParseWhole(const base::Json& json, std::string_view key,
                                   int64_t least, int64_t most, int64_t otherwise);

// Which of `names` stands under `key` of a definition; the first when it is not there.
absl::StatusOr<size_t> ParseChoice(const base::Json& json, std::string_view key,
                                   std::initializer_list<std::string_view> names);

// The "name" of something that is saved under it: 1 to 128 letters, digits, '-', '_',
// '.'.
absl::StatusOr<std::string> ParseDocumentName(const base::Json& json);

// Names of attributes that become columns beside those that are `taken`: at most 100,
// each once.
absl::StatusOr<std::vector<std::string>> ParseAttributes(
    const base::Json& json, const std::string& path,
    const std::vector<std::string_view>& taken);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_DEFINITION_PARTS_H_
