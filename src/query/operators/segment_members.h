// Who is in a segment.
#ifndef FOOTFALL_QUERY_OPERATORS_SEGMENT_MEMBERS_H_
#define FOOTFALL_QUERY_OPERATORS_SEGMENT_MEMBERS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/rule.h"
#include "query/execute.h"
#include "store/event_store.h"

namespace footfall::query {

// The people, by code, that are looked at.
struct PeopleRange {
  uint64_t first = 0;
  uint64_t end = UINT64_MAX;
};

// The codes of the people for whom `segment` holds as of now, rising, those without
// stored events included. The rule names no field of an event outside did; dates are
// days in UTC. Errors as for Execute.
absl::StatusOr<std::vector<uint64_t>> SegmentMembers(const store::Snapshot& snapshot,
                                                     const model::Rule& segment,
                                                     const ExecuteContext& context,
                                                     const PeopleRange& people = {});

// Per person with events that match `where` (absent: with any), in no order and one at a
// time, the times of the latest `most` of them, rising, and whether there are more.
// Expired events count as long as they are stored. A status other than OK from `visit`
// stops it and is returned.
absl::Status VisitMatchingTimes(
    const store::Snapshot& snapshot, const std::optional<model::Rule>& where, size_t most,
    const ExecuteContext& context,
    absl::FunctionRef<absl::Status(uint64_t code, std::span<const int64_t> times,
                                   bool more)>
        visit);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_SEGMENT_MEMBERS_H_
