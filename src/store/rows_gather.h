// Rows of several others in one, copied column by column.
#ifndef FOOTFALL_STORE_ROWS_GATHER_H_
#define FOOTFALL_STORE_ROWS_GATHER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "store/row_gather.h"
#include "store/rows.h"

namespace footfall::store {

// Appends to rows that nobody else changes meanwhile. What their tables have of a source
// is looked up once. Not thread-safe.
class RowsGather {
 public:
  // `out` must outlive it.
  explicit RowsGather(Rows* out) : out_(*out) {}

  // Sets source `index`, in place of the one that had the number. The rows must not
  // change, and must live until the next call for it or the last Append of its rows.
  void SetSource(size_t index, const Rows& rows);
  // Appends the rows of `ranges`, one range behind the other. Rows of a source are
  // numbered as they were appended, whatever their order.
  void Append(std::span<const RowRange> ranges);
  // Takes all rows out again. What the tables know is kept while it is little.
  void Clear();

 private:
  // Per entry of a source's table the one in the tables of `out_`, where it is known.
  struct Source {
    const Rows* rows = nullptr;
    std::vector<uint32_t> texts, sessions, elements, contexts, shapes, identities;
  };
  class Columns;

  Rows& out_;
  std::vector<Source> sources_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_ROWS_GATHER_H_
