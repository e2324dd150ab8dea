// Memory for the strings that one event's filtering makes.
#ifndef FOOTFALL_CAPTURE_ARENA_H_
#define FOOTFALL_CAPTURE_ARENA_H_

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace footfall::capture {

// Bump allocator. What it hands out lives until Reset, which keeps the first block, so
// that a steady stream of events allocates nothing.
class Arena {
 public:
  char* Allocate(size_t size) {
    if (size > capacity_ - used_) Grow(size);
    char* result = current_ + used_;
    used_ += size;
    return result;
  }

  std::string_view Copy(std::string_view text) {
    char* out = Allocate(text.size());
    if (!text.empty()) std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  // Gives back the unused tail of the latest allocation.
  void Shrink(size_t unused) { used_ -= unused; }

  void Reset() {
    if (blocks_.size() > 1) blocks_.resize(1);
    current_ = blocks_.empty() ? nullptr : blocks_[0].bytes.get();
    capacity_ = blocks_.empty() ? 0 : blocks_[0].size;
    used_ = 0;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };

  void Grow(size_t size) {
    const size_t block = size > kBlock ? size : kBlock;
    // Unlike make_unique, without filling it with zeros.
    blocks_.push_back({std::unique_ptr<char[]>(new char[block]), block});
    current_ = blocks_.back().bytes.get();
    capacity_ = block;
    used_ = 0;
  }

  static constexpr size_t kBlock = 16384;
  std::vector<Block> blocks_;
  char* current_ = nullptr;
  size_t capacity_ = 0;
  size_t used_ = 0;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_ARENA_H_
