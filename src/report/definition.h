// Report definitions of version 1, parsed.
#ifndef FOOTFALL_REPORT_DEFINITION_H_
#define FOOTFALL_REPORT_DEFINITION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "query/plan.h"
#include "report/report.h"

namespace footfall::report {

// The range as a definition gives it. `last_ms` excludes the others.
struct RangeText {
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<int64_t> last_ms;
};

using PlanBody = decltype(query::Plan::body);

struct Definition {
  std::string name;
  std::string kind;
  RangeText range;
  std::string timezone = "UTC";
  query::Plan plan;  // Without range and zone.
};

// Takes a definition whose segments are expanded. Strict: unknown keys, wrong types and what is not available are INVALID_ARGUMENT with
// the path.
absl::StatusOr<Definition> ParseDefinition(const base::Json& json);

// Puts the options over the definition's range and zone, and fills the plan's range and
// zone and what a result says of them. A bound in the options replaces "last".
absl::Status ResolveRange(const RangeText& range, const std::string& timezone,
                          const RunOptions& options, query::Plan* plan, Result* result);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_DEFINITION_H_
