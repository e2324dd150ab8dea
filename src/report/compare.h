// A report beside the same one of the period before.
#ifndef FOOTFALL_REPORT_COMPARE_H_
#define FOOTFALL_REPORT_COMPARE_H_

#include "absl/status/statusor.h"
#include "query/plan.h"
#include "report/report.h"
#include "report/result.h"

namespace footfall::report {

// The range of equal length that ends where `range` begins. When both ends of it are the
// beginnings of local days it is as many local days, whatever the clocks did.
// INVALID_ARGUMENT at "$.compare" for a range without a beginning; one without an end
// ends with the present.
absl::StatusOr<query::Range> PreviousRange(const query::Range& range, absl::TimeZone zone,
                                           int64_t now_ms);

// The same report over the period before. Without a limit: a row that is among the first
// now need not have been so then.
absl::StatusOr<Compiled> PreviousPeriod(const Compiled& compiled, int64_t now_ms);

// Adds to each row of `result`, and to its total, what its columns of numbers were in the
// period before and by how much they have grown: previous_X and change_X. Rows are paired
// by their keys, those of buckets of time by their place in the range. Rows that there
// were only before follow at the end, unless the report has a limit. What there is on one
// side only is missing on the other, and its change too. INVALID_ARGUMENT at "$.compare"
// when the report has a column of such a name already.
absl::Status AddPrevious(const query::Plan& plan, const query::Plan& previous_plan,
                         const Result& previous, Result* result);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_COMPARE_H_
