// Sealed chunks of any bytes: reading one by columns and as rows gives the same answer,
// or fails with a DATA_LOSS that names the column.
//
// An input is a list of columns, each a varint number, a varint size and as many bytes;
// the header is first. What the header says of the columns that follow is made to agree
// with them, so that the columns themselves are read. chunk_seeds makes such inputs.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "store/chunk/chunk.h"
#include "store/chunk/chunk_columns.h"
#include "store/chunk/time_array.h"
#include "tests/fuzz/chunk_input.h"

namespace {

using footfall::store::BlockColumn;
using footfall::store::ChunkColumns;
using footfall::store::ChunkFixture;
using footfall::store::ChunkSummary;
using footfall::store::ColumnId;
using footfall::store::ColumnKind;
using footfall::store::DecodeChunk;
using footfall::store::Dictionaries;
using footfall::store::EncodedChunk;
using footfall::store::kChunkHeader;
using footfall::store::kChunkProperty;
using footfall::store::kChunkTime;
using footfall::store::kTimeGroup;
using footfall::store::kTimeGroupBytes;
using footfall::store::MapReader;
using footfall::store::ParseChunkHeader;
using footfall::store::Reader;
using footfall::store::Rows;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool Succeeded(const absl::Status& status) {
  if (status.ok()) return true;
  Require(status.code() == absl::StatusCode::kDataLoss);
  Require(status.message().find("column ") != absl::string_view::npos);
  return false;
}

EncodedChunk ReadInput(std::string_view input) {
  EncodedChunk chunk;
  Reader reader(input);
  while (!reader.done()) {
    const uint64_t number = reader.Varint();
    const std::string_view bytes = reader.Bytes();
    const bool first = chunk.empty();
    if (!reader.ok() || number > UINT32_MAX ||
        (first ? number != kChunkHeader : number <= chunk.back().first)) {
      return {};
    }
    chunk.emplace_back(static_cast<uint32_t>(number), bytes);
  }
  return chunk;
}

// Makes the header's list of columns the one of `chunk`; false where a header with that
// list would have been refused.
bool MakeAgree(const EncodedChunk& chunk, ChunkSummary* summary) {
  summary->columns.clear();
  size_t time_bytes = 0;
  for (const auto& [number, bytes] : chunk) {
    if (number == kChunkHeader) continue;
    if (number == kChunkTime) time_bytes = bytes.size();
    summary->columns.emplace_back(number, static_cast<uint32_t>(bytes.size()));
  }
  return summary->rows / kTimeGroup * kTimeGroupBytes <= time_bytes;
}

// Reads a value of every row, so that a sanitizer sees an index that is out of range.
void Touch(const BlockColumn& column, size_t rows) {
  size_t bytes = 0;
  for (size_t row = 0; row < rows; ++row) {
    switch (column.form) {
      case BlockColumn::Form::kMissing:
        return;
      case BlockColumn::Form::kCodes8:
      case BlockColumn::Form::kCodes32: {
        const size_t code = column.form == BlockColumn::Form::kCodes8
                                ? column.codes8[row]
                                : column.codes32[row];
        Require(code < column.values.size());
        bytes += column.values[code].text.size();
        break;
      }
      case BlockColumn::Form::kIntegers:
        bytes += static_cast<size_t>(column.integers[row]) & 1;
        break;
      case BlockColumn::Form::kDoubles:
        bytes += column.doubles[row] > 0 ? 1 : 0;
        break;
    }
    if (column.present != nullptr) bytes += column.present[row / 64] & 1;
  }
  volatile size_t sink = bytes;
  (void)sink;
}

void ReadColumns(ChunkColumns& columns, const ChunkSummary& summary,
                 const Dictionaries& dictionaries) {
  const auto read = [&](const ColumnId& id) {
    const auto column = columns.Column(id);
    if (Succeeded(column.status())) Touch(**column, summary.rows);
  };
  for (int kind = 0; kind < static_cast<int>(ColumnKind::kProperty); ++kind) {
    read({static_cast<ColumnKind>(kind), ""});
  }
  read({ColumnKind::kProperty, "inline key"});
  for (const auto& [number, size] : summary.columns) {
    if (number < kChunkProperty) continue;
    const std::string_view key = dictionaries.Text(number - kChunkProperty);
    if (key.data() != nullptr) read({ColumnKind::kProperty, std::string(key)});
  }
  if (const auto weeks = columns.ActiveWeeks();
      Succeeded(weeks.status()) && weeks->has_value()) {
    Require((*weeks)->masks != nullptr);
  }
}

// What both ways of reading a chunk say of its rows.
void Compare(ChunkColumns& columns, const Rows& rows) {
  const auto people = columns.ReadPeople();
  const auto times = columns.Times();
  const auto seqs = columns.Seqs();
  const auto streams = columns.Streams();
  Require(people.ok() && times.ok() && seqs.ok() && streams.ok());
  Require(people->begins.size() == people->codes.size() + 1 &&
          people->begins.back() == rows.size());
  for (size_t p = 0; p < people->codes.size(); ++p) {
    for (uint32_t row = people->begins[p]; row < people->begins[p + 1]; ++row) {
      const Rows::Key key = rows.key(row);
      Require(key.owner == people->codes[p]);
      Require(key.time_ms == (*times)[row]);
      Require(key.seq == (*seqs == nullptr ? 0 : (*seqs)[row]));
      Require(key.stream == (*streams == nullptr ? key.owner : (*streams)[row]));
    }
  }
}

void Check(std::string_view input, const Dictionaries& dictionaries) {
  const EncodedChunk chunk = ReadInput(input);
  if (chunk.empty()) return;
  const auto header = ParseChunkHeader(chunk[0].second);
  if (!Succeeded(header.status())) return;
  ChunkSummary summary = *header;
  if (!MakeAgree(chunk, &summary)) return;
  MapReader reader(chunk);
  ChunkColumns columns;
  columns.Open(&summary, &reader, &dictionaries);
  ReadColumns(columns, summary, dictionaries);
  Rows rows;
  if (!Succeeded(DecodeChunk(summary, reader, 1, &rows))) return;
  Require(rows.size() == summary.rows);
  Compare(columns, rows);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const ChunkFixture* const fixture = footfall::store::NewChunkVocabulary();
  Check({reinterpret_cast<const char*>(data), size}, fixture->dictionaries);
  return 0;
}
