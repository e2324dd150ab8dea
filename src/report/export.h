// Results as text, CSV, JSON, NDJSON, Arrow IPC and the Arrow C stream.
#ifndef FOOTFALL_REPORT_EXPORT_H_
#define FOOTFALL_REPORT_EXPORT_H_

#include <memory>
#include <string>

#include "footfall/arrow.h"
#include "report/result.h"

namespace footfall::report {

// The numbers are FOOTFALL_FORMAT_* of the C ABI.
enum class Format { kTable = 1, kCsv = 2, kJson = 3, kNdjson = 4, kArrow = 5 };

// The rows in `format`. kTable shows times in the report's time zone, the others in UTC.
std::string Export(const Result& result, Format format);

// Fills `out` with a stream over `result`, which it shares: batches of at most 65,536
// rows, none for an empty table.
void ExportStream(std::shared_ptr<const Result> result, ArrowArrayStream* out);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_EXPORT_H_
