// The embedded executor of logical plans.
#ifndef FOOTFALL_QUERY_EXECUTE_H_
#define FOOTFALL_QUERY_EXECUTE_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "query/plan.h"
#include "query/table.h"
#include "store/event_store.h"

namespace footfall::query {

struct ExecuteContext {
  int64_t now_ms = 0;
  const base::Cancel* cancel = nullptr;  // Borrowed; may be null.
};

struct QueryResult {
  Table rows;
  std::optional<Table> total;
  store::ScanStats stats;
};

// Runs `plan` over the snapshot. identify and alias are not events here.
//
// Memory beyond settings().report_memory_bytes (0 means no limit) is RESOURCE_EXHAUSTED;
// an integer sum that does not fit is OUT_OF_RANGE; and what the snapshot or `cancel`
// answers. Thread-safe.
absl::StatusOr<QueryResult> Execute(const store::Snapshot& snapshot, const Plan& plan,
                                    const ExecuteContext& context);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXECUTE_H_
