// Sorting computed tables.
#ifndef FOOTFALL_QUERY_SORT_TABLE_H_
#define FOOTFALL_QUERY_SORT_TABLE_H_

#include <cstdint>
#include <vector>

#include "query/plan.h"
#include "query/table.h"

namespace footfall::query {

// Missing cells come last; strings bytewise, others by value. Negative, 0 or positive.
// Both are of one column.
int CompareCells(const Cell& a, const Cell& b);

// Sorts the rows by `order`, missing last in either direction and the rest as they were,
// and keeps the first `limit`.
void SortTable(Table& table, const std::vector<OrderBy>& order,
               uint64_t limit = UINT64_MAX);

// The same in two steps, for columns that are made in the order of the rows: the numbers
// of the first `limit` rows, and a column with just those. `order` is not empty.
std::vector<uint32_t> RowsInOrder(const Table& table, const std::vector<OrderBy>& order,
                                  uint64_t limit = UINT64_MAX);
void TakeRows(Column& column, const std::vector<uint32_t>& rows);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_SORT_TABLE_H_
