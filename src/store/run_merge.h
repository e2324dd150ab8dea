// Merging the chunks of several runs: which rows of which chunks make up the people of a
// part, in event order.
#ifndef FOOTFALL_STORE_RUN_MERGE_H_
#define FOOTFALL_STORE_RUN_MERGE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "store/open_chunk.h"
#include "store/row_gather.h"
#include "store/scratch.h"

namespace footfall::store {

// What is asked of a merge.
struct MergeBounds {
  uint64_t first_person = 0;
  uint64_t last_person = UINT64_MAX;  // Inclusive.
  // People are left out who have no chunk with events in [from_ms, to_ms).
  int64_t from_ms = INT64_MIN;
  int64_t to_ms = INT64_MAX;
  // Rows before it are left out.
  int64_t expired_before_ms = INT64_MIN;
  // People who are left out; rising.
  std::span<const uint64_t> moved;
};

// Merges by person first, then pieces of people (a piece is what one chunk has of a
// person), and row by row only where pieces overlap in time. Not thread-safe.
class RunMerge {
 public:
  // `sources` are the chunks by run, those of a run by rising person. They must live
  // until the next call.
  absl::Status Merge(std::span<OpenChunk* const> sources, const MergeBounds& bounds);

  // Of the merged people; in the form of Block.
  std::span<const uint64_t> people() const { return {people_.data(), people_count_}; }
  std::span<const uint32_t> begins() const { return {begins_.data(), people_count_ + 1}; }
  size_t rows() const { return rows_; }
  // Where the rows come from, in their order.
  std::span<const RowRange> ranges() const { return ranges_; }

 private:
  struct Source {
    OpenChunk* chunk = nullptr;
    const uint64_t* codes = nullptr;
    const uint32_t* begins = nullptr;
    size_t at = 0;  // The next person, and where the people of the part end.
    size_t end = 0;
    int64_t min_ms = 0;
    int64_t max_ms = 0;
    bool in_range = false;
    bool expires = false;  // Some rows may have to be left out.
    bool ties_read = false;
    const int64_t* times = nullptr;
    const int64_t* seqs = nullptr;
    const uint64_t* streams = nullptr;
  };
  // The sources of a run, of which the first is at the person `code`.
  struct Cursor {
    uint64_t code = UINT64_MAX;  // UINT64_MAX at the end.
    uint32_t source = 0;
    uint32_t end_source = 0;
  };
  struct Piece {
    uint32_t source = 0;
    uint32_t begin = 0;
    uint32_t end = 0;
    int64_t first_ms = 0;
    int64_t last_ms = 0;
  };

  absl::Status OpenSources(std::span<OpenChunk* const> sources);
  void StartCursors();
  void Settle(Cursor& cursor);
  absl::Status TakeAlone(Cursor& cursor, uint64_t before);
  absl::Status TakeShared(uint64_t code);
  absl::Status AddPiece(uint32_t source);
  absl::Status AddPieces(uint64_t code);
  absl::Status OrderPieces();
  absl::Status MergeRows(std::span<Piece> pieces, uint64_t owner);
  absl::StatusOr<bool> Before(const Piece& a, uint32_t row_a, const Piece& b,
                              uint32_t row_b, uint64_t owner);
  absl::StatusOr<uint32_t> CountBefore(const Piece& piece, const Piece& other,
                                       uint64_t owner);
  absl::Status ReadTimes(Source& source);
  absl::Status ReadTies(Source& source);
  void AddPeople(uint32_t source, size_t begin, size_t end);
  void AddRange(uint32_t source, uint32_t first, uint32_t rows);
  void EndPerson(uint64_t code);

  MergeBounds bounds_;
  std::vector<Source> sources_;
  std::vector<Cursor> cursors_;
  std::vector<Piece> pieces_;  // Of the person that is being merged.
  Scratch<uint64_t> people_;
  Scratch<uint32_t> begins_;
  size_t people_count_ = 0;
  uint32_t rows_ = 0;
  std::vector<RowRange> ranges_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_RUN_MERGE_H_
