#include "report/report.h"

#include <chrono>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "query/execute.h"
#include "report/definition.h"
#include "report/run.h"

namespace footfall::report {

absl::Status Run(const store::Snapshot& snapshot, const query::Plan& plan,
                 const RunOptions& options, Result* result) {
  const auto start = std::chrono::steady_clock::now();
  absl::StatusOr<query::QueryResult> queried = query::Execute(
      snapshot, plan, {.now_ms = options.now_ms, .cancel = options.cancel});
  if (!queried.ok()) return queried.status();
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  result->rows = std::move(queried->rows);
  result->total = std::move(queried->total);
  result->now_ms = options.now_ms;
  result->stats = {.elapsed_ms = elapsed.count(),
                   .records_read = queried->stats.records_read,
                   .events_read = queried->stats.events_read,
                   .bytes_read = queried->stats.bytes_read};
  return absl::OkStatus();
}

absl::StatusOr<std::string> CheckDefinition(const base::Json& definition) {
  FOOTFALL_ASSIGN_OR_RETURN(Definition parsed, ParseDefinition(definition));
  for (const BuiltIn& built_in : BuiltIns()) {
    if (built_in.name == parsed.name) {
      return base::InvalidAt(
          "$.name", base::Cat("'", parsed.name, "' is the name of a built-in report"));
    }
  }
  return std::move(parsed.name);
}

absl::StatusOr<Result> RunDefinition(const store::Snapshot& snapshot,
                                     const base::Json& definition,
                                     const RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(Definition parsed, ParseDefinition(definition));
  if (!options.parameters.is_object() || !options.parameters.as_object().empty()) {
    return base::InvalidAt("$.parameters", "a report definition takes no parameters");
  }
  query::Plan plan;
  plan.sessions = parsed.sessions;
  plan.body = std::move(parsed.table);
  Result result;
  result.report = std::move(parsed.name);
  result.kind = std::move(parsed.kind);
  FOOTFALL_RETURN_IF_ERROR(
      ResolveRange(parsed.range, parsed.timezone, options, &plan, &result));
  FOOTFALL_RETURN_IF_ERROR(Run(snapshot, plan, options, &result));
  return result;
}

}  // namespace footfall::report
