// Comparing what the filter leaves of an event with what went in.
#ifndef FOOTFALL_RUNTIME_SAME_EVENT_H_
#define FOOTFALL_RUNTIME_SAME_EVENT_H_

#include <string_view>

#include "model/event.h"

namespace footfall::runtime {

// Whether both would be stored as the same bytes under the same identifiers, which are
// not looked at.
bool SameEvent(const model::Event& a, const model::Event& b);

// Whether both have the same at `place`, as capture::RuleTrace names it; false for a
// place that is not known.
bool SameAt(std::string_view place, const model::Event& a, const model::Event& b);

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_SAME_EVENT_H_
