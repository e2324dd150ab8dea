// Results in every format, and as the Arrow C stream.
#ifndef FOOTFALL_REPORT_EXPORT_H_
#define FOOTFALL_REPORT_EXPORT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "footfall/arrow.h"
#include "report/chart_text.h"
#include "report/result.h"

namespace footfall::report {

// The numbers are FOOTFALL_FORMAT_* of the C ABI.
enum class Format {
  kTable = 1,
  kCsv = 2,
  kJson = 3,
  kNdjson = 4,
  kArrow = 5,  // IPC stream.
  kSvg = 6,
  kChart = 7,
  kHtml = 8,
  kArrowFile = 9,
};

// The result in `format`. What is for people shows times in the report's time zone, the
// others in UTC. `chart` matters to kChart alone. INVALID_ARGUMENT where kSvg or kChart
// is asked for a result that has no chart; the other formats do not fail.
absl::StatusOr<std::string> FormatResult(const Result& result, Format format,
                                         const ChartTextOptions& chart = {});

// The same for the formats that every result has: kSvg and kChart give the table.
std::string Export(const Result& result, Format format);

// Fills `out` with a stream over `result`, which it shares: batches of at most 65,536
// rows, none for an empty table.
void ExportStream(std::shared_ptr<const Result> result, ArrowArrayStream* out);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_EXPORT_H_
