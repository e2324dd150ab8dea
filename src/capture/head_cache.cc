#include "capture/head_cache.h"

#include <algorithm>

#include "capture/hash.h"
#include "capture/secret_memory.h"
#include "capture/words.h"

namespace footfall::capture {

// Two lanes, so that the processor need not wait for each multiplication.
uint64_t HeadCache::HashOf(std::string_view bytes) {
  constexpr uint64_t kFactors[2] = {0x9fb21c651e98df25ULL, 0xd6e8feb86659fd93ULL};
  uint64_t lanes[2] = {bytes.size(), ~uint64_t{bytes.size()}};
  const auto add = [&](const char* p) {
    for (int i = 0; i < 2; ++i) {
      lanes[i] = (lanes[i] ^ LoadWord(p + 8 * i)) * kFactors[i];
      lanes[i] ^= lanes[i] >> 29;
    }
  };
  const char* const last = bytes.data() + bytes.size() - 16;
  for (const char* p = bytes.data(); p < last; p += 16) add(p);
  add(last);
  return Mix(lanes[0] + lanes[1]);
}

HeadCache::Number HeadCache::Find(std::string_view bytes, uint64_t hash) const {
  if (table_.empty()) return kNone;
  for (size_t i = hash & (table_.size() - 1); table_[i] != kNone;
       i = (i + 1) & (table_.size() - 1)) {
    const Head& head = heads_[table_[i] - 1];
    if (head.hash == hash && Text(head.bytes) == bytes) return table_[i];
  }
  return kNone;
}

size_t HeadCache::FreeSlot(uint64_t hash) const {
  size_t i = hash & (table_.size() - 1);
  while (table_[i] != kNone) i = (i + 1) & (table_.size() - 1);
  return i;
}

void HeadCache::Grow() {
  constexpr size_t kTableMin = 256;
  table_.assign(std::max(kTableMin, table_.size() * 2), kNone);
  for (size_t i = 0; i < heads_.size(); ++i) {
    table_[FreeSlot(heads_[i].hash)] = static_cast<Number>(i + 1);
  }
}

HeadCache::Number HeadCache::Add(std::string_view bytes, uint64_t hash) {
  full_ = full_ || heads_.size() == kHeadsMax;
  if (!HasRoom(bytes.size())) return kNone;
  if ((heads_.size() + 1) * 2 > table_.size()) Grow();
  Head& head = heads_.emplace_back();
  head.hash = hash;
  head.bytes = {static_cast<uint32_t>(texts_.size()),
                static_cast<uint32_t>(bytes.size())};
  texts_.append(bytes);
  const auto number = static_cast<Number>(heads_.size());
  table_[FreeSlot(hash)] = number;
  return number;
}

void HeadCache::SetElement(Number number, const PageTree::Element& element) {
  Head& head = heads_[number - 1];
  head.has_element = true;
  head.tag_hash = element.tag_hash;
  head.tag = element.tag;
  head.facts = element.facts;
  head.marks = {static_cast<uint32_t>(marks_.size()),
                static_cast<uint32_t>(element.marks.size())};
  marks_.insert(marks_.end(), element.marks.begin(), element.marks.end());
}

void HeadCache::SetVerdict(Number number, const Verdict& verdict) {
  if (!HasRoom(verdict.json.size())) return;
  Head& head = heads_[number - 1];
  head.has_verdict = true;
  head.changed = verdict.changed;
  head.json = {static_cast<uint32_t>(texts_.size()),
               static_cast<uint32_t>(verdict.json.size())};
  texts_.append(verdict.json);
  head.counts = {static_cast<uint32_t>(counts_.size()),
                 static_cast<uint32_t>(verdict.counts.size())};
  counts_.insert(counts_.end(), verdict.counts.begin(), verdict.counts.end());
}

void HeadCache::Clear() {
  Zeroise(texts_.data(), texts_.size());
  texts_.clear();
  heads_.clear();
  table_.clear();
  marks_.clear();
  counts_.clear();
  full_ = false;
}

size_t HeadCache::memory_bytes() const {
  return texts_.capacity() + heads_.capacity() * sizeof(Head) +
         table_.capacity() * sizeof(Number) + marks_.capacity() * sizeof(uint64_t) +
         counts_.capacity() * sizeof(RuleCount);
}

}  // namespace footfall::capture
