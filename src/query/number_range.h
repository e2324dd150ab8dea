// Conditions on numbers as ranges of what a column of numbers holds.
#ifndef FOOTFALL_QUERY_NUMBER_RANGE_H_
#define FOOTFALL_QUERY_NUMBER_RANGE_H_

#include <optional>

#include "model/rule_node.h"
#include "store/block.h"

namespace footfall::query {

// The numbers inside one of the ranges, whose ends are included; `outside` means those in
// none of them.
struct NumberRanges : store::NumberRanges {
  bool outside = false;
};

// For which numbers a condition holds; absent for one that holds for all numbers or for
// none.
std::optional<NumberRanges> RangesOf(const model::RuleNode& condition);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_NUMBER_RANGE_H_
