// Choosing rows of blocks, as the built-in reports do.
#ifndef FOOTFALL_QUERY_BLOCK_ROWS_H_
#define FOOTFALL_QUERY_BLOCK_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/rule.h"

namespace footfall::query {

// Whether one of the rows from `begin` on and before `end` has its bit set.
bool AnyRow(const uint64_t* mask, size_t begin, size_t end);

// The rule that `field`, which exists, is `value`.
model::Rule IsRule(std::string_view field, std::string_view value);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_BLOCK_ROWS_H_
