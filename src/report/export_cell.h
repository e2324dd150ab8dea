// What a cell of a typed column holds, for every export format alike.
#ifndef FOOTFALL_REPORT_EXPORT_CELL_H_
#define FOOTFALL_REPORT_EXPORT_CELL_H_

#include <cmath>
#include <cstdint>
#include <string>
#include <variant>

#include "query/table.h"

namespace footfall::report {

// The value of a kDouble cell; a whole number may be held as int64_t.
inline double DoubleOf(const query::Cell& cell) {
  if (const auto* whole = std::get_if<int64_t>(&cell)) return static_cast<double>(*whole);
  const auto* value = std::get_if<double>(&cell);
  return value == nullptr ? std::nan("") : *value;
}

// Whether a cell has no value. Infinities and NaN have no place in JSON and mean nothing
// in a report, so they are missing in every format.
inline bool IsMissing(const query::Cell& cell, query::ColumnType type) {
  switch (type) {
    case query::ColumnType::kString:
      return !std::holds_alternative<query::Text>(cell);
    case query::ColumnType::kDouble:
      return !std::isfinite(DoubleOf(cell));
    case query::ColumnType::kBool:
      return !std::holds_alternative<bool>(cell);
    case query::ColumnType::kInt64:
    case query::ColumnType::kTimestamp:
    case query::ColumnType::kDate:
      break;
  }
  return !std::holds_alternative<int64_t>(cell);
}

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_EXPORT_CELL_H_
