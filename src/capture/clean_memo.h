// Which strings of a session left as they came: most of them come again.
//
// Part of the capture core: standard library only, no exceptions.
#ifndef FOOTFALL_CAPTURE_CLEAN_MEMO_H_
#define FOOTFALL_CAPTURE_CLEAN_MEMO_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "capture/hash.h"

namespace footfall::capture {

// Holds keyed hashes only, and none of a string that was changed. Bounded: a string takes
// the place of another one. Not thread-safe.
class CleanMemo {
 public:
  // A web page has neither a clock nor an entropy source for the module: where the slots
  // are is what differs from memo to memo.
  CleanMemo() : slots_(kSlots), key_(Mix(reinterpret_cast<uintptr_t>(slots_.data()))) {}

  // Of a string as it stands in an event; `context` is what else its filtering depends
  // on besides the policy.
  uint64_t KeyOf(std::string_view raw, uint64_t context) const {
    return HashBytes(raw, key_ ^ Mix(context)) | 1;  // A slot without one holds 0.
  }
  bool Has(uint64_t key) const { return slots_[SlotOf(key)] == key; }
  void Add(uint64_t key) { slots_[SlotOf(key)] = key; }
  void Clear() { std::fill(slots_.begin(), slots_.end(), 0); }
  size_t memory_bytes() const { return slots_.size() * sizeof(uint64_t); }

 private:
  static constexpr size_t kSlots = 4096;
  static size_t SlotOf(uint64_t key) { return static_cast<size_t>(key >> 52) % kSlots; }
  std::vector<uint64_t> slots_;
  uint64_t key_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_CLEAN_MEMO_H_
