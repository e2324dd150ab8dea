// Chunks: sorted events of whole people in encoded columns, each of which can be read
// alone. FORMAT.md has them byte by byte.
#ifndef FOOTFALL_STORE_CHUNK_CHUNK_H_
#define FOOTFALL_STORE_CHUNK_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/block.h"
#include "store/rows.h"

namespace footfall::store {

// A chunk ends with the first person that takes it to this many rows; one that is packed
// in haste to fewer, since merging holds a chunk of every run in memory.
inline constexpr size_t kChunkRows = size_t{1} << 16;
inline constexpr size_t kQuickChunkRows = kChunkRows / 2;

// Columns of a chunk. Those of properties are kChunkProperty plus the dictionary code of
// the key. A chunk has only the columns that say something; the numbers are part of the
// on-disk format.
enum ChunkColumn : uint32_t {
  kChunkHeader = 0,
  kChunkPeople = 1,
  kChunkTime = 2,
  kChunkType = 3,
  kChunkName = 4,  // 4 to 10: the text fields, by Field.
  kChunkUrl = 5,
  kChunkTitle = 6,
  kChunkApp = 7,
  kChunkEnvironment = 8,
  kChunkKey = 9,
  kChunkValue = 10,
  kChunkElement = 11,
  kChunkContext = 12,
  kChunkSession = 13,
  kChunkId = 14,
  kChunkSeq = 15,
  kChunkIdentity = 16,  // Whom events name, where that is not their owner alone.
  kChunkWeeks = 17,
  kChunkOrder = 18,  // Of properties within events, where it is not that of the columns.
  kChunkOtherProperties = 19,  // Those whose keys are in no dictionary.
  kChunkProperty = 64,
};

// One value per column, by rising column; the header is first.
using EncodedChunk = std::vector<std::pair<uint32_t, std::string>>;

enum class Packing : uint8_t {
  kQuick,  // For what will be merged soon: columns do not lean on others.
  kSmall,
};

// How the columns of the chunk before were written: what is like it is written likewise.
class ChunkMemory {
 public:
  ChunkMemory();
  ~ChunkMemory();
  ChunkMemory(const ChunkMemory&) = delete;
  ChunkMemory& operator=(const ChunkMemory&) = delete;

 private:
  friend class ChunkEncoder;
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

// Encodes rows [begin, end) of sorted rows. They are whole people, and all of them are
// activity or none is. `memory` may be null.
EncodedChunk EncodeChunk(const Rows& rows, size_t begin, size_t end,
                         Packing packing = Packing::kSmall,
                         ChunkMemory* memory = nullptr);

constexpr size_t ChunkRowsFor(Packing packing) {
  return packing == Packing::kQuick ? kQuickChunkRows : kChunkRows;
}

// Where sorted rows are to be cut into chunks: ends of chunks, rising, the last one
// size().
std::vector<size_t> CutIntoChunks(const Rows& rows, Packing packing = Packing::kSmall);

// What the header says. Immutable.
struct ChunkSummary {
  bool activity = true;  // Else identify and alias events.
  bool quick = false;    // Packing::kQuick.
  uint32_t rows = 0;
  uint32_t people = 0;
  uint64_t first_person = 0;
  uint64_t last_person = 0;
  int64_t min_time_ms = 0;
  int64_t max_time_ms = 0;
  // Value ids (dictionary codes) of names, kNoValueId for none or for one that is in no
  // dictionary, and how many events have it.
  std::vector<std::pair<uint32_t, uint32_t>> names;
  // Days since 1970-01-01 UTC with activity, and how many people have any. Rising.
  std::vector<std::pair<int32_t, uint32_t>> days;
  // Columns that the chunk has, beside the header, and their sizes in bytes. Rising.
  std::vector<std::pair<uint32_t, uint32_t>> columns;
};
absl::StatusOr<ChunkSummary> ParseChunkHeader(std::string_view header);

// Reads the value of a column; what it answers stays valid while the reader lives or, if
// it says so, until its next call. DATA_LOSS names the place.
class ChunkReader {
 public:
  virtual ~ChunkReader() = default;
  // Column that the chunk has, as its summary says.
  virtual absl::StatusOr<std::string_view> Read(uint32_t column) = 0;
};

// Appends all rows of a chunk. Chunks do not keep arrivals: the rows get `first_arrival`
// and the ones after it, in the order in which they stand.
absl::Status DecodeChunk(const ChunkSummary& summary, ChunkReader& reader,
                         uint64_t first_arrival, Rows* rows);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_CHUNK_H_
