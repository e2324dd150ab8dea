// The executors of the single plans; Execute picks one.
#ifndef FOOTFALL_QUERY_BUILT_IN_H_
#define FOOTFALL_QUERY_BUILT_IN_H_

#include "absl/status/statusor.h"
#include "query/context.h"

namespace footfall::query {

absl::StatusOr<Table> RunTable(Execution& execution, const TablePlan& plan);
absl::StatusOr<Table> RunLogins(Execution& execution, const LoginsPlan& plan);
absl::StatusOr<Table> RunPageViews(Execution& execution);
absl::StatusOr<Table> RunSessions(Execution& execution);
absl::StatusOr<Table> RunUsers(Execution& execution, const UsersPlan& plan);
absl::StatusOr<Table> RunActiveUsers(Execution& execution);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_BUILT_IN_H_
