#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "report/definition.h"
#include "report/report.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;

constexpr size_t kAttributesMax = 100;

struct ColumnInfo {
  std::string_view name;
  query::ColumnType type;
};

// A built-in report with what `report show` tells of it.
struct Entry {
  BuiltIn built_in;
  std::vector<ColumnInfo> columns;
  std::vector<std::string_view> parameters;
};

using enum query::ColumnType;

const std::vector<Entry>& Entries() {
  // Never destroyed, so that reports may run until the process ends.
  static const auto& entries =
      *new std::vector<Entry>{{{"active-users", "Active people by day", "table", {}},
                               {{"day", kDate},
                                {"dau", kInt64},
                                {"wau", kInt64},
                                {"mau", kInt64},
                                {"new_people", kInt64}},
                               {}},
                              {{"logins", "Logins", "table", {"integrations_salesforce"}},
                               {{"person", kString},
                                {"first_login", kTimestamp},
                                {"last_login", kTimestamp},
                                {"logins_last_30_days", kInt64}},
                               {"attributes", "login_event"}},
                              {{"page-views", "Page views", "table", {}},
                               {{"page", kString},
                                {"title", kString},
                                {"views", kInt64},
                                {"people", kInt64},
                                {"sessions", kInt64},
                                {"entries", kInt64},
                                {"exits", kInt64},
                                {"first_time", kTimestamp},
                                {"last_time", kTimestamp}},
                               {}},
                              {{"sessions", "Sessions", "table", {}},
                               {{"session", kString},
                                {"person", kString},
                                {"start", kTimestamp},
                                {"end", kTimestamp},
                                {"duration_ms", kInt64},
                                {"events", kInt64},
                                {"pages", kInt64},
                                {"entry_page", kString},
                                {"exit_page", kString},
                                {"country", kString},
                                {"browser", kString},
                                {"os", kString},
                                {"playable", kBool},
                                {"not_playable_reason", kString}},
                               {}},
                              {{"users", "Users", "table", {}},
                               {{"person", kString},
                                {"identified", kBool},
                                {"account", kString},
                                {"first_seen", kTimestamp},
                                {"last_seen", kTimestamp},
                                {"sessions", kInt64},
                                {"total_duration_ms", kInt64},
                                {"avg_duration_ms", kInt64},
                                {"avg_between_sessions_ms", kInt64},
                                {"events", kInt64},
                                {"country", kString},
                                {"region", kString},
                                {"city", kString},
                                {"browser", kString},
                                {"browser_version", kString},
                                {"os", kString}},
                               {"attributes"}}};
  return entries;
}

const Entry* FindEntry(std::string_view name) {
  for (const Entry& entry : Entries()) {
    if (entry.built_in.name == name) return &entry;
  }
  return nullptr;
}

absl::Status NotFound(std::string_view name) {
  return base::MakeError(absl::StatusCode::kNotFound,
                         Cat("there is no built-in report '", name.substr(0, 128), "'"));
}

absl::StatusOr<std::vector<std::string>> ParseAttributes(const Json& json,
                                                         const Entry& entry) {
  constexpr char kPath[] = "$.parameters.attributes";
  if (!json.is_array() || json.as_array().size() > kAttributesMax) {
    return InvalidAt(
        kPath, Cat("must be a list of at most ", kAttributesMax, " names of attributes"));
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < json.as_array().size(); ++i) {
    const Json& name = json.as_array()[i];
    const std::string path = Cat(kPath, "[", i, "]");
    if (!name.is_string() || name.as_string().empty()) {
      return InvalidAt(path, "must be the name of an attribute");
    }
    const bool is_column =
        std::any_of(entry.columns.begin(), entry.columns.end(),
                    [&](const ColumnInfo& c) { return c.name == name.as_string(); });
    if (is_column ||
        std::find(names.begin(), names.end(), name.as_string()) != names.end()) {
      return InvalidAt(path,
                       Cat("the report has a column '", name.as_string(), "' already"));
    }
    names.push_back(name.as_string());
  }
  return names;
}

struct Parameters {
  std::optional<std::string> login_event;
  std::vector<std::string> attributes;
};

absl::StatusOr<Parameters> ParseParameters(const Json& json, const Entry& entry) {
  if (!json.is_object()) return InvalidAt("$.parameters", "must be an object");
  Parameters parameters;
  for (const auto& [key, value] : json.as_object()) {
    const std::string path = Cat("$.parameters.", key);
    if (std::find(entry.parameters.begin(), entry.parameters.end(), key) ==
        entry.parameters.end()) {
      return InvalidAt(
          path, Cat("is not a parameter of the report '", entry.built_in.name, "'"));
    }
    if (key == "attributes") {
      FOOTFALL_ASSIGN_OR_RETURN(parameters.attributes, ParseAttributes(value, entry));
    } else {
      if (!value.is_string() || value.as_string().empty()) {
        return InvalidAt(path, "must be the name of an event");
      }
      parameters.login_event = value.as_string();
    }
  }
  return parameters;
}

}  // namespace

const std::vector<BuiltIn>& BuiltIns() {
  static const auto& built_ins = *[] {
    auto* list = new std::vector<BuiltIn>;
    for (const Entry& entry : Entries()) list->push_back(entry.built_in);
    return list;
  }();
  return built_ins;
}

std::optional<size_t> FindBuiltInColumn(std::string_view report,
                                        std::string_view column) {
  const Entry* entry = FindEntry(report);
  if (entry == nullptr) return std::nullopt;
  const auto found =
      std::find_if(entry->columns.begin(), entry->columns.end(),
                   [&](const ColumnInfo& info) { return info.name == column; });
  if (found == entry->columns.end()) return std::nullopt;
  return static_cast<size_t>(found - entry->columns.begin());
}

absl::StatusOr<Json> ShowBuiltIn(std::string_view name) {
  const Entry* entry = FindEntry(name);
  if (entry == nullptr) return NotFound(name);
  Json tags = Json::MakeArray();
  for (const std::string_view tag : entry->built_in.tags) tags.Push(tag);
  Json columns = Json::MakeArray();
  for (const ColumnInfo& info : entry->columns) {
    Json column = Json::MakeObject();
    column.Set("name", info.name);
    column.Set("type", query::ColumnTypeName(info.type));
    columns.Push(std::move(column));
  }
  Json parameters = Json::MakeArray();
  for (const std::string_view parameter : entry->parameters) parameters.Push(parameter);
  Json json = Json::MakeObject();
  json.Set("name", entry->built_in.name);
  json.Set("title", entry->built_in.title);
  json.Set("kind", entry->built_in.kind);
  json.Set("tags", std::move(tags));
  json.Set("builtin", true);
  json.Set("columns", std::move(columns));
  json.Set("parameters", std::move(parameters));
  return json;
}

absl::StatusOr<Compiled> CompileBuiltIn(std::string_view name,
                                        const RunOptions& options) {
  const Entry* entry = FindEntry(name);
  if (entry == nullptr) return NotFound(name);
  FOOTFALL_ASSIGN_OR_RETURN(Parameters parameters,
                            ParseParameters(options.parameters, *entry));
  Compiled compiled;
  query::Plan& plan = compiled.plan;
  if (name == "active-users") {
    plan.body = query::ActiveUsersPlan();
  } else if (name == "logins") {
    plan.body = query::LoginsPlan{.login_event = std::move(parameters.login_event),
                                  .attributes = std::move(parameters.attributes)};
  } else if (name == "page-views") {
    plan.body = query::PageViewsPlan();
  } else if (name == "sessions") {
    plan.body = query::SessionsPlan();
  } else {
    plan.body = query::UsersPlan{.attributes = std::move(parameters.attributes)};
  }
  compiled.result.report = std::string(name);
  compiled.result.kind = std::string(entry->built_in.kind);
  FOOTFALL_RETURN_IF_ERROR(
      ResolveRange(RangeText(), "UTC", options, &plan, &compiled.result));
  return compiled;
}

}  // namespace footfall::report
