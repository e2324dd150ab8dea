// The index of event ids inside the window of de-duplication.
#ifndef FOOTFALL_STORE_ID_INDEX_H_
#define FOOTFALL_STORE_ID_INDEX_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "store/hashing.h"
#include "store/rocks.h"

namespace footfall::store {

// 128-bit hashes by day of ingest. The newest are in memory; full memory becomes a sorted
// run in the store, in blocks, with a filter in memory so that an unknown id rarely reads
// a block. The runs of a day become one when they are many, and when the day ends. Runs
// of a day that has left the window are dropped whole. Not thread-safe.
class IdIndex {
 public:
  IdIndex(std::shared_ptr<Rocks> rocks, size_t bytes_max);

  // Reads the runs of the store. What came after them is inserted again by the caller.
  absl::Status Load();

  // Tells which of `hashes` are in a run of one of the days from `first_day` on.
  absl::Status FindInRuns(const std::vector<Hash128>& hashes, int64_t first_day,
                          std::vector<bool>* found) const;
  // Inserts into memory, under the day of the last Prepare; false when it is there.
  bool Insert(const Hash128& hash);
  // Takes back the newest insertions.
  void Truncate(size_t size);
  size_t size() const { return recent_.size(); }

  // Makes room for `more` ids of `day`: writes a run when memory is full or holds another
  // day, and records that all ids through log record `through` are in runs.
  absl::Status Prepare(size_t more, int64_t day, uint64_t through);
  absl::Status Spill(uint64_t through);
  // Writes what is in memory as one row that Load reads back, so that opening after a
  // close has nothing to insert again.
  absl::Status Save(uint64_t through);
  // Records that there is nothing in the log through that record that is not stored.
  absl::Status Mark(uint64_t through);
  // Drops the runs of days before `first_day`.
  absl::Status Drop(int64_t first_day);

  int64_t day() const { return day_; }
  size_t runs() const { return runs_.size(); }
  size_t bytes() const;
  // Every stored hash, for checks: false from `visit` stops.
  absl::Status CheckRuns(std::vector<std::string>* problems) const;

 private:
  struct Run {
    int64_t day = 0;
    uint32_t number = 0;
    uint64_t count = 0;
    std::vector<uint64_t> first;   // High half of each block's first hash.
    std::vector<uint64_t> filter;  // Empty when memory has no room for it.
  };

  class Cursor;

  size_t Slot(const Hash128& hash) const;
  // Numbers of the runs of the present day that had better be one.
  std::vector<uint32_t> RunsToMerge(bool day_ended) const;
  // Makes one run of those of the day.
  absl::Status Merge(int64_t day, const std::vector<uint32_t>& numbers);
  uint64_t FilterRoom() const { return bytes_max_ / 5 * 3; }
  void TrimFilters();
  // The rows of a run but its blocks.
  static void PutRun(rocksdb::ColumnFamilyHandle* family, const Run& run,
                     rocksdb::WriteBatch& batch);
  static void DeleteRun(rocksdb::ColumnFamilyHandle* family, const Run& run,
                        rocksdb::WriteBatch& batch);
  absl::StatusOr<bool> InBlock(const Run& run, const Hash128& hash, size_t* block_number,
                               std::string* block) const;

  std::shared_ptr<Rocks> rocks_;
  const size_t bytes_max_;
  const size_t recent_max_;
  std::vector<Hash128> recent_;
  std::vector<uint32_t> slots_;
  int64_t day_ = INT64_MIN;
  bool changed_ = false;  // Since Load or Save.
  std::vector<Run> runs_;
  size_t filter_bytes_ = 0;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_ID_INDEX_H_
