// Tables that exercise every part of the Arrow exports.
#ifndef FOOTFALL_TESTS_REPORT_ARROW_SAMPLE_TABLES_H_
#define FOOTFALL_TESTS_REPORT_ARROW_SAMPLE_TABLES_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "report/result.h"

namespace footfall::report {

// Every type, with missing values on all sides of a byte of the bitmaps, except in the
// column "full"; "none" has nothing but missing ones. Rows repeat after a while, but for
// their number.
inline query::Table SampleTable(size_t rows) {
  using query::ColumnType;
  query::Table table;
  table.columns = {{"text", ColumnType::kString, {}},  {"count", ColumnType::kInt64, {}},
                   {"share", ColumnType::kDouble, {}}, {"flag", ColumnType::kBool, {}},
                   {"at", ColumnType::kTimestamp, {}}, {"day", ColumnType::kDate, {}},
                   {"full", ColumnType::kInt64, {}},   {"none", ColumnType::kString, {}},
                   {"naïve 名", ColumnType::kBool, {}}};
  const std::string texts[] = {"ana@example.com", "",      "日本語 🎉",
                               "two\nlines",      "q\"c,", std::string("nul\0byte", 8)};
  const int64_t counts[] = {0, -1, std::numeric_limits<int64_t>::min(),
                            std::numeric_limits<int64_t>::max(), 1'763'712'000'000};
  const double shares[] = {0.1, -0.5, 1e300, 5e-324, 0};
  for (size_t row = 0; row < rows; ++row) {
    const auto number = static_cast<int64_t>(row);
    const query::Cell cells[] = {texts[row % 6],
                                 counts[row % 5],
                                 shares[row % 5],
                                 row % 3 == 0,
                                 1'763'712'000'000 + number * 1001,
                                 20'413 - number % 20'413,
                                 number,
                                 query::Cell(),
                                 row % 2 == 1};
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const bool missing = i < 6 && (row + i) % 7 == 3;
      table.columns[i].cells.push_back(missing ? query::Cell() : cells[i]);
    }
  }
  return table;
}

inline std::shared_ptr<const Result> SampleResult(size_t rows) {
  Result result;
  result.report = "sample";
  result.kind = "table";
  result.rows = SampleTable(rows);
  return std::make_shared<const Result>(std::move(result));
}

}  // namespace footfall::report

#endif  // FOOTFALL_TESTS_REPORT_ARROW_SAMPLE_TABLES_H_
