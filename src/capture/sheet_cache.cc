#include "capture/sheet_cache.h"

#include <algorithm>
#include <utility>

#include "capture/hash.h"
#include "capture/words.h"

namespace footfall::capture {

// Four lanes of 64 bits, so that the processor need not wait for each multiplication.
SheetCache::Key SheetCache::KeyOf(std::string_view raw, uint64_t context) {
  constexpr uint64_t kFactors[4] = {0x9fb21c651e98df25ULL, 0xd6e8feb86659fd93ULL,
                                    0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL};
  uint64_t lanes[4] = {context, ~context, raw.size(), context ^ raw.size()};
  const char* p = raw.data();
  size_t left = raw.size();
  for (; left >= 32; p += 32, left -= 32) {
    for (int i = 0; i < 4; ++i) {
      lanes[i] = (lanes[i] ^ LoadWord(p + 8 * i)) * kFactors[i];
      lanes[i] ^= lanes[i] >> 29;
    }
  }
  const uint64_t rest = HashBytes({p, left}, context);
  Key key;
  key.first = Mix(lanes[0] + Mix(lanes[1] ^ rest));
  key.second = Mix(lanes[2] + Mix(lanes[3] + rest)) ^ lanes[0];
  return key;
}

const SheetCache::Entry* SheetCache::Find(const Key& key) const {
  const auto it = std::find_if(entries_.begin(), entries_.end(),
                               [&key](const Entry& entry) { return entry.key == key; });
  return it == entries_.end() ? nullptr : &*it;
}

void SheetCache::Add(Entry entry) {
  if (entry.json.size() > kBytesMax / 2) return;
  bytes_ += entry.json.size();
  entries_.push_back(std::move(entry));
  while (bytes_ > kBytesMax || entries_.size() > kEntriesMax) {
    bytes_ -= entries_.front().json.size();
    entries_.pop_front();
  }
}

void SheetCache::Clear() {
  entries_.clear();
  bytes_ = 0;
}

size_t SheetCache::memory_bytes() const {
  return bytes_ + entries_.size() * sizeof(Entry);
}

}  // namespace footfall::capture
