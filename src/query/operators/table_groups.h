// The groups of a table: numbers for the combinations of its keys.
#ifndef FOOTFALL_QUERY_OPERATORS_TABLE_GROUPS_H_
#define FOOTFALL_QUERY_OPERATORS_TABLE_GROUPS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/block_view.h"
#include "query/buckets.h"
#include "query/plan.h"
#include "query/pool_ids.h"
#include "query/value_pool.h"

namespace footfall::query {

// One number per row key: a person's code, an id of the pool, the number of a session,
// the value of a bucket.
using GroupKey = absl::InlinedVector<int64_t, 3>;

// What the keys ask blocks for; fields of keys that are none are 0.
std::vector<FieldRef> NeedsOf(const std::vector<RowKey>& keys, Needs& needs);

// Of one worker. Groups are numbered from 0 on in the order in which they are met.
class TableGroups {
 public:
  // `keys` and `pool` must outlive it.
  TableGroups(const Plan& plan, const std::vector<RowKey>& keys,
              const std::vector<FieldRef>& fields, ValuePool& pool);

  // Groups the rows of a mask; the rest is about these until the next call. Answers the
  // rows that have a group, as a mask.
  absl::StatusOr<const uint64_t*> Group(BlockView& view, const uint64_t* rows);
  // By row, where it has a group; null: all rows are of group 0.
  const uint32_t* RowGroups();
  // Adds to the count of each group its rows in `mask`, which is among those of Group.
  void Count(const uint64_t* mask, std::vector<int64_t>* counts);
  // Of the rows of a mask, those that come after one of another group or person, or after
  // one that is not in it: all others tell nothing new of who was where first.
  const uint64_t* RunStarts(const uint64_t* mask);

  // Takes in another worker's. Answers, for each of its groups, the one here; `id_of` is
  // what the ids of its pool are here.
  std::vector<uint32_t> Merge(const TableGroups& other,
                              const std::vector<uint32_t>& id_of);

  size_t size() const { return groups_.size(); }
  uint64_t bytes() const;
  uint32_t GroupOf(const GroupKey& key) {
    return groups_.try_emplace(key, static_cast<uint32_t>(groups_.size())).first->second;
  }
  const absl::flat_hash_map<GroupKey, uint32_t>& groups() const { return groups_; }
  // The kinds of values that key `at`, a field, has met.
  KindMask& kinds(size_t at) { return parts_[at].ids.kinds(); }
  const KindMask& kinds(size_t at) const { return parts_[at].ids.kinds(); }
  // The id in the pool of a session's name.
  uint32_t SessionName(int64_t session) const { return session_names_[session]; }

 private:
  // A key as codes of a block.
  struct Part {
    Part(base::Bucket bucket, absl::TimeZone zone, ValuePool& pool)
        : bucketer(bucket, zone), ids(pool) {}

    Bucketer bucketer;
    PoolIds ids;
    // Codes by row, from 0 to size - 1.
    const store::BlockColumn* column = nullptr;
    const uint32_t* rows = nullptr;
    std::vector<uint32_t> own;
    uint64_t size = 1;
    int64_t first_bucket = 0;

    uint32_t CodeOf(size_t row) const {
      return rows != nullptr ? rows[row] : CodeAt(*column, row);
    }
  };

  absl::Status StartPart(size_t at, BlockView& view, const uint64_t* rows);
  absl::Status BucketRows(Part& part, BlockView& view, const uint64_t* rows);
  bool BucketAllRows(Part& part, BlockView& view, const int64_t* times);
  absl::StatusOr<int64_t> KeyOf(size_t at, BlockView& view, uint32_t code);
  // The group of one code per part, in key_codes_.
  absl::StatusOr<uint32_t> Resolve(BlockView& view);
  absl::Status GroupByTable(BlockView& view, const uint64_t* rows, uint64_t slots);
  absl::Status GroupByHash(BlockView& view, const uint64_t* rows);
  void MakeSlots(size_t rows);
  void CountSlots(const uint64_t* mask, std::vector<uint32_t>* counts) const;
  absl::StatusOr<const uint64_t*> RowsOfSessions(BlockView& view, const uint64_t* rows);

  const std::vector<RowKey>& keys_;
  std::vector<FieldRef> fields_;
  ValuePool& pool_;
  bool by_session_ = false;
  std::vector<Part> parts_;
  absl::flat_hash_map<GroupKey, uint32_t> groups_;
  std::vector<uint32_t> session_names_;

  // Of the block at hand. Combinations of codes are slots, where they are few.
  size_t row_count_ = 0;
  std::span<const uint32_t> begins_;
  const uint64_t* rows_ = nullptr;
  const uint8_t* slots8_ = nullptr;
  const uint32_t* slots32_ = nullptr;
  std::vector<uint32_t> own_slots_;
  std::vector<uint32_t> slot_counts_;
  std::vector<uint32_t> other_counts_;
  std::vector<uint32_t> group_of_slot_;
  absl::flat_hash_map<uint64_t, uint32_t> group_of_hash_;
  bool row_groups_made_ = false;
  std::vector<uint32_t> row_groups_;
  std::vector<uint64_t> mask_;
  std::vector<uint64_t> run_starts_;
  std::vector<uint32_t> people_;           // Indexes by row.
  std::vector<uint32_t> session_numbers_;  // By index in the block.
  std::vector<uint32_t> key_codes_;
  GroupKey key_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_TABLE_GROUPS_H_
