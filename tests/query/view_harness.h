// Shows the blocks of a fake snapshot to a test, through the driver.
#ifndef FOOTFALL_TESTS_QUERY_VIEW_HARNESS_H_
#define FOOTFALL_TESTS_QUERY_VIEW_HARNESS_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/json.h"
#include "gtest/gtest.h"
#include "query/driver.h"
#include "query/needs.h"
#include "tests/query/fake_snapshot.h"

namespace footfall::query {

inline model::Rule ParseRule(const std::string& text) {
  return model::Rule::Parse(base::Json::Parse(text).value()).value();
}

inline model::Field ParseField(const std::string& name) {
  return model::Field::Parse(name).value();
}

// An operator of one worker's blocks that gathers nothing.
class Visitor : public Operator {
 public:
  explicit Visitor(std::function<absl::Status(BlockView&)> visit)
      : visit_(std::move(visit)) {}

  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<Nothing>(visit_);
  }
  absl::StatusOr<QueryResult> Finish(Partial&, Execution&) override {
    return QueryResult();
  }

 private:
  struct Nothing : Partial {
    explicit Nothing(const std::function<absl::Status(BlockView&)>& v) : visit(v) {}
    absl::Status Add(BlockView& view) override { return visit(view); }
    absl::Status Merge(Partial&) override { return absl::OkStatus(); }
    uint64_t bytes() const override { return 0; }
    const std::function<absl::Status(BlockView&)>& visit;
  };

  std::function<absl::Status(BlockView&)> visit_;
};

// Calls `visit` with each block in turn.
inline absl::Status VisitBlocks(const FakeSnapshot& snapshot, const Plan& plan,
                                const ExecuteContext& context, Needs& needs,
                                std::function<absl::Status(BlockView&)> visit) {
  if (plan.segment.has_value()) needs.rep().segment = needs.AddRule(*plan.segment);
  Execution execution(snapshot, plan, context);
  const absl::StatusOr<std::unique_ptr<store::BlockScan>> scan =
      OpenScan(execution, needs);
  if (!scan.ok()) return scan.status();
  Visitor visitor(std::move(visit));
  return RunOperator(execution, needs, **scan, visitor).status();
}

}  // namespace footfall::query

#endif  // FOOTFALL_TESTS_QUERY_VIEW_HARNESS_H_
