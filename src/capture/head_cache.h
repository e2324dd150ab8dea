// What became of the tags and attributes of a session's elements: most elements of a page
// begin with the very bytes that another one began with.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_HEAD_CACHE_H_
#define FOOTFALL_CAPTURE_HEAD_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/page_tree.h"
#include "capture/rules.h"

namespace footfall::capture {

// Bounded; memory is overwritten before it is given back. Not thread-safe.
class HeadCache {
 public:
  // The number of a head, never 0.
  using Number = uint32_t;
  static constexpr Number kNone = 0;
  static constexpr size_t kHeadBytesMax = 1024;

  using RuleCount = std::pair<Rule, uint32_t>;
  // What leaves of an element's tag and attributes, when nothing restricts it that stands
  // elsewhere.
  struct Verdict {
    bool changed = false;
    std::string_view json;  // When changed: from the tag to the end of the attributes.
    std::span<const RuleCount> counts;
  };

  HeadCache() = default;
  ~HeadCache() { Clear(); }
  HeadCache(const HeadCache&) = delete;
  HeadCache& operator=(const HeadCache&) = delete;

  // The number that was given to the same bytes, 16 or more of them, else kNone. `hash`
  // is HashOf(bytes).
  Number Find(std::string_view bytes, uint64_t hash) const;
  static uint64_t HashOf(std::string_view bytes);
  // Returns kNone when there is no room.
  Number Add(std::string_view bytes, uint64_t hash);

  std::string_view bytes(Number number) const { return Text(heads_[number - 1].bytes); }

  // What is kept of a head lives until the next call that keeps something.
  void SetElement(Number number, const PageTree::Element& element);
  std::optional<PageTree::Element> FindElement(Number number) const;
  void SetVerdict(Number number, const Verdict& verdict);
  std::optional<Verdict> FindVerdict(Number number) const;
  // TypedMemory::version when the verdict was last known to hold.
  uint64_t& typed_version(Number number) { return heads_[number - 1].typed_version; }
  // TypedMemory::beginnings when nothing of the head or its verdict might repeat
  // anything; 0 when that has not been seen.
  uint64_t& typed_beginnings(Number number) {
    return heads_[number - 1].typed_beginnings;
  }

  // Makes room when there is none. Numbers are of no use afterwards.
  void ClearIfFull() {
    if (full_) Clear();
  }
  void Clear();
  size_t memory_bytes() const;

 private:
  static constexpr size_t kHeadsMax = 4096;
  static constexpr size_t kTextBytesMax = size_t{512} << 10;

  // A part of one of the vectors below.
  struct Part {
    uint32_t begin = 0;
    uint32_t size = 0;
  };
  struct Head {
    uint64_t hash = 0;
    uint64_t typed_version = 0;
    uint64_t typed_beginnings = 0;
    Part bytes;  // Of `texts_`.
    uint32_t tag_hash = 0;
    uint32_t facts = 0;
    Part marks;
    Part json;  // Of `texts_`.
    Part counts;
    Tag tag = Tag::kOther;
    bool has_element = false;
    bool has_verdict = false;
    bool changed = false;
  };

  std::string_view Text(Part part) const {
    return std::string_view(texts_).substr(part.begin, part.size);
  }
  bool HasRoom(size_t bytes) {
    full_ = full_ || texts_.size() + bytes > kTextBytesMax;
    return !full_;
  }
  void Grow();
  size_t FreeSlot(uint64_t hash) const;

  std::vector<Head> heads_;
  std::vector<Number> table_;  // By hash, with linear probing; at most half full.
  std::string texts_;
  std::vector<uint64_t> marks_;
  std::vector<RuleCount> counts_;
  bool full_ = false;
};

inline std::optional<PageTree::Element> HeadCache::FindElement(Number number) const {
  const Head& head = heads_[number - 1];
  if (!head.has_element) return std::nullopt;
  return PageTree::Element{head.tag_hash, head.facts, head.tag,
                           std::span(marks_).subspan(head.marks.begin, head.marks.size)};
}

inline std::optional<HeadCache::Verdict> HeadCache::FindVerdict(Number number) const {
  const Head& head = heads_[number - 1];
  if (!head.has_verdict) return std::nullopt;
  return Verdict{head.changed, Text(head.json),
                 std::span(counts_).subspan(head.counts.begin, head.counts.size)};
}

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_HEAD_CACHE_H_
