// The values of block columns as numbers of a pool, remembered from block to block.
#ifndef FOOTFALL_QUERY_POOL_IDS_H_
#define FOOTFALL_QUERY_POOL_IDS_H_

#include <cstdint>
#include <vector>

#include "query/value_pool.h"
#include "store/block.h"

namespace footfall::query {

// Of one field (BlockView::Codes) and one pool. Not thread-safe.
class PoolIds {
 public:
  // `pool` must outlive it.
  explicit PoolIds(ValuePool& pool) : pool_(pool) {}

  // Turns to the column of another block. To be called once per block.
  void StartBlock(const store::BlockColumn& column);
  // The id of a code of that column; 0 for what is missing or nested. Ids are given only
  // to values that are asked for.
  uint32_t Of(uint32_t code) {
    const uint32_t known = of_code_[code];
    return known != kUnknown ? known : Find(code);
  }
  // Kinds of the values that were asked for.
  const KindMask& kinds() const { return kinds_; }
  KindMask& kinds() { return kinds_; }
  uint64_t bytes() const;

 private:
  static constexpr uint32_t kUnknown = UINT32_MAX;

  uint32_t Find(uint32_t code);

  ValuePool& pool_;
  const store::BlockColumn* column_ = nullptr;
  std::vector<uint32_t> of_code_;   // Of the block's codes.
  std::vector<uint32_t> of_value_;  // Of the store's value ids.
  KindMask kinds_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_POOL_IDS_H_
