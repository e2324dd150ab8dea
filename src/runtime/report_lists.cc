#include "runtime/report_lists.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "prove/explain_funnel.h"
#include "prove/proof.h"
#include "query/execute.h"
#include "report/group_size.h"

namespace footfall::runtime {
namespace {

using base::Json;

Json TimeOrNull(const std::optional<int64_t>& time_ms) {
  return time_ms.has_value() ? Json(base::FormatTime(*time_ms)) : Json();
}

// What a document about a report begins with.
Json Heading(const report::Result& result, int64_t now_ms) {
  Json range = Json::MakeObject();
  range.Set("from", TimeOrNull(result.from_ms));
  range.Set("to", TimeOrNull(result.to_ms));
  Json out = Json::MakeObject();
  out.Set("version", 1);
  out.Set("report", result.report);
  out.Set("kind", result.kind);
  out.Set("now", base::FormatTime(now_ms));
  out.Set("range", std::move(range));
  out.Set("timezone", result.timezone_name);
  return out;
}

query::ExecuteContext ContextOf(const report::RunOptions& options) {
  return {.now_ms = options.now_ms, .cancel = options.cancel, .threads = options.threads};
}

}  // namespace

absl::StatusOr<report::Result> DrillDown(Instance& instance, std::string_view report,
                                         const report::DrillRequest& request,
                                         const report::RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(report::Compiled compiled, instance.Compile(report, options));
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<const store::Snapshot> snapshot,
                            instance.store().TakeSnapshot());
  FOOTFALL_RETURN_IF_ERROR(report::RefusePeople(snapshot->settings(), "lists of people"));
  report::Result result = std::move(compiled.result);
  FOOTFALL_ASSIGN_OR_RETURN(result.rows, report::DrillDown(*snapshot, compiled.plan,
                                                           request, ContextOf(options)));
  result.kind = "table";
  result.now_ms = options.now_ms;
  return result;
}

absl::StatusOr<Json> Prove(Instance& instance, std::string_view report,
                           const report::RunOptions& options, uint64_t memory_bytes_max) {
  FOOTFALL_ASSIGN_OR_RETURN(const report::Compiled compiled,
                            instance.Compile(report, options));
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<const store::Snapshot> snapshot,
                            instance.store().TakeSnapshot());
  FOOTFALL_ASSIGN_OR_RETURN(const query::QueryResult answer,
                            query::Execute(*snapshot, compiled.plan, ContextOf(options)));
  prove::ProofOptions proof{.now_ms = options.now_ms, .load = {.cancel = options.cancel}};
  if (memory_bytes_max > 0) proof.load.memory_bytes_max = memory_bytes_max;
  FOOTFALL_ASSIGN_OR_RETURN(Json proven,
                            prove::Prove(*snapshot, compiled.plan, answer, proof));
  if (snapshot->settings().group_size_min > 0) {
    proven.Set("mismatches", Json::MakeArray());
  }
  Json out = Heading(compiled.result, options.now_ms);
  for (auto& [key, value] : proven.as_object()) out.Set(key, std::move(value));
  return out;
}

absl::StatusOr<Json> ExplainFunnel(Instance& instance, std::string_view report,
                                   std::string_view person,
                                   const report::RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const report::Compiled compiled,
                            instance.Compile(report, options));
  if (!std::holds_alternative<query::FunnelPlan>(compiled.plan.body)) {
    return base::MakeError(
        absl::StatusCode::kInvalidArgument,
        base::Cat("the report '", compiled.result.report, "' is no funnel"));
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<const store::Snapshot> snapshot,
                            instance.store().TakeSnapshot());
  FOOTFALL_RETURN_IF_ERROR(report::RefusePeople(snapshot->settings(), "single people"));
  FOOTFALL_ASSIGN_OR_RETURN(const model::Person found, snapshot->FindPerson(person));
  FOOTFALL_ASSIGN_OR_RETURN(
      Json explained, prove::ExplainFunnel(*snapshot, compiled.plan, found,
                                           options.now_ms, {.cancel = options.cancel}));
  Json out = Heading(compiled.result, options.now_ms);
  for (auto& [key, value] : explained.as_object()) out.Set(key, std::move(value));
  return out;
}

}  // namespace footfall::runtime
