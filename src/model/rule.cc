#include "model/rule.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "model/rule_node.h"

namespace footfall::model {
namespace {

// -1, 0 or 1; exact also where a double meets an integer that it cannot hold.
int Compare(const Value& value, const base::Json& operand) {
  if (value.kind == Value::Kind::kInt && operand.is_int()) {
    return value.integer < operand.as_int() ? -1 : value.integer > operand.as_int();
  }
  const long double a = value.kind == Value::Kind::kInt
                            ? static_cast<long double>(value.integer)
                            : static_cast<long double>(value.number);
  const long double b = operand.is_int() ? static_cast<long double>(operand.as_int())
                                         : static_cast<long double>(operand.as_double());
  return a < b ? -1 : a > b;
}

// Applies `test` to the text, folded when the condition ignores case.
template <typename Test>
bool TestText(const RuleNode& node, const Value& value, Test test) {
  if (!value.is_string()) return false;
  if (!node.ignore_case) return test(value.text);
  return test(std::string_view(base::FoldCase(value.text)));
}

bool EqualsOperand(const RuleNode& node, const Value& value, const base::Json& operand) {
  if (operand.is_bool()) {
    return value.kind == Value::Kind::kBool && value.boolean == operand.as_bool();
  }
  if (operand.is_number()) return value.is_number() && Compare(value, operand) == 0;
  return TestText(node, value,
                  [&](std::string_view text) { return text == operand.as_string(); });
}

// Reads a value as a date: an instant of a time field, or a string that is one.
bool ToDate(const Field& field, const Value& value, DateOperand* out) {
  if (field.is_time() && value.kind == Value::Kind::kInt) {
    *out = {.is_day = false, .value = value.integer};
    return true;
  }
  return value.is_string() && ParseDateOperand(value.text, out);
}

// Compares days where one side is a day, else instants.
int CompareDates(const DateOperand& a, const DateOperand& b, absl::TimeZone zone) {
  int64_t left = a.value;
  int64_t right = b.value;
  if (a.is_day != b.is_day) {
    if (b.is_day) left = base::LocalDay(left, zone);
    if (a.is_day) right = base::LocalDay(right, zone);
  }
  return left < right ? -1 : left > right;
}

bool MatchesDate(const RuleNode& node, const Value& value, absl::TimeZone zone,
                 int64_t now_ms) {
  DateOperand date;
  if (!ToDate(node.field, value, &date)) return false;
  switch (node.op) {
    case RuleOp::kOn:
      return CompareDates(date, node.dates[0], zone) == 0;
    case RuleOp::kBefore:
      return CompareDates(date, node.dates[0], zone) < 0;
    case RuleOp::kAfter:
      return CompareDates(date, node.dates[0], zone) > 0;
    case RuleOp::kBetweenDates:
      return CompareDates(date, node.dates[0], zone) >= 0 &&
             CompareDates(date, node.dates[1], zone) <= 0;
    default: {
      const DateOperand now{.is_day = false, .value = now_ms};
      const DateOperand then{.is_day = false, .value = now_ms - node.within_ms};
      return CompareDates(date, then, zone) >= 0 && CompareDates(date, now, zone) <= 0;
    }
  }
}

bool MatchesNode(const RuleNode& node, const FieldSource& source) {
  switch (node.kind) {
    case RuleNode::Kind::kAll:
      for (const RuleNode& child : node.children) {
        if (!MatchesNode(child, source)) return false;
      }
      return true;
    case RuleNode::Kind::kAny:
      for (const RuleNode& child : node.children) {
        if (MatchesNode(child, source)) return true;
      }
      return false;
    case RuleNode::Kind::kNot:
      return !MatchesNode(node.children[0], source);
    case RuleNode::Kind::kDid:
      return source.did != nullptr && (*source.did)(node);
    case RuleNode::Kind::kCondition:
      return ConditionHolds(node, ReadField(node.field, source), source.zone,
                            source.now_ms);
  }
  return false;
}

void VisitNode(const RuleNode& node, bool into_did,
               absl::FunctionRef<void(const Field&)> visit) {
  if (node.kind == RuleNode::Kind::kDid && !into_did) return;
  if (node.kind == RuleNode::Kind::kCondition) visit(node.field);
  for (const RuleNode& child : node.children) VisitNode(child, into_did, visit);
}

bool HasDidNode(const RuleNode& node) {
  return node.kind == RuleNode::Kind::kDid ||
         std::any_of(node.children.begin(), node.children.end(), HasDidNode);
}

}  // namespace

bool ConditionHolds(const RuleNode& node, const Value& value, absl::TimeZone zone,
                    int64_t now_ms) {
  // The number behind an instant is not a number to compare with.
  const bool number = value.is_number() && !node.field.is_time();
  const auto any_operand = [&] {
    for (const base::Json& operand : node.values) {
      if (operand.is_number() && !number) continue;
      if (EqualsOperand(node, value, operand)) return true;
    }
    return false;
  };
  switch (node.op) {
    case RuleOp::kIs:
    case RuleOp::kIn:
      return any_operand();
    case RuleOp::kIsNot:
    case RuleOp::kNotIn:
      return !any_operand();
    case RuleOp::kContains:
    case RuleOp::kNotContains:
      return TestText(node, value, [&](std::string_view text) {
               return text.find(node.values[0].as_string()) != std::string_view::npos;
             }) == (node.op == RuleOp::kContains);
    case RuleOp::kStartsWith:
      return TestText(node, value, [&](std::string_view text) {
        return text.starts_with(node.values[0].as_string());
      });
    case RuleOp::kEndsWith:
      return TestText(node, value, [&](std::string_view text) {
        return text.ends_with(node.values[0].as_string());
      });
    case RuleOp::kMatches:
      return value.is_string() &&
             re2::RE2::PartialMatch(
                 re2::StringPiece(value.text.data(), value.text.size()), *node.pattern);
    case RuleOp::kIsSet:
      return !value.is_missing();
    case RuleOp::kIsNotSet:
      return value.is_missing();
    case RuleOp::kEqual:
      return number && Compare(value, node.values[0]) == 0;
    case RuleOp::kNotEqual:
      return !number || Compare(value, node.values[0]) != 0;
    case RuleOp::kLess:
      return number && Compare(value, node.values[0]) < 0;
    case RuleOp::kLessEqual:
      return number && Compare(value, node.values[0]) <= 0;
    case RuleOp::kGreater:
      return number && Compare(value, node.values[0]) > 0;
    case RuleOp::kGreaterEqual:
      return number && Compare(value, node.values[0]) >= 0;
    case RuleOp::kBetween:
      return number && Compare(value, node.values[0]) >= 0 &&
             Compare(value, node.values[1]) <= 0;
    case RuleOp::kOn:
    case RuleOp::kBefore:
    case RuleOp::kAfter:
    case RuleOp::kBetweenDates:
    case RuleOp::kWithin:
      return MatchesDate(node, value, zone, now_ms);
  }
  return false;
}

bool DidHolds(const RuleNode& did, uint64_t count) {
  const int64_t have = static_cast<int64_t>(count);
  switch (did.op) {
    case RuleOp::kEqual:
      return have == did.count;
    case RuleOp::kNotEqual:
      return have != did.count;
    case RuleOp::kLess:
      return have < did.count;
    case RuleOp::kLessEqual:
      return have <= did.count;
    case RuleOp::kGreater:
      return have > did.count;
    default:
      return have >= did.count;
  }
}

absl::StatusOr<Rule> Rule::Parse(const base::Json& json, std::string_view path) {
  FOOTFALL_ASSIGN_OR_RETURN(RuleNode node, ParseRuleNode(json, std::string(path), 1));
  Rule rule;
  rule.json_ = std::make_shared<const base::Json>(json);
  rule.root_ = std::make_shared<const RuleNode>(std::move(node));
  return rule;
}

const base::Json& Rule::ToJson() const { return *json_; }

bool Rule::Matches(const FieldSource& source) const {
  return MatchesNode(*root_, source);
}

void Rule::VisitFields(absl::FunctionRef<void(const Field&)> visit) const {
  VisitNode(*root_, /*into_did=*/true, visit);
}

void Rule::VisitFieldsOutsideDid(absl::FunctionRef<void(const Field&)> visit) const {
  VisitNode(*root_, /*into_did=*/false, visit);
}

bool Rule::HasDid() const { return HasDidNode(*root_); }

}  // namespace footfall::model
