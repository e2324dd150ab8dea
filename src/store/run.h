// Runs: chunks sorted by person, of people in different ranges, which together hold a
// stretch of arrivals. A store's events are its runs and what is in the log.
#ifndef FOOTFALL_STORE_RUN_H_
#define FOOTFALL_STORE_RUN_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/strings.h"
#include "store/block.h"
#include "store/chunk/chunk.h"
#include "store/dictionary.h"

namespace footfall::store {

// What the summaries of chunks, whose people are different ones, say together.
struct RunTotal {
  uint64_t first_person = UINT64_MAX;
  uint64_t last_person = 0;
  int64_t min_time_ms = INT64_MAX;
  int64_t max_time_ms = INT64_MIN;
  // As in ChunkSummary; both rising.
  std::vector<std::pair<uint32_t, uint64_t>> names;
  std::vector<std::pair<int64_t, uint64_t>> days;
};

// Immutable, thread-safe.
class Run {
 public:
  virtual ~Run() = default;
  // Chunks of activity, by rising person; identity chunks are left to who reads rows.
  virtual std::span<const ChunkSummary> chunks() const = 0;
  // Of all chunks; summed up when it is first asked for.
  const RunTotal& total() const;
  // A reader of chunk `index`, for one thread.
  virtual absl::StatusOr<std::unique_ptr<ChunkReader>> Open(size_t index) const = 0;
  // What errors call chunk `index`: "run 7 chunk 3".
  virtual std::string NameOf(size_t index) const {
    return base::Cat("chunk ", index, " of the log's events");
  }

 private:
  mutable std::once_flag total_made_;
  mutable RunTotal total_;
};

struct RunScanParts {
  // By rising arrival: rows of an earlier run arrived before those of a later one.
  std::vector<std::shared_ptr<const Run>> runs;
  std::shared_ptr<const Dictionaries> dictionaries;
  // Codes whose rows in `runs` are to be left out, since a later run holds them again
  // under the person that they were linked to.
  std::shared_ptr<const absl::flat_hash_map<uint64_t, uint64_t>> moved;
  // Events before it are expired; INT64_MIN: none.
  int64_t expired_before_ms = INT64_MIN;
};

// Scans the runs merged, as block.h describes.
absl::StatusOr<std::unique_ptr<BlockScan>> ScanRuns(const RunScanParts& parts,
                                                    const BlockRequest& request);

// The rows as a run in memory, encoded as they would be in the store.
std::shared_ptr<const Run> MakeMemoryRun(Rows rows);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_RUN_H_
