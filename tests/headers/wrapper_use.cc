// Uses the wrapper from a second translation unit of a program, compiled also without
// exceptions: the header must define nothing twice and need no exception support.
#include <footfall/footfall.hpp>

footfall::Result<std::string> LintText(std::string_view policy_json) {
  auto policy = footfall::Policy::Parse(policy_json);
  if (!policy.ok()) return policy.error();
  auto findings = policy->Lint();
  if (!findings.ok()) return findings.error();
  return findings->str();
}
