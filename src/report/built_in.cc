#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "report/built_in_list.h"
#include "report/definition.h"
#include "report/report.h"
#include "report/segments.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;

const BuiltInEntry* FindEntry(std::string_view name) {
  for (const BuiltInEntry& entry : BuiltInEntries()) {
    if (entry.built_in.name == name) return &entry;
  }
  return nullptr;
}

absl::Status NotFound(std::string_view name) {
  return base::MakeError(absl::StatusCode::kNotFound,
                         Cat("there is no built-in report '", name.substr(0, 128), "'"));
}

absl::Status CheckParameters(const Json& parameters, const BuiltInEntry& entry) {
  if (!parameters.is_object()) return InvalidAt("$.parameters", "must be an object");
  for (const auto& [key, value] : parameters.as_object()) {
    if (std::find(entry.parameters.begin(), entry.parameters.end(), key) ==
        entry.parameters.end()) {
      return InvalidAt(
          Cat("$.parameters.", key),
          Cat("is not a parameter of the report '", entry.built_in.name, "'"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

const std::vector<BuiltIn>& BuiltIns() {
  static const auto& built_ins = *[] {
    auto* list = new std::vector<BuiltIn>;
    for (const BuiltInEntry& entry : BuiltInEntries()) list->push_back(entry.built_in);
    return list;
  }();
  return built_ins;
}

std::optional<size_t> FindBuiltInColumn(std::string_view report,
                                        std::string_view column) {
  const BuiltInEntry* entry = FindEntry(report);
  if (entry == nullptr) return std::nullopt;
  const auto found =
      std::find_if(entry->columns.begin(), entry->columns.end(),
                   [&](const ColumnInfo& info) { return info.name == column; });
  if (found == entry->columns.end()) return std::nullopt;
  return static_cast<size_t>(found - entry->columns.begin());
}

absl::StatusOr<Json> ShowBuiltIn(std::string_view name) {
  const BuiltInEntry* entry = FindEntry(name);
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
  const BuiltInEntry* entry = FindEntry(name);
  if (entry == nullptr) return NotFound(name);
  FOOTFALL_RETURN_IF_ERROR(CheckParameters(options.parameters, *entry));
  Compiled compiled;
  query::Plan& plan = compiled.plan;
  FOOTFALL_ASSIGN_OR_RETURN(plan.body, entry->compile(*entry, options));
  compiled.result.report = std::string(name);
  compiled.result.title = std::string(entry->built_in.title);
  compiled.result.kind = std::string(entry->built_in.kind);
  FOOTFALL_RETURN_IF_ERROR(AddSegment(options, &plan));
  FOOTFALL_RETURN_IF_ERROR(
      ResolveRange(RangeText(), "UTC", options, &plan, &compiled.result));
  return compiled;
}

}  // namespace footfall::report
