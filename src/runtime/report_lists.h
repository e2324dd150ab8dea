// Looking behind the numbers of a report: the list behind a count, a proof, and how a
// funnel took one person's events.
#ifndef FOOTFALL_RUNTIME_REPORT_LISTS_H_
#define FOOTFALL_RUNTIME_REPORT_LISTS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/json.h"
#include "report/drill.h"
#include "report/report.h"
#include "report/result.h"
#include "runtime/instance.h"

namespace footfall::runtime {

// In all of them `report` is the name of a report or the text of a definition.

// The list behind a cell, as a result. FAILED_PRECONDITION where the store sets a
// smallest group; else as report::DrillDown.
absl::StatusOr<report::Result> DrillDown(Instance& instance, std::string_view report,
                                         const report::DrillRequest& request,
                                         const report::RunOptions& options);

// Runs the report and computes it once more by brute force over the raw events:
// {"version", "report", "kind", "now", "range", "timezone"} and what prove::Prove
// answers. Where the store sets a smallest group, mismatches are counted but not named.
// RESOURCE_EXHAUSTED when the events take more than `memory_bytes_max`; 0 means 1 GiB.
absl::StatusOr<base::Json> Prove(Instance& instance, std::string_view report,
                                 const report::RunOptions& options,
                                 uint64_t memory_bytes_max);

// How a funnel took the events of one person: as of Prove, then prove::ExplainFunnel.
// NOT_FOUND for an unknown person; INVALID_ARGUMENT for a report that is no funnel;
// FAILED_PRECONDITION where the store sets a smallest group.
absl::StatusOr<base::Json> ExplainFunnel(Instance& instance, std::string_view report,
                                         std::string_view person,
                                         const report::RunOptions& options);

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_REPORT_LISTS_H_
