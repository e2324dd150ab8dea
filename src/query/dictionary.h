// The distinct values of a column that is made for one block.
#ifndef FOOTFALL_QUERY_DICTIONARY_H_
#define FOOTFALL_QUERY_DICTIONARY_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/event.h"

namespace footfall::query {

// Texts that live until Clear, which keeps the memory.
class TextArena {
 public:
  std::string_view Keep(std::string_view text);
  void Clear();
  uint64_t bytes() const { return bytes_; }

 private:
  struct Piece {
    std::unique_ptr<char[]> data;
    size_t size = 0;
  };
  std::vector<Piece> pieces_;
  size_t piece_ = 0;  // The one being filled, up to `used_`.
  size_t used_ = 0;
  uint64_t bytes_ = 0;
};

// Codes of values in the order of their first appearance; 0 is missing. Values are equal
// when kind and content are.
class Dictionary {
 public:
  Dictionary() { Clear(); }
  void Clear();
  // Copies the text of a new value.
  uint32_t CodeOf(const model::Value& value);
  std::span<const model::Value> values() const { return values_; }
  // store::kNoValueId for each value.
  std::span<const uint32_t> value_ids() const { return value_ids_; }
  uint64_t bytes() const;

 private:
  std::vector<model::Value> values_;
  std::vector<uint32_t> value_ids_;
  // By the kind, as a character, and the bytes of the content.
  absl::flat_hash_map<absl::string_view, uint32_t> codes_;
  TextArena arena_;
  std::string key_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_DICTIONARY_H_
