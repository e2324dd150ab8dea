#include "report/definition_table.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "base/status.h"
#include "base/strings.h"
#include "report/definition_columns.h"
#include "report/definition_parts.h"
#include "report/report.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;

constexpr size_t kRowKeysMax = 8;
constexpr int64_t kLimitMax = 1'000'000'000;

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

// Finds a column by its name among all of them, the keys first.
using ColumnFinder = absl::FunctionRef<std::optional<size_t>(std::string_view name)>;

absl::StatusOr<query::OrderBy> ParseOrderBy(const Json& json, const std::string& path,
                                            ColumnFinder find) {
  if (!json.is_object()) return InvalidAt(path, "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {"column", "desc"}));
  const Json* column = json.Find("column");
  if (column == nullptr) return InvalidAt(path + ".column", "is required");
  if (!column->is_string()) return InvalidAt(path + ".column", "must be a string");
  const std::optional<size_t> at = find(column->as_string());
  if (!at.has_value()) {
    return InvalidAt(path + ".column", Cat("'", column->as_string().substr(0, 64),
                                           "' is not a column of the report"));
  }
  query::OrderBy by{.column = *at};
  if (const Json* desc = json.Find("desc")) {
    if (!desc->is_bool()) return InvalidAt(path + ".desc", "must be a boolean");
    by.descending = desc->as_bool();
  }
  return by;
}

// Reads "order_by" and "limit" into a TablePlan or a SessionsPlan.
template <typename PlanType>
absl::Status ParseOrder(const Json& json, ColumnFinder find, PlanType* plan) {
  if (json.Find("limit") != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(plan->limit, ParseWhole(json, "limit", 1, kLimitMax, 0));
  }
  const Json* order = json.Find("order_by");
  if (order == nullptr) return absl::OkStatus();
  if (!order->is_array()) return InvalidAt("$.order_by", "must be a list");
  for (size_t i = 0; i < order->as_array().size(); ++i) {
    FOOTFALL_ASSIGN_OR_RETURN(
        const query::OrderBy by,
        ParseOrderBy(order->as_array()[i], Cat("$.order_by[", i, "]"), find));
    plan->order_by.push_back(by);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<query::TablePlan> ParseTable(const Json& json) {
  query::TablePlan table;
  FOOTFALL_ASSIGN_OR_RETURN(table.where, ParseRule(json, "$", "where"));
  FOOTFALL_RETURN_IF_ERROR(ParseRows(json, &table));
  FOOTFALL_RETURN_IF_ERROR(ParseColumns(json, &table));
  FOOTFALL_RETURN_IF_ERROR(ParseOrder(
      json, [&](std::string_view name) { return FindColumn(table, name); }, &table));
  return table;
}

absl::StatusOr<query::SessionsPlan> ParseSessionTable(const Json& json) {
  if (json.Find("columns") == nullptr) {
    if (json.Find("rows") != nullptr) return InvalidAt("$.rows", "needs columns");
    query::SessionsPlan sessions;
    FOOTFALL_ASSIGN_OR_RETURN(sessions.where, ParseRule(json, "$", "where"));
    FOOTFALL_RETURN_IF_ERROR(ParseOrder(
        json, [](std::string_view name) { return FindBuiltInColumn("sessions", name); },
        &sessions));
    return sessions;
  }
  FOOTFALL_ASSIGN_OR_RETURN(query::TablePlan table, ParseTable(json));
  return query::SessionsPlan{.where = std::move(table.where),
                             .rows = std::move(table.rows),
                             .columns = std::move(table.columns),
                             .order_by = std::move(table.order_by),
                             .limit = table.limit};
}

}  // namespace footfall::report
