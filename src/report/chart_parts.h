// The parts that charts are made from.
#ifndef FOOTFALL_REPORT_CHART_PARTS_H_
#define FOOTFALL_REPORT_CHART_PARTS_H_

#include <string_view>

#include "report/chart.h"
#include "report/export_cell.h"

namespace footfall::report {

// A note that only `shown` of `all` things are drawn, where that is so.
void NoteWhatIsLeftOut(size_t shown, size_t all, std::string_view which,
                       std::string_view things, Chart* chart);

// The column `name`, or nullptr.
const query::Column* FindColumn(const query::Table& table, std::string_view name);

// Whether the first column is a time, with a column of numbers among the others.
bool HasTrend(const query::Table& table);
void MakeTrend(const Result& result, Chart* chart);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_CHART_PARTS_H_
