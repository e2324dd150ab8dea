// Reading the parameters of built-in reports: a part of built_in.cc.
#ifndef FOOTFALL_REPORT_BUILT_IN_PARAMETERS_H_
#define FOOTFALL_REPORT_BUILT_IN_PARAMETERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/json.h"
#include "report/built_in_list.h"

namespace footfall::report {

// All take an object of parameters and answer what stands under `key`. Errors are
// INVALID_ARGUMENT and carry the path below "$.parameters".

// A text that is not empty; `what` it is, for the error.
absl::StatusOr<std::optional<std::string>> TextParameter(const base::Json& parameters,
                                                         std::string_view key,
                                                         std::string_view what);
// Also "true" and "false", since a command line may only give texts.
absl::StatusOr<std::optional<bool>> BoolParameter(const base::Json& parameters,
                                                  std::string_view key);
// From `least` to `most`, also as decimal text; `otherwise` when it is not there.
absl::StatusOr<int64_t> WholeParameter(const base::Json& parameters, std::string_view key,
                                       int64_t least, int64_t most, int64_t otherwise);
// A duration such as "3s", in ms, of at most a day.
absl::StatusOr<int64_t> DurationParameter(const base::Json& parameters,
                                          std::string_view key, int64_t otherwise);
// The names under "attributes", at most 100, none of which is a column of the report.
absl::StatusOr<std::vector<std::string>> AttributesParameter(const base::Json& parameters,
                                                             const BuiltInEntry& entry);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_BUILT_IN_PARAMETERS_H_
