// The parsed form of a rule; private to rule.cc and rule_parse.cc.
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
  enum class Kind : uint8_t { kAll, kAny, kNot, kCondition };
  Kind kind = Kind::kCondition;
  std::vector<RuleNode> children;

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

absl::StatusOr<RuleNode> ParseRuleNode(const base::Json& json, const std::string& path,
                                       int depth);

// "2025-11-21" or RFC 3339; false for anything else.
bool ParseDateOperand(std::string_view text, DateOperand* out);

}  // namespace footfall::model

#endif  // FOOTFALL_MODEL_RULE_NODE_H_
