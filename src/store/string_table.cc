#include "store/string_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace footfall::store {
namespace {
constexpr size_t kSlotsMin = 64;
// Blocks double in size, so that small tables stay small.
constexpr size_t kBlockBytesMin = 256;
constexpr size_t kBlockBytesMax = 64 << 10;

// The seed depends on where the library was loaded, so that nobody can choose strings
// whose hashes meet.
const uint64_t kSeed =
    0x9e3779b97f4a7c15ULL ^ (uint64_t{reinterpret_cast<uintptr_t>(&kSlotsMin)} << 8);
constexpr uint64_t kFactor = 0xe7037ed1a0b428dbULL;

__extension__ using Uint128 = unsigned __int128;

uint64_t Mix(uint64_t a, uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

template <typename T>
uint64_t Load(const char* at) {
  T word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace

StringTable::StringTable() : slots_(kSlotsMin) {}

uint64_t StringTable::HashOf(uint32_t space, std::string_view text) {
  const char* at = text.data();
  size_t left = text.size();
  uint64_t state = Mix(kSeed + space, kFactor);
  for (; left > 16; at += 16, left -= 16) {
    state = Mix(Load<uint64_t>(at) ^ kSeed, Load<uint64_t>(at + 8) ^ state);
  }
  // The last bytes as two words, which may overlap.
  uint64_t first = 0;
  uint64_t last = 0;
  if (left >= 8) {
    first = Load<uint64_t>(at);
    last = Load<uint64_t>(at + left - 8);
  } else if (left >= 4) {
    first = Load<uint32_t>(at);
    last = Load<uint32_t>(at + left - 4);
  } else if (left > 0) {
    first = Load<uint8_t>(at) | Load<uint8_t>(at + left / 2) << 8;
    last = Load<uint8_t>(at + left - 1);
  }
  return Mix(text.size() ^ kFactor, Mix(first ^ state, last ^ std::rotl(state, 32)));
}

size_t StringTable::SlotOf(uint64_t hash, uint32_t space, std::string_view text) const {
  const size_t mask = slots_.size() - 1;
  const auto tag = static_cast<uint32_t>(hash >> 32);
  size_t at = hash & mask;
  while (slots_[at].next != 0 &&
         (slots_[at].tag != tag || !Holds(entries_[slots_[at].next - 1], space, text))) {
    at = (at + 1) & mask;
  }
  return at;
}

uint32_t StringTable::Find(uint32_t space, std::string_view text) const {
  // kNone is what is left of 0.
  return slots_[SlotOf(HashOf(space, text), space, text)].next - 1;
}

uint32_t StringTable::Intern(uint32_t space, std::string_view text) {
  const uint64_t hash = HashOf(space, text);
  size_t slot = SlotOf(hash, space, text);
  if (slots_[slot].next != 0) return slots_[slot].next - 1;
  if ((entries_.size() + 1) * 2 > slots_.size()) {
    Grow();
    slot = SlotOf(hash, space, text);
  }
  entries_.push_back({Copy(text), static_cast<uint32_t>(text.size()), space, hash});
  slots_[slot] = {static_cast<uint32_t>(entries_.size()),
                  static_cast<uint32_t>(hash >> 32)};
  return slots_[slot].next - 1;
}

void StringTable::Skip() { entries_.push_back({nullptr, 0, 0, 0}); }

void StringTable::Truncate(size_t size) {
  // Linear probing without deletions places entries in order of index, also when the
  // table grows, so the newest can be taken out without breaking a chain.
  while (entries_.size() > size) {
    const Entry& entry = entries_.back();
    if (!entry.skipped()) slots_[SlotOf(entry.hash, entry.space, entry.text())] = {};
    entries_.pop_back();
  }
}

void StringTable::Clear() {
  entries_.clear();
  std::fill(slots_.begin(), slots_.end(), Slot());
  blocks_.clear();
  free_ = nullptr;
  free_bytes_ = 0;
  block_bytes_ = 0;
}

size_t StringTable::bytes() const {
  return block_bytes_ + entries_.capacity() * sizeof(Entry) +
         slots_.capacity() * sizeof(Slot);
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
  std::vector<Slot> slots(slots_.size() * 2);
  const size_t mask = slots.size() - 1;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].skipped()) continue;
    const uint64_t hash = entries_[i].hash;
    size_t at = hash & mask;
    while (slots[at].next != 0) at = (at + 1) & mask;
    slots[at] = {static_cast<uint32_t>(i + 1), static_cast<uint32_t>(hash >> 32)};
  }
  slots_ = std::move(slots);
}

}  // namespace footfall::store
