// What became of the style sheets of a session: the same ones come with every page.
//
// Part of the capture core: standard library only, no exceptions.
#ifndef FOOTFALL_CAPTURE_SHEET_CACHE_H_
#define FOOTFALL_CAPTURE_SHEET_CACHE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "capture/rules.h"

namespace footfall::capture {

// Bounded: the oldest go first. Not thread-safe.
class SheetCache {
 public:
  using Counts = RuleCounts::Counts;

  struct Key {
    uint64_t first = 0;
    uint64_t second = 0;
    bool operator==(const Key&) const = default;
  };
  // Of a sheet as it stands in an event; `context` is what else its filtering depends on.
  static Key KeyOf(std::string_view raw, uint64_t context);

  struct Entry {
    Key key;
    bool changed = false;
    std::string json;  // What stays of it, when changed: a JSON string.
    Counts counts{};   // The rules that were applied.
  };
  // Null when it is not there; lives until the next Add.
  const Entry* Find(const Key& key) const;
  void Add(Entry entry);
  void Clear();

  // Smaller sheets take as long to look up as to filter.
  static constexpr size_t kSheetBytesMin = 512;

  size_t memory_bytes() const;

 private:
  static constexpr size_t kBytesMax = size_t{768} << 10;
  static constexpr size_t kEntriesMax = 256;

  std::deque<Entry> entries_;
  size_t bytes_ = 0;  // Of their texts.
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_SHEET_CACHE_H_
