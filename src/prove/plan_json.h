// A plan as the definition that a proof answers.
#ifndef FOOTFALL_PROVE_PLAN_JSON_H_
#define FOOTFALL_PROVE_PLAN_JSON_H_

#include "base/json.h"
#include "query/plan.h"

namespace footfall::prove {

// What Answer takes for the plan: bounds and durations are numbers of ms, and nothing is
// left to what a definition means without a key.
base::Json DefinitionOf(const query::Plan& plan);

}  // namespace footfall::prove

#endif  // FOOTFALL_PROVE_PLAN_JSON_H_
