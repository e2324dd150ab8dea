// What tells the rows of a report apart.
#ifndef FOOTFALL_REPORT_ROW_KEYS_H_
#define FOOTFALL_REPORT_ROW_KEYS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"
#include "query/plan.h"
#include "query/table.h"

namespace footfall::report {

// The positions of the columns that make the key of a row; none when a report has a
// single row. Only sessions of different people may share one.
std::vector<size_t> KeyColumns(const query::Plan& plan);

// A cell as text that differs between cells of one column that differ.
std::string CellKey(const query::Cell& cell);
// The same of the cells of a row.
std::string RowKeyText(const query::Table& table, const std::vector<size_t>& columns,
                       size_t row);

// A cell as formats in JSON have it: times and dates as text, null when it is missing.
base::Json CellToJson(const query::Column& column, size_t row);

// {"column": value, ...} of the row's key.
base::Json RowKeyToJson(const query::Table& table, const std::vector<size_t>& columns,
                        size_t row);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_ROW_KEYS_H_
