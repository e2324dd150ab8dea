// Immutable text that its copies share.
#ifndef FOOTFALL_QUERY_TEXT_H_
#define FOOTFALL_QUERY_TEXT_H_

#include <atomic>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

namespace footfall::query {

// A pointer to a reference-counted text: large results repeat their texts in many cells,
// and a std::string would more than double the size of each. Thread-safe as a
// std::shared_ptr is. A text that was moved from is empty.
class Text {
 public:
  template <typename T>
  requires std::convertible_to<const T&, std::string_view> Text(const T& text)
      : block_(Allocate(text)) {}
  Text(const Text& other) : block_(other.block_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  Text(Text&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Text& operator=(Text other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Text() {
    if (block_ == nullptr) return;
    if (block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) Free(block_);
  }

  std::string_view view() const {
    return block_ == nullptr ? std::string_view("")
                             : std::string_view(bytes(block_), block_->size);
  }
  // The heap bytes of a text of this size.
  static constexpr uint64_t HeapBytes(size_t size) { return sizeof(Block) + size; }

  friend bool operator==(const Text& a, const Text& b) { return a.view() == b.view(); }

 private:
  struct Block {
    std::atomic<uint32_t> references;
    size_t size;
    // The bytes follow.
  };

  static char* bytes(Block* block) { return reinterpret_cast<char*>(block + 1); }
  static Block* Allocate(std::string_view text) {
    void* memory = ::operator new(HeapBytes(text.size()));
    Block* block = new (memory) Block{.references = 1, .size = text.size()};
    if (!text.empty()) std::memcpy(bytes(block), text.data(), text.size());
    return block;
  }
  static void Free(Block* block) {
    std::destroy_at(block);
    ::operator delete(block);
  }

  Block* block_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_TEXT_H_
