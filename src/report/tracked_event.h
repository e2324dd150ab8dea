// Tracked events: rules over events that have a name, and hold for the past too.
#ifndef FOOTFALL_REPORT_TRACKED_EVENT_H_
#define FOOTFALL_REPORT_TRACKED_EVENT_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/json.h"

namespace footfall::report {

// Checks {"version": 1, "name", "title", "where"}, of which only the title may be left
// out, and answers the name. Strict; errors carry the path. Segments that the rule names
// need not exist yet.
absl::StatusOr<std::string> CheckTrackedEvent(const base::Json& json);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_TRACKED_EVENT_H_
