#include "query/execute.h"

#include <utility>

#include "base/status.h"
#include "query/built_in.h"
#include "query/context.h"

namespace footfall::query {
namespace {

struct Runner {
  Execution& execution;

  absl::StatusOr<Table> operator()(const TablePlan& plan) const {
    return RunTable(execution, plan);
  }
  absl::StatusOr<Table> operator()(const LoginsPlan& plan) const {
    return RunLogins(execution, plan);
  }
  absl::StatusOr<Table> operator()(const PageViewsPlan&) const {
    return RunPageViews(execution);
  }
  absl::StatusOr<Table> operator()(const SessionsPlan&) const {
    return RunSessions(execution);
  }
  absl::StatusOr<Table> operator()(const UsersPlan& plan) const {
    return RunUsers(execution, plan);
  }
  absl::StatusOr<Table> operator()(const ActiveUsersPlan&) const {
    return RunActiveUsers(execution);
  }
};

}  // namespace

absl::StatusOr<QueryResult> Execute(const store::Snapshot& snapshot, const Plan& plan,
                                    const ExecuteContext& context) {
  Execution execution(snapshot, plan, context);
  QueryResult result;
  FOOTFALL_ASSIGN_OR_RETURN(result.rows, std::visit(Runner{execution}, plan.body));
  result.stats = execution.stats();
  return result;
}

}  // namespace footfall::query
