// How a scan of runs is cut into parts.
#ifndef FOOTFALL_STORE_SCAN_PARTS_H_
#define FOOTFALL_STORE_SCAN_PARTS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "store/block.h"
#include "store/open_chunk.h"
#include "store/run.h"

namespace footfall::store {

// What of the runs a scan is about.
struct ScanBounds {
  uint64_t first_person = 0;
  uint64_t end_person = UINT64_MAX;
  int64_t from_ms = INT64_MIN;  // Not before expired_before_ms.
  int64_t to_ms = INT64_MAX;
  int64_t expired_before_ms = INT64_MIN;
  std::vector<uint64_t> moved;  // People to leave out; rising.

  // For ChunkSummary and RunTotal.
  template <typename Summary>
  bool HasPeopleOf(const Summary& chunk) const {
    return chunk.last_person >= first_person && chunk.first_person < end_person;
  }
  template <typename Summary>
  bool HasAllPeopleOf(const Summary& chunk) const {
    return chunk.first_person >= first_person && chunk.last_person < end_person;
  }
  template <typename Summary>
  bool HasTimesOf(const Summary& chunk) const {
    return from_ms < to_ms && chunk.max_time_ms >= from_ms && chunk.min_time_ms < to_ms;
  }
  template <typename Summary>
  bool HasAllTimesOf(const Summary& chunk) const {
    return chunk.min_time_ms >= from_ms && chunk.max_time_ms < to_ms;
  }
  // The moved people with codes in [first, last].
  std::span<const uint64_t> MovedIn(uint64_t first, uint64_t last) const;
};

struct ScanPart {
  uint64_t first_person = 0;
  uint64_t last_person = 0;
  std::vector<ChunkRef> chunks;  // By run, then by person.
  // It is one chunk, with all of its rows.
  bool whole = false;
};

struct ScanParts {
  // By rising person. With chunks but none to read there is one part, which is empty.
  std::vector<ScanPart> parts;
  uint64_t chunks_pruned = 0;
};

// Parts end where chunks of the biggest run do, and where many rows of others ended.
ScanParts CutIntoParts(std::span<const std::shared_ptr<const Run>> runs,
                       const ScanBounds& bounds);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_SCAN_PARTS_H_
