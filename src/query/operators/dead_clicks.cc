#include <algorithm>
#include <memory>
#include <vector>

#include "base/status.h"
#include "query/block_rows.h"
#include "query/context.h"
#include "query/operators/click_groups.h"
#include "query/operators/operators.h"

namespace footfall::query {
namespace {

class DeadPartial : public Partial {
 public:
  DeadPartial(const DeadClicksPlan& plan, const ClickNeeds& needs)
      : within_ms_(plan.within_ms), needs_(needs), groups_(needs) {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* rows,
                              ExistingBoth(view, needs_.is_click, needs_.where, &mask_));
    if (!AnyRow(rows, 0, view.rows())) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* clicks, view.Matches(needs_.is_click));
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.Times());
    FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.Sessions());
    FOOTFALL_RETURN_IF_ERROR(groups_.StartBlock(view, rows));
    after_.assign(sessions->spans.size(), After());
    clicks_.clear();
    for (size_t row = view.rows(); row-- > 0;) {
      After& after = after_[sessions->of_row[row]];
      const bool is_dead = after.goes_on && after.other_ms - times[row] > within_ms_;
      if (is_dead && TestBit(rows, row)) {
        const Click click = groups_.At(row);
        if (click.element != 0) clicks_.push_back(click);
      }
      after.goes_on = true;
      if (!TestBit(clicks, row)) after.other_ms = times[row];
    }
    std::sort(clicks_.begin(), clicks_.end(),
              [](const Click& a, const Click& b) { return a.Place() < b.Place(); });
    for (const Click& click : clicks_) groups_.Add(click);
    return groups_.FinishBlock(view);
  }

  absl::Status Merge(Partial& other) override {
    groups_.Merge(static_cast<DeadPartial&>(other).groups_);
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return groups_.bytes() + clicks_.capacity() * sizeof(Click) +
           after_.capacity() * sizeof(After);
  }

  ClickGroups& groups() { return groups_; }

 private:
  // What comes after the row at hand in a session.
  struct After {
    bool goes_on = false;
    int64_t other_ms = INT64_MAX;  // When something other than a click comes next.
  };

  const int64_t within_ms_;
  const ClickNeeds& needs_;
  ClickGroups groups_;
  std::vector<After> after_;
  std::vector<Click> clicks_;
  std::vector<uint64_t> mask_;
};

class DeadOperator : public Operator {
 public:
  DeadOperator(const DeadClicksPlan& plan, Needs& needs)
      : plan_(plan), needs_(plan.where, plan.members, needs) {}
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<DeadPartial>(plan_, needs_);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    QueryResult result;
    FOOTFALL_ASSIGN_OR_RETURN(result.rows,
                              static_cast<DeadPartial&>(all).groups().ToTable(
                                  execution, /*with_bursts=*/false));
    return result;
  }

 private:
  const DeadClicksPlan& plan_;
  const ClickNeeds needs_;
};

}  // namespace

std::unique_ptr<Operator> MakeDeadClicks(const DeadClicksPlan& body, Needs& needs) {
  return std::make_unique<DeadOperator>(body, needs);
}

}  // namespace footfall::query
