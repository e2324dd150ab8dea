// What a policy does to events, without showing what was in them.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_EXPLAIN_H_
#define FOOTFALL_CAPTURE_EXPLAIN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/policy.h"

namespace footfall::capture {

// One rule that was applied to an event.
struct AppliedRule {
  // Where: "element.value", "properties.card"; empty for the event as a whole. Keys that
  // may be somebody's data are left out.
  std::string path;
  std::string rule;    // Its public name.
  std::string effect;  // "removed", "masked" or "dropped".
  // The entry of the policy that asked for it ("$.censor[2]"); empty for what holds under
  // every policy, and where it is not known.
  std::string policy_path;

  bool operator==(const AppliedRule&) const = default;
};

// What became of one event.
struct Explanation {
  uint64_t index = 0;  // 0-based number of the event.
  // "passed", "held" (it passes when its field is left), "dropped_policy",
  // "dropped_level" or "rejected".
  std::string outcome;
  std::string error_path;  // Of a rejected event: where it is malformed, and how.
  std::string error_reason;
  // In the order of their application, each once. Of a dropped event only what dropped
  // it.
  std::vector<AppliedRule> rules;
};

// Explains each event of a stream, NDJSON or a JSON array, as it fares after those in
// front of it. The first event tells whether they are a recording's (a number as `type`
// and a `timestamp`) or interactions. No value of an event is in the result.
std::vector<Explanation> Explain(const Policy& policy, std::string_view stream);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_EXPLAIN_H_
