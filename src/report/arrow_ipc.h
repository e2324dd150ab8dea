// Tables in Arrow's columnar layout, and as an Arrow IPC stream or file.
#ifndef FOOTFALL_REPORT_ARROW_IPC_H_
#define FOOTFALL_REPORT_ARROW_IPC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "query/table.h"

namespace footfall::report {

// A batch ends at whichever comes first, but holds at least one row. The bound on text
// keeps the 32-bit offsets of Arrow's utf8 type from overflowing.
inline constexpr size_t kArrowBatchRows = 65'536;
inline constexpr size_t kArrowBatchTextBytes = size_t{64} << 20;

// The row after the last one of the batch that starts at row `begin`.
size_t ArrowBatchEnd(const query::Table& table, size_t begin);

// The buffers of one column of a batch, in the machine's byte order:
// string is utf8, int64 int64, double float64, bool bool, timestamp timestamp[ms, UTC]
// and date date32.
struct ArrowColumn {
  int64_t null_count = 0;
  std::vector<uint8_t>
      validity;  // A bit a row, set where it has a value; empty if all do.
  std::vector<int32_t> offsets;  // Strings only: where each starts, and the end.
  std::vector<uint8_t> data;     // Values; the slots of missing ones are zero.
};

// Lays out rows [begin, end), which must be a batch by ArrowBatchEnd.
ArrowColumn MakeArrowColumn(const query::Column& column, size_t begin, size_t end);

// The table as an Arrow IPC stream: schema, batches (none for no rows), end of stream.
std::string ArrowIpcStream(const query::Table& table);

// The same as an Arrow IPC file: the stream framed by a magic number, with a footer that
// says where each batch lies.
std::string ArrowIpcFile(const query::Table& table);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_ARROW_IPC_H_
