// A compiled privacy policy. Part of the capture core, see filter.h.
#ifndef FOOTFALL_CAPTURE_POLICY_H_
#define FOOTFALL_CAPTURE_POLICY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::capture {

struct PolicyError {
  std::string path;  // "$.censor[1].selector"; empty for malformed JSON.
  std::string message;
  int64_t byte = -1;  // Offset of malformed JSON; -1 when unknown.
};

struct LintFinding {
  std::string path;
  std::string severity;  // "discouraged" or "note".
  std::string message;
};

struct CompiledPolicy;  // policy_internal.h

// Immutable once parsed; copies share the compiled form; thread-safe.
class Policy {
 public:
  Policy();  // The DEFAULT policy, the same as of `{}`.

  // Returns false and fills `error` when the text is refused; `policy` is then unchanged.
  static bool Parse(std::string_view json, Policy& policy, PolicyError& error);

  // What the policy allows beyond the DEFAULT, and why that is discouraged.
  std::vector<LintFinding> Lint() const;

  const CompiledPolicy& compiled() const { return *compiled_; }

 private:
  std::shared_ptr<const CompiledPolicy> compiled_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_POLICY_H_
