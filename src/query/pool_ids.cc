#include "query/pool_ids.h"

#include <algorithm>

namespace footfall::query {
namespace {

// Dictionaries with more values than this are not remembered whole.
constexpr uint32_t kRememberedValuesMax = uint32_t{1} << 22;

}  // namespace

void PoolIds::StartBlock(const store::BlockColumn& column) {
  column_ = &column;
  of_code_.assign(std::max<size_t>(column.values.size(), 1), kUnknown);
  of_code_[0] = 0;
}

uint32_t PoolIds::Find(uint32_t code) {
  const uint32_t value_id =
      code < column_->value_ids.size() ? column_->value_ids[code] : store::kNoValueId;
  uint32_t& id = of_code_[code];
  if (value_id >= kRememberedValuesMax) {
    id = pool_.Intern(column_->values[code], &kinds_);
    return id;
  }
  if (value_id >= of_value_.size()) {
    of_value_.resize(std::max<size_t>(value_id + 1, of_value_.size() * 2), kUnknown);
  }
  if (of_value_[value_id] == kUnknown) {
    of_value_[value_id] = pool_.Intern(column_->values[code], &kinds_);
  }
  id = of_value_[value_id];
  return id;
}

uint64_t PoolIds::bytes() const {
  return (of_code_.capacity() + of_value_.capacity()) * sizeof(uint32_t);
}

}  // namespace footfall::query
