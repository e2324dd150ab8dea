// Columns that are made out of a block's own: derived, merged, repeated or coded.
#ifndef FOOTFALL_QUERY_BLOCK_COLUMNS_H_
#define FOOTFALL_QUERY_BLOCK_COLUMNS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "query/dictionary.h"
#include "query/needs.h"
#include "store/block.h"

namespace footfall::query {

// One such column; made anew for each block, in the memory of the last one. Not
// thread-safe.
class MadeColumn {
 public:
  const store::BlockColumn& column() const { return column_; }

  // What a field makes of one source column.
  void Derive(const NeededField& field, const FieldSourceColumn& from,
              const store::BlockColumn& source, size_t rows);
  // The first of several source columns that has a value, row by row; null for those
  // that are missing in all rows.
  void Merge(const NeededField& field, std::span<const store::BlockColumn* const> sources,
             size_t rows);
  // A column of numbers as codes.
  void Code(const store::BlockColumn& numbers, size_t rows);
  // The codes of each person, of a dictionary that outlives the column, repeated over the
  // person's rows.
  void Repeat(std::span<const uint32_t> codes, std::span<const uint32_t> begins,
              const Dictionary& dictionary);
  // Row i takes entry of_row[i].
  void Spread(std::span<const uint32_t> codes, std::span<const uint32_t> of_row);
  void SpreadIntegers(std::span<const int64_t> values, std::span<const uint32_t> of_row);

  // Values of Spread; to be cleared before they are filled.
  Dictionary& dictionary() { return dictionary_; }
  uint64_t bytes() const;

 private:
  void UseCodes(const Dictionary& dictionary);

  store::BlockColumn column_;
  Dictionary dictionary_;
  std::vector<uint8_t> codes8_;
  std::vector<uint32_t> codes32_;
  std::vector<int64_t> integers_;
};

// One cell of a column.
model::Value ColumnValue(const store::BlockColumn& column, size_t row);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_BLOCK_COLUMNS_H_
