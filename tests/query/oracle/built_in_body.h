// Plans of the built-in reports from the definitions that the brute force takes.
#ifndef FOOTFALL_TESTS_QUERY_ORACLE_BUILT_IN_BODY_H_
#define FOOTFALL_TESTS_QUERY_ORACLE_BUILT_IN_BODY_H_

#include <optional>
#include <string_view>

#include "base/json.h"
#include "query/plan.h"

namespace footfall::oracle {

using PlanBody = decltype(query::Plan::body);

// The body for a kind that only a built-in report has; nothing for those of definitions.
std::optional<PlanBody> BuiltInBody(const base::Json& definition);

// Whether definitions of all kinds may have a key.
bool IsCommonKey(std::string_view key);

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_QUERY_ORACLE_BUILT_IN_BODY_H_
