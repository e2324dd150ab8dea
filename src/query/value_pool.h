// Strings and scalars as small numbers.
#ifndef FOOTFALL_QUERY_VALUE_POOL_H_
#define FOOTFALL_QUERY_VALUE_POOL_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/event.h"
#include "query/table.h"

namespace footfall::query {

// Which kinds of values a column has met; decides its type.
class KindMask {
 public:
  void Add(model::Value::Kind kind) { bits_ |= 1u << static_cast<unsigned>(kind); }
  void Add(const KindMask& other) { bits_ |= other.bits_; }
  // The narrowest type that holds all of them: bool, int64, double, else string.
  ColumnType type() const;

 private:
  unsigned bits_ = 0;
};

// Gives each distinct text a number from 1 on; 0 is missing. Scalars go by their text, so
// that 1, 1.0 and "1" are one value.
class ValuePool {
 public:
  uint32_t Intern(std::string_view text);
  // 0 for missing values and nested ones. Adds the kind of the others to `kinds`.
  uint32_t Intern(const model::Value& value, KindMask* kinds);

  // Takes in the texts of another pool. Answers, for each of its ids, the one here.
  std::vector<uint32_t> Absorb(const ValuePool& other);

  // Requires id > 0.
  const Text& text(uint32_t id) const { return texts_[id - 1]; }
  // The value as a cell of a column of `type`, which its kind fits.
  Cell ToCell(uint32_t id, ColumnType type) const;

  // How many texts there are; ids go up to it.
  size_t size() const { return texts_.size(); }
  uint64_t bytes() const;

 private:
  std::vector<Text> texts_;
  absl::flat_hash_map<absl::string_view, uint32_t> ids_;
  absl::flat_hash_map<int64_t, uint32_t> integers_;
  uint64_t text_bytes_ = 0;
};

// A column of cells of mixed kinds: unified to the narrowest type that holds all.
Column UnifyColumn(std::string name, std::vector<Cell> cells);

// The heap bytes of a flat_hash container.
template <typename Container>
uint64_t HashBytes(const Container& container) {
  return container.capacity() * (sizeof(typename Container::value_type) + 1);
}

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_VALUE_POOL_H_
