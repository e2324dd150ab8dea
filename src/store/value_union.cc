#include "store/value_union.h"

#include <bit>

#include "absl/hash/hash.h"

namespace footfall::store {

void ValueUnion::Reset(size_t with_id, size_t without_id, bool mixed) {
  mixed_ = mixed;
  values_.assign(1, model::Value::Missing());
  ids_.assign(1, kNoValueId);
  by_id_.assign(std::bit_ceil(2 * (mixed ? 0 : with_id) + 2), {});
  by_value_.assign(std::bit_ceil(2 * ((mixed ? with_id : 0) + without_id) + 2), {});
}

uint32_t ValueUnion::Add(const model::Value& value, uint32_t id) {
  if (value.is_missing() && id == kNoValueId) return 0;
  return id == kNoValueId || mixed_ ? AddByValue(value, id) : AddById(value, id);
}

uint32_t ValueUnion::AddById(const model::Value& value, uint32_t id) {
  size_t at = id * uint64_t{0x9E3779B97F4A7C15} >> 32;
  for (;; ++at) {
    Slot& slot = by_id_[at & (by_id_.size() - 1)];
    if (slot.number == 0) {
      slot = {id, Append(value, id)};
      return slot.number;
    }
    if (slot.key == id) return slot.number;
  }
}

uint32_t ValueUnion::AddByValue(const model::Value& value, uint32_t id) {
  const Key key = KeyOf(value);
  const uint64_t hash = absl::Hash<Key>()(key);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  for (size_t at = hash;; ++at) {
    Slot& slot = by_value_[at & (by_value_.size() - 1)];
    if (slot.number == 0) {
      slot = {tag, Append(value, id)};
      return slot.number;
    }
    if (slot.key != tag || KeyOf(values_[slot.number]) != key) continue;
    if (id != kNoValueId) ids_[slot.number] = id;
    return slot.number;
  }
}

uint32_t ValueUnion::Append(const model::Value& value, uint32_t id) {
  values_.push_back(value);
  ids_.push_back(id);
  return static_cast<uint32_t>(values_.size() - 1);
}

ValueUnion::Key ValueUnion::KeyOf(const model::Value& value) {
  Key key;
  key.kind = value.kind;
  switch (value.kind) {
    case model::Value::Kind::kMissing:
      break;
    case model::Value::Kind::kBool:
      key.bits = value.boolean ? 1 : 0;
      break;
    case model::Value::Kind::kInt:
      key.bits = static_cast<uint64_t>(value.integer);
      break;
    case model::Value::Kind::kDouble:
      key.bits = std::bit_cast<uint64_t>(value.number);
      break;
    case model::Value::Kind::kString:
    case model::Value::Kind::kJson:
      key.text = value.text;
      break;
  }
  return key;
}

}  // namespace footfall::store
