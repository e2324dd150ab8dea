#include <algorithm>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "model/rule.h"
#include "model/rule_node.h"

namespace footfall::model {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;

// What an operator takes as "value".
enum class Operand { kNone, kString, kStringOrBool, kList, kNumber, kPair, kDate, kDays };

struct OpInfo {
  std::string_view name;
  RuleOp op;
  Operand operand;
};

constexpr OpInfo kOps[] = {
    {"is", RuleOp::kIs, Operand::kStringOrBool},
    {"is_not", RuleOp::kIsNot, Operand::kStringOrBool},
    {"contains", RuleOp::kContains, Operand::kString},
    {"not_contains", RuleOp::kNotContains, Operand::kString},
    {"starts_with", RuleOp::kStartsWith, Operand::kString},
    {"ends_with", RuleOp::kEndsWith, Operand::kString},
    {"matches", RuleOp::kMatches, Operand::kString},
    {"in", RuleOp::kIn, Operand::kList},
    {"not_in", RuleOp::kNotIn, Operand::kList},
    {"is_set", RuleOp::kIsSet, Operand::kNone},
    {"is_not_set", RuleOp::kIsNotSet, Operand::kNone},
    {"=", RuleOp::kEqual, Operand::kNumber},
    {"!=", RuleOp::kNotEqual, Operand::kNumber},
    {"<", RuleOp::kLess, Operand::kNumber},
    {"<=", RuleOp::kLessEqual, Operand::kNumber},
    {">", RuleOp::kGreater, Operand::kNumber},
    {">=", RuleOp::kGreaterEqual, Operand::kNumber},
    {"between", RuleOp::kBetween, Operand::kPair},
    {"on", RuleOp::kOn, Operand::kDate},
    {"before", RuleOp::kBefore, Operand::kDate},
    {"after", RuleOp::kAfter, Operand::kDate},
    {"within", RuleOp::kWithin, Operand::kDays},
};

absl::Status WantDate(const std::string& path) {
  return InvalidAt(path, "must be a date (2025-11-21) or an RFC 3339 time");
}

absl::Status ParsePair(const Json& value, const std::string& path, RuleNode* node) {
  if (!value.is_array() || value.as_array().size() != 2) {
    return InvalidAt(path, "must be a list of two numbers or two dates");
  }
  const Json& low = value.as_array()[0];
  const Json& high = value.as_array()[1];
  if (low.is_number() && high.is_number()) {
    node->values = {low, high};
    return absl::OkStatus();
  }
  node->op = RuleOp::kBetweenDates;
  for (int i = 0; i < 2; ++i) {
    const Json& bound = value.as_array()[i];
    if (!bound.is_string() || !ParseDateOperand(bound.as_string(), &node->dates[i])) {
      return InvalidAt(Cat(path, "[", i, "]"),
                       low.is_number() || high.is_number()
                           ? "must be of the same type as the other bound"
                           : "must be a number, a date (2025-11-21) or an RFC 3339 time");
    }
  }
  return absl::OkStatus();
}

// Reads a duration of more than nothing; false for anything else.
bool ParseLength(const Json& value, int64_t* out) {
  if (!value.is_string()) return false;
  const absl::StatusOr<int64_t> duration = base::ParseDuration(value.as_string());
  if (!duration.ok() || *duration <= 0) return false;
  *out = *duration;
  return true;
}

absl::Status ParseDays(const Json& value, const std::string& path, RuleNode* node) {
  if (value.is_int() && value.as_int() >= 1 && value.as_int() <= 36'500) {
    node->within_ms = value.as_int() * base::kDayMs;
    return absl::OkStatus();
  }
  if (ParseLength(value, &node->within_ms)) return absl::OkStatus();
  return InvalidAt(path,
                   "must be a number of days from 1 to 36500, or a duration such as 30d");
}

absl::Status ParseList(const Json& value, const std::string& path, RuleNode* node) {
  if (!value.is_array() || value.as_array().empty()) {
    return InvalidAt(path, "must be a list of at least one value");
  }
  for (size_t i = 0; i < value.as_array().size(); ++i) {
    const Json& item = value.as_array()[i];
    if (!item.is_string() && !item.is_number() && !item.is_bool()) {
      return InvalidAt(Cat(path, "[", i, "]"), "must be a string, a number or a boolean");
    }
    node->values.push_back(item);
  }
  return absl::OkStatus();
}

absl::Status ParsePattern(const std::string& text, const std::string& path,
                          RuleNode* node) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!node->ignore_case);
  options.set_max_mem(int64_t{1} << 20);
  auto pattern = std::make_shared<const re2::RE2>(text, options);
  if (!pattern->ok()) {
    return InvalidAt(path, Cat("is not a regular expression: ", pattern->error()));
  }
  node->pattern = std::move(pattern);
  return absl::OkStatus();
}

absl::Status ParseOperand(const OpInfo& info, const Json& value, const std::string& path,
                          RuleNode* node) {
  switch (info.operand) {
    case Operand::kNone:
      return InvalidAt(path, Cat("is not used by the operator '", info.name, "'"));
    case Operand::kString:
      if (!value.is_string()) return InvalidAt(path, "must be a string");
      node->values = {value};
      if (info.op == RuleOp::kMatches) return ParsePattern(value.as_string(), path, node);
      return absl::OkStatus();
    case Operand::kStringOrBool:
      if (value.is_number()) {
        return InvalidAt(path,
                         "must be a string or a boolean; numbers compare with = and !=");
      }
      if (!value.is_string() && !value.is_bool()) {
        return InvalidAt(path, "must be a string or a boolean");
      }
      node->values = {value};
      return absl::OkStatus();
    case Operand::kList:
      return ParseList(value, path, node);
    case Operand::kNumber:
      if (!value.is_number()) return InvalidAt(path, "must be a number");
      node->values = {value};
      return absl::OkStatus();
    case Operand::kPair:
      return ParsePair(value, path, node);
    case Operand::kDate:
      if (!value.is_string() || !ParseDateOperand(value.as_string(), &node->dates[0])) {
        return WantDate(path);
      }
      return absl::OkStatus();
    case Operand::kDays:
      return ParseDays(value, path, node);
  }
  return absl::OkStatus();
}

bool TakesCase(Operand operand) {
  return operand == Operand::kString || operand == Operand::kStringOrBool ||
         operand == Operand::kList;
}

absl::StatusOr<RuleNode> ParseCondition(const Json& json, const std::string& path,
                                        bool in_did) {
  FOOTFALL_RETURN_IF_ERROR(
      base::CheckKeys(json, path, {"field", "op", "value", "ignore_case"}));
  RuleNode node;
  const Json* name = json.Find("field");
  if (!name->is_string()) return InvalidAt(path + ".field", "must be a string");
  absl::StatusOr<Field> field = Field::Parse(name->as_string());
  if (!field.ok()) return InvalidAt(path + ".field", base::MessageOf(field.status()));
  node.field = *std::move(field);
  // Which sessions there are is up to the report, and a condition on behaviour is not.
  if (in_did && node.field.is_session()) {
    return InvalidAt(path + ".field",
                     Cat("'", node.field.name(), "' is not available inside did"));
  }

  const Json* op = json.Find("op");
  if (op == nullptr) return InvalidAt(path + ".op", "is required");
  if (!op->is_string()) return InvalidAt(path + ".op", "must be a string");
  const auto* info = std::find_if(std::begin(kOps), std::end(kOps), [&](const OpInfo& i) {
    return i.name == op->as_string();
  });
  if (info == std::end(kOps)) {
    return InvalidAt(path + ".op",
                     Cat("'", op->as_string().substr(0, 64), "' is not an operator"));
  }
  node.op = info->op;

  if (const Json* ignore_case = json.Find("ignore_case")) {
    if (!ignore_case->is_bool())
      return InvalidAt(path + ".ignore_case", "must be a boolean");
    if (!TakesCase(info->operand)) {
      return InvalidAt(path + ".ignore_case",
                       Cat("is not used by the operator '", info->name, "'"));
    }
    node.ignore_case = ignore_case->as_bool();
  }

  const Json* value = json.Find("value");
  if (value == nullptr) {
    if (info->operand == Operand::kNone) return node;
    return InvalidAt(path + ".value", "is required");
  }
  FOOTFALL_RETURN_IF_ERROR(ParseOperand(*info, *value, path + ".value", &node));
  if (node.ignore_case) {
    for (Json& operand : node.values) {
      if (operand.is_string()) operand = Json(base::FoldCase(operand.as_string()));
    }
  }
  return node;
}

// {"op", "value"}: how many events a condition on behaviour asks for.
absl::Status ParseCount(const Json& json, const std::string& path, RuleNode* node) {
  if (!json.is_object()) return InvalidAt(path, "must be an object of op and value");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {"op", "value"}));
  const Json* op = json.Find("op");
  if (op == nullptr) return InvalidAt(path + ".op", "is required");
  const auto* info = std::find_if(std::begin(kOps), std::end(kOps), [&](const OpInfo& i) {
    return i.operand == Operand::kNumber && op->is_string() && i.name == op->as_string();
  });
  if (info == std::end(kOps)) {
    return InvalidAt(path + ".op", "must be one of = != < <= > >=");
  }
  node->op = info->op;
  const Json* value = json.Find("value");
  if (value == nullptr) return InvalidAt(path + ".value", "is required");
  if (!value->is_int() || value->as_int() < 0) {
    return InvalidAt(path + ".value", "must be a whole number that is not negative");
  }
  node->count = value->as_int();
  return absl::OkStatus();
}

absl::StatusOr<RuleNode> ParseDid(const Json& json, const std::string& path, int depth,
                                  bool in_did) {
  if (in_did) return InvalidAt(path, "did cannot stand inside another did");
  if (!json.is_object()) return InvalidAt(path, "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {"where", "count", "within"}));
  RuleNode node;
  node.kind = RuleNode::Kind::kDid;
  node.op = RuleOp::kGreaterEqual;
  node.count = 1;
  if (const Json* where = json.Find("where")) {
    FOOTFALL_ASSIGN_OR_RETURN(
        RuleNode child, ParseRuleNode(*where, path + ".where", depth, /*in_did=*/true));
    node.children.push_back(std::move(child));
  }
  if (const Json* count = json.Find("count")) {
    FOOTFALL_RETURN_IF_ERROR(ParseCount(*count, path + ".count", &node));
  }
  if (const Json* within = json.Find("within")) {
    if (!ParseLength(*within, &node.within_ms)) {
      return InvalidAt(path + ".within", "must be a duration such as 30d");
    }
  }
  return node;
}

}  // namespace

bool ParseDateOperand(std::string_view text, DateOperand* out) {
  if (text.size() == 10) {
    const absl::StatusOr<int64_t> day = base::ParseDate(text);
    if (!day.ok()) return false;
    *out = {.is_day = true, .value = *day};
    return true;
  }
  // A date alone is the only form that depends on the zone.
  const absl::StatusOr<int64_t> time = base::ParseTime(text, absl::UTCTimeZone());
  if (!time.ok()) return false;
  *out = {.is_day = false, .value = *time};
  return true;
}

absl::StatusOr<RuleNode> ParseRuleNode(const Json& json, const std::string& path,
                                       int depth, bool in_did) {
  if (!json.is_object()) return InvalidAt(path, "must be an object");
  if (depth > kRuleDepthMax) {
    return InvalidAt(path, Cat("is nested more than ", kRuleDepthMax, " deep"));
  }
  if (const Json* did = json.Find("did")) {
    FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {"did"}));
    return ParseDid(*did, path + ".did", depth + 1, in_did);
  }
  for (const auto& [name, kind] :
       {std::pair("all", RuleNode::Kind::kAll), std::pair("any", RuleNode::Kind::kAny)}) {
    const Json* list = json.Find(name);
    if (list == nullptr) continue;
    FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {name}));
    const std::string list_path = Cat(path, ".", name);
    if (!list->is_array() || list->as_array().empty()) {
      return InvalidAt(list_path, "must be a list of at least one rule");
    }
    RuleNode node;
    node.kind = kind;
    for (size_t i = 0; i < list->as_array().size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(
          RuleNode child, ParseRuleNode(list->as_array()[i], Cat(list_path, "[", i, "]"),
                                        depth + 1, in_did));
      node.children.push_back(std::move(child));
    }
    return node;
  }
  if (const Json* inner = json.Find("not")) {
    FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {"not"}));
    RuleNode node;
    node.kind = RuleNode::Kind::kNot;
    FOOTFALL_ASSIGN_OR_RETURN(RuleNode child,
                              ParseRuleNode(*inner, path + ".not", depth + 1, in_did));
    node.children.push_back(std::move(child));
    return node;
  }
  if (const Json* segment = json.Find("segment")) {
    FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {"segment"}));
    return InvalidAt(path + ".segment", segment->is_string()
                                            ? "segments cannot be named here"
                                            : "must be the name of a segment");
  }
  if (json.Find("field") == nullptr) {
    FOOTFALL_RETURN_IF_ERROR(
        base::CheckKeys(json, path, {"field", "op", "value", "ignore_case"}));
    return InvalidAt(path, "must hold one of all, any, not, did, segment and field");
  }
  return ParseCondition(json, path, in_did);
}

}  // namespace footfall::model
