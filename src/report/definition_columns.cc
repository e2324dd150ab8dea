#include "report/definition_columns.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "report/definition_parts.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;
using query::Aggregate;

constexpr size_t kColumnsMax = 200;

struct AggregateInfo {
  std::string_view name;
  Aggregate aggregate;
  bool needs_of = false;
  bool refuses_times = false;  // Instants do not add up.
  bool is_number = true;       // So that a ratio can name it.
  double percent = 50;
};

constexpr AggregateInfo kAggregates[] = {
    {"count", Aggregate::kCount},
    {"count_people", Aggregate::kCountPeople},
    {"count_sessions", Aggregate::kCountSessions},
    {"count_distinct", Aggregate::kCountDistinct, true},
    {"sum", Aggregate::kSum, true, true},
    {"min", Aggregate::kMin, true},
    {"max", Aggregate::kMax, true},
    {"avg", Aggregate::kAvg, true, true},
    {"median", Aggregate::kPercentile, true, true},
    {"percentile", Aggregate::kPercentile, true, true},
    {"first", Aggregate::kFirst, true, false, false},
    {"last", Aggregate::kLast, true, false, false},
    {"first_time", Aggregate::kFirstTime, false, false, false},
    {"last_time", Aggregate::kLastTime, false, false, false},
    {"ratio", Aggregate::kRatio, false, false, false},
};

absl::StatusOr<const AggregateInfo*> ParseAggregate(const Json& json,
                                                    const std::string& path) {
  const Json* agg = json.Find("agg");
  if (agg == nullptr) return InvalidAt(path + ".agg", "is required");
  if (!agg->is_string()) return InvalidAt(path + ".agg", "must be a string");
  for (const AggregateInfo& info : kAggregates) {
    if (info.name == agg->as_string()) return &info;
  }
  return InvalidAt(path + ".agg",
                   Cat("'", agg->as_string().substr(0, 64), "' is not an aggregate"));
}

absl::Status ParseName(const Json& json, const std::string& path,
                       const query::TablePlan& table, std::string* name) {
  FOOTFALL_ASSIGN_OR_RETURN(*name, ParseLabel(json.Find("name"), path + ".name"));
  if (FindColumn(table, *name).has_value()) {
    return InvalidAt(path + ".name", Cat("the column '", *name, "' is there twice"));
  }
  return absl::OkStatus();
}

// Refuses a key that does not go with the aggregate.
absl::Status Refuse(const Json& json, const std::string& path, std::string_view key,
                    std::string_view aggregate) {
  if (json.Find(key) == nullptr) return absl::OkStatus();
  return InvalidAt(Cat(path, ".", key),
                   Cat("is not used by the aggregate '", aggregate, "'"));
}

absl::Status ParseOf(const Json& json, const std::string& path, const AggregateInfo& info,
                     query::AggregateColumn* column) {
  if (!info.needs_of) return Refuse(json, path, "of", info.name);
  const Json* of = json.Find("of");
  if (of == nullptr) return InvalidAt(path + ".of", "is required");
  FOOTFALL_ASSIGN_OR_RETURN(column->of, ParseField(*of, path + ".of"));
  if (info.refuses_times && column->of->is_time()) {
    return InvalidAt(path + ".of", Cat("'", column->of->name(),
                                       "' is a time, and the "
                                       "aggregate '",
                                       info.name, "' takes numbers"));
  }
  return absl::OkStatus();
}

absl::Status ParsePercent(const Json& json, const std::string& path,
                          const AggregateInfo& info, query::AggregateColumn* column) {
  if (info.name != "percentile") return Refuse(json, path, "p", info.name);
  const Json* p = json.Find("p");
  if (p == nullptr) return InvalidAt(path + ".p", "is required");
  if (!p->is_number() || !(p->as_double() > 0) || p->as_double() > 100) {
    return InvalidAt(path + ".p", "must be a number over 0 and at most 100");
  }
  column->percent = p->as_double();
  return absl::OkStatus();
}

// Finds the columns that ratios name; these may stand anywhere in the list.
absl::Status ResolveRatio(const Json& json, const std::string& path,
                          query::TablePlan* table, query::AggregateColumn* column) {
  for (const auto& [key, position] : {std::pair("numerator", &column->numerator),
                                      std::pair("denominator", &column->denominator)}) {
    const std::string key_path = Cat(path, ".", key);
    const Json* name = json.Find(key);
    if (name == nullptr) return InvalidAt(key_path, "is required");
    if (!name->is_string()) return InvalidAt(key_path, "must be the name of a column");
    const auto found = std::find_if(
        table->columns.begin(), table->columns.end(),
        [&](const query::AggregateColumn& c) { return c.name == name->as_string(); });
    if (found == table->columns.end()) {
      return InvalidAt(key_path, Cat("'", name->as_string().substr(0, 64),
                                     "' is not among the columns"));
    }
    const auto* info = std::find_if(
        std::begin(kAggregates), std::end(kAggregates),
        [&](const AggregateInfo& i) { return i.aggregate == found->aggregate; });
    if (!info->is_number || (found->of.has_value() && found->of->is_time() &&
                             found->aggregate != Aggregate::kCountDistinct)) {
      return InvalidAt(key_path,
                       Cat("the column '", found->name, "' does not hold a number"));
    }
    *position = static_cast<size_t>(found - table->columns.begin());
  }
  return absl::OkStatus();
}

absl::StatusOr<query::AggregateColumn> ParseColumn(const Json& json,
                                                   const std::string& path,
                                                   const query::TablePlan& table) {
  if (!json.is_object()) return InvalidAt(path, "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(
      json, path, {"name", "agg", "of", "p", "where", "numerator", "denominator"}));
  query::AggregateColumn column;
  FOOTFALL_RETURN_IF_ERROR(ParseName(json, path, table, &column.name));
  FOOTFALL_ASSIGN_OR_RETURN(const AggregateInfo* info, ParseAggregate(json, path));
  column.aggregate = info->aggregate;
  column.percent = info->percent;
  FOOTFALL_RETURN_IF_ERROR(ParseOf(json, path, *info, &column));
  FOOTFALL_RETURN_IF_ERROR(ParsePercent(json, path, *info, &column));
  if (column.aggregate == Aggregate::kRatio) {
    FOOTFALL_RETURN_IF_ERROR(Refuse(json, path, "where", info->name));
    return column;
  }
  FOOTFALL_RETURN_IF_ERROR(Refuse(json, path, "numerator", info->name));
  FOOTFALL_RETURN_IF_ERROR(Refuse(json, path, "denominator", info->name));
  FOOTFALL_ASSIGN_OR_RETURN(column.where, ParseRule(json, path, "where"));
  return column;
}

}  // namespace

absl::Status ParseColumns(const Json& json, query::TablePlan* table) {
  const Json* columns = json.Find("columns");
  if (columns == nullptr) return InvalidAt("$.columns", "is required");
  if (!columns->is_array() || columns->as_array().empty() ||
      columns->as_array().size() > kColumnsMax) {
    return InvalidAt("$.columns",
                     Cat("must be a list of 1 to ", kColumnsMax, " columns"));
  }
  for (size_t i = 0; i < columns->as_array().size(); ++i) {
    FOOTFALL_ASSIGN_OR_RETURN(
        query::AggregateColumn column,
        ParseColumn(columns->as_array()[i], Cat("$.columns[", i, "]"), *table));
    table->columns.push_back(std::move(column));
  }
  for (size_t i = 0; i < table->columns.size(); ++i) {
    if (table->columns[i].aggregate != Aggregate::kRatio) continue;
    FOOTFALL_RETURN_IF_ERROR(ResolveRatio(
        columns->as_array()[i], Cat("$.columns[", i, "]"), table, &table->columns[i]));
  }
  return absl::OkStatus();
}

std::optional<size_t> FindColumn(const query::TablePlan& table, std::string_view name) {
  for (size_t i = 0; i < table.rows.size(); ++i) {
    if (table.rows[i].name == name) return i;
  }
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == name) return table.rows.size() + i;
  }
  return std::nullopt;
}

}  // namespace footfall::report
