// A set of strings in numbered spaces, each with a dense index in order of insertion.
#ifndef FOOTFALL_STORE_STRING_TABLE_H_
#define FOOTFALL_STORE_STRING_TABLE_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace footfall::store {

// Not thread-safe. Bytes stay where they are until Clear.
class StringTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Entry {
    const char* data;
    uint32_t size;
    uint32_t space;
    uint64_t hash;
    std::string_view text() const { return {data, size}; }
    bool skipped() const { return data == nullptr; }
  };

  StringTable();

  // The index of `text` in `space`, or kNone.
  uint32_t Find(uint32_t space, std::string_view text) const;
  // The index of `text`, inserted when it is new.
  uint32_t Intern(uint32_t space, std::string_view text);
  // The same where `guess`, which may be any number, is looked at first; it becomes the
  // answer.
  uint32_t Intern(uint32_t space, std::string_view text, uint32_t& guess) {
    if (guess >= entries_.size() || !Holds(entries_[guess], space, text)) {
      guess = Intern(space, text);
    }
    return guess;
  }
  // Takes an index for no string at all: an entry without data, in space 0.
  void Skip();
  // Takes back the newest entries until `size` are left. Their bytes remain allocated.
  void Truncate(size_t size);
  void Clear();

  size_t size() const { return entries_.size(); }
  const Entry& operator[](size_t index) const { return entries_[index]; }
  // Memory held.
  size_t bytes() const;

 private:
  // Where a string may be found.
  struct Slot {
    uint32_t next = 0;  // Index plus one; 0 is free.
    uint32_t tag = 0;   // High half of the hash.
  };

  static uint64_t HashOf(uint32_t space, std::string_view text);
  static bool Equal(const char* a, const char* b, size_t size);
  static bool Holds(const Entry& entry, uint32_t space, std::string_view text) {
    return entry.space == space && entry.size == text.size() &&
           Equal(entry.data, text.data(), text.size());
  }
  size_t SlotOf(uint64_t hash, uint32_t space, std::string_view text) const;
  const char* Copy(std::string_view text);
  void Grow();

  std::vector<Entry> entries_;
  std::vector<Slot> slots_;  // As many as a power of two.
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  size_t free_bytes_ = 0;
  size_t block_bytes_ = 0;
};

inline bool StringTable::Equal(const char* a, const char* b, size_t size) {
  const auto differ = [a, b]<typename T>(size_t at, T) {
    T x, y;
    std::memcpy(&x, a + at, sizeof x);
    std::memcpy(&y, b + at, sizeof y);
    return x != y;
  };
  // The last word overlaps the one before.
  if (size >= 8) {
    for (size_t at = 0; at + 8 < size; at += 8) {
      if (differ(at, uint64_t{})) return false;
    }
    return !differ(size - 8, uint64_t{});
  }
  if (size >= 4) return !differ(0, uint32_t{}) && !differ(size - 4, uint32_t{});
  for (size_t at = 0; at < size; ++at) {
    if (a[at] != b[at]) return false;
  }
  return true;
}

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_STRING_TABLE_H_
