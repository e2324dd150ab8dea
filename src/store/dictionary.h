// The store's dictionaries: strings of events as codes, global to the store.
#ifndef FOOTFALL_STORE_DICTIONARY_H_
#define FOOTFALL_STORE_DICTIONARY_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "store/string_table.h"

namespace footfall::store {

// A dictionary is a Field, or kFieldPropertyValue plus the code of a property key. Codes
// are given in order of commit over all dictionaries together, from 0; the code of an
// erased string is not given again. A string stays where it is for the life of the
// object. One thread adds, any number read.
class Dictionaries {
 public:
  static constexpr uint32_t kNone = StringTable::kNone;
  static constexpr uint32_t kStringsMax = 65536;  // Per dictionary.
  static constexpr size_t kTextBytesMax = 256;

  // All strings together stay within `bytes_max` of memory, as far as this object adds
  // them; what a store already holds is always loaded.
  explicit Dictionaries(size_t bytes_max) : bytes_max_(bytes_max) {}

  // The code of `text`, added when it is new; kNone when it is too long or the
  // dictionary is full.
  uint32_t CodeOf(uint32_t dictionary, std::string_view text);
  uint32_t Find(uint32_t dictionary, std::string_view text) const;

  // Takes a row of the store, that of an erased string too: the next code, `size()`.
  absl::Status Load(uint32_t code, std::string_view row);
  // The row of `code`.
  std::string Row(uint32_t code) const;
  // That of an erased string.
  static std::string ErasedRow();

  // The same dictionaries without the strings that are not `kept`, which has one entry
  // per code; what a snapshot still reads is left to this object.
  std::shared_ptr<Dictionaries> Without(const std::vector<bool>& kept) const;

  // Takes back the newest codes, after a failed write.
  void Truncate(size_t size);

  // Text of the code; null data when there is none. Holds for the life of the object.
  std::string_view Text(uint32_t code) const;
  // Fills (*texts)[i] of every code in `codes` other than kNone; false for an unknown
  // one.
  bool Resolve(const std::vector<uint32_t>& codes,
               std::vector<std::string_view>* texts) const;

  size_t size() const;     // Codes ever given.
  size_t strings() const;  // Of them, those that are not erased.
  bool erased(uint32_t code) const;
  size_t bytes() const;

 private:
  mutable std::shared_mutex mutex_;
  StringTable table_;
  absl::flat_hash_map<uint32_t, uint32_t> counts_;  // Per dictionary.
  size_t erased_ = 0;
  const size_t bytes_max_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_DICTIONARY_H_
