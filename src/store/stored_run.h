// Runs as they stand in the store: reading and writing them.
#ifndef FOOTFALL_STORE_STORED_RUN_H_
#define FOOTFALL_STORE_STORED_RUN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/chunk/chunk.h"
#include "store/rocks.h"
#include "store/run.h"
#include "store/run_registry.h"

namespace footfall::store {

// Headers of the chunks that a run has, those of activity first.
using ChunkSummaries = std::vector<ChunkSummary>;

// A run as of a snapshot, which must outlive it. Immutable, thread-safe.
class StoredRun : public Run {
 public:
  // Reads the headers, unless `known` has them. DATA_LOSS names run and chunk.
  static absl::StatusOr<std::shared_ptr<const StoredRun>> Load(
      std::shared_ptr<Rocks> rocks, const rocksdb::Snapshot* snapshot, const RunRow& row,
      std::shared_ptr<const ChunkSummaries> known);

  std::span<const ChunkSummary> chunks() const override {
    return std::span(*summaries_).first(activity_);
  }
  absl::StatusOr<std::unique_ptr<ChunkReader>> Open(size_t index) const override;

  std::string NameOf(size_t index) const override;

  const RunRow& row() const { return row_; }
  // Of all chunks, with those of identity events behind the others.
  const ChunkSummaries& summaries() const { return *summaries_; }
  std::shared_ptr<const ChunkSummaries> shared_summaries() const { return summaries_; }
  // Whether a chunk was packed in haste.
  bool quick() const;
  // The number of chunk `index` of summaries() in the store.
  uint32_t number_of(size_t index) const { return numbers_[index]; }
  // Appends the rows of chunk `index` of summaries().
  absl::Status Decode(size_t index, Rows* rows) const;

 private:
  StoredRun(std::shared_ptr<Rocks> rocks, const rocksdb::Snapshot* snapshot, RunRow row)
      : rocks_(std::move(rocks)), snapshot_(snapshot), row_(std::move(row)) {}
  absl::Status LoadSummaries();

  const std::shared_ptr<Rocks> rocks_;
  const rocksdb::Snapshot* const snapshot_;
  const RunRow row_;
  std::shared_ptr<const ChunkSummaries> summaries_;
  std::vector<uint32_t> numbers_;
  size_t activity_ = 0;                   // So many of the first ones.
  std::vector<uint64_t> first_arrivals_;  // Per chunk.
};

using StoredRuns = std::vector<std::shared_ptr<const StoredRun>>;

// Remembers the headers of runs for all snapshots. Thread-safe.
class RunCache {
 public:
  std::shared_ptr<const ChunkSummaries> Find(const RunRow& row) const;
  void Put(const RunRow& row, std::shared_ptr<const ChunkSummaries> summaries);
  // Forgets all runs but these.
  void Keep(const std::vector<RunRow>& rows);

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<uint64_t, uint64_t>, std::shared_ptr<const ChunkSummaries>> known_;
};

// Writes the chunks of a new run into files that the database can take over. Not
// thread-safe.
class RunWriter {
 public:
  // `directory` exists; the files are named after the run.
  RunWriter(const Rocks* rocks, std::string directory, uint64_t number, Packing packing);
  // Removes the files that nothing has taken over.
  ~RunWriter();

  // Encodes the next rows of the run: rows [begin, end) are whole people and sorted,
  // those of activity come before all others.
  absl::Status Add(const Rows& rows, size_t begin, size_t end);
  // Adds all of them, cut into chunks.
  absl::Status AddAll(const Rows& rows);
  // Ends the files, which are then on disk.
  absl::Status Finish();

  Packing packing() const { return packing_; }
  bool empty() const { return row_.chunks + row_.identity_chunks == 0; }
  const std::vector<std::string>& files() const { return files_; }
  // What Add has been given, and SetBounds.
  const RunRow& row() const { return row_; }
  void SetBounds(uint64_t first_arrival, int64_t from_ms, int64_t to_ms) {
    row_.first_arrival = first_arrival;
    row_.from_ms = from_ms;
    row_.to_ms = to_ms;
  }

 private:
  absl::Status Put(uint32_t chunk, uint32_t column, const std::string& value);

  const Rocks* rocks_;
  const std::string directory_;
  const Packing packing_;
  ChunkMemory memory_;
  RunRow row_;
  std::unique_ptr<rocksdb::SstFileWriter> file_;
  uint64_t file_bytes_ = 0;
  std::vector<std::string> files_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_STORED_RUN_H_
