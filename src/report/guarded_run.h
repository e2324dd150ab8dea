// Running a report with all that its options and the store's settings ask for.
#ifndef FOOTFALL_REPORT_GUARDED_RUN_H_
#define FOOTFALL_REPORT_GUARDED_RUN_H_

#include "absl/status/statusor.h"
#include "report/report.h"
#include "report/result.h"
#include "store/event_store.h"

namespace footfall::report {

// Restricts a plan to the events of RunOptions::where, if any.
absl::Status AddWhereOption(const RunOptions& options, query::Plan* plan);

// Run, within the smallest group of the store and, with RunOptions::compare, beside the
// period before. FAILED_PRECONDITION for what the smallest group forbids.
absl::StatusOr<Result> GuardedRun(const store::Snapshot& snapshot, Compiled compiled,
                                  const RunOptions& options);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_GUARDED_RUN_H_
