// Which sessions of a block a plan over sessions takes in.
#ifndef FOOTFALL_QUERY_SESSION_ROWS_H_
#define FOOTFALL_QUERY_SESSION_ROWS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "query/block_view.h"

namespace footfall::query {

// Sets a bit per session of the block: those that belong to the range, whose person is in
// the segment and of which an event satisfies `where`, if any. With `where`, the needs
// have its rule and sessions; without it SessionSpans is enough.
absl::Status ChooseSessions(BlockView& view, std::optional<RuleRef> where,
                            std::vector<uint64_t>* chosen);

// Sets a bit per row: the first events of those sessions.
absl::Status ChooseFirstRows(BlockView& view, std::optional<RuleRef> where,
                             std::vector<uint64_t>* rows);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_SESSION_ROWS_H_
