#include "report/view.h"

#include <utility>

#include "base/status.h"
#include "report/definition_parts.h"
#include "report/restrict.h"
#include "report/segments.h"

namespace footfall::report {
namespace {

using base::InvalidAt;
using base::Json;

// What a view shares with definitions, as one of a kind that has no keys of its own
// beside them.
Json CommonPart(const Json& view) {
  Json common = Json::MakeObject();
  for (const auto& [key, value] : view.as_object()) {
    if (key != "base" && key != "parameters") common.Set(key, value);
  }
  common.Set("kind", "sessions");
  return common;
}

}  // namespace

bool IsView(const Json& definition) {
  return definition.is_object() && definition.Find("base") != nullptr;
}

absl::StatusOr<View> ParseView(const Json& definition, const SegmentLookup& segments) {
  FOOTFALL_RETURN_IF_ERROR(
      base::CheckKeys(definition, "$",
                      {"version", "name", "base", "title", "tags", "parameters", "range",
                       "timezone", "where", "segment"}));
  FOOTFALL_ASSIGN_OR_RETURN(const ExpandedSegments expanded,
                            ExpandDefinition(CommonPart(definition), segments));
  absl::StatusOr<Definition> common = ParseDefinition(expanded.json);
  if (!common.ok()) return expanded.Locate(common.status());
  View view;
  view.name = std::move(common->name);
  if (const Json* title = definition.Find("title")) view.title = title->as_string();
  FOOTFALL_ASSIGN_OR_RETURN(view.base, ParseLabel(definition.Find("base"), "$.base"));
  if (const Json* parameters = definition.Find("parameters")) {
    if (!parameters->is_object()) return InvalidAt("$.parameters", "must be an object");
    view.parameters = *parameters;
  }
  if (definition.Find("range") != nullptr) view.range = std::move(common->range);
  if (definition.Find("timezone") != nullptr) view.timezone = std::move(common->timezone);
  view.where = std::get<query::SessionsPlan>(common->plan.body).where;
  view.segment = std::move(common->plan.segment);
  return view;
}

RunOptions OptionsOfBase(const View& view, const RunOptions& options) {
  RunOptions out = options;
  out.parameters = view.parameters;
  if (options.parameters.is_object()) {
    for (const auto& [key, value] : options.parameters.as_object()) {
      out.parameters.Set(key, value);
    }
  }
  if (!out.timezone.has_value()) out.timezone = view.timezone;
  return out;
}

absl::Status ApplyView(const View& view, const RunOptions& options, Compiled* compiled) {
  Result& result = compiled->result;
  result.report = view.name;
  if (!view.title.empty()) result.title = view.title;
  if (view.range.has_value()) {
    // Bounds given for the run alone are put over the view's, not over the base's.
    compiled->plan.range = query::Range();
    result.from_ms.reset();
    result.to_ms.reset();
    const std::string timezone = result.timezone_name;
    FOOTFALL_RETURN_IF_ERROR(
        ResolveRange(*view.range, timezone, options, &compiled->plan, &result));
  }
  if (view.where.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(AddWhere(*view.where, "$.where", &compiled->plan));
  }
  if (view.segment.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(AddSegmentRule(*view.segment, "$.segment", &compiled->plan));
  }
  return absl::OkStatus();
}

}  // namespace footfall::report
