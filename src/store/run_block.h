// The block of a scan of runs: a chunk as it is, or rows of several chunks merged.
#ifndef FOOTFALL_STORE_RUN_BLOCK_H_
#define FOOTFALL_STORE_RUN_BLOCK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "store/block.h"
#include "store/column_union.h"
#include "store/open_chunk.h"
#include "store/run_merge.h"
#include "store/scan_parts.h"

namespace footfall::store {

// What blocks need to know of their scan.
struct RunScanContext {
  std::vector<std::shared_ptr<const Run>> runs;
  std::shared_ptr<const Dictionaries> dictionaries;
  std::vector<ColumnId> columns;
  ScanBounds bounds;
};

class RunBlock : public Block {
 public:
  // `context` must outlive the block.
  explicit RunBlock(const RunScanContext* context);

  // Turns to another part. `stats` is added to until the next call.
  absl::Status Read(const ScanPart& part, BlockStats* stats);

  size_t rows() const override { return rows_; }
  std::span<const uint64_t> people() const override { return people_; }
  std::span<const uint32_t> begins() const override { return begins_; }
  absl::StatusOr<const int64_t*> Times() override;
  absl::StatusOr<const int64_t*> TimesWhere(const uint64_t* rows) override;
  absl::StatusOr<const BlockColumn*> Column(size_t index) override;
  absl::StatusOr<std::optional<RowsInRanges>> RowsIn(size_t index,
                                                     const NumberRanges& ranges) override;
  absl::StatusOr<std::optional<Weeks>> ActiveWeeks() override;

 private:
  absl::Status OpenChunks(const ScanPart& part);
  absl::Status OpenAnew(size_t index, const ChunkRef& ref);
  absl::Status ReadWhole();
  absl::Status ReadMerged(const ScanPart& part);
  absl::StatusOr<const BlockColumn*> UniteColumn(size_t index);
  absl::StatusOr<std::optional<Weeks>> UniteWeeks();
  void AddWeeks(std::span<const uint64_t> codes, const Weeks& weeks, int64_t first,
                uint64_t* masks) const;
  void GatherTimesWhere(const uint64_t* rows);
  bool KnowsWeeks() const;
  // Counts what the sources have read.
  void CountBytes();

  const RunScanContext* const context_;
  BlockStats* stats_ = nullptr;
  // The chunks of the part, those of the part before while the next one is opened, and
  // those that are open no more, whose buffers are used again.
  std::vector<std::unique_ptr<OpenChunk>> open_;
  std::vector<std::unique_ptr<OpenChunk>> before_;
  std::vector<std::unique_ptr<OpenChunk>> closed_;
  std::vector<OpenChunk*> sources_;  // The same as open_.
  // Per source, whether the block has any row of it.
  std::vector<bool> used_;
  // Set when the rows are exactly those of one chunk.
  OpenChunk* whole_ = nullptr;
  size_t rows_ = 0;
  std::span<const uint64_t> people_;
  std::span<const uint32_t> begins_;

  // Of a merged part.
  RunMerge merge_;
  const int64_t* times_ = nullptr;
  std::vector<SourceRows<int64_t>> source_times_;
  std::vector<std::vector<uint64_t>> source_masks_;
  Scratch<int64_t> time_buffer_;
  std::vector<SourceColumn> source_columns_;
  std::vector<ColumnUnion> unions_;
  Scratch<uint64_t> weeks_;

  // Per column of the request, once it has been read.
  std::vector<const BlockColumn*> columns_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_RUN_BLOCK_H_
