// Rules: conditions over the fields of an event, its person, account and session.
//
// A value that is absent, null or of the wrong type for the operator is missing; a
// missing value satisfies only is_not_set, is_not, not_in, != and not_contains. is_set
// holds for any value, a nested object included.
//
// `did` is a condition on what the person has done, whatever the range of a report: on
// how many of their events satisfy a rule of its own.
#ifndef FOOTFALL_MODEL_RULE_H_
#define FOOTFALL_MODEL_RULE_H_

#include <memory>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "model/field.h"

namespace footfall::model {

// all, any, not and did may be nested this deep.
inline constexpr int kRuleDepthMax = 20;

struct RuleNode;

// Immutable and cheap to copy; may be used from many threads.
class Rule {
 public:
  // Parses and checks a rule. Errors are INVALID_ARGUMENT and carry the path of what is
  // wrong below `path`. Dates and durations are checked here too.
  static absl::StatusOr<Rule> Parse(const base::Json& json, std::string_view path = "$");

  // The rule as it was given.
  const base::Json& ToJson() const;

  // Whether the rule holds for `source`. `matches` is a partial match of an RE2 pattern;
  // dates are days in source.zone, and `within` counts back from source.now_ms.
  // Conditions on behaviour are answered by source.did; without it they do not hold.
  bool Matches(const FieldSource& source) const;

  // Calls `visit` for every field that the rule names, repeated ones included: those of
  // conditions on behaviour too, or without them.
  void VisitFields(absl::FunctionRef<void(const Field&)> visit) const;
  void VisitFieldsOutsideDid(absl::FunctionRef<void(const Field&)> visit) const;
  bool HasDid() const;

  // For whoever compiles the rule; lives as long as it.
  const RuleNode& root() const { return *root_; }

 private:
  std::shared_ptr<const base::Json> json_;
  std::shared_ptr<const RuleNode> root_;
};

}  // namespace footfall::model

#endif  // FOOTFALL_MODEL_RULE_H_
