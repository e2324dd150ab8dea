// Aggregates over groups of events, fed block by block.
#ifndef FOOTFALL_QUERY_OPERATORS_TABLE_AGGREGATES_H_
#define FOOTFALL_QUERY_OPERATORS_TABLE_AGGREGATES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/block_view.h"
#include "query/operators/table_groups.h"
#include "query/plan.h"
#include "query/table.h"
#include "query/value_pool.h"

namespace footfall::query {

// The rows of a block that are to be aggregated, with their groups.
struct GroupedRows {
  BlockView* view = nullptr;
  TableGroups* groups = nullptr;
  const uint64_t* rows = nullptr;  // A mask.
  // The number of the block's first person and session among all of this worker.
  uint32_t first_person = 0;
  uint32_t first_session = 0;
};

// The group of a row, of TableGroups::RowGroups.
inline uint32_t GroupAt(const uint32_t* groups, size_t row) {
  return groups == nullptr ? 0 : groups[row];
}

// What one worker has gathered for one column. Groups are numbered from 0 on without
// gaps; not all need to be fed.
class TableAggregate {
 public:
  virtual ~TableAggregate() = default;
  virtual absl::Status Add(const GroupedRows& rows) = 0;
  // Takes in what another worker gathered for the same column. `group_of` and `id_of` are
  // what its groups and the ids of its pool are here.
  virtual void Merge(TableAggregate& other, const std::vector<uint32_t>& group_of,
                     const std::vector<uint32_t>& id_of) = 0;
  virtual uint64_t bytes() const = 0;
  // The column, without its name, with a cell for each of `groups` groups. Called once.
  // OUT_OF_RANGE for a sum that does not fit.
  virtual absl::StatusOr<Column> Finish(size_t groups) = 0;
};

// What a column asks blocks for.
struct AggregateNeeds {
  std::optional<FieldRef> of;
  std::optional<RuleRef> where;
};
AggregateNeeds NeedsOf(const AggregateColumn& column, Needs& needs);

// `column` is not a ratio; it and `pool` must outlive the aggregate.
std::unique_ptr<TableAggregate> MakeTableAggregate(const AggregateColumn& column,
                                                   const AggregateNeeds& needs,
                                                   ValuePool& pool);

// Divides two finished columns; missing where the denominator is missing or 0, or a side
// is no number.
Column DivideColumns(const Column& numerator, const Column& denominator);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_TABLE_AGGREGATES_H_
