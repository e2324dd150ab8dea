// Conditions on numbers as ranges of what a column of numbers holds.
#ifndef FOOTFALL_QUERY_NUMBER_RANGE_H_
#define FOOTFALL_QUERY_NUMBER_RANGE_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/rule_node.h"

namespace footfall::query {

// The numbers inside one of the ranges, whose ends are included; `outside` means those in
// none of them.
struct NumberRanges {
  std::vector<std::pair<int64_t, int64_t>> integers;
  std::vector<std::pair<double, double>> doubles;
  bool outside = false;
};

// For which numbers a condition holds; absent for one that holds for all numbers or for
// none.
std::optional<NumberRanges> RangesOf(const model::RuleNode& condition);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_NUMBER_RANGE_H_
