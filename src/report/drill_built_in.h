// The lists behind the counts of built-in reports; a part of drill.cc.
#ifndef FOOTFALL_REPORT_DRILL_BUILT_IN_H_
#define FOOTFALL_REPORT_DRILL_BUILT_IN_H_

#include "absl/status/statusor.h"
#include "query/plan.h"
#include "query/table.h"
#include "report/drill.h"
#include "report/selection.h"

namespace footfall::report {

absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::PageViewsPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::ActiveUsersPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::LoginsPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::UsersPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::TrackedEventsPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::ContentPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::PageTimesPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::AccountsPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::NpsPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::OnboardingPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::CoursesPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::RageClicksPlan& body,
                                          const DrillRequest& request);
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::DeadClicksPlan& body,
                                          const DrillRequest& request);
// A list of events has none behind it.
absl::StatusOr<query::Table> DrillBuiltIn(const Engine& engine, const query::Plan& plan,
                                          const query::EventsPlan& body,
                                          const DrillRequest& request);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_DRILL_BUILT_IN_H_
