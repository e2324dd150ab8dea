// Definitions of kinds funnel, retention, paths and nps; a part of definition.cc.
#ifndef FOOTFALL_REPORT_DEFINITION_KINDS_H_
#define FOOTFALL_REPORT_DEFINITION_KINDS_H_

#include "absl/status/statusor.h"
#include "base/json.h"
#include "query/plan.h"

namespace footfall::report {

// The plan of a definition, whose keys were checked.
absl::StatusOr<query::FunnelPlan> ParseFunnel(const base::Json& json);
absl::StatusOr<query::RetentionPlan> ParseRetention(const base::Json& json);
absl::StatusOr<query::PathsPlan> ParsePaths(const base::Json& json);
absl::StatusOr<query::NpsPlan> ParseNps(const base::Json& json);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_DEFINITION_KINDS_H_
