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
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/dictionary.h"
#include "store/event_store.h"
#include "store/hashing.h"
#include "store/log_record.h"
#include "store/people.h"
#include "store/rocks.h"

namespace footfall::store {

// Visits the records from number `from` on, parsed and with their dictionary codes
// resolved. DATA_LOSS names the record.
struct RecordScan {
  const Rocks* rocks = nullptr;
  const Dictionaries* dictionaries = nullptr;
  const rocksdb::Snapshot* snapshot = nullptr;
  uint64_t from = 0;
  const base::Cancel* cancel = nullptr;
  // Whether to read a record beyond its header; null reads all.
  std::function<bool(const RecordHeader&)> wanted;
  ScanStats* stats = nullptr;
};
absl::Status ScanRecords(
    const RecordScan& scan,
    absl::FunctionRef<absl::Status(uint64_t record, LogRecord& parsed)> visit);

// The error of record `number` with the place put in front.
absl::Status AtRecord(uint64_t number, const absl::Status& status);

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
  };
  explicit StoreSnapshot(Parts parts) : parts_(std::move(parts)) {}
  ~StoreSnapshot() override;

  absl::Status Scan(
      const ScanOptions& options, ScanStats* stats,
      absl::FunctionRef<absl::Status(const StoredEvent&)> visit) const override;
  absl::Status VisitPeople(
      absl::FunctionRef<absl::Status(const model::Person&)> visit) const override;
  absl::StatusOr<model::Person> FindPerson(std::string_view id) const override;
  const Settings& settings() const override { return parts_.settings; }
  const Parts& parts() const { return parts_; }

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
  // Both under fresh_mutex_.
  absl::Status ListStale() const;
  absl::Status ComputeSlice(size_t slice) const;
  absl::StatusOr<model::Person> Describe(uint64_t code, std::string_view state_row,
                                         std::string_view id_row) const;

  const Parts parts_;
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
