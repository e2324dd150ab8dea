#include <array>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/operators/funnel_result.h"
#include "query/operators/funnel_walk.h"
#include "query/operators/operators.h"
#include "query/pool_ids.h"
#include "query/row_search.h"

namespace footfall::query {
namespace {

struct Spec {
  const FunnelPlan& plan;
  std::optional<RuleRef> where;
  std::vector<RuleRef> steps;
  std::optional<RuleRef> exclude;
  std::optional<FieldRef> break_down;
};

// The masks of a block's rows.
class BlockMasks {
 public:
  absl::Status Read(const Spec& spec, BlockView& view) {
    words_ = MaskWords(view.rows());
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* existing, view.Existing(spec.where));
    timed_.assign(words_ + 1, 0);
    steps_.resize(spec.steps.size());
    for (size_t i = 0; i < spec.steps.size(); ++i) {
      FOOTFALL_RETURN_IF_ERROR(ReadRule(spec.steps[i], existing, view, &steps_[i]));
      masks_.steps[i] = steps_[i].data();
    }
    if (spec.exclude.has_value()) {
      FOOTFALL_RETURN_IF_ERROR(ReadRule(*spec.exclude, existing, view, &excluded_));
      masks_.excluded = excluded_.data();
    }
    masks_.wanted = timed_.data();
    if (spec.plan.order == FunnelPlan::Order::kStrict) masks_.wanted = existing;
    return absl::OkStatus();
  }

  const FunnelMasks& masks() const { return masks_; }
  // The rows of steps and the excluded ones.
  const uint64_t* timed() const { return timed_.data(); }
  uint64_t bytes() const {
    return (steps_.size() + 2) * timed_.capacity() * sizeof(uint64_t);
  }

 private:
  absl::Status ReadRule(RuleRef rule, const uint64_t* existing, BlockView& view,
                        std::vector<uint64_t>* mask) {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* matches, view.Matches(rule));
    mask->resize(words_ + 1);
    for (size_t i = 0; i < words_; ++i) {
      (*mask)[i] = matches[i] & existing[i];
      timed_[i] |= (*mask)[i];
    }
    (*mask)[words_] = 0;
    return absl::OkStatus();
  }

  size_t words_ = 0;
  std::vector<std::vector<uint64_t>> steps_;
  std::vector<uint64_t> excluded_;
  std::vector<uint64_t> timed_;
  FunnelMasks masks_;
};

class FunnelPartial : public Partial {
 public:
  explicit FunnelPartial(const Spec& spec)
      : spec_(spec),
        plan_(spec.plan),
        timed_(spec.plan.order != FunnelPlan::Order::kAny),
        walk_(spec.plan),
        ids_(pool_),
        counts_(spec.plan.steps.size()) {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_RETURN_IF_ERROR(block_.Read(spec_, view));
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.TimesWhere(block_.timed()));
    const store::BlockColumn* values = nullptr;
    if (spec_.break_down.has_value()) {
      FOOTFALL_ASSIGN_OR_RETURN(values, view.Codes(*spec_.break_down));
      ids_.StartBlock(*values);
    }
    walk_.StartBlock(block_.masks(), times);
    const std::span<const uint32_t> begins = view.begins();
    for (size_t person = 0; person < view.people(); ++person) {
      const size_t reached = walk_.Person(begins[person], begins[person + 1]);
      if (reached == 0) continue;
      uint32_t value = 0;
      if (values != nullptr) {
        const size_t row = AttributedRow(begins[person], begins[person + 1]);
        value = ids_.Of(CodeAt(*values, row));
      }
      if (plan_.members) {
        AddMember(view.codes()[person], value, times);
      } else {
        AddPerson(value, times);
      }
    }
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<FunnelPartial&>(other);
    const std::vector<uint32_t> ids = pool_.Absorb(from.pool_);
    ids_.kinds().Add(from.ids_.kinds());
    counts_.Merge(from.counts_, ids);
    members_.Merge(from.members_, ids);
    from.pool_ = {};
    from.counts_ = FunnelCounts(plan_.steps.size());
    from.members_ = {};
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return block_.bytes() + pool_.bytes() + ids_.bytes() + counts_.bytes() +
           members_.bytes();
  }

  absl::StatusOr<Table> ToTable(Execution& execution) {
    const ColumnType type = plan_.break_down.has_value() && plan_.break_down->is_time()
                                ? ColumnType::kTimestamp
                                : ids_.kinds().type();
    const uint64_t rows = plan_.members ? members_.rows() : counts_.rows();
    const uint64_t columns = plan_.members ? plan_.steps.size() + 3 : 8;
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(bytes() + rows * columns * sizeof(Cell)));
    if (plan_.members) return members_.ToTable(plan_, pool_, type, execution);
    return counts_.ToTable(plan_, pool_, type);
  }

 private:
  // The row that gives a person's break-down value.
  size_t AttributedRow(size_t begin, size_t end) const {
    const uint64_t* starts = block_.masks().steps[0];
    switch (plan_.attribution) {
      case FunnelPlan::Attribution::kBest:
        return walk_.best()[0];
      case FunnelPlan::Attribution::kLast:
        return LastRow(starts, begin, end);
      case FunnelPlan::Attribution::kFirst:
        break;
    }
    return FirstRow(starts, begin, end);
  }

  void AddPerson(uint32_t value, const int64_t* times) {
    const std::span<const uint32_t> best = walk_.best();
    counts_.Add(value, best.size());
    if (!timed_) return;
    for (size_t step = 1; step < best.size(); ++step) {
      counts_.AddDuration(value, step,
                          static_cast<uint64_t>(times[best[step]]) -
                              static_cast<uint64_t>(times[best[step - 1]]));
    }
  }

  void AddMember(uint64_t person, uint32_t value, const int64_t* times) {
    const std::span<const uint32_t> best = walk_.best();
    std::array<int64_t, kFunnelStepsMax> best_times;
    for (size_t step = 0; step < best.size(); ++step) {
      best_times[step] = times[best[step]];
    }
    members_.Add(person, value, best.size(),
                 std::span(best_times).first(timed_ ? best.size() : 0));
  }

  const Spec& spec_;
  const FunnelPlan& plan_;
  const bool timed_;  // Whether the times of steps are wanted.
  BlockMasks block_;
  FunnelWalk walk_;
  ValuePool pool_;
  PoolIds ids_;
  FunnelCounts counts_;
  FunnelMembers members_;
};

class FunnelOperator : public SpecOperator<Spec, FunnelPartial> {
 public:
  FunnelOperator(const FunnelPlan& plan, Needs& needs) : SpecOperator({.plan = plan}) {
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    for (const FunnelStep& step : plan.steps) {
      spec_.steps.push_back(needs.AddRule(step.where));
    }
    if (plan.exclude.has_value()) spec_.exclude = needs.AddRule(*plan.exclude);
    if (plan.break_down.has_value()) {
      spec_.break_down = needs.AddField(*plan.break_down);
    }
  }
};

}  // namespace

std::unique_ptr<Operator> MakeFunnel(const Plan&, const FunnelPlan& body, Needs& needs) {
  return std::make_unique<FunnelOperator>(body, needs);
}

}  // namespace footfall::query
