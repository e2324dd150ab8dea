// Reading CSV (RFC 4180) as it comes in, in pieces cut anywhere.
#ifndef FOOTFALL_BASE_CSV_H_
#define FOOTFALL_BASE_CSV_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace footfall::base {

// One row. What it views lives until the visitor returns.
struct CsvRow {
  uint64_t line = 0;  // Of its first character, from 1.
  std::vector<std::string_view> cells;
  // Why the row cannot be read, and in which cell, from 0; empty when it can. The cells
  // before that one are good.
  std::string_view problem;
  size_t problem_cell = 0;
};

// Rows end with LF, CR or CRLF; cells in quotes may hold line ends, and quotes as two. A
// byte order mark is read past, and so are empty lines. A bad row does not spoil the next
// one. Bytes that are no UTF-8 are handed on. Not thread-safe.
class CsvReader {
 public:
  // A status other than OK stops the reading for good.
  using Visitor = absl::FunctionRef<absl::Status(const CsvRow&)>;

  // A row of more than `row_bytes_max` is bad; not more than that is held.
  explicit CsvReader(char delimiter = ',', size_t row_bytes_max = size_t{1} << 20)
      : delimiter_(delimiter), row_bytes_max_(row_bytes_max) {}

  absl::Status Write(std::string_view bytes, Visitor visit);
  // Ends the input, and with it a last row without a line end.
  absl::Status Finish(Visitor visit);

 private:
  enum class State : uint8_t {
    kCellStart,
    kPlain,
    kQuoted,
    kAfterQuote,  // A quote in a quoted cell: its end, or the first of two.
    kBad,         // Reads past the rest of a row.
  };

  absl::Status Take(std::string_view bytes, Visitor visit);
  void TakeQuoted(std::string_view bytes, size_t* at);
  void EndCell();
  void Spoil(std::string_view problem);
  absl::Status EndRow(Visitor visit);

  const char delimiter_;
  const size_t row_bytes_max_;
  State state_ = State::kCellStart;
  size_t mark_bytes_ = 0;     // Of a byte order mark at the beginning; 3: none comes now.
  bool after_cr_ = false;     // An LF that follows belongs to it.
  uint64_t line_ = 1;         // The one that is read.
  uint64_t row_line_ = 1;     // The one that the row began on.
  bool any_ = false;          // The row has a character.
  std::string text_;          // Of the cells of the row, one after the other.
  std::vector<size_t> ends_;  // Of the cells, in text_.
  CsvRow row_;
};

}  // namespace footfall::base

#endif  // FOOTFALL_BASE_CSV_H_
