#include "report/guarded_run.h"

#include <optional>
#include <utility>

#include "base/status.h"
#include "report/compare.h"
#include "report/group_size.h"
#include "report/restrict.h"
#include "report/segments.h"

namespace footfall::report {
namespace {

absl::StatusOr<Result> RunWithinGroups(const store::Snapshot& snapshot, Compiled compiled,
                                       const RunOptions& options) {
  const int64_t min = snapshot.settings().group_size_min;
  if (min == 0) return Run(snapshot, std::move(compiled), options);
  FOOTFALL_ASSIGN_OR_RETURN(const GroupGuard guard,
                            GroupGuard::Make(min, &compiled.plan));
  FOOTFALL_ASSIGN_OR_RETURN(Result result, Run(snapshot, std::move(compiled), options));
  guard.Apply(&result);
  return result;
}

}  // namespace

absl::Status AddWhereOption(const RunOptions& options, query::Plan* plan) {
  if (!options.where.has_value()) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(const ExpandedSegments expanded,
                            ExpandRule(*options.where, "$.where", options.segments));
  const absl::StatusOr<model::Rule> rule = model::Rule::Parse(expanded.json, "$.where");
  if (!rule.ok()) return expanded.Locate(rule.status());
  return AddWhere(*rule, "$.where", plan);
}

absl::StatusOr<Result> GuardedRun(const store::Snapshot& snapshot, Compiled compiled,
                                  const RunOptions& options) {
  if (!options.compare) return RunWithinGroups(snapshot, std::move(compiled), options);
  FOOTFALL_ASSIGN_OR_RETURN(Compiled before, PreviousPeriod(compiled, options.now_ms));
  const query::Plan plan = compiled.plan;
  const query::Plan plan_before = before.plan;
  FOOTFALL_ASSIGN_OR_RETURN(Result result,
                            RunWithinGroups(snapshot, std::move(compiled), options));
  FOOTFALL_ASSIGN_OR_RETURN(const Result previous,
                            RunWithinGroups(snapshot, std::move(before), options));
  FOOTFALL_RETURN_IF_ERROR(AddPrevious(plan, plan_before, previous, &result));
  return result;
}

}  // namespace footfall::report
