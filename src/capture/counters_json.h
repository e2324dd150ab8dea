// The counters of a filter as JSON. Not part of the capture core.
#ifndef FOOTFALL_CAPTURE_COUNTERS_JSON_H_
#define FOOTFALL_CAPTURE_COUNTERS_JSON_H_

#include <string_view>

#include "base/json.h"
#include "capture/filter.h"

namespace footfall::capture {

// {"accepted", "dropped_level", "dropped_policy", "rejected", "rules", "errors",
// "errors_omitted"}; each error names `source` as its "file" unless that is empty.
base::Json CountersToJson(const FilterCounters& counters, std::string_view source);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_COUNTERS_JSON_H_
