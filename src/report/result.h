// The result of a report run: a table with what is needed to present it.
#ifndef FOOTFALL_REPORT_RESULT_H_
#define FOOTFALL_REPORT_RESULT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "base/json.h"
#include "query/execute.h"
#include "query/table.h"

namespace footfall::report {

struct RunStats {
  double elapsed_ms = 0;
  query::QueryStats query;
};

// Immutable once made; shared between handles, streams and formats.
struct Result {
  std::string report;  // The definition's name.
  std::string title;   // The definition's; empty without one.
  std::string kind;    // "table", ...
  int64_t now_ms = 0;
  std::optional<int64_t> from_ms;  // Absent where the range is open.
  std::optional<int64_t> to_ms;
  // The range of the columns previous_*, where there are some.
  std::optional<int64_t> previous_from_ms;
  std::optional<int64_t> previous_to_ms;
  std::string timezone_name = "UTC";
  absl::TimeZone timezone = absl::UTCTimeZone();
  query::Table rows;
  // The total row, a table of one row with its own columns, where the report has one.
  std::optional<query::Table> total;
  // How many rows speak of fewer people than the store allows, where it sets a smallest
  // group; they are not there.
  std::optional<uint64_t> suppressed_rows;
  RunStats stats;
};

// {"elapsed_ms", "rows", "threads", "chunks_read", "chunks_pruned", "bytes_read",
// "rows_read", "records_read", "stages_ms": {...}}.
base::Json StatsToJson(const Result& result);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_RESULT_H_
