// Reading: a consistent view of the log and the people.
#ifndef FOOTFALL_STORE_SNAPSHOT_H_
#define FOOTFALL_STORE_SNAPSHOT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/dictionary.h"
#include "store/event_store.h"
#include "store/hashing.h"
#include "store/id_pages.h"
#include "store/log_record.h"
#include "store/people.h"
#include "store/rocks.h"
#include "store/rows.h"
#include "store/stored_run.h"

namespace footfall::store {

// Where a record is stored: in the log, or as rows of a chunk, which scans make a record
// of.
struct Place {
  uint64_t record = 0;  // In the log; 0 for a chunk.
  uint64_t run = 0;
  uint32_t chunk = 0;

  bool sealed() const { return record == 0; }
  std::string ToString() const;  // "log record 17", "run 3 chunk 0".
};

// Visits the records from number `from` on, parsed and with their dictionary codes
// resolved, after those of the runs. DATA_LOSS names the place.
struct RecordScan {
  const Rocks* rocks = nullptr;
  const Dictionaries* dictionaries = nullptr;
  const rocksdb::Snapshot* snapshot = nullptr;
  const StoredRuns* runs = nullptr;  // None when null.
  uint64_t from = 0;
  const base::Cancel* cancel = nullptr;
  // Whether to read a record beyond its header; null reads all.
  std::function<bool(const RecordHeader&)> wanted;
  ScanStats* stats = nullptr;
};
absl::Status ScanRecords(
    const RecordScan& scan,
    absl::FunctionRef<absl::Status(const Place& place, LogRecord& parsed)> visit);

// The error with the place put in front, when it is DATA_LOSS.
absl::Status At(const Place& place, const absl::Status& status);

// The runs of `rows` as of a snapshot, which may be null and must outlive them.
absl::StatusOr<StoredRuns> OpenRuns(const std::shared_ptr<Rocks>& rocks,
                                    const rocksdb::Snapshot* snapshot,
                                    const std::vector<RunRow>& rows, RunCache& cache);

// Ids of whom rows in runs stand under their own code though they were linked since, with
// the person.
using MovedIds = absl::flat_hash_map<uint64_t, uint64_t>;
absl::StatusOr<MovedIds> ReadMoved(const Rocks& rocks, const rocksdb::Snapshot* snapshot);

// Whom rows of runs belong to by now.
struct Owners {
  MovedIds moved;
  // Anonymous ids whose link was taken back.
  absl::flat_hash_set<uint64_t> unlinked;

  bool empty() const { return moved.empty() && unlinked.empty(); }
  uint64_t OwnerOf(const Rows::Key& key) const;
  bool Misplaced(const Rows::Key& key) const { return OwnerOf(key) != key.owner; }
};
// Appends the misplaced rows of the runs under their owners.
absl::Status AppendMisplaced(const StoredRuns& runs, const Owners& owners, bool activity,
                             Rows* rows);

// Looks up ids and links of person codes, remembering a bounded number of them.
class CodeLookup {
 public:
  CodeLookup(const Rocks* rocks, const rocksdb::Snapshot* snapshot)
      : rocks_(rocks), snapshot_(snapshot) {}
  // The id, which holds until Trim; DATA_LOSS when the code is unknown.
  absl::StatusOr<std::string_view> Id(uint64_t code);
  // The person that an anonymous code is linked to, or the code itself.
  absl::StatusOr<uint64_t> PersonOf(uint64_t anonymous_code);
  void Trim();

 private:
  const Rocks* rocks_;
  const rocksdb::Snapshot* snapshot_;
  std::unordered_map<uint64_t, std::string> ids_;
  absl::flat_hash_map<uint64_t, uint64_t> links_;
};

class StoreSnapshot : public Snapshot {
 public:
  struct Parts {
    std::shared_ptr<Rocks> rocks;
    const rocksdb::Snapshot* snapshot = nullptr;  // Released by the snapshot.
    std::shared_ptr<const Dictionaries> dictionaries;
    HashKey key;
    Settings settings;
    StateOverlay overlay;
    int64_t horizon_ms = 0;
    std::vector<RunRow> runs;
    std::shared_ptr<RunCache> run_cache;
    std::shared_ptr<const void> alive;  // Counted by whoever removes files.
    uint64_t version = 0;
  };
  explicit StoreSnapshot(Parts parts);
  ~StoreSnapshot() override;

  absl::Status Scan(
      const ScanOptions& options, ScanStats* stats,
      absl::FunctionRef<absl::Status(const StoredEvent&)> visit) const override;
  absl::StatusOr<std::unique_ptr<BlockScan>> ScanBlocks(
      const BlockRequest& request) const override;
  absl::Status VisitPeopleBetween(
      uint64_t first, uint64_t end,
      absl::FunctionRef<absl::Status(const model::Person&)> visit) const override;
  absl::Status VisitIds(
      uint64_t first, uint64_t end,
      absl::FunctionRef<absl::Status(uint64_t code, bool identified, std::string_view id)>
          visit) const override;
  absl::StatusOr<model::Person> FindPerson(std::string_view id) const override;
  const Settings& settings() const override { return parts_.settings; }
  void HoldMemory(int64_t change_bytes) const override {
    parts_.rocks->HoldForQueries(change_bytes);
  }
  uint64_t version() const override { return parts_.version; }
  const Parts& parts() const { return parts_; }

  // What is sealed; opened when it is first asked for.
  absl::StatusOr<const StoredRuns*> Runs() const;

  // Codes of the people whose stored runs are stale, rising.
  absl::StatusOr<std::vector<uint64_t>> StalePeople() const;
  // Their runs, computed from the events; empty for anyone else. Going through the codes
  // in rising order reads the log once per slice of people.
  absl::StatusOr<std::vector<SessionSpan>> FreshRuns(uint64_t code) const;

 private:
  struct Stale {
    uint64_t code = 0;
    size_t slice = 0;
  };
  // Makes the runs in memory of what is not in the stored ones.
  absl::Status BuildTail() const;

  // Both under fresh_mutex_.
  absl::Status ListStale() const;
  absl::Status ComputeSlice(size_t slice) const;
  // The rows of a person; an empty one is not there.
  struct PersonRows {
    std::string_view id;
    std::string_view state;
    std::string_view imported;
  };
  absl::StatusOr<model::Person> Describe(uint64_t code, const PersonRows& rows) const;

  const Parts parts_;
  mutable IdPages ids_;
  mutable std::mutex runs_mutex_;
  mutable bool runs_open_ = false;
  mutable StoredRuns runs_;
  mutable std::mutex tail_mutex_;
  mutable bool tail_built_ = false;
  mutable std::vector<std::shared_ptr<const Run>> misplaced_;
  mutable std::vector<std::shared_ptr<const Run>> tail_;
  mutable std::shared_ptr<const MovedIds> moved_;

  // Stale people in slices whose events together fit into the memory of a query; the
  // runs of one slice are held at a time.
  mutable std::mutex fresh_mutex_;
  mutable bool stale_listed_ = false;
  mutable std::vector<Stale> stale_;  // By code.
  mutable size_t fresh_slice_ = SIZE_MAX;
  mutable absl::flat_hash_map<uint64_t, std::vector<SessionSpan>> fresh_runs_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_SNAPSHOT_H_
