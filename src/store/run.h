// Runs: chunks sorted by person, of people in different ranges, which together hold a
// stretch of arrivals. A store's events are its runs and what is in the log.
#ifndef FOOTFALL_STORE_RUN_H_
#define FOOTFALL_STORE_RUN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/strings.h"
#include "store/block.h"
#include "store/chunk/chunk.h"
#include "store/dictionary.h"

namespace footfall::store {

// Immutable, thread-safe.
class Run {
 public:
  virtual ~Run() = default;
  // Chunks of activity, by rising person; identity chunks are left to who reads rows.
  virtual const std::vector<ChunkSummary>& chunks() const = 0;
  // A reader of chunk `index`, for one thread.
  virtual absl::StatusOr<std::unique_ptr<ChunkReader>> Open(size_t index) const = 0;
  // What errors call chunk `index`: "run 7 chunk 3".
  virtual std::string NameOf(size_t index) const {
    return base::Cat("chunk ", index, " of the log's events");
  }
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
