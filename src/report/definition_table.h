// Definitions of kinds table and sessions; a part of definition.cc.
#ifndef FOOTFALL_REPORT_DEFINITION_TABLE_H_
#define FOOTFALL_REPORT_DEFINITION_TABLE_H_

#include "absl/status/statusor.h"
#include "base/json.h"
#include "query/plan.h"

namespace footfall::report {

// The plan of a definition, whose keys were checked.
absl::StatusOr<query::TablePlan> ParseTable(const base::Json& json);
absl::StatusOr<query::SessionsPlan> ParseSessionTable(const base::Json& json);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_DEFINITION_TABLE_H_
