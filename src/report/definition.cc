#include "report/definition.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "report/definition_kinds.h"
#include "report/definition_parts.h"
#include "report/definition_table.h"
#include "report/segments.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;

// A kind of report with the keys of its own.
struct KindInfo {
  std::string_view name;
  std::vector<std::string_view> keys;
  absl::StatusOr<PlanBody> (*parse)(const Json& json);
};

template <auto kParse>
absl::StatusOr<PlanBody> ParseBody(const Json& json) {
  FOOTFALL_ASSIGN_OR_RETURN(PlanBody body, kParse(json));
  return body;
}

const std::vector<KindInfo>& Kinds() {
  static const auto& kinds = *new std::vector<KindInfo>{
      {"table", {"rows", "columns", "order_by", "limit", "fill"}, ParseBody<ParseTable>},
      {"sessions",
       {"rows", "columns", "order_by", "limit"},
       ParseBody<ParseSessionTable>},
      {"funnel",
       {"steps", "window", "order", "exclude", "break_down", "attribution", "members"},
       ParseBody<ParseFunnel>},
      {"retention", {"start", "return", "bucket", "periods"}, ParseBody<ParseRetention>},
      {"paths", {"anchor", "direction", "steps", "by"}, ParseBody<ParsePaths>},
      {"nps", {"survey", "attributes"}, ParseBody<ParseNps>}};
  return kinds;
}

constexpr std::string_view kCommonKeys[] = {"version", "name",   "title", "tags",
                                            "kind",    "range",  "where", "timezone",
                                            "segment", "session"};

absl::StatusOr<const KindInfo*> ParseKind(const Json& json) {
  const Json* value = json.Find("kind");
  if (value == nullptr) return InvalidAt("$.kind", "is required");
  if (!value->is_string()) return InvalidAt("$.kind", "must be a string");
  const std::string& kind = value->as_string();
  for (const KindInfo& info : Kinds()) {
    if (info.name == kind) return &info;
  }
  return InvalidAt("$.kind", Cat("'", kind.substr(0, 64), "' is not a kind of report"));
}

absl::Status CheckDefinitionKeys(const Json& json, const KindInfo& kind) {
  for (const auto& [key, value] : json.as_object()) {
    if (std::find(std::begin(kCommonKeys), std::end(kCommonKeys), key) !=
            std::end(kCommonKeys) ||
        std::find(kind.keys.begin(), kind.keys.end(), key) != kind.keys.end()) {
      continue;
    }
    const bool other_kind =
        std::any_of(Kinds().begin(), Kinds().end(), [&, &key = key](const KindInfo& i) {
          return std::find(i.keys.begin(), i.keys.end(), key) != i.keys.end();
        });
    return InvalidAt("$." + key, other_kind
                                     ? Cat("is not a key of the kind '", kind.name, "'")
                                     : "unknown key");
  }
  return absl::OkStatus();
}

absl::Status CheckTitleAndTags(const Json& json) {
  if (const Json* title = json.Find("title"); title != nullptr && !title->is_string()) {
    return InvalidAt("$.title", "must be a string");
  }
  const Json* tags = json.Find("tags");
  if (tags == nullptr) return absl::OkStatus();
  if (!tags->is_array()) return InvalidAt("$.tags", "must be a list of strings");
  for (size_t i = 0; i < tags->as_array().size(); ++i) {
    const Json& tag = tags->as_array()[i];
    if (!tag.is_string() || tag.as_string().empty()) {
      return InvalidAt(Cat("$.tags[", i, "]"), "must be a string that is not empty");
    }
  }
  return absl::OkStatus();
}

absl::Status ParseRange(const Json& json, RangeText* range) {
  const Json* value = json.Find("range");
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_object()) return InvalidAt("$.range", "must be an object");
  if (const Json* last = value->Find("last")) {
    FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(*value, "$.range", {"last"}));
    FOOTFALL_ASSIGN_OR_RETURN(range->last_ms, ParseLength(*last, "$.range.last"));
    return absl::OkStatus();
  }
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(*value, "$.range", {"from", "to"}));
  if (value->as_object().empty()) {
    return InvalidAt("$.range", "must hold from, to or last");
  }
  for (const auto& [key, text] : value->as_object()) {
    if (!text.is_string()) {
      return InvalidAt("$.range." + key, "must be an RFC 3339 time or a date");
    }
    (key == "from" ? range->from : range->to) = text.as_string();
  }
  return absl::OkStatus();
}

absl::Status ParseSessions(const Json& json, query::SessionDefinition* sessions) {
  const Json* value = json.Find("session");
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_object()) return InvalidAt("$.session", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(*value, "$.session", {"by", "gap", "max"}));
  const Json* by = value->Find("by");
  if (by == nullptr) return InvalidAt("$.session.by", "is required");
  if (!by->is_string() || by->as_string() != "gap") {
    return InvalidAt("$.session.by", "must be \"gap\"");
  }
  sessions->use_host_ids = false;
  if (const Json* gap = value->Find("gap")) {
    FOOTFALL_ASSIGN_OR_RETURN(sessions->gap_ms, ParseLength(*gap, "$.session.gap"));
  }
  if (const Json* max = value->Find("max")) {
    if (max->is_null()) {
      sessions->max_ms = 0;
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(sessions->max_ms, ParseLength(*max, "$.session.max"));
    }
  }
  return absl::OkStatus();
}

absl::Status ParseSegment(const Json& json, Definition* definition) {
  const Json* segment = json.Find("segment");
  if (segment == nullptr) return absl::OkStatus();
  if (!segment->is_object()) {
    return InvalidAt("$.segment", "must be the name of a segment or a rule");
  }
  FOOTFALL_ASSIGN_OR_RETURN(definition->plan.segment, ParseRule(json, "$", "segment"));
  return CheckSegmentRule(*definition->plan.segment, "$.segment");
}

// The error of a bound under the name that its reader knows it by.
absl::StatusOr<int64_t> ParseBound(const std::string& text, absl::TimeZone zone,
                                   std::string_view path) {
  const absl::StatusOr<int64_t> time = base::ParseTime(text, zone);
  if (!time.ok()) return InvalidAt(path, base::MessageOf(time.status()));
  return *time;
}

}  // namespace

absl::StatusOr<Definition> ParseDefinition(const Json& json) {
  if (!json.is_object()) return InvalidAt("$", "must be an object");
  Definition definition;
  const Json* version = json.Find("version");
  if (version == nullptr) return InvalidAt("$.version", "is required");
  if (!version->is_int() || version->as_int() != 1) {
    return InvalidAt("$.version", "must be 1");
  }
  FOOTFALL_ASSIGN_OR_RETURN(const KindInfo* kind, ParseKind(json));
  definition.kind = std::string(kind->name);
  FOOTFALL_RETURN_IF_ERROR(CheckDefinitionKeys(json, *kind));
  FOOTFALL_ASSIGN_OR_RETURN(definition.name, ParseDocumentName(json));
  FOOTFALL_RETURN_IF_ERROR(CheckTitleAndTags(json));
  FOOTFALL_RETURN_IF_ERROR(ParseRange(json, &definition.range));
  if (const Json* timezone = json.Find("timezone")) {
    if (!timezone->is_string()) return InvalidAt("$.timezone", "must be a string");
    definition.timezone = timezone->as_string();
  }
  FOOTFALL_RETURN_IF_ERROR(ParseSegment(json, &definition));
  FOOTFALL_RETURN_IF_ERROR(ParseSessions(json, &definition.plan.sessions));
  FOOTFALL_ASSIGN_OR_RETURN(definition.plan.body, kind->parse(json));
  // Checks the zone and the bounds; the present does not matter for that.
  query::Plan plan;
  Result result;
  FOOTFALL_RETURN_IF_ERROR(
      ResolveRange(definition.range, definition.timezone, RunOptions(), &plan, &result));
  return definition;
}

absl::Status ResolveRange(const RangeText& range, const std::string& timezone,
                          const RunOptions& options, query::Plan* plan, Result* result) {
  const std::string& zone_name =
      options.timezone.has_value() ? *options.timezone : timezone;
  const absl::StatusOr<absl::TimeZone> zone = base::LoadTimeZone(zone_name);
  if (!zone.ok()) return InvalidAt("$.timezone", base::MessageOf(zone.status()));
  plan->zone = *zone;
  result->timezone = *zone;
  result->timezone_name = zone_name;

  const bool overridden = options.from.has_value() || options.to.has_value();
  if (range.last_ms.has_value() && !overridden) {
    // Both ends belong to it.
    plan->range = {.from_ms = options.now_ms - *range.last_ms,
                   .to_ms = options.now_ms + 1};
    result->from_ms = plan->range.from_ms;
    result->to_ms = options.now_ms;
    return absl::OkStatus();
  }
  const std::optional<std::string>& from =
      options.from.has_value() ? options.from : range.from;
  const std::optional<std::string>& to = options.to.has_value() ? options.to : range.to;
  const std::string_view from_path = options.from.has_value() ? "$.from" : "$.range.from";
  const std::string_view to_path = options.to.has_value() ? "$.to" : "$.range.to";
  if (from.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(plan->range.from_ms, ParseBound(*from, *zone, from_path));
    result->from_ms = plan->range.from_ms;
  }
  if (to.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(plan->range.to_ms, ParseBound(*to, *zone, to_path));
    result->to_ms = plan->range.to_ms;
  }
  if (from.has_value() && to.has_value() && plan->range.from_ms >= plan->range.to_ms) {
    return InvalidAt(
        options.to.has_value() || !options.from.has_value() ? to_path : from_path,
        "the range must end after it begins");
  }
  return absl::OkStatus();
}

}  // namespace footfall::report
