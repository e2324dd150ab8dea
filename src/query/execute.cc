#include "query/execute.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/status.h"
#include "query/context.h"
#include "query/driver.h"
#include "query/needs.h"
#include "query/operators/operators.h"
#include "query/operators/table_result.h"

namespace footfall::query {
namespace {

// Makes the operator of a plan's body.
struct Maker {
  const Plan& plan;
  Needs& needs;

  std::unique_ptr<Operator> operator()(const TablePlan& body) const {
    return MakeTable(plan, body, needs);
  }
  std::unique_ptr<Operator> operator()(const FunnelPlan& body) const {
    return MakeFunnel(plan, body, needs);
  }
  std::unique_ptr<Operator> operator()(const RetentionPlan& body) const {
    return MakeRetention(plan, body, needs);
  }
  std::unique_ptr<Operator> operator()(const PathsPlan& body) const {
    return MakePaths(plan, body, needs);
  }
  std::unique_ptr<Operator> operator()(const LoginsPlan& body) const {
    return MakeLogins(body, needs);
  }
  std::unique_ptr<Operator> operator()(const PageViewsPlan& body) const {
    return MakePageViews(body, needs);
  }
  std::unique_ptr<Operator> operator()(const SessionsPlan& body) const {
    return MakeSessions(plan, body, needs);
  }
  std::unique_ptr<Operator> operator()(const UsersPlan& body) const {
    return MakeUsers(plan, body, needs);
  }
  std::unique_ptr<Operator> operator()(const ActiveUsersPlan& body) const {
    return MakeActiveUsers(plan, body, needs);
  }
  std::unique_ptr<Operator> operator()(const NpsPlan& body) const {
    return MakeNps(body, needs);
  }
  std::unique_ptr<Operator> operator()(const OnboardingPlan& body) const {
    return MakeOnboarding(body, needs);
  }
  std::unique_ptr<Operator> operator()(const CoursesPlan& body) const {
    return MakeCourses(body, needs);
  }
  std::unique_ptr<Operator> operator()(const AccountsPlan& body) const {
    return MakeAccounts(plan, body, needs);
  }
  std::unique_ptr<Operator> operator()(const TrackedEventsPlan& body) const {
    return MakeTrackedEvents(body, needs);
  }
  std::unique_ptr<Operator> operator()(const ContentPlan& body) const {
    return MakeContent(body, needs);
  }
  std::unique_ptr<Operator> operator()(const RageClicksPlan& body) const {
    return MakeRageClicks(body, needs);
  }
  std::unique_ptr<Operator> operator()(const DeadClicksPlan& body) const {
    return MakeDeadClicks(body, needs);
  }
  std::unique_ptr<Operator> operator()(const PageTimesPlan& body) const {
    return MakePageTimes(body, needs);
  }
  std::unique_ptr<Operator> operator()(const EventsPlan& body) const {
    return MakeEvents(body, needs);
  }
};

}  // namespace

std::unique_ptr<Operator> MakeOperator(const Plan& plan, Needs& needs) {
  std::unique_ptr<Operator> op = std::visit(Maker{plan, needs}, plan.body);
  if (plan.segment.has_value()) needs.rep().segment = needs.AddRule(*plan.segment);
  return op;
}

absl::StatusOr<QueryResult> Execute(const store::Snapshot& snapshot, const Plan& plan,
                                    const ExecuteContext& context) {
  Execution execution(snapshot, plan, context);
  Needs needs;
  const std::unique_ptr<Operator> op = MakeOperator(plan, needs);
  FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(context.cancel));
  FOOTFALL_ASSIGN_OR_RETURN(const std::unique_ptr<store::BlockScan> scan,
                            OpenScan(execution, needs));
  QueryResult result;
  std::optional<Table> counted;
  if (const auto* table = std::get_if<TablePlan>(&plan.body)) {
    FOOTFALL_ASSIGN_OR_RETURN(counted, CountedTable(execution, *table, *scan));
  }
  if (counted.has_value()) {
    result.rows = *std::move(counted);
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(result, RunOperator(execution, needs, *scan, *op));
  }
  result.stats = execution.stats();
  return result;
}

}  // namespace footfall::query
