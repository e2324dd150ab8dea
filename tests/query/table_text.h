// Tables as lines of text, for comparisons in tests.
#ifndef FOOTFALL_TESTS_QUERY_TABLE_TEXT_H_
#define FOOTFALL_TESTS_QUERY_TABLE_TEXT_H_

#include <string>
#include <vector>

#include "base/strings.h"
#include "base/time.h"
#include "query/table.h"

namespace footfall::query {

// "-" for a missing cell.
inline std::string CellText(const Cell& cell, ColumnType type) {
  if (std::holds_alternative<std::monostate>(cell)) return "-";
  if (const bool* v = std::get_if<bool>(&cell)) return *v ? "true" : "false";
  if (const double* v = std::get_if<double>(&cell)) return base::FormatDouble(*v);
  if (const int64_t* v = std::get_if<int64_t>(&cell)) {
    if (type == ColumnType::kTimestamp) return base::FormatTime(*v);
    if (type == ColumnType::kDate) return base::FormatDate(*v);
    return std::to_string(*v);
  }
  return std::string(std::get<Text>(cell).view());
}

// One string a row, cells separated by spaces.
inline std::vector<std::string> Lines(const Table& table) {
  std::vector<std::string> lines(table.row_count());
  for (size_t c = 0; c < table.columns.size(); ++c) {
    const Column& column = table.columns[c];
    for (size_t i = 0; i < lines.size(); ++i) {
      if (c > 0) lines[i] += ' ';
      lines[i] += CellText(column.cells[i], column.type);
    }
  }
  return lines;
}

// "name:type" of each column, separated by spaces.
inline std::string Header(const Table& table) {
  std::string header;
  for (const Column& column : table.columns) {
    if (!header.empty()) header += ' ';
    header += base::Cat(column.name, ":", ColumnTypeName(column.type));
  }
  return header;
}

}  // namespace footfall::query

#endif  // FOOTFALL_TESTS_QUERY_TABLE_TEXT_H_
