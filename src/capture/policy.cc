#include "capture/policy.h"

#include "capture/policy_internal.h"

namespace footfall::capture {

Policy::Policy() : compiled_(std::make_shared<const CompiledPolicy>()) {}

}  // namespace footfall::capture
