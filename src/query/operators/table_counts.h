// The aggregates of tables that count.
#ifndef FOOTFALL_QUERY_OPERATORS_TABLE_COUNTS_H_
#define FOOTFALL_QUERY_OPERATORS_TABLE_COUNTS_H_

#include <memory>

#include "query/operators/table_aggregates.h"

namespace footfall::query {

std::unique_ptr<TableAggregate> MakeCount(const AggregateNeeds& needs);
std::unique_ptr<TableAggregate> MakeCountPeople(const AggregateNeeds& needs);
// Only sessions that start in the plan's range count.
std::unique_ptr<TableAggregate> MakeCountSessions(const AggregateNeeds& needs);
std::unique_ptr<TableAggregate> MakeCountDistinct(const AggregateNeeds& needs,
                                                  ValuePool& pool);

// The rows that an aggregate takes: those of `rows` that satisfy its condition, if it has
// one. `buffer` may be used for the mask.
absl::StatusOr<const uint64_t*> RowsOf(const GroupedRows& rows,
                                       const AggregateNeeds& needs,
                                       std::vector<uint64_t>* buffer);

// State `group`, made with those before it when there is none.
template <typename State>
State& StateOf(std::vector<State>& states, uint32_t group) {
  if (group >= states.size()) states.resize(group + 1);
  return states[group];
}

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_TABLE_COUNTS_H_
