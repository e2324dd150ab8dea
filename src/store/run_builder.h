// Building runs, which are not part of the store until it takes them over.
#ifndef FOOTFALL_STORE_RUN_BUILDER_H_
#define FOOTFALL_STORE_RUN_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "store/snapshot.h"
#include "store/stored_run.h"

namespace footfall::store {

// Events of the log that become chunks at a time. A little under a power of two, at which
// the vectors that hold them double.
inline constexpr uint64_t kSealEvents = 500'000;

// What runs are built from, and where. Nothing in it changes while they are.
struct BuildContext {
  std::shared_ptr<Rocks> rocks;
  const rocksdb::Snapshot* snapshot = nullptr;  // Null: the present.
  std::shared_ptr<RunCache> run_cache;
  std::string directory;  // Exists.
  uint64_t next_run = 1;
  int64_t retention_days = 0;
  Packing packing = Packing::kSmall;
  absl::flat_hash_set<uint64_t> unlinked;  // As in Owners.
  const base::Cancel* cancel = nullptr;
};

struct BuiltRuns {
  std::vector<std::unique_ptr<RunWriter>> writers;  // Finished.
  // What they take the place of: runs, or the log through a record.
  std::vector<RunRow> replaced;
  uint64_t last_record = 0;
  uint64_t events_before = 0;  // Of what is replaced.
};

// Runs of the first records of the log, with about kSealEvents events: one for each span
// of time. Without records there are none.
absl::StatusOr<BuiltRuns> BuildFromLog(const BuildContext& context);

// One run of several by rising arrival, without expired events: neighbours in arrival of
// one span, or all runs.
absl::StatusOr<BuiltRuns> BuildFromRuns(const BuildContext& context,
                                        const std::vector<RunRow>& inputs,
                                        int64_t expired_before_ms);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_RUN_BUILDER_H_
