// The reader of CSV: however its input is cut, the rows are the same; cells written again
// in quotes are read as they were.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"

namespace {

using footfall::base::CsvReader;
using footfall::base::CsvRow;

constexpr size_t kRowBytesMax = 64;

void Require(bool condition) {
  if (!condition) std::abort();
}

// All rows as text; good ones also as quoted CSV in `again`.
std::string Read(std::string_view input, size_t piece, std::string* again) {
  std::string out;
  const auto visit = [&](const CsvRow& row) {
    out += std::to_string(row.line) + ":";
    for (const std::string_view cell : row.cells) {
      out += std::to_string(cell.size()) + "|";
      out += cell;
    }
    out += row.problem;
    out += '\n';
    size_t bytes = 0;
    for (const std::string_view cell : row.cells) bytes += cell.size();
    Require(bytes <= kRowBytesMax);
    Require(row.problem.empty() ? !row.cells.empty()
                                : row.problem_cell == row.cells.size());
    if (!row.problem.empty() || again == nullptr) return absl::OkStatus();
    for (size_t i = 0; i < row.cells.size(); ++i) {
      *again += i == 0 ? "\"" : ",\"";
      for (const char c : row.cells[i]) *again += c == '"' ? "\"\"" : std::string(1, c);
      *again += '"';
    }
    *again += "\r\n";
    return absl::OkStatus();
  };
  CsvReader reader(',', kRowBytesMax);
  for (size_t at = 0; at < input.size(); at += piece) {
    Require(reader.Write(input.substr(at, piece), visit).ok());
  }
  Require(reader.Finish(visit).ok());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::string again;
  const std::string whole = Read(input, std::max<size_t>(size, 1), &again);
  Require(Read(input, 1, nullptr) == whole);
  Require(Read(input, 3, nullptr) == whole);
  std::string third;
  Read(again, std::max<size_t>(again.size(), 1), &third);
  Require(third == again);
  return 0;
}
