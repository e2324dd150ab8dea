// Running a plan into a result.
#ifndef FOOTFALL_REPORT_RUN_H_
#define FOOTFALL_REPORT_RUN_H_

#include "absl/status/status.h"
#include "query/plan.h"
#include "report/report.h"

namespace footfall::report {

// Fills the rows, the total, the present and the statistics of `result`.
absl::Status Run(const store::Snapshot& snapshot, const query::Plan& plan,
                 const RunOptions& options, Result* result);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_RUN_H_
