#include "capture/field_memory.h"

namespace footfall::capture {
namespace {

// Zero marks an empty slot.
uint64_t NonZero(uint64_t field) { return field == 0 ? 1 : field; }

}  // namespace

bool FieldMemory::Find(const Table& table, uint64_t field) {
  for (size_t i = field % kSlots;; i = (i + 1) % kSlots) {
    const uint64_t slot = table.slots[i].load(std::memory_order_relaxed);
    if (slot == field) return true;
    if (slot == 0) return false;
  }
}

bool FieldMemory::Contains(uint64_t field) {
  field = NonZero(field);
  const Table* young = young_.load(std::memory_order_acquire);
  if (young == nullptr) return false;
  if (Find(*young, field)) return true;
  const Table* old = old_.load(std::memory_order_acquire);
  if (old == nullptr || !Find(*old, field)) return false;
  Insert(field);
  return true;
}

bool FieldMemory::Insert(uint64_t field) {
  field = NonZero(field);
  const std::lock_guard<std::mutex> lock(mutex_);
  Table* young = young_.load(std::memory_order_relaxed);
  if (young == nullptr) {
    owned_[0] = std::make_unique<Table>();
    young = owned_[0].get();
    young_.store(young, std::memory_order_release);
  }
  if (Find(*young, field)) return false;
  Table* old = old_.load(std::memory_order_relaxed);
  const bool known = old != nullptr && Find(*old, field);
  if (young_count_ == kGenerationMax) {
    if (old == nullptr) {
      owned_[1] = std::make_unique<Table>();
      old = owned_[1].get();
    } else {
      for (auto& slot : old->slots) slot.store(0, std::memory_order_relaxed);
    }
    old_.store(young, std::memory_order_release);
    young_.store(old, std::memory_order_release);
    young = old;
    young_count_ = 0;
  }
  size_t i = field % kSlots;
  while (young->slots[i].load(std::memory_order_relaxed) != 0) i = (i + 1) % kSlots;
  young->slots[i].store(field, std::memory_order_relaxed);
  ++young_count_;
  return !known;
}

void FieldLinks::Put(Table& table, uint64_t field, uint64_t other) {
  Slot& slot = table[field % kSlots];
  slot.other.store(other, std::memory_order_relaxed);
  slot.check.store(field ^ other, std::memory_order_relaxed);
}

void FieldLinks::Link(uint64_t one, uint64_t other) {
  if (Other(one) == other && Other(other) == one) return;
  Table* table = table_.load(std::memory_order_acquire);
  if (table == nullptr) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (owned_ == nullptr) owned_ = std::make_unique<Table>();
    table = owned_.get();
    table_.store(table, std::memory_order_release);
  }
  Put(*table, one, other);
  Put(*table, other, one);
}

uint64_t FieldLinks::Other(uint64_t field) const {
  const Table* table = table_.load(std::memory_order_acquire);
  if (table == nullptr) return 0;
  const Slot& slot = (*table)[field % kSlots];
  const uint64_t other = slot.other.load(std::memory_order_relaxed);
  return (slot.check.load(std::memory_order_relaxed) ^ other) == field ? other : 0;
}

}  // namespace footfall::capture
