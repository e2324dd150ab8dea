// The ids of people by code, in pages that are read once: reports name many people.
#ifndef FOOTFALL_STORE_ID_PAGES_H_
#define FOOTFALL_STORE_ID_PAGES_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/rocks.h"

namespace footfall::store {

// Of one snapshot, which must outlive it. Thread-safe.
class IdPages {
 public:
  // Remembers up to `bytes_max`, which are counted as a query's.
  IdPages(std::shared_ptr<Rocks> rocks, const rocksdb::Snapshot* snapshot,
          uint64_t bytes_max)
      : rocks_(std::move(rocks)), snapshot_(snapshot), bytes_max_(bytes_max) {}
  ~IdPages();
  IdPages(const IdPages&) = delete;
  IdPages& operator=(const IdPages&) = delete;

  // See Snapshot::VisitIds.
  absl::Status Visit(
      uint64_t first, uint64_t end,
      absl::FunctionRef<absl::Status(uint64_t code, bool identified, std::string_view id)>
          visit);

 private:
  // Codes with equal high bits.
  struct Page {
    struct Entry {
      uint16_t place = 0;  // The low bits of the code.
      bool identified = false;
      uint32_t end = 0;  // Of its id among all of them.
    };
    std::vector<Entry> entries;  // By rising place.
    std::string ids;
    uint64_t next = UINT64_MAX;  // The number of the next page with a code.

    uint64_t bytes() const;
  };

  std::shared_ptr<const Page> Find(uint64_t number);
  void Remember(uint64_t number, const std::shared_ptr<const Page>& page);
  // Reads the page on which the rows stand.
  static absl::StatusOr<std::shared_ptr<const Page>> Read(rocksdb::Iterator& rows,
                                                          uint64_t number);

  const std::shared_ptr<Rocks> rocks_;
  const rocksdb::Snapshot* const snapshot_;
  const uint64_t bytes_max_;
  std::mutex mutex_;
  uint64_t bytes_ = 0;
  absl::flat_hash_map<uint64_t, std::shared_ptr<const Page>> pages_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_ID_PAGES_H_
