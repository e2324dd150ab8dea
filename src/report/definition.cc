#include "report/definition.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "report/definition_columns.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;

constexpr size_t kNameBytesMax = 128;
constexpr size_t kRowKeysMax = 8;
constexpr int64_t kLimitMax = 1'000'000'000;

absl::Status ParseName(const Json& json, std::string* name) {
  const Json* value = json.Find("name");
  if (value == nullptr) return InvalidAt("$.name", "is required");
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '.';
  };
  if (!value->is_string() || value->as_string().empty() ||
      value->as_string().size() > kNameBytesMax ||
      !std::all_of(value->as_string().begin(), value->as_string().end(), allowed)) {
    return InvalidAt("$.name", Cat("must be a string of 1 to ", kNameBytesMax,
                                   " letters, digits, '-', '_' and '.'"));
  }
  *name = value->as_string();
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

absl::Status ParseKind(const Json& json, std::string* kind) {
  const Json* value = json.Find("kind");
  if (value == nullptr) return InvalidAt("$.kind", "is required");
  if (!value->is_string()) return InvalidAt("$.kind", "must be a string");
  *kind = value->as_string();
  if (*kind == "table") return absl::OkStatus();
  for (const char* later : {"funnel", "retention", "paths", "sessions", "nps"}) {
    if (*kind == later) {
      return InvalidAt("$.kind", Cat("the kind '", later, "' is not available yet"));
    }
  }
  return InvalidAt("$.kind", Cat("'", kind->substr(0, 64), "' is not a kind of report"));
}

// A duration of more than nothing, given as "30m".
absl::StatusOr<int64_t> ParseLength(const Json& json, const std::string& path) {
  if (!json.is_string()) return InvalidAt(path, "must be a duration such as 30m");
  const absl::StatusOr<int64_t> duration = base::ParseDuration(json.as_string());
  if (!duration.ok()) return InvalidAt(path, base::MessageOf(duration.status()));
  if (*duration == 0) return InvalidAt(path, "must be longer than nothing");
  return *duration;
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

absl::StatusOr<query::RowKey> ParseRowKey(const Json& json, const std::string& path) {
  query::RowKey row;
  if (json.is_string()) {
    row.name = json.as_string();
    if (row.name == "person") {
      row.kind = query::RowKey::Kind::kPerson;
    } else if (row.name == "account") {
      row.kind = query::RowKey::Kind::kAccount;
    } else if (row.name == "session") {
      row.kind = query::RowKey::Kind::kSession;
    } else {
      return InvalidAt(path, "must be person, account, session or an object");
    }
    return row;
  }
  if (!json.is_object()) {
    return InvalidAt(path, "must be person, account, session or an object");
  }
  if (const Json* time = json.Find("time")) {
    FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {"time"}));
    const std::string name = time->is_string() ? time->as_string() : "";
    row.kind = query::RowKey::Kind::kTime;
    row.name = name;
    if (name == "hour") {
      row.bucket = base::Bucket::kHour;
    } else if (name == "day") {
      row.bucket = base::Bucket::kDay;
    } else if (name == "week") {
      row.bucket = base::Bucket::kWeek;
    } else if (name == "month") {
      row.bucket = base::Bucket::kMonth;
    } else {
      return InvalidAt(path + ".time", "must be hour, day, week or month");
    }
    return row;
  }
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {"field"}));
  const Json* field = json.Find("field");
  if (field == nullptr) return InvalidAt(path, "must hold field or time");
  row.kind = query::RowKey::Kind::kField;
  FOOTFALL_ASSIGN_OR_RETURN(row.field, ParseField(*field, path + ".field"));
  row.name = row.field.name();
  return row;
}

absl::Status ParseRows(const Json& json, query::TablePlan* table) {
  if (const Json* rows = json.Find("rows")) {
    if (!rows->is_array()) return InvalidAt("$.rows", "must be a list");
    if (rows->as_array().size() > kRowKeysMax) {
      return InvalidAt("$.rows", Cat("must hold at most ", kRowKeysMax, " keys"));
    }
    for (size_t i = 0; i < rows->as_array().size(); ++i) {
      const std::string path = Cat("$.rows[", i, "]");
      FOOTFALL_ASSIGN_OR_RETURN(query::RowKey row,
                                ParseRowKey(rows->as_array()[i], path));
      for (const query::RowKey& other : table->rows) {
        if (other.name == row.name) {
          return InvalidAt(path, Cat("the key '", row.name, "' is there twice"));
        }
      }
      table->rows.push_back(std::move(row));
    }
  }
  const Json* fill = json.Find("fill");
  if (fill == nullptr) return absl::OkStatus();
  if (!fill->is_bool()) return InvalidAt("$.fill", "must be a boolean");
  table->fill = fill->as_bool();
  const auto times = std::count_if(
      table->rows.begin(), table->rows.end(),
      [](const query::RowKey& row) { return row.kind == query::RowKey::Kind::kTime; });
  if (table->fill && times != 1) {
    return InvalidAt("$.fill", "needs rows with exactly one time");
  }
  return absl::OkStatus();
}

absl::Status ParseOrder(const Json& json, query::TablePlan* table) {
  if (const Json* limit = json.Find("limit")) {
    if (!limit->is_int() || limit->as_int() < 1 || limit->as_int() > kLimitMax) {
      return InvalidAt("$.limit", Cat("must be a whole number from 1 to ", kLimitMax));
    }
    table->limit = static_cast<uint64_t>(limit->as_int());
  }
  const Json* order = json.Find("order_by");
  if (order == nullptr) return absl::OkStatus();
  if (!order->is_array()) return InvalidAt("$.order_by", "must be a list");
  for (size_t i = 0; i < order->as_array().size(); ++i) {
    const Json& item = order->as_array()[i];
    const std::string path = Cat("$.order_by[", i, "]");
    if (!item.is_object()) return InvalidAt(path, "must be an object");
    FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(item, path, {"column", "desc"}));
    const Json* column = item.Find("column");
    if (column == nullptr) return InvalidAt(path + ".column", "is required");
    if (!column->is_string()) return InvalidAt(path + ".column", "must be a string");
    query::OrderBy by;
    const std::optional<size_t> at = FindColumn(*table, column->as_string());
    if (!at.has_value()) {
      return InvalidAt(path + ".column", Cat("'", column->as_string().substr(0, 64),
                                             "' is not a column of the report"));
    }
    by.column = *at;
    if (const Json* desc = item.Find("desc")) {
      if (!desc->is_bool()) return InvalidAt(path + ".desc", "must be a boolean");
      by.descending = desc->as_bool();
    }
    table->order_by.push_back(by);
  }
  return absl::OkStatus();
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
  FOOTFALL_RETURN_IF_ERROR(ParseKind(json, &definition.kind));
  if (json.Find("segment") != nullptr) {
    return InvalidAt("$.segment", "segments are not available yet");
  }
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(
      json, "$",
      {"version", "name", "title", "tags", "kind", "range", "timezone", "where",
       "session", "rows", "columns", "order_by", "limit", "fill"}));
  FOOTFALL_RETURN_IF_ERROR(ParseName(json, &definition.name));
  FOOTFALL_RETURN_IF_ERROR(CheckTitleAndTags(json));
  FOOTFALL_RETURN_IF_ERROR(ParseRange(json, &definition.range));
  if (const Json* timezone = json.Find("timezone")) {
    if (!timezone->is_string()) return InvalidAt("$.timezone", "must be a string");
    definition.timezone = timezone->as_string();
  }
  if (const Json* where = json.Find("where")) {
    FOOTFALL_ASSIGN_OR_RETURN(definition.table.where,
                              model::Rule::Parse(*where, "$.where"));
  }
  FOOTFALL_RETURN_IF_ERROR(ParseSessions(json, &definition.sessions));
  FOOTFALL_RETURN_IF_ERROR(ParseRows(json, &definition.table));
  FOOTFALL_RETURN_IF_ERROR(ParseColumns(json, &definition.table));
  FOOTFALL_RETURN_IF_ERROR(ParseOrder(json, &definition.table));
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
