// Columns of a chunk, decoded one by one into buffers that are used again: what the query
// engine reads of a chunk.
#ifndef FOOTFALL_STORE_CHUNK_CHUNK_COLUMNS_H_
#define FOOTFALL_STORE_CHUNK_CHUNK_COLUMNS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/block.h"
#include "store/chunk/chunk.h"
#include "store/dictionary.h"

namespace footfall::store {

// One chunk at a time. What it hands out holds until Open. Every method answers
// DATA_LOSS, naming the column, for a damaged one. Not thread-safe.
class ChunkColumns {
 public:
  ChunkColumns();
  ~ChunkColumns();
  ChunkColumns(ChunkColumns&&) noexcept;
  ChunkColumns& operator=(ChunkColumns&&) noexcept;

  // Turns to a chunk; nothing is read yet. All three must live until the next Open, and
  // the views that `reader` answers as well.
  void Open(const ChunkSummary* summary, ChunkReader* reader,
            const Dictionaries* dictionaries);

  struct People {
    std::span<const uint64_t> codes;   // Of owners, rising.
    std::span<const uint32_t> begins;  // codes.size() + 1 rows; the last is rows().
  };
  absl::StatusOr<People> ReadPeople();

  // Per row; rising within a person.
  absl::StatusOr<const int64_t*> Times();
  // The same array, where only groups of 128 rows of which some bit is set need be
  // filled. Calls for other rows fill the groups that are missing yet.
  absl::StatusOr<const int64_t*> TimesWhere(const uint64_t* rows);

  // Per row, for merging chunks of one person: the client's seq, and the stream as rows.h
  // says. Null: 0 in all rows; the owner in all rows.
  absl::StatusOr<const int64_t*> Seqs();
  absl::StatusOr<const uint64_t*> Streams();

  // Any column. kMissing when the chunk does not have it. What it holds is kept: asking
  // again costs nothing.
  absl::StatusOr<const BlockColumn*> Column(const ColumnId& id);

  // As Block has it.
  absl::StatusOr<std::optional<RowsInRanges>> RowsIn(const ColumnId& id,
                                                     const NumberRanges& ranges);

  // Per person the ISO weeks with activity, as in block.h; absent when the chunk spans
  // more than 64.
  absl::StatusOr<std::optional<Block::Weeks>> ActiveWeeks();

  // Bytes of columns read since Open.
  uint64_t bytes_read() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_CHUNK_COLUMNS_H_
