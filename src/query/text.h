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

// A pointer to a text in a reference-counted block: large results repeat their texts in
// many cells, and a std::string would more than double the size of each. Thread-safe as a
// std::shared_ptr is. A text that was moved from is empty.
class Text {
 public:
  template <typename T>
  requires std::convertible_to<const T&, std::string_view> Text(const T& text)
      : Text(Alone(text)) {}
  Text() = default;  // Empty.
  Text(const Text& other) : head_(other.head_) {
    if (head_ != nullptr) BlockOf(head_)->references.fetch_add(1, kRelaxed);
  }
  Text(Text&& other) noexcept : head_(std::exchange(other.head_, nullptr)) {}
  Text& operator=(Text other) noexcept {
    std::swap(head_, other.head_);
    return *this;
  }
  ~Text() {
    if (head_ != nullptr) Release(BlockOf(head_), 1);
  }

  std::string_view view() const {
    return head_ == nullptr ? std::string_view("")
                            : std::string_view(BytesOf(head_), head_->size);
  }
  // The heap bytes of a text of this size.
  static constexpr uint64_t HeapBytes(size_t size) {
    return sizeof(Block) + sizeof(Head) + size;
  }

  friend bool operator==(const Text& a, const Text& b) { return a.view() == b.view(); }

 private:
  friend class TextWriter;
  static constexpr std::memory_order kRelaxed = std::memory_order_relaxed;

  struct Block {
    std::atomic<uint64_t> references;
    // Heads follow, each with its bytes.
  };
  struct Head {
    uint32_t size;
    uint32_t offset;  // From the block.
  };

  // Takes over a reference to the head's block.
  explicit Text(Head* head) : head_(head) {}

  static Block* BlockOf(const Head* head) {
    return reinterpret_cast<Block*>(
        const_cast<char*>(reinterpret_cast<const char*>(head)) - head->offset);
  }
  static const char* BytesOf(const Head* head) {
    return reinterpret_cast<const char*>(head + 1);
  }
  static Block* NewBlock(size_t bytes, uint64_t references) {
    return new (::operator new(bytes)) Block{.references = references};
  }
  // Writes a text at `offset` of a block with room for it.
  static Head* Write(Block* block, size_t offset, std::string_view text) {
    char* const at = reinterpret_cast<char*>(block) + offset;
    Head* const head = new (at) Head{.size = static_cast<uint32_t>(text.size()),
                                     .offset = static_cast<uint32_t>(offset)};
    if (!text.empty()) std::memcpy(at + sizeof(Head), text.data(), text.size());
    return head;
  }
  static Head* Alone(std::string_view text) {
    return Write(NewBlock(HeapBytes(text.size()), 1), sizeof(Block), text);
  }
  static void Release(Block* block, uint64_t references) {
    if (block->references.fetch_sub(references, std::memory_order_acq_rel) !=
        references) {
      return;
    }
    std::destroy_at(block);
    ::operator delete(block);
  }

  Head* head_ = nullptr;
};

// Makes many texts, which stand side by side in blocks and take less time and memory that
// way. A block lives until its last text is gone. Not thread-safe.
class TextWriter {
 public:
  TextWriter() = default;
  TextWriter(TextWriter&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)),
        used_(other.used_),
        references_(other.references_) {}
  TextWriter& operator=(TextWriter&& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(used_, other.used_);
    std::swap(references_, other.references_);
    return *this;
  }
  ~TextWriter() { LeaveBlock(); }

  Text Make(std::string_view text) {
    const size_t bytes = HeapBytes(text.size());
    if (bytes > kBlockBytes / 8) return Text(text);
    if (block_ == nullptr || used_ + bytes > kBlockBytes) {
      LeaveBlock();
      block_ = Text::NewBlock(kBlockBytes, kReferences);
      used_ = sizeof(Text::Block);
      references_ = kReferences;
    }
    --references_;
    return Text(Text::Write(block_, std::exchange(used_, used_ + bytes), text));
  }
  // The heap bytes of a text of this size.
  static constexpr uint64_t HeapBytes(size_t size) {
    return (sizeof(Text::Head) + size + alignof(Text::Head) - 1) / alignof(Text::Head) *
           alignof(Text::Head);
  }

 private:
  static constexpr size_t kBlockBytes = 16 << 10;
  // Taken beforehand, as counting them one by one takes longer than writing the text.
  static constexpr uint64_t kReferences = kBlockBytes;

  void LeaveBlock() {
    if (block_ != nullptr) Text::Release(std::exchange(block_, nullptr), references_);
  }

  Text::Block* block_ = nullptr;
  size_t used_ = 0;
  uint64_t references_ = 0;  // Of the block, that no text has.
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_TEXT_H_
