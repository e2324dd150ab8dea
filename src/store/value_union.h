// The distinct values of several columns.
#ifndef FOOTFALL_STORE_VALUE_UNION_H_
#define FOOTFALL_STORE_VALUE_UNION_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "model/event.h"
#include "store/block.h"

namespace footfall::store {

// Numbers values in the order in which they are added. Not thread-safe.
class ValueUnion {
 public:
  // Forgets everything but the missing value, which is number 0. To come are at most
  // `with_id` values with an id and `without_id` others; when `mixed`, texts with and
  // without one may be equal.
  void Reset(size_t with_id, size_t without_id, bool mixed);
  // The number of the value, which is new when no other with that id, or without one that
  // value, was added. Borrows its text.
  uint32_t Add(const model::Value& value, uint32_t id);

  // By number.
  std::span<const model::Value> values() const { return values_; }
  std::span<const uint32_t> ids() const { return ids_; }

 private:
  // Values that differ in kind are different.
  struct Key {
    model::Value::Kind kind = model::Value::Kind::kMissing;
    uint64_t bits = 0;
    std::string_view text;
    bool operator==(const Key&) const = default;
    template <typename H>
    friend H AbslHashValue(H state, const Key& key) {
      return H::combine(std::move(state), static_cast<int>(key.kind), key.bits,
                        base::Abs(key.text));
    }
  };
  static Key KeyOf(const model::Value& value);
  uint32_t AddById(const model::Value& value, uint32_t id);
  uint32_t AddByValue(const model::Value& value, uint32_t id);
  uint32_t Append(const model::Value& value, uint32_t id);

  bool mixed_ = false;
  std::vector<model::Value> values_;
  std::vector<uint32_t> ids_;
  // Open addressing, since hash maps take their time to grow and to be emptied, and that
  // for every block. A slot is free when its number is 0.
  struct Slot {
    uint32_t key = 0;  // An id, or a part of a value's hash.
    uint32_t number = 0;
  };
  std::vector<Slot> by_id_;
  std::vector<Slot> by_value_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_VALUE_UNION_H_
