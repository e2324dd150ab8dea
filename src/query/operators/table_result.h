// Writing tables out of their groups and aggregates.
#ifndef FOOTFALL_QUERY_OPERATORS_TABLE_RESULT_H_
#define FOOTFALL_QUERY_OPERATORS_TABLE_RESULT_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "query/context.h"
#include "query/operators/table_groups.h"
#include "query/plan.h"
#include "store/block.h"

namespace footfall::query {

// Writes a table: a row for each of the groups and, with `fill`, for buckets without
// events, whose groups are added. `aggregate` is asked once for each column that is no
// ratio, when all groups are known; `bytes` is the memory held.
absl::StatusOr<Table> WriteTable(
    Execution& execution, const TablePlan& plan, TableGroups& groups,
    const ValuePool& pool, absl::FunctionRef<uint64_t()> bytes,
    absl::FunctionRef<absl::StatusOr<Column>(size_t column, size_t groups)> aggregate);

// What the store counts beside events.
enum class StoredCounts { kNone, kEventsByName, kPeopleByDay };

// Those that answer a table, where they are exact.
StoredCounts CountsFor(const Plan& plan, const TablePlan& table);

// The answer from what the store counts beside the events: events by name, and people by
// day in UTC. Absent when it does not hold the answer.
absl::StatusOr<std::optional<Table>> CountedTable(Execution& execution,
                                                  const TablePlan& plan,
                                                  const store::BlockScan& scan);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_TABLE_RESULT_H_
