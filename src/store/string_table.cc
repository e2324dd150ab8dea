#include "store/string_table.h"

#include <algorithm>
#include <cstring>

#include "absl/hash/hash.h"
#include "base/strings.h"

namespace footfall::store {
namespace {
constexpr size_t kSlotsMin = 64;
// Blocks double in size, so that small tables stay small.
constexpr size_t kBlockBytesMin = 256;
constexpr size_t kBlockBytesMax = 64 << 10;
}  // namespace

StringTable::StringTable() : slots_(kSlotsMin, 0) {}

uint64_t StringTable::HashOf(uint32_t space, std::string_view text) {
  return absl::HashOf(space, base::Abs(text));
}

size_t StringTable::Slot(uint64_t hash, uint32_t space, std::string_view text) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    const Entry& entry = entries_[slots_[slot] - 1];
    if (entry.hash == hash && entry.space == space && entry.size == text.size() &&
        (text.empty() || std::memcmp(entry.data, text.data(), text.size()) == 0)) {
      break;
    }
    slot = (slot + 1) & mask;
  }
  return slot;
}

uint32_t StringTable::Find(uint32_t space, std::string_view text) const {
  const uint32_t found = slots_[Slot(HashOf(space, text), space, text)];
  return found == 0 ? kNone : found - 1;
}

uint32_t StringTable::Intern(uint32_t space, std::string_view text) {
  const uint64_t hash = HashOf(space, text);
  size_t slot = Slot(hash, space, text);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  if ((entries_.size() + 1) * 2 > slots_.size()) {
    Grow();
    slot = Slot(hash, space, text);
  }
  entries_.push_back({Copy(text), static_cast<uint32_t>(text.size()), space, hash});
  slots_[slot] = static_cast<uint32_t>(entries_.size());
  return slots_[slot] - 1;
}

void StringTable::Skip() { entries_.push_back({nullptr, 0, 0, 0}); }

void StringTable::Truncate(size_t size) {
  // Linear probing without deletions places entries in order of index, also when the
  // table grows, so the newest can be taken out without breaking a chain.
  while (entries_.size() > size) {
    const Entry& entry = entries_.back();
    if (!entry.skipped()) slots_[Slot(entry.hash, entry.space, entry.text())] = 0;
    entries_.pop_back();
  }
}

void StringTable::Clear() {
  entries_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
  blocks_.clear();
  free_ = nullptr;
  free_bytes_ = 0;
  block_bytes_ = 0;
}

size_t StringTable::bytes() const {
  return block_bytes_ + entries_.capacity() * sizeof(Entry) +
         slots_.capacity() * sizeof(uint32_t);
}

const char* StringTable::Copy(std::string_view text) {
  if (text.size() > free_bytes_ || free_ == nullptr) {
    const size_t size =
        std::max(std::clamp(block_bytes_, kBlockBytesMin, kBlockBytesMax), text.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    free_ = blocks_.back().get();
    free_bytes_ = size;
    block_bytes_ += size;
  }
  char* const at = free_;
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  free_ += text.size();
  free_bytes_ -= text.size();
  return at;
}

void StringTable::Grow() {
  std::vector<uint32_t> slots(slots_.size() * 2, 0);
  const size_t mask = slots.size() - 1;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].skipped()) continue;
    size_t slot = entries_[i].hash & mask;
    while (slots[slot] != 0) slot = (slot + 1) & mask;
    slots[slot] = static_cast<uint32_t>(i + 1);
  }
  slots_ = std::move(slots);
}

}  // namespace footfall::store
