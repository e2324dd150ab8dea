// Events in columns, by person and in order: what the query engine reads.
//
// A scan divides all people into parts. A block holds one part: for each of its people,
// by rising code, all of their events that are activity (identify and alias are none) in
// event order: by time, then by the client's seq, then stream by stream - those of linked
// anonymous ids by their codes, then the person's own - and at last by arrival. Links are
// resolved: events of a linked anonymous id are the person's.
#ifndef FOOTFALL_STORE_BLOCK_H_
#define FOOTFALL_STORE_BLOCK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "model/event.h"

namespace footfall::store {

enum class ColumnKind : uint8_t {
  kType,  // Values are the names, "click".
  kName,
  kUrl,
  kTitle,
  kApp,
  kEnvironment,
  kKey,
  kValue,
  kElementTag,
  kElementId,
  kElementClass,
  kElementType,
  kElementName,
  kElementText,
  kElementLabel,
  kElementValue,
  kElementAutocomplete,
  kContextCountry,
  kContextRegion,
  kContextCity,
  kContextBrowser,
  kContextBrowserVersion,
  kContextOs,
  kContextOsVersion,
  kContextDevice,
  kContextHttps,
  kSession,      // The host's session ids.
  kSessionCode,  // The same without their texts: only which events share one.
  kProperty,
};

struct ColumnId {
  ColumnKind kind = ColumnKind::kName;
  std::string key;  // Of kProperty.

  bool operator==(const ColumnId&) const = default;
};

inline constexpr uint32_t kNoValueId = UINT32_MAX;

// The values of one column, by row. Missing is what is absent, and what is empty in
// element.* and context.*.
struct BlockColumn {
  enum class Form : uint8_t {
    kMissing,  // In all rows.
    kCodes8,   // Rows are indexes into `values`.
    kCodes32,
    kIntegers,  // Rows are numbers: for columns of many different ones.
    kDoubles,
  };
  Form form = Form::kMissing;
  const uint8_t* codes8 = nullptr;
  const uint32_t* codes32 = nullptr;
  // Entry 0 is the missing value, the others are distinct and need not all occur.
  // kSessionCode leaves all of them missing.
  std::span<const model::Value> values;
  // Per value a number that equal values have in all blocks of the store, for what is
  // remembered between blocks; kNoValueId for one without such a number.
  std::span<const uint32_t> value_ids;
  const int64_t* integers = nullptr;
  const double* doubles = nullptr;
  // Of kIntegers and kDoubles, a bit per row; null when no row is missing.
  const uint64_t* present = nullptr;
};

// Numbers in one of some ranges, whose ends are included: of columns of integers, and the
// same of doubles.
struct NumberRanges {
  std::vector<std::pair<int64_t, int64_t>> integers;
  std::vector<std::pair<double, double>> doubles;
};

// Rows by their numbers.
struct RowsInRanges {
  // A bit per row, of those whose number is in one of the ranges.
  const uint64_t* rows = nullptr;
  // As BlockColumn has it.
  const uint64_t* present = nullptr;
};

// One part. Everything it hands out is valid until it reads another part. Not
// thread-safe; reusing a block for many parts saves allocations.
class Block {
 public:
  virtual ~Block() = default;

  virtual size_t rows() const = 0;
  // Codes, rising; people without events may be missing.
  virtual std::span<const uint64_t> people() const = 0;
  // Of person i the rows from begins()[i] to begins()[i + 1]; people().size() + 1
  // entries, the last of which is rows().
  virtual std::span<const uint32_t> begins() const = 0;

  // Per row, in ms since 1970 UTC; rising within a person.
  virtual absl::StatusOr<const int64_t*> Times() = 0;
  // The same, where only rows whose bit is set need to be filled.
  virtual absl::StatusOr<const int64_t*> TimesWhere(const uint64_t* rows) = 0;
  // Column `index` of the request. Read when it is first asked for.
  virtual absl::StatusOr<const BlockColumn*> Column(size_t index) = 0;
  // The rows whose number in that column is in one of the ranges, found without reading
  // the column; until the next call. Absent where that cannot be, as in columns that are
  // not of numbers or have been read.
  virtual absl::StatusOr<std::optional<RowsInRanges>> RowsIn(size_t index,
                                                             const NumberRanges& ranges) {
    static_cast<void>(index);
    static_cast<void>(ranges);
    return std::optional<RowsInRanges>();
  }

  // Per person the ISO weeks (UTC, from Monday) with an event in the scan's range: bit k
  // is week first_week + k, counted from the one of 1969-12-29. Null when that is not
  // known without the events.
  struct Weeks {
    int64_t first_week = 0;
    const uint64_t* masks = nullptr;
  };
  virtual absl::StatusOr<std::optional<Weeks>> ActiveWeeks() = 0;
};

struct BlockRequest {
  std::vector<ColumnId> columns;
  // People without an event in [from_ms, to_ms) may be left out. The others come with all
  // of their events, those outside included.
  int64_t from_ms = INT64_MIN;
  int64_t to_ms = INT64_MAX;
  // The present, for data retention: expired events are not there. INT64_MIN: none are.
  int64_t now_ms = INT64_MIN;
  // Beginning with this person and ending before that one, by code.
  uint64_t first_person = 0;
  uint64_t end_person = UINT64_MAX;
};

struct BlockStats {
  uint64_t chunks_read = 0;
  uint64_t chunks_pruned = 0;
  uint64_t bytes_read = 0;
  uint64_t rows_read = 0;

  void Add(const BlockStats& other) {
    chunks_read += other.chunks_read;
    chunks_pruned += other.chunks_pruned;
    bytes_read += other.bytes_read;
    rows_read += other.rows_read;
  }
};

// Thread-safe. Must not outlive its snapshot.
class BlockScan {
 public:
  virtual ~BlockScan() = default;

  // Parts have different people, whose codes rise from part to part.
  virtual size_t parts() const = 0;
  virtual std::unique_ptr<Block> NewBlock() const = 0;
  // Reads part `part` into `block`, one of NewBlock. DATA_LOSS names what is damaged.
  // Columns are read later, so `stats` is added to until the block reads another part.
  virtual absl::Status Read(size_t part, Block* block, BlockStats* stats) const = 0;

  // Answers from what is stored beside the events; absent when they cannot be given
  // exactly for the whole request. Names: value id of the event's name (kNoValueId: it
  // has none) and the number of events. Days: days since 1970-01-01 UTC and the number of
  // people with an event on it, rising.
  virtual absl::StatusOr<std::optional<std::vector<std::pair<uint32_t, uint64_t>>>>
  CountsByName() const = 0;
  virtual absl::StatusOr<std::optional<std::vector<std::pair<int64_t, uint64_t>>>>
  PeopleByDay() const = 0;
  // The text of a value id. Empty data for one that is not known.
  virtual std::string_view TextOf(uint32_t value_id) const = 0;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_BLOCK_H_
