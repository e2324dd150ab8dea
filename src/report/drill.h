// The list behind a count: the people, sessions or moments that one cell of a report is
// made of.
#ifndef FOOTFALL_REPORT_DRILL_H_
#define FOOTFALL_REPORT_DRILL_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/json.h"
#include "query/execute.h"
#include "query/plan.h"
#include "query/table.h"
#include "store/event_store.h"

namespace footfall::report {

enum class DrillList { kPeople, kSessions, kMoments };

struct DrillRequest {
  base::Json row = base::Json::MakeObject();  // The row's key: {"column": value}.
  std::string column;
  std::optional<DrillList> list;  // Absent: what the column counts.
};

// {"row": {...}, "column", "list": "people|sessions|moments"}; row and list are optional.
// INVALID_ARGUMENT with a path.
absl::StatusOr<DrillRequest> ParseDrillRequest(const base::Json& json);

// The list behind the cell, which has exactly the length that the cell counts when `list`
// is absent. Empty for a row that the report does not have.
//
// people: person and, as the report gives them, moments, first_time, last_time, or what
// the report says of each (the steps of a funnel, the buckets of a retention). sessions:
// session, person, start, moments, first_time, last_time, playable, not_playable_reason.
// moments: time, person, session, type, name, url. Lists go by person, session, or time.
//
// INVALID_ARGUMENT with a path for keys and columns that the report does not have, or
// that have no such list; and what Execute answers.
absl::StatusOr<query::Table> DrillDown(const store::Snapshot& snapshot,
                                       const query::Plan& plan,
                                       const DrillRequest& request,
                                       const query::ExecuteContext& context);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_DRILL_H_
