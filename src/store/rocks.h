// The RocksDB database under a store: how it is opened, and its errors as statuses.
#ifndef FOOTFALL_STORE_ROCKS_H_
#define FOOTFALL_STORE_ROCKS_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/write_batch.h"
#include "rocksdb/write_buffer_manager.h"
#include "store/event_store.h"

namespace footfall::store {

inline constexpr uint32_t kFormatVersion = 2;
// Stores of this version differ in having no chunks; opening one for writing makes it
// new.
inline constexpr uint32_t kFormatWithoutChunks = 1;

// Column families; FORMAT.md describes the rows of each.
enum Family : size_t { kMeta, kLog, kDictionary, kPeople, kIds, kChunks, kFamilies };

using LogFunction = std::function<void(LogSeverity, std::string_view)>;

inline constexpr uint64_t kBudgetMin = uint64_t{16} << 20;

// How the memory budget of a store is divided. The cache may have what queries leave of
// `cache_and_queries`, up to twice its own part.
struct Budget {
  explicit Budget(uint64_t total)
      : cache(total / 16 * 3),
        memtables(std::max<uint64_t>(total / 16, 2 << 20)),
        people(total / 16 * 3),
        ids(total / 8),
        dictionaries(total / 16),
        queries(total / 16 * 6) {}
  uint64_t cache_and_queries() const { return cache + queries; }
  bool operator==(const Budget&) const = default;

  uint64_t cache;
  uint64_t memtables;
  uint64_t people;
  uint64_t ids;
  uint64_t dictionaries;
  uint64_t queries;
};

// OK stays OK; the other codes keep RocksDB's message, which names the file, but not the
// places in RocksDB's sources.
absl::Status FromRocks(const rocksdb::Status& status);

inline rocksdb::Slice ToSlice(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

// An open database. Thread-safe as RocksDB is.
class Rocks {
 public:
  enum class Access { kWrite, kRead };
  // FAILED_PRECONDITION when the store has a family that this version does not know.
  static absl::StatusOr<std::shared_ptr<Rocks>> Open(const std::string& path,
                                                     Access access, bool create,
                                                     const Budget& budget,
                                                     const LogFunction& log);
  ~Rocks();
  Rocks(const Rocks&) = delete;
  Rocks& operator=(const Rocks&) = delete;

  // A reader opens what there is: a store that is being made, or one of an earlier
  // version, lacks families, which then read as empty.
  bool has(Family family) const { return handles_[family] != nullptr; }
  rocksdb::DB* db() const { return db_.get(); }
  rocksdb::ColumnFamilyHandle* family(Family family) const { return handles_[family]; }

  // The value, or nullopt. `snapshot` may be null.
  absl::StatusOr<std::optional<std::string>> Get(
      Family family, std::string_view key,
      const rocksdb::Snapshot* snapshot = nullptr) const;
  absl::Status Put(Family family, std::string_view key, std::string_view value) const;
  absl::Status Write(rocksdb::WriteBatch* batch, bool sync) const;
  std::unique_ptr<rocksdb::Iterator> Iterate(Family family,
                                             const rocksdb::Snapshot* snapshot = nullptr,
                                             bool fill_cache = true,
                                             size_t readahead = 0) const;
  // Writes memtables out, which also ends the write-ahead log.
  absl::Status Flush() const;
  // Rewrites all files of the family, so that what was deleted is gone from them.
  absl::Status CompactAll(Family family) const;
  // The same for the files that hold keys in [begin, end).
  absl::Status CompactRange(Family family, std::string_view begin,
                            std::string_view end) const;
  // A writer of a file whose rows AddFiles takes over as they are. The path must not
  // exist.
  std::unique_ptr<rocksdb::SstFileWriter> NewFileWriter(Family family) const;
  // Takes over files, whose keys nothing else has; they are moved. After a failed write
  // their rows are written instead.
  absl::Status AddFiles(Family family, const std::vector<std::string>& paths) const;
  // Removes the files that hold nothing but keys in [begin, end), and then what is left
  // of these keys. No snapshot may need them any more.
  absl::Status RemoveRange(Family family, std::string_view begin,
                           std::string_view end) const;
  // Goes on with another budget.
  absl::Status SetBudget(const Budget& budget);
  // Counts memory that queries hold, so that the cache makes room for it.
  void HoldForQueries(int64_t change_bytes);
  uint64_t cache_capacity() const { return cache_->GetCapacity(); }
  absl::Status Close();
  uint64_t MemoryBytes() const;

 private:
  Rocks() = default;

  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> handles_{};
  absl::Status CopyFiles(Family family, const std::vector<std::string>& paths) const;
  // Gives the cache what it may have at present. With the mutex.
  void SizeCache();

  std::shared_ptr<rocksdb::Cache> cache_;
  std::atomic<int64_t> query_bytes_{0};
  std::mutex cache_mutex_;
  Budget budget_{kBudgetMin};  // Under the mutex.
  std::shared_ptr<rocksdb::WriteBufferManager> memtables_;
  Access access_ = Access::kRead;
  // Whether a write has failed since the database was opened.
  std::shared_ptr<std::atomic<bool>> failed_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_ROCKS_H_
