// Redaction: stored events through the filter again, under a stricter policy.
#ifndef FOOTFALL_RUNTIME_REDACT_H_
#define FOOTFALL_RUNTIME_REDACT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/json.h"
#include "capture/policy.h"
#include "runtime/instance.h"
#include "store/redact.h"

namespace footfall::runtime {

// Judges each stored event by itself, as the filter would the only event of its session:
// it counts and changes only what the policy hides beyond what is hidden already.
std::unique_ptr<store::Redactor> MakeRedactor(const capture::Policy& policy);

struct RedactOptions {
  capture::Policy policy;
  // What `policy` was parsed from: a redaction that was stopped goes on under this text.
  std::string policy_text = "{}";
  bool dry_run = false;
  const base::Cancel* cancel = nullptr;
};

// {"examined", "changed", "dropped", "rules", "done", "records_done", "records"}.
// INVALID_ARGUMENT for a text that is not JSON; otherwise as EventStore::Redact.
absl::StatusOr<base::Json> Redact(Instance& instance, const RedactOptions& options);

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_REDACT_H_
