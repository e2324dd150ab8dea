// Feeds an operator all blocks of a snapshot, by as many workers as are allowed.
#ifndef FOOTFALL_QUERY_DRIVER_H_
#define FOOTFALL_QUERY_DRIVER_H_

#include "absl/status/statusor.h"
#include "query/block_view.h"
#include "query/context.h"
#include "query/operator.h"

namespace footfall::query {

// Opens what `needs` ask for. The scan must not outlive the execution's snapshot.
absl::StatusOr<std::unique_ptr<store::BlockScan>> OpenScan(const Execution& execution,
                                                           const Needs& needs);

// Runs `op`, made with `needs`, over `scan`. Cancellation, deadline and memory are looked
// at between two blocks of any worker.
absl::StatusOr<QueryResult> RunOperator(Execution& execution, const Needs& needs,
                                        const store::BlockScan& scan, Operator& op);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_DRIVER_H_
