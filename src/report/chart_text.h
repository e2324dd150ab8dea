// Results as charts of characters, for terminals.
#ifndef FOOTFALL_REPORT_CHART_TEXT_H_
#define FOOTFALL_REPORT_CHART_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "report/result.h"

namespace footfall::report {

struct ChartTextOptions {
  // Cells that a line may take; what is less than 40 counts as 40.
  size_t width = 80;
  // Draws with ASCII alone. The names in a result stay as they are.
  bool ascii = false;
};

// The chart of the result (MakeChart says which have one) as lines of text.
absl::StatusOr<std::string> FormatChart(const Result& result,
                                        const ChartTextOptions& options = {});

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_CHART_TEXT_H_
