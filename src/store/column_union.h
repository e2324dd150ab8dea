// One column of several chunks as one.
#ifndef FOOTFALL_STORE_COLUMN_UNION_H_
#define FOOTFALL_STORE_COLUMN_UNION_H_

#include <cstdint>
#include <span>
#include <vector>

#include "model/event.h"
#include "store/block.h"
#include "store/row_gather.h"
#include "store/scratch.h"
#include "store/value_union.h"

namespace footfall::store {

// What a source has of the column, and its number of rows.
struct SourceColumn {
  const BlockColumn* column = nullptr;
  size_t rows = 0;
};

// Keeps its buffers from call to call. Not thread-safe.
//
// Numbers stay numbers when all sources have integers, or all have doubles; else rows
// become codes of distinct values.
class ColumnUnion {
 public:
  // The rows of `ranges`, `rows` in all, one range behind the other. Borrows the texts of
  // the sources; what it answers holds until the next call.
  const BlockColumn& Unite(std::span<const SourceColumn> sources,
                           std::span<const RowRange> ranges, size_t rows);
  // What it answered last, with all of its values missing.
  const BlockColumn& WithoutValues();

 private:
  void UniteCodes(std::span<const SourceColumn> sources);
  void UniteValues(std::span<const SourceColumn> sources);
  void AddNumbers(const SourceColumn& source);
  template <typename Out>
  void GatherCodes(std::span<const SourceColumn> sources, std::span<const Out> tables,
                   Out* out);
  template <typename T>
  const T* GatherNumbers(std::span<const SourceColumn> sources, Scratch<T>& buffer);
  const uint64_t* GatherPresent(std::span<const SourceColumn> sources);

  std::span<const RowRange> ranges_;
  size_t rows_ = 0;
  BlockColumn column_;
  ValueUnion values_;
  std::vector<model::Value> missing_;

  // Per source where its part of `tables_` begins, which has by code there the code of
  // the union. A source of numbers has instead the codes of its rows.
  std::vector<size_t> table_begins_;
  std::vector<uint32_t> tables_;
  std::vector<uint8_t> tables8_;

  Scratch<uint8_t> codes8_;
  Scratch<uint32_t> codes32_;
  Scratch<int64_t> integers_;
  Scratch<double> doubles_;
  Scratch<uint64_t> present_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_COLUMN_UNION_H_
