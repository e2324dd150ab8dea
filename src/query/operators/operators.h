// The operators of the plans' bodies; Execute picks one.
#ifndef FOOTFALL_QUERY_OPERATORS_OPERATORS_H_
#define FOOTFALL_QUERY_OPERATORS_OPERATORS_H_

#include <memory>

#include "query/operator.h"
#include "query/plan.h"

namespace footfall::query {

// Makes the operator of a plan, which must outlive it, and names to `needs` what it and
// the plan's segment will ask blocks for.
std::unique_ptr<Operator> MakeOperator(const Plan& plan, Needs& needs);

// Each makes the operator of `body`, a part of `plan`, and names to `needs` what it will
// ask blocks for. Both plans must outlive the operator.
std::unique_ptr<Operator> MakeTable(const Plan& plan, const TablePlan& body,
                                    Needs& needs);
std::unique_ptr<Operator> MakeFunnel(const Plan& plan, const FunnelPlan& body,
                                     Needs& needs);
std::unique_ptr<Operator> MakeRetention(const Plan& plan, const RetentionPlan& body,
                                        Needs& needs);
std::unique_ptr<Operator> MakePaths(const Plan& plan, const PathsPlan& body,
                                    Needs& needs);
std::unique_ptr<Operator> MakeLogins(const LoginsPlan& body, Needs& needs);
std::unique_ptr<Operator> MakePageViews(const PageViewsPlan& body, Needs& needs);
std::unique_ptr<Operator> MakeSessions(const Plan& plan, const SessionsPlan& body,
                                       Needs& needs);
// Of a SessionsPlan with columns; MakeSessions calls it.
std::unique_ptr<Operator> MakeSessionTable(const Plan& plan, const SessionsPlan& body,
                                           Needs& needs);
std::unique_ptr<Operator> MakeUsers(const Plan& plan, const UsersPlan& body,
                                    Needs& needs);
std::unique_ptr<Operator> MakeActiveUsers(const Plan& plan, const ActiveUsersPlan& body,
                                          Needs& needs);
std::unique_ptr<Operator> MakeNps(const NpsPlan& body, Needs& needs);
std::unique_ptr<Operator> MakeOnboarding(const OnboardingPlan& body, Needs& needs);
std::unique_ptr<Operator> MakeCourses(const CoursesPlan& body, Needs& needs);
std::unique_ptr<Operator> MakeAccounts(const Plan& plan, const AccountsPlan& body,
                                       Needs& needs);
std::unique_ptr<Operator> MakeTrackedEvents(const TrackedEventsPlan& body, Needs& needs);
std::unique_ptr<Operator> MakeContent(const ContentPlan& body, Needs& needs);
std::unique_ptr<Operator> MakeRageClicks(const RageClicksPlan& body, Needs& needs);
std::unique_ptr<Operator> MakeDeadClicks(const DeadClicksPlan& body, Needs& needs);
std::unique_ptr<Operator> MakePageTimes(const PageTimesPlan& body, Needs& needs);
std::unique_ptr<Operator> MakeEvents(const EventsPlan& body, Needs& needs);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_OPERATORS_H_
