// Who identifiers stand for, by their hashes, in little memory.
#ifndef FOOTFALL_STORE_IDENTITY_TABLE_H_
#define FOOTFALL_STORE_IDENTITY_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "store/hashing.h"

namespace footfall::store {

// Who an identifier stands for; code 0 is nobody yet.
struct Identity {
  uint64_t code = 0;
  uint64_t link = 0;  // Of an anonymous id: the person it is linked to.
  uint64_t person() const { return link != 0 ? link : code; }
};

// Not thread-safe, looking up included. Two identifiers are told apart by 87 bits of
// their keyed hashes: a hundred million of them are confused once in 10^10 stores.
class IdentityTable {
 public:
  // Whether it is there, which counts as a use.
  bool Find(const Hash128& hash, Identity* identity);
  // Adds or replaces; nobody, and a code of 2^40 or more, which no store reaches, are not
  // kept.
  void Put(const Hash128& hash, const Identity& identity);
  void Erase(const Hash128& hash);
  // Lets go of all but `most`: first of those that were not used since the last time,
  // then of others. `between` is called every few thousand, when everything is in order;
  // it may look up.
  void Shrink(size_t most, absl::FunctionRef<void()> between);
  void Clear() { *this = IdentityTable(); }

  size_t size() const { return size_; }
  size_t bytes() const { return slots_.size() * sizeof(Slot) + links_.size() * 32; }

 private:
  // The lowest bits of `rest` are kUsed and bits of the hash, the others the code; 0 is a
  // free slot.
  struct Slot {
    uint64_t low = 0;
    uint64_t rest = 0;
    uint64_t code() const { return rest >> kCodeShift; }
  };
  static constexpr int kCodeShift = 24;
  static constexpr uint64_t kUsed = 1;

  static uint64_t Rest(const Hash128& hash, uint64_t code) {
    return code << kCodeShift | (hash.high & ((uint64_t{1} << kCodeShift) - 2));
  }
  size_t Home(uint64_t low) const {
    return static_cast<size_t>((low >> 32) * slots_.size() >> 32);
  }
  size_t Next(size_t at) const { return at + 1 == slots_.size() ? 0 : at + 1; }
  // Where the hash is, or the free slot where it would be.
  size_t SlotOf(const Hash128& hash) const;
  void Insert(const Slot& slot);
  void Grow();

  std::vector<Slot> slots_;  // Probed linearly, at most four fifths full.
  size_t size_ = 0;
  absl::flat_hash_map<uint64_t, uint64_t> links_;  // By code.
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_IDENTITY_TABLE_H_
