#include "report/report.h"

#include <chrono>
#include <cmath>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "query/execute.h"
#include "query/explain.h"
#include "report/definition.h"
#include "report/segments.h"

namespace footfall::report {

namespace {

base::Json TimeOrNull(const std::optional<int64_t>& time_ms) {
  return time_ms.has_value() ? base::Json(base::FormatTime(*time_ms)) : base::Json();
}

// To the microsecond: what is beyond is noise.
base::Json Milliseconds(double ms) { return std::round(ms * 1000) / 1000; }

absl::StatusOr<Definition> ParseWithSegments(const base::Json& definition,
                                             const SegmentLookup& lookup) {
  FOOTFALL_ASSIGN_OR_RETURN(const ExpandedSegments expanded,
                            ExpandDefinition(definition, lookup));
  absl::StatusOr<Definition> parsed = ParseDefinition(expanded.json);
  if (!parsed.ok()) return expanded.Locate(parsed.status());
  return parsed;
}

}  // namespace

base::Json StatsToJson(const Result& result) {
  const query::QueryStats& query = result.stats.query;
  base::Json stages = base::Json::MakeObject();
  stages.Set("read", Milliseconds(query.read_ms));
  stages.Set("rules", Milliseconds(query.rules_ms));
  stages.Set("sessions", Milliseconds(query.sessions_ms));
  stages.Set("people", Milliseconds(query.people_ms));
  stages.Set("gather", Milliseconds(query.gather_ms));
  stages.Set("finish", Milliseconds(query.finish_ms));
  base::Json out = base::Json::MakeObject();
  out.Set("elapsed_ms", Milliseconds(result.stats.elapsed_ms));
  out.Set("rows", static_cast<uint64_t>(result.rows.row_count()));
  out.Set("threads", query.threads);
  out.Set("chunks_read", query.chunks_read);
  out.Set("chunks_pruned", query.chunks_pruned);
  out.Set("bytes_read", query.bytes_read);
  out.Set("rows_read", query.events_read);
  out.Set("records_read", query.records_read);
  out.Set("stages_ms", std::move(stages));
  return out;
}

absl::StatusOr<Result> Run(const store::Snapshot& snapshot, Compiled compiled,
                           const RunOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  absl::StatusOr<query::QueryResult> queried = query::Execute(
      snapshot, compiled.plan,
      {.now_ms = options.now_ms, .cancel = options.cancel, .threads = options.threads});
  if (!queried.ok()) return queried.status();
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  Result result = std::move(compiled.result);
  result.rows = std::move(queried->rows);
  result.total = std::move(queried->total);
  result.now_ms = options.now_ms;
  result.stats = {.elapsed_ms = elapsed.count(), .query = queried->stats};
  return result;
}

absl::StatusOr<base::Json> Explain(const store::Snapshot& snapshot, Compiled compiled,
                                   const RunOptions& options) {
  base::Json plan = query::ExplainPlan(compiled.plan);
  FOOTFALL_ASSIGN_OR_RETURN(const Result result,
                            Run(snapshot, std::move(compiled), options));
  base::Json range = base::Json::MakeObject();
  range.Set("from", TimeOrNull(result.from_ms));
  range.Set("to", TimeOrNull(result.to_ms));
  base::Json out = base::Json::MakeObject();
  out.Set("version", 1);
  out.Set("report", result.report);
  out.Set("kind", result.kind);
  out.Set("now", base::FormatTime(result.now_ms));
  out.Set("range", std::move(range));
  out.Set("timezone", result.timezone_name);
  out.Set("plan", std::move(plan));
  out.Set("stats", StatsToJson(result));
  return out;
}

absl::StatusOr<std::string> CheckDefinition(const base::Json& definition) {
  FOOTFALL_ASSIGN_OR_RETURN(const Definition parsed,
                            ParseWithSegments(definition, AnySegment));
  for (const BuiltIn& built_in : BuiltIns()) {
    if (built_in.name == parsed.name) {
      return base::InvalidAt(
          "$.name", base::Cat("'", parsed.name, "' is the name of a built-in report"));
    }
  }
  return parsed.name;
}

absl::StatusOr<Compiled> CompileDefinition(const base::Json& definition,
                                           const RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(Definition parsed,
                            ParseWithSegments(definition, options.segments));
  if (!options.parameters.is_object() || !options.parameters.as_object().empty()) {
    return base::InvalidAt("$.parameters", "a report definition takes no parameters");
  }
  Compiled compiled;
  compiled.plan = std::move(parsed.plan);
  compiled.result.report = std::move(parsed.name);
  if (const base::Json* title = definition.Find("title"); title != nullptr) {
    compiled.result.title = title->as_string();
  }
  compiled.result.kind = std::move(parsed.kind);
  FOOTFALL_RETURN_IF_ERROR(AddSegment(options, &compiled.plan));
  FOOTFALL_RETURN_IF_ERROR(ResolveRange(parsed.range, parsed.timezone, options,
                                        &compiled.plan, &compiled.result));
  return compiled;
}

absl::StatusOr<Result> RunDefinition(const store::Snapshot& snapshot,
                                     const base::Json& definition,
                                     const RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(Compiled compiled, CompileDefinition(definition, options));
  return Run(snapshot, std::move(compiled), options);
}

absl::StatusOr<Result> RunBuiltIn(const store::Snapshot& snapshot, std::string_view name,
                                  const RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(Compiled compiled, CompileBuiltIn(name, options));
  return Run(snapshot, std::move(compiled), options);
}

}  // namespace footfall::report
