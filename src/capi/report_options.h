// Options of reports as C passes them, and results as C gets them.
#ifndef FOOTFALL_CAPI_REPORT_OPTIONS_H_
#define FOOTFALL_CAPI_REPORT_OPTIONS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "footfall/report.h"
#include "report/report.h"
#include "report/result.h"

namespace footfall::capi {

// Checks the options and copies them; `options` may be null.
absl::StatusOr<report::RunOptions> ToRunOptions(const footfall_report_options* options);

// The JSON object in `text`, which is {} for null. Errors are at `path`.
absl::StatusOr<base::Json> ReadObject(const char* text, std::string_view path);

// Makes a handle of a result; answers the error of one that is none.
absl::Status PutResult(absl::StatusOr<report::Result> result, footfall_result** out);

}  // namespace footfall::capi

#endif  // FOOTFALL_CAPI_REPORT_OPTIONS_H_
