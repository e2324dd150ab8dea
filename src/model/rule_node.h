// The parsed form of a rule, for whoever compiles rules.
#ifndef FOOTFALL_MODEL_RULE_NODE_H_
#define FOOTFALL_MODEL_RULE_NODE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/json.h"
#include "model/field.h"
#include "re2/re2.h"

namespace footfall::model {

enum class RuleOp : uint8_t {
  kIs,
  kIsNot,
  kContains,
  kNotContains,
  kStartsWith,
  kEndsWith,
  kMatches,
  kIn,
  kNotIn,
  kIsSet,
  kIsNotSet,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kBetween,  // Of numbers.
  kOn,
  kBefore,
  kAfter,
  kBetweenDates,
  kWithin,
};

// A day of a calendar, or an instant.
struct DateOperand {
  bool is_day = false;
  int64_t value = 0;  // Days since 1970-01-01, or ms since 1970 UTC.
};

struct RuleNode {
  enum class Kind : uint8_t { kAll, kAny, kNot, kDid, kCondition };
  Kind kind = Kind::kCondition;
  std::vector<RuleNode> children;

  // Of kDid: how many of the person's events must satisfy children[0] (any event, without
  // one): `op` is kEqual to kGreaterEqual and `count` its operand. Only those of the last
  // `within_ms` up to now count; 0 means all. The report's range does not matter.
  int64_t count = 0;

  // Of a condition.
  Field field;
  RuleOp op = RuleOp::kIs;
  bool ignore_case = false;
  // Operands; strings are folded when case is ignored.
  std::vector<base::Json> values;
  DateOperand dates[2];
  int64_t within_ms = 0;
  std::shared_ptr<const re2::RE2> pattern;
};

// `in_did` tells whether the rule stands in a condition on behaviour, which may neither
// hold another one nor read session.*.
absl::StatusOr<RuleNode> ParseRuleNode(const base::Json& json, const std::string& path,
                                       int depth, bool in_did = false);

// Whether a condition holds for a value of its field. Dates are days in `zone`.
bool ConditionHolds(const RuleNode& condition, const Value& value, absl::TimeZone zone,
                    int64_t now_ms);

// Whether a condition on behaviour holds for somebody with `count` events that match.
bool DidHolds(const RuleNode& did, uint64_t count);

// "2025-11-21" or RFC 3339; false for anything else.
bool ParseDateOperand(std::string_view text, DateOperand* out);

}  // namespace footfall::model

#endif  // FOOTFALL_MODEL_RULE_NODE_H_
