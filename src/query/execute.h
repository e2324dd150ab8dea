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
  // How many threads may work, the calling one included. With 0 and 1 none is made.
  int threads = 0;
};

// What a run has read, and how long its stages took. Times of several threads add up.
struct QueryStats {
  uint64_t records_read = 0;  // Of the log.
  uint64_t events_read = 0;
  uint64_t bytes_read = 0;
  uint64_t chunks_read = 0;
  uint64_t chunks_pruned = 0;
  double read_ms = 0;      // Blocks and their columns.
  double rules_ms = 0;     // Masks of rules.
  double sessions_ms = 0;  // Sessions of blocks.
  double people_ms = 0;    // People of blocks: attributes, names and accounts.
  double gather_ms = 0;    // The operator's own work on blocks.
  double finish_ms = 0;    // Merging, sorting and writing the answer.
  int threads = 1;         // That worked.
};

struct QueryResult {
  Table rows;
  std::optional<Table> total;
  QueryStats stats;
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
