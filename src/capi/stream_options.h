// footfall_filter_options as what the filters take.
#ifndef FOOTFALL_CAPI_STREAM_OPTIONS_H_
#define FOOTFALL_CAPI_STREAM_OPTIONS_H_

#include "absl/status/statusor.h"
#include "capture/policy.h"
#include "capture/stream_filter.h"
#include "footfall/capture.h"

namespace footfall::capi {

// Refuses what is out of range. NULL is all defaults.
absl::StatusOr<capture::StreamOptions>
ReadStreamOptions(const footfall_filter_options *options);

// NULL is the DEFAULT policy.
capture::Policy PolicyOrDefault(const footfall_policy *policy);

} // namespace footfall::capi

#endif // FOOTFALL_CAPI_STREAM_OPTIONS_H_
