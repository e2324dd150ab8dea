// The list of a store's runs, which makes their chunks part of the store.
#ifndef FOOTFALL_STORE_RUN_REGISTRY_H_
#define FOOTFALL_STORE_RUN_REGISTRY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "store/coding.h"
#include "store/rocks.h"

namespace footfall::store {

// Rows of kMeta: a run, one that is being taken out of the files, and an anonymous id
// whose rows in earlier runs belong to the person that it was linked to since.
inline constexpr std::string_view kRunPrefix = "run/";
inline constexpr std::string_view kDropPrefix = "drop/";
inline constexpr std::string_view kMovedPrefix = "moved/";
// The number of the next run.
inline constexpr const char* kNextRunKey = "next_run";

// What the store knows of a run without looking into it.
struct RunRow {
  uint64_t number = 0;  // Never given twice; rising with the time of making.
  // Grows when chunks of the run are rewritten.
  uint64_t version = 0;
  // The span of time that the run's events are from; the extremes mean no bound.
  int64_t from_ms = INT64_MIN;
  int64_t to_ms = INT64_MAX;
  // Chunks were numbered from 0 on, those of activity first, then those of identify and
  // alias events; the ones in `gone` (rising) lost all their events.
  uint32_t chunks = 0;
  uint32_t identity_chunks = 0;
  std::vector<uint32_t> gone;
  uint64_t events = 0;
  uint64_t bytes = 0;
  uint64_t first_arrival = 0;  // Not after that of any of its events.
  int64_t min_time_ms = 0;
  int64_t max_time_ms = 0;

  std::string Encode() const;
  bool Decode(std::string_view row);
};

std::string NumberedKey(std::string_view prefix, uint64_t number);

// Runs by first arrival. DATA_LOSS for a row that cannot be read.
absl::StatusOr<std::vector<RunRow>> ReadRuns(const Rocks& rocks,
                                             const rocksdb::Snapshot* snapshot);

// Key of a column of a chunk in the family kChunks.
std::string ChunkKey(uint64_t run, uint32_t chunk, uint32_t column);
// The first key that no column of the run has: [ChunkKey(run, 0, 0), RunEnd(run)).
std::string RunEnd(uint64_t run);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_RUN_REGISTRY_H_
