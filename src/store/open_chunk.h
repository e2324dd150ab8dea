// A chunk of a run that a block is reading.
#ifndef FOOTFALL_STORE_OPEN_CHUNK_H_
#define FOOTFALL_STORE_OPEN_CHUNK_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/block.h"
#include "store/chunk/chunk_columns.h"
#include "store/dictionary.h"
#include "store/run.h"

namespace footfall::store {

// Which chunk of a scan: its run's place among the runs, and its own in the run.
struct ChunkRef {
  uint32_t run = 0;
  uint32_t chunk = 0;
  bool operator==(const ChunkRef&) const = default;
};

// ChunkColumns with errors that name run and chunk. Not thread-safe.
class OpenChunk {
 public:
  // Turns to another chunk. `run` and `dictionaries` must live until the next call.
  absl::Status Open(const ChunkRef& ref, const Run* run,
                    const Dictionaries* dictionaries);

  const ChunkRef& ref() const { return ref_; }
  const ChunkSummary& summary() const { return run_->chunks()[ref_.chunk]; }
  // Bytes of columns read since this was last asked.
  uint64_t TakeBytesRead();

  // As ChunkColumns has them.
  absl::StatusOr<ChunkColumns::People> ReadPeople() { return At(columns_.ReadPeople()); }
  absl::StatusOr<const int64_t*> Times() { return At(columns_.Times()); }
  absl::StatusOr<const int64_t*> TimesWhere(const uint64_t* rows) {
    return At(columns_.TimesWhere(rows));
  }
  absl::StatusOr<const int64_t*> Seqs() { return At(columns_.Seqs()); }
  absl::StatusOr<const uint64_t*> Streams() { return At(columns_.Streams()); }
  absl::StatusOr<const BlockColumn*> Column(const ColumnId& id) {
    return At(columns_.Column(id));
  }
  absl::StatusOr<std::optional<RowsInRanges>> RowsIn(const ColumnId& id,
                                                     const NumberRanges& ranges) {
    return At(columns_.RowsIn(id, ranges));
  }
  absl::StatusOr<std::optional<Block::Weeks>> ActiveWeeks() {
    return At(columns_.ActiveWeeks());
  }

 private:
  template <typename T>
  absl::StatusOr<T> At(absl::StatusOr<T> result) const {
    if (result.ok()) return result;
    return Named(result.status());
  }
  absl::Status Named(const absl::Status& status) const;

  ChunkRef ref_;
  const Run* run_ = nullptr;
  std::unique_ptr<ChunkReader> reader_;
  ChunkColumns columns_;
  uint64_t bytes_taken_ = 0;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_OPEN_CHUNK_H_
