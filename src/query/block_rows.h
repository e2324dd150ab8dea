// Choosing rows of blocks, as the built-in reports do.
#ifndef FOOTFALL_QUERY_BLOCK_ROWS_H_
#define FOOTFALL_QUERY_BLOCK_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/rule.h"
#include "query/block_view.h"

namespace footfall::query {

// Whether one of the rows from `begin` on and before `end` has its bit set.
bool AnyRow(const uint64_t* mask, size_t begin, size_t end);

// The rows in range that satisfy `rule` and, if there is one, `where`. They may be put in
// `mask`, which must live as long as they are looked at.
absl::StatusOr<const uint64_t*> ExistingBoth(BlockView& view, RuleRef rule,
                                             std::optional<RuleRef> where,
                                             std::vector<uint64_t>* mask);

// The rule that `field`, which exists, is `value`.
model::Rule IsRule(std::string_view field, std::string_view value);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_BLOCK_ROWS_H_
