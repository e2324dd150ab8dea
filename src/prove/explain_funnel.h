// How a funnel takes the events of one person, and why it does not take others.
#ifndef FOOTFALL_PROVE_EXPLAIN_FUNNEL_H_
#define FOOTFALL_PROVE_EXPLAIN_FUNNEL_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "base/json.h"
#include "model/person.h"
#include "prove/load.h"
#include "query/plan.h"
#include "store/event_store.h"

namespace footfall::prove {

// So many refused events of a step are listed, the first; all are counted.
inline constexpr size_t kRefusedMax = 100;

// {"person", "in_segment", "order", "window_ms", "reached", "steps": [{"step", "name",
// "taken": EVENT or null, "refused_count", "refused": [EVENT with "reason"]}]}, where
// EVENT is {"time", "session", "type", "name", "url"}. Taken are the events of the best
// attempt; refused those others that satisfy the rule of the step. Why is told as seen
// from that attempt. Reads all events once and holds those of the person.
absl::StatusOr<Json> ExplainFunnel(const store::Snapshot& snapshot,
                                   const query::Plan& plan, const model::Person& person,
                                   int64_t now_ms, const LoadOptions& options);

}  // namespace footfall::prove

#endif  // FOOTFALL_PROVE_EXPLAIN_FUNNEL_H_
