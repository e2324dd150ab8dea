// Narrowing a plan down further.
#ifndef FOOTFALL_REPORT_RESTRICT_H_
#define FOOTFALL_REPORT_RESTRICT_H_

#include <string_view>

#include "absl/status/status.h"
#include "model/rule.h"
#include "query/plan.h"

namespace footfall::report {

// Leaves the events that satisfy `rule` as well as what the plan asks for already.
// INVALID_ARGUMENT at `path` where the two together are too deep.
absl::Status AddWhere(const model::Rule& rule, std::string_view path, query::Plan* plan);

// Leaves the people for whom `rule` holds, as well as the plan's own segment.
absl::Status AddSegmentRule(const model::Rule& rule, std::string_view path,
                            query::Plan* plan);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_RESTRICT_H_
