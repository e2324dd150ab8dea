// A computed table: typed columns of equal length, some values missing.
#ifndef FOOTFALL_QUERY_TABLE_H_
#define FOOTFALL_QUERY_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "query/text.h"

namespace footfall::query {

enum class ColumnType { kString, kInt64, kDouble, kBool, kTimestamp, kDate };

// "string", "int64", "double", "bool", "timestamp", "date".
std::string_view ColumnTypeName(ColumnType type);

// One cell. Timestamps are ms since 1970 UTC and dates are days since 1970-01-01, both as
// int64_t; monostate is missing.
using Cell = std::variant<std::monostate, bool, int64_t, double, Text>;

struct Column {
  std::string name;
  ColumnType type = ColumnType::kString;
  std::vector<Cell> cells;
};

struct Table {
  std::vector<Column> columns;

  size_t row_count() const { return columns.empty() ? 0 : columns[0].cells.size(); }
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_TABLE_H_
