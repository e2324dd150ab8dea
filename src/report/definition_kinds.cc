#include "report/definition_kinds.h"

#include <optional>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "report/definition_parts.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;
using query::FunnelPlan;

constexpr size_t kStepsMin = 2;
constexpr size_t kStepsMax = 20;
constexpr int64_t kPeriodsMax = 100;
constexpr int64_t kPathStepsMax = 10;

absl::StatusOr<query::FunnelStep> ParseStep(const Json& json, const std::string& path,
                                            bool is_first, FunnelPlan::Order order) {
  if (!json.is_object()) return InvalidAt(path, "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {"name", "where", "within"}));
  query::FunnelStep step;
  FOOTFALL_ASSIGN_OR_RETURN(step.name, ParseLabel(json.Find("name"), path + ".name"));
  FOOTFALL_ASSIGN_OR_RETURN(std::optional<model::Rule> where,
                            ParseRule(json, path, "where"));
  if (!where.has_value()) return InvalidAt(path + ".where", "is required");
  step.where = *std::move(where);
  const Json* within = json.Find("within");
  if (within == nullptr) return step;
  const std::string within_path = path + ".within";
  if (order == FunnelPlan::Order::kAny) {
    return InvalidAt(within_path, "is not used by the order 'any'");
  }
  if (is_first) return InvalidAt(within_path, "is not used by the first step");
  FOOTFALL_ASSIGN_OR_RETURN(step.within_ms, ParseLength(*within, within_path));
  return step;
}

absl::Status ParseSteps(const Json& json, FunnelPlan* funnel) {
  const Json* steps = json.Find("steps");
  if (steps == nullptr) return InvalidAt("$.steps", "is required");
  if (!steps->is_array() || steps->as_array().size() < kStepsMin ||
      steps->as_array().size() > kStepsMax) {
    return InvalidAt("$.steps",
                     Cat("must be a list of ", kStepsMin, " to ", kStepsMax, " steps"));
  }
  for (size_t i = 0; i < steps->as_array().size(); ++i) {
    FOOTFALL_ASSIGN_OR_RETURN(
        query::FunnelStep step,
        ParseStep(steps->as_array()[i], Cat("$.steps[", i, "]"), i == 0, funnel->order));
    funnel->steps.push_back(std::move(step));
  }
  return absl::OkStatus();
}

absl::Status ParseBreakDown(const Json& json, FunnelPlan* funnel) {
  const Json* value = json.Find("break_down");
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_object()) return InvalidAt("$.break_down", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(*value, "$.break_down", {"field"}));
  const Json* field = value->Find("field");
  if (field == nullptr) return InvalidAt("$.break_down.field", "is required");
  FOOTFALL_ASSIGN_OR_RETURN(funnel->break_down, ParseField(*field, "$.break_down.field"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FunnelPlan> ParseFunnel(const Json& json) {
  FunnelPlan funnel;
  FOOTFALL_ASSIGN_OR_RETURN(funnel.where, ParseRule(json, "$", "where"));
  FOOTFALL_ASSIGN_OR_RETURN(const size_t order,
                            ParseChoice(json, "order", {"sequential", "strict", "any"}));
  funnel.order = static_cast<FunnelPlan::Order>(order);
  FOOTFALL_RETURN_IF_ERROR(ParseSteps(json, &funnel));
  const Json* window = json.Find("window");
  if (window == nullptr) return InvalidAt("$.window", "is required");
  FOOTFALL_ASSIGN_OR_RETURN(funnel.window_ms, ParseLength(*window, "$.window"));
  FOOTFALL_ASSIGN_OR_RETURN(funnel.exclude, ParseRule(json, "$", "exclude"));
  FOOTFALL_RETURN_IF_ERROR(ParseBreakDown(json, &funnel));
  FOOTFALL_ASSIGN_OR_RETURN(const size_t attribution,
                            ParseChoice(json, "attribution", {"first", "best", "last"}));
  funnel.attribution = static_cast<FunnelPlan::Attribution>(attribution);
  if (const Json* members = json.Find("members")) {
    if (!members->is_bool()) return InvalidAt("$.members", "must be a boolean");
    funnel.members = members->as_bool();
  }
  return funnel;
}

absl::StatusOr<query::RetentionPlan> ParseRetention(const Json& json) {
  query::RetentionPlan retention;
  FOOTFALL_ASSIGN_OR_RETURN(retention.where, ParseRule(json, "$", "where"));
  FOOTFALL_ASSIGN_OR_RETURN(retention.start, ParseRule(json, "$", "start"));
  FOOTFALL_ASSIGN_OR_RETURN(retention.returning, ParseRule(json, "$", "return"));
  constexpr base::Bucket kBuckets[] = {base::Bucket::kWeek, base::Bucket::kDay,
                                       base::Bucket::kMonth};
  FOOTFALL_ASSIGN_OR_RETURN(const size_t bucket,
                            ParseChoice(json, "bucket", {"week", "day", "month"}));
  retention.bucket = kBuckets[bucket];
  FOOTFALL_ASSIGN_OR_RETURN(
      const int64_t periods,
      ParseWhole(json, "periods", 1, kPeriodsMax, retention.periods));
  retention.periods = static_cast<int>(periods);
  return retention;
}

absl::StatusOr<query::PathsPlan> ParsePaths(const Json& json) {
  query::PathsPlan paths;
  FOOTFALL_ASSIGN_OR_RETURN(paths.where, ParseRule(json, "$", "where"));
  FOOTFALL_ASSIGN_OR_RETURN(std::optional<model::Rule> anchor,
                            ParseRule(json, "$", "anchor"));
  if (!anchor.has_value()) return InvalidAt("$.anchor", "is required");
  paths.anchor = *std::move(anchor);
  FOOTFALL_ASSIGN_OR_RETURN(const size_t direction,
                            ParseChoice(json, "direction", {"after", "before"}));
  paths.before = direction == 1;
  FOOTFALL_ASSIGN_OR_RETURN(const int64_t steps,
                            ParseWhole(json, "steps", 1, kPathStepsMax, paths.steps));
  paths.steps = static_cast<int>(steps);
  const Json* by = json.Find("by");
  FOOTFALL_ASSIGN_OR_RETURN(paths.by,
                            ParseField(by == nullptr ? Json("event.name") : *by, "$.by"));
  return paths;
}

absl::StatusOr<query::NpsPlan> ParseNps(const Json& json) {
  query::NpsPlan nps;
  FOOTFALL_ASSIGN_OR_RETURN(nps.where, ParseRule(json, "$", "where"));
  if (const Json* survey = json.Find("survey")) {
    FOOTFALL_ASSIGN_OR_RETURN(nps.survey, ParseLabel(survey, "$.survey"));
  }
  if (const Json* attributes = json.Find("attributes")) {
    FOOTFALL_ASSIGN_OR_RETURN(
        nps.attributes,
        ParseAttributes(*attributes, "$.attributes",
                        {"person", "score", "category", "answered_at", "has_comment"}));
  }
  return nps;
}

}  // namespace footfall::report
