// What a plan computes and reads, for people to look at.
#ifndef FOOTFALL_QUERY_EXPLAIN_H_
#define FOOTFALL_QUERY_EXPLAIN_H_

#include "base/json.h"
#include "query/plan.h"

namespace footfall::query {

// {"kind", "range", "timezone", "sessions", "segment", what the kind has, "operators",
// "columns_read", "summaries"}. Rules are as they were given. "operators" are the stages
// that a block of people goes through, in order. "columns_read" are the fields of events
// that may be read beside their times. "summaries" names what the store counts beside
// events and answers from where that is exact, or is null.
base::Json ExplainPlan(const Plan& plan);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXPLAIN_H_
