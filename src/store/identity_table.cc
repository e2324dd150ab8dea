#include "store/identity_table.h"

#include <algorithm>
#include <utility>

namespace footfall::store {
namespace {

constexpr size_t kSlotsMin = 64;
// Slots looked at between two calls of Shrink's `between`.
constexpr size_t kShrinkStep = 4096;

}  // namespace

size_t IdentityTable::SlotOf(const Hash128& hash) const {
  const uint64_t wanted = Rest(hash, 0);
  const uint64_t mask = (uint64_t{1} << kCodeShift) - 1 - kUsed;
  size_t at = Home(hash.low);
  while (slots_[at].rest != 0 &&
         (slots_[at].low != hash.low || (slots_[at].rest & mask) != wanted)) {
    at = Next(at);
  }
  return at;
}

bool IdentityTable::Find(const Hash128& hash, Identity* identity) {
  if (size_ == 0) return false;
  Slot& slot = slots_[SlotOf(hash)];
  if (slot.rest == 0) return false;
  slot.rest |= kUsed;
  identity->code = slot.code();
  const auto link = links_.find(identity->code);
  identity->link = link == links_.end() ? 0 : link->second;
  return true;
}

void IdentityTable::Put(const Hash128& hash, const Identity& identity) {
  if (identity.code == 0 || identity.code >> (64 - kCodeShift) != 0) return;
  if ((size_ + 1) * 5 > slots_.size() * 4) Grow();
  Slot& slot = slots_[SlotOf(hash)];
  if (slot.rest == 0) ++size_;
  slot = {.low = hash.low, .rest = Rest(hash, identity.code) | kUsed};
  if (identity.link != 0) {
    links_[identity.code] = identity.link;
  } else {
    links_.erase(identity.code);
  }
}

void IdentityTable::Erase(const Hash128& hash) {
  if (size_ == 0) return;
  size_t hole = SlotOf(hash);
  if (slots_[hole].rest == 0) return;
  links_.erase(slots_[hole].code());
  --size_;
  // Whatever stands further than it has to moves into the hole.
  for (size_t at = Next(hole); slots_[at].rest != 0; at = Next(at)) {
    const size_t home = Home(slots_[at].low);
    const bool stays = hole < at ? hole < home && home <= at : hole < home || home <= at;
    if (stays) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = {};
}

void IdentityTable::Insert(const Slot& slot) {
  size_t at = Home(slot.low);
  while (slots_[at].rest != 0) at = Next(at);
  slots_[at] = slot;
  ++size_;
}

void IdentityTable::Grow() {
  std::vector<Slot> old(std::max(kSlotsMin, slots_.size() + slots_.size() / 4));
  std::swap(old, slots_);
  size_ = 0;
  for (const Slot& slot : old) {
    if (slot.rest != 0) Insert(slot);
  }
}

// Those that stay are spread over the table: were they its first ones, their homes would
// be too, and each would have to look for room behind all others.
void IdentityTable::Shrink(size_t most, absl::FunctionRef<void()> between) {
  size_t used = 0;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (i % kShrinkStep == 0) between();
    used += slots_[i].rest & kUsed;
  }
  IdentityTable kept;
  kept.slots_.resize(std::max(kSlotsMin, most / 4 * 5 + 5));
  for (const bool of_used : {true, false}) {
    const size_t all = std::max(of_used ? used : size_ - used, size_t{1});
    const size_t share = std::min(all, most - kept.size_);
    // Grows by `share` for each, and each time it reaches `all`, one stays.
    size_t due = all - 1;
    for (size_t i = 0; i < slots_.size() && kept.size_ < most; ++i) {
      if (i % kShrinkStep == 0) between();
      const Slot& slot = slots_[i];
      if (slot.rest == 0 || ((slot.rest & kUsed) != 0) != of_used) continue;
      due += share;
      if (due < all) continue;
      due -= all;
      kept.Insert({.low = slot.low, .rest = slot.rest & ~kUsed});
      const auto link = links_.find(slot.code());
      if (link != links_.end()) kept.links_.insert(*link);
    }
  }
  *this = std::move(kept);
}

}  // namespace footfall::store
