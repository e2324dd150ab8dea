// A set of strings in numbered spaces, each with a dense index in order of insertion.
#ifndef FOOTFALL_STORE_STRING_TABLE_H_
#define FOOTFALL_STORE_STRING_TABLE_H_

#include <cstdint>
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
  static uint64_t HashOf(uint32_t space, std::string_view text);
  size_t Slot(uint64_t hash, uint32_t space, std::string_view text) const;
  const char* Copy(std::string_view text);
  void Grow();

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // Index plus one; 0 is free. Size is a power of two.
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  size_t free_bytes_ = 0;
  size_t block_bytes_ = 0;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_STRING_TABLE_H_
