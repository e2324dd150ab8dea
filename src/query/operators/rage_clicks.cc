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

class RagePartial : public Partial {
 public:
  RagePartial(const RageClicksPlan& plan, const ClickNeeds& needs)
      : count_(static_cast<size_t>(plan.clicks)),
        within_ms_(plan.within_ms),
        needs_(needs),
        groups_(needs) {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* rows,
                              ExistingBoth(view, needs_.is_click, needs_.where, &mask_));
    if (!AnyRow(rows, 0, view.rows())) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.TimesWhere(rows));
    FindQuick(view, rows, times);
    if (quick_.empty()) return absl::OkStatus();
    FOOTFALL_RETURN_IF_ERROR(groups_.StartBlock(view, rows));
    clicks_.clear();
    for (const uint32_t row : quick_) {
      const Click click = groups_.At(row);
      if (click.element != 0) clicks_.push_back(click);
    }
    std::sort(clicks_.begin(), clicks_.end(),
              [](const Click& a, const Click& b) { return a.Place() < b.Place(); });
    for (size_t begin = 0; begin < clicks_.size();) {
      size_t end = begin + 1;
      while (end < clicks_.size() && AreAlike(clicks_[begin], clicks_[end])) ++end;
      AddBursts(begin, end);
      begin = end;
    }
    return groups_.FinishBlock(view);
  }

  absl::Status Merge(Partial& other) override {
    groups_.Merge(static_cast<RagePartial&>(other).groups_);
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return groups_.bytes() + clicks_.capacity() * sizeof(Click) +
           (rows_.capacity() + quick_.capacity()) * sizeof(uint32_t);
  }

  ClickGroups& groups() { return groups_; }

 private:
  static bool AreAlike(const Click& a, const Click& b) {
    return a.page == b.page && a.element == b.element && a.session == b.session;
  }

  // The clicks that are among enough of their person's in so short a time, on whatever:
  // no others can be of a burst.
  void FindQuick(BlockView& view, const uint64_t* rows, const int64_t* times) {
    quick_.clear();
    for (size_t person = 0; person < view.people(); ++person) {
      rows_.clear();
      ForEachRow(rows, view.begins()[person], view.begins()[person + 1],
                 [&](size_t row) { rows_.push_back(static_cast<uint32_t>(row)); });
      size_t taken = 0;  // Those before it were looked at or taken.
      for (size_t last = count_ - 1; last < rows_.size(); ++last) {
        const size_t first = last + 1 - count_;
        if (times[rows_[last]] - times[rows_[first]] > within_ms_) continue;
        for (taken = std::max(taken, first); taken <= last; ++taken) {
          quick_.push_back(rows_[taken]);
        }
      }
    }
  }

  // Of clicks [begin, end), which are alike.
  void AddBursts(size_t begin, size_t end) {
    size_t taken = begin;  // Those before it are counted, or of no burst.
    for (size_t last = begin + count_ - 1; last < end; ++last) {
      const size_t first = last + 1 - count_;
      if (groups_.TimeOf(clicks_[last]) - groups_.TimeOf(clicks_[first]) > within_ms_) {
        continue;
      }
      if (first >= taken) groups_.AddBurst(clicks_[first]);
      for (taken = std::max(taken, first); taken <= last; ++taken) {
        groups_.Add(clicks_[taken]);
      }
    }
  }

  const size_t count_;
  const int64_t within_ms_;
  const ClickNeeds& needs_;
  ClickGroups groups_;
  std::vector<uint32_t> rows_;  // Of the person at hand.
  std::vector<uint32_t> quick_;
  std::vector<Click> clicks_;
  std::vector<uint64_t> mask_;
};

class RageOperator : public Operator {
 public:
  RageOperator(const RageClicksPlan& plan, Needs& needs)
      : plan_(plan), needs_(plan.where, plan.members, needs) {}
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<RagePartial>(plan_, needs_);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    QueryResult result;
    FOOTFALL_ASSIGN_OR_RETURN(
        result.rows,
        static_cast<RagePartial&>(all).groups().ToTable(execution, /*with_bursts=*/true));
    return result;
  }

 private:
  const RageClicksPlan& plan_;
  const ClickNeeds needs_;
};

}  // namespace

std::unique_ptr<Operator> MakeRageClicks(const RageClicksPlan& body, Needs& needs) {
  return std::make_unique<RageOperator>(body, needs);
}

}  // namespace footfall::query
