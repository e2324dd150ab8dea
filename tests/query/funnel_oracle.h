// The best attempt of a person at a funnel, found by trying.
#ifndef FOOTFALL_TESTS_QUERY_FUNNEL_ORACLE_H_
#define FOOTFALL_TESTS_QUERY_FUNNEL_ORACLE_H_

#include <cstdint>
#include <vector>

#include "query/operators/funnel_chain.h"
#include "query/plan.h"

namespace footfall::query {

using Positions = std::vector<uint32_t>;

// All existing events of one, in order.
struct FunnelPerson {
  std::vector<int64_t> times;
  std::vector<uint32_t> steps;  // As FunnelRows has them.
};

// The definition itself: tries every chain.
class FunnelOracle {
 public:
  FunnelOracle(const FunnelPlan& plan, const FunnelPerson& person)
      : plan_(plan), person_(person) {}

  Positions Best() {
    if (plan_.order == FunnelPlan::Order::kAny) {
      for (uint32_t first = 0; first < person_.times.size(); ++first) TryWindow(first);
    } else {
      Extend({});
    }
    return best_;
  }

 private:
  bool Has(uint32_t row, size_t step) const { return person_.steps[row] >> step & 1; }
  bool ExcludedBetween(uint32_t first, uint32_t last) const {
    for (uint32_t row = first + 1; row < last; ++row) {
      if (person_.steps[row] & kExcluded) return true;
    }
    return false;
  }
  bool Reaches(uint32_t first, uint32_t last) const {
    return person_.times[last] - person_.times[first] <= plan_.window_ms &&
           !ExcludedBetween(first, last);
  }

  bool Allowed(const Positions& chain) const {
    const uint32_t last = chain.back();
    if (!Has(last, chain.size() - 1) || !Reaches(chain.front(), last)) return false;
    if (chain.size() == 1) return true;
    const uint32_t before = chain[chain.size() - 2];
    const auto& within = plan_.steps[chain.size() - 1].within_ms;
    if (within.has_value() && person_.times[last] - person_.times[before] > *within) {
      return false;
    }
    return plan_.order != FunnelPlan::Order::kStrict || last == before + 1;
  }

  // In lexicographical order, so that the first of a length is the smallest.
  void Extend(const Positions& chain) {
    if (chain.size() > best_.size()) best_ = chain;
    if (chain.size() == plan_.steps.size()) return;
    const uint32_t from = chain.empty() ? 0 : chain.back() + 1;
    for (uint32_t row = from; row < person_.times.size(); ++row) {
      Positions longer = chain;
      longer.push_back(row);
      if (Allowed(longer)) Extend(longer);
    }
  }

  // The steps met in all windows that begin with `first`, from the shortest on.
  void TryWindow(uint32_t first) {
    for (uint32_t last = first; last < person_.times.size(); ++last) {
      if (!Reaches(first, last)) return;
      Positions met;
      for (size_t step = 0; step < plan_.steps.size(); ++step) {
        uint32_t row = first;
        while (row <= last && !Has(row, step)) ++row;
        if (row > last) break;
        met.push_back(row);
      }
      if (met.size() > best_.size()) best_ = met;
    }
  }

  const FunnelPlan& plan_;
  const FunnelPerson& person_;
  Positions best_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_TESTS_QUERY_FUNNEL_ORACLE_H_
