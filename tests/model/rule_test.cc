#include "model/rule.h"

#include <string>
#include <vector>

#include "base/status.h"
#include "base/time.h"
#include "gtest/gtest.h"
#include "model/rule_node.h"

namespace footfall::model {
namespace {

Rule Parse(const std::string& text) {
  const absl::StatusOr<base::Json> json = base::Json::Parse(text);
  EXPECT_TRUE(json.ok()) << text << json.status();
  const absl::StatusOr<Rule> rule = Rule::Parse(json.value());
  EXPECT_TRUE(rule.ok()) << text << rule.status();
  return rule.value();
}

// Whether properties.x, being `value`, satisfies the operator with its operand.
bool Holds(const Value& value, const std::string& op, const std::string& operand,
           const std::string& more = "") {
  const std::vector<Property> properties = {{"x", value}};
  Event event;
  if (!value.is_missing()) event.properties = properties;
  FieldSource source;
  source.event = &event;
  std::string text = R"({"field":"properties.x","op":")" + op + "\"";
  if (!operand.empty()) text += ",\"value\":" + operand;
  return Parse(text + more + "}").Matches(source);
}

constexpr char kAnyCase[] = R"(,"ignore_case":true)";

TEST(RuleTest, TextOperators) {
  const Value pro = Value::String("Pro plan");
  EXPECT_TRUE(Holds(pro, "is", R"("Pro plan")"));
  EXPECT_FALSE(Holds(pro, "is", R"("pro plan")"));
  EXPECT_FALSE(Holds(pro, "is_not", R"("Pro plan")"));
  EXPECT_TRUE(Holds(pro, "is_not", R"("Pro")"));
  EXPECT_TRUE(Holds(pro, "contains", R"("o p")"));
  EXPECT_TRUE(Holds(pro, "contains", R"("")"));
  EXPECT_FALSE(Holds(pro, "contains", R"("x")"));
  EXPECT_FALSE(Holds(pro, "not_contains", R"("o p")"));
  EXPECT_TRUE(Holds(pro, "not_contains", R"("x")"));
  EXPECT_TRUE(Holds(pro, "starts_with", R"("Pro")"));
  EXPECT_FALSE(Holds(pro, "starts_with", R"("plan")"));
  EXPECT_TRUE(Holds(pro, "ends_with", R"("plan")"));
  EXPECT_FALSE(Holds(pro, "ends_with", R"("Pro")"));
  EXPECT_TRUE(Holds(pro, "matches", R"("o\\s+p")"));  // A part suffices.
  EXPECT_FALSE(Holds(pro, "matches", R"("^plan")"));
  EXPECT_TRUE(Holds(pro, "in", R"(["a", "Pro plan"])"));
  EXPECT_FALSE(Holds(pro, "in", R"(["a", "b", 1])"));
  EXPECT_FALSE(Holds(pro, "not_in", R"(["a", "Pro plan"])"));
  EXPECT_TRUE(Holds(pro, "not_in", R"(["a"])"));
  EXPECT_TRUE(Holds(Value::String(""), "is", R"("")"));
  EXPECT_TRUE(Holds(Value::String(""), "is_set", ""));
}

TEST(RuleTest, IgnoresCaseWhenAsked) {
  const Value text = Value::String("ÉCOLE Supérieure");
  EXPECT_TRUE(Holds(text, "is", R"("école supérieure")", kAnyCase));
  EXPECT_FALSE(Holds(text, "is_not", R"("école supérieure")", kAnyCase));
  EXPECT_TRUE(Holds(text, "contains", R"("SUP")", kAnyCase));
  EXPECT_FALSE(Holds(text, "not_contains", R"("SUP")", kAnyCase));
  EXPECT_TRUE(Holds(text, "starts_with", R"("ÉcOle")", kAnyCase));
  EXPECT_TRUE(Holds(text, "ends_with", R"("RIEURE")", kAnyCase));
  EXPECT_TRUE(Holds(text, "matches", R"("école\\s")", kAnyCase));
  EXPECT_TRUE(Holds(text, "in", R"(["x", "école supérieure"])", kAnyCase));
  EXPECT_FALSE(Holds(text, "contains", R"("SUP")", R"(,"ignore_case":false)"));
}

TEST(RuleTest, NumberOperators) {
  const Value three = Value::Int(3);
  EXPECT_TRUE(Holds(three, "=", "3"));
  EXPECT_TRUE(Holds(three, "=", "3.0"));
  EXPECT_FALSE(Holds(three, "=", "4"));
  EXPECT_FALSE(Holds(three, "!=", "3"));
  EXPECT_TRUE(Holds(three, "!=", "4"));
  EXPECT_TRUE(Holds(three, "<", "3.5"));
  EXPECT_FALSE(Holds(three, "<", "3"));
  EXPECT_TRUE(Holds(three, "<=", "3"));
  EXPECT_TRUE(Holds(three, ">", "2"));
  EXPECT_FALSE(Holds(three, ">", "3"));
  EXPECT_TRUE(Holds(three, ">=", "3"));
  EXPECT_TRUE(Holds(three, "between", "[3, 4]"));
  EXPECT_TRUE(Holds(three, "between", "[2.5, 3]"));
  EXPECT_FALSE(Holds(three, "between", "[4, 5]"));
  EXPECT_TRUE(Holds(three, "in", R"(["3", 3])"));
  EXPECT_FALSE(Holds(three, "in", R"(["3"])"));
  EXPECT_TRUE(Holds(Value::Double(2.5), "between", "[2, 3]"));
  // A double cannot hold this integer; the comparison is exact all the same.
  EXPECT_FALSE(Holds(Value::Int(9007199254740993), "=", "9007199254740992.0"));
  EXPECT_TRUE(Holds(Value::Int(9007199254740993), ">", "9007199254740992.0"));
}

TEST(RuleTest, Booleans) {
  EXPECT_TRUE(Holds(Value::Bool(true), "is", "true"));
  EXPECT_FALSE(Holds(Value::Bool(true), "is", "false"));
  EXPECT_TRUE(Holds(Value::Bool(true), "is_not", "false"));
  EXPECT_TRUE(Holds(Value::Bool(false), "in", R"(["x", false])"));
  EXPECT_FALSE(Holds(Value::String("true"), "is", "true"));
}

TEST(RuleTest, MissingValuesSatisfyOnlyTheNegativeOperators) {
  // Absent, and of a wrong type for the operator.
  for (const Value& missing : {Value::Missing(), Value::Int(1), Value::Json("[1]")}) {
    EXPECT_TRUE(Holds(missing, "is_not", R"("a")"));
    EXPECT_TRUE(Holds(missing, "not_in", R"(["a"])"));
    EXPECT_TRUE(Holds(missing, "not_contains", R"("")"));
    EXPECT_FALSE(Holds(missing, "is", R"("a")"));
    EXPECT_FALSE(Holds(missing, "contains", R"("")"));
    EXPECT_FALSE(Holds(missing, "starts_with", R"("")"));
    EXPECT_FALSE(Holds(missing, "ends_with", R"("")"));
    EXPECT_FALSE(Holds(missing, "matches", R"("")"));
    EXPECT_FALSE(Holds(missing, "in", R"(["a"])"));
    EXPECT_FALSE(Holds(missing, "on", R"("2025-11-21")"));
    EXPECT_FALSE(Holds(missing, "before", R"("2025-11-21")"));
    EXPECT_FALSE(Holds(missing, "after", R"("2025-11-21")"));
    EXPECT_FALSE(Holds(missing, "between", R"(["2025-11-21", "2025-11-22"])"));
    EXPECT_FALSE(Holds(missing, "within", "36500"));
  }
  for (const Value& missing : {Value::Missing(), Value::String("3"), Value::Bool(true)}) {
    EXPECT_TRUE(Holds(missing, "!=", "3"));
    EXPECT_FALSE(Holds(missing, "=", "3"));
    EXPECT_FALSE(Holds(missing, "<", "4"));
    EXPECT_FALSE(Holds(missing, "<=", "4"));
    EXPECT_FALSE(Holds(missing, ">", "0"));
    EXPECT_FALSE(Holds(missing, ">=", "0"));
    EXPECT_FALSE(Holds(missing, "between", "[0, 9]"));
  }
  EXPECT_TRUE(Holds(Value::Missing(), "is_not_set", ""));
  EXPECT_FALSE(Holds(Value::Missing(), "is_set", ""));
  EXPECT_TRUE(Holds(Value::Json("{}"), "is_set", ""));
  EXPECT_FALSE(Holds(Value::Bool(false), "is_not_set", ""));
}

// The text of a date attribute compared in Paris.
bool HoldsDate(const std::string& value, const std::string& op,
               const std::string& operand, const char* now = "2025-11-21T12:00:00Z") {
  Person person;
  person.attributes = {{"renewal", value}};
  FieldSource source;
  source.person = &person;
  source.zone = base::LoadTimeZone("Europe/Paris").value();
  source.now_ms = base::ParseTime(now, absl::UTCTimeZone()).value();
  return Parse(R"({"field":"person.renewal","op":")" + op + R"(","value":)" + operand +
               "}")
      .Matches(source);
}

TEST(RuleTest, DatesThatAreDays) {
  EXPECT_TRUE(HoldsDate("2025-11-21", "on", R"("2025-11-21")"));
  EXPECT_FALSE(HoldsDate("2025-11-21", "on", R"("2025-11-22")"));
  EXPECT_TRUE(HoldsDate("2025-11-21", "before", R"("2025-11-22")"));
  EXPECT_FALSE(HoldsDate("2025-11-21", "before", R"("2025-11-21")"));
  EXPECT_TRUE(HoldsDate("2025-11-21", "after", R"("2025-11-20")"));
  EXPECT_FALSE(HoldsDate("2025-11-21", "after", R"("2025-11-21")"));
  EXPECT_TRUE(HoldsDate("2025-11-21", "between", R"(["2025-11-21", "2025-11-21"])"));
  EXPECT_FALSE(HoldsDate("2025-11-23", "between", R"(["2025-11-21", "2025-11-22"])"));
  // 23:30 UTC is the next day in Paris.
  EXPECT_TRUE(HoldsDate("2025-11-21", "on", R"("2025-11-20T23:30:00Z")"));
  EXPECT_TRUE(HoldsDate("2025-11-21", "within", "1"));
  EXPECT_TRUE(HoldsDate("2025-11-20", "within", "1"));
  EXPECT_FALSE(HoldsDate("2025-11-19", "within", "1"));
  EXPECT_FALSE(HoldsDate("2025-11-22", "within", "1"));  // Still to come.
  EXPECT_FALSE(HoldsDate("2025-02-30", "after", R"("2000-01-01")"));
  EXPECT_FALSE(HoldsDate("soon", "after", R"("2000-01-01")"));
}

bool HoldsTime(const char* first_seen, const std::string& op,
               const std::string& operand) {
  Person person;
  person.first_seen_ms = base::ParseTime(first_seen, absl::UTCTimeZone()).value();
  FieldSource source;
  source.person = &person;
  source.zone = base::LoadTimeZone("Europe/Paris").value();
  source.now_ms = base::ParseTime("2025-11-21T12:00:00Z", absl::UTCTimeZone()).value();
  return Parse(R"({"field":"person.first_seen","op":")" + op + R"(","value":)" + operand +
               "}")
      .Matches(source);
}

TEST(RuleTest, DatesThatAreInstants) {
  EXPECT_TRUE(HoldsTime("2025-11-20T23:00:00Z", "on", R"("2025-11-21")"));
  EXPECT_FALSE(HoldsTime("2025-11-20T22:59:59.999Z", "on", R"("2025-11-21")"));
  EXPECT_FALSE(HoldsTime("2025-11-20T23:00:00Z", "before", R"("2025-11-21")"));
  EXPECT_TRUE(HoldsTime("2025-11-20T22:59:59.999Z", "before", R"("2025-11-21")"));
  EXPECT_FALSE(HoldsTime("2025-11-21T22:59:59.999Z", "after", R"("2025-11-21")"));
  EXPECT_TRUE(HoldsTime("2025-11-21T23:00:00Z", "after", R"("2025-11-21")"));
  EXPECT_TRUE(HoldsTime("2025-11-21T08:00:00Z", "on", R"("2025-11-21T09:00:00+01:00")"));
  EXPECT_TRUE(HoldsTime("2025-11-21T08:00:00Z", "after", R"("2025-11-21T07:59:59Z")"));
  EXPECT_FALSE(HoldsTime("2025-11-21T08:00:00Z", "before", R"("2025-11-21T08:00:00Z")"));
  EXPECT_TRUE(HoldsTime("2025-11-21T08:00:00Z", "between",
                        R"(["2025-11-21T08:00:00Z", "2025-11-21"])"));
  EXPECT_TRUE(HoldsTime("2025-11-20T12:00:00Z", "within", "1"));
  EXPECT_FALSE(HoldsTime("2025-11-20T11:59:59.999Z", "within", "1"));
  EXPECT_TRUE(HoldsTime("2025-11-21T12:00:00Z", "within", R"("1h")"));
  EXPECT_FALSE(HoldsTime("2025-11-21T12:00:00.001Z", "within", R"("1h")"));
  EXPECT_FALSE(HoldsTime("2025-11-21T10:59:59Z", "within", R"("1h")"));
  // The number behind an instant is none.
  EXPECT_FALSE(HoldsTime("2025-11-21T08:00:00Z", ">", "0"));
  EXPECT_TRUE(HoldsTime("2025-11-21T08:00:00Z", "!=", "0"));
}

TEST(RuleTest, CombinesAllAnyNot) {
  Event event;
  event.name = "save";
  event.app = "crm";
  FieldSource source;
  source.event = &event;
  const std::string yes = R"({"field":"event.name","op":"is","value":"save"})";
  const std::string no = R"({"field":"app","op":"is","value":"shop"})";
  EXPECT_TRUE(Parse(yes).Matches(source));
  EXPECT_FALSE(Parse(no).Matches(source));
  EXPECT_FALSE(Parse(R"({"all":[)" + yes + "," + no + "]}").Matches(source));
  EXPECT_TRUE(Parse(R"({"all":[)" + yes + "," + yes + "]}").Matches(source));
  EXPECT_TRUE(Parse(R"({"any":[)" + no + "," + yes + "]}").Matches(source));
  EXPECT_FALSE(Parse(R"({"any":[)" + no + "]}").Matches(source));
  EXPECT_TRUE(Parse(R"({"not":)" + no + "}").Matches(source));
  // Plain negation: a missing value does not satisfy "is", so its negation holds.
  EXPECT_TRUE(
      Parse(R"({"not":{"field":"event.title","op":"is","value":"x"}})").Matches(source));
  std::vector<std::string> fields;
  Parse(R"({"all":[)" + yes + R"(,{"not":)" + no + "}]}")
      .VisitFields([&](const Field& field) { fields.push_back(field.name()); });
  EXPECT_EQ(fields, (std::vector<std::string>{"event.name", "app"}));
}

TEST(RuleTest, DidParses) {
  const Rule rule = Parse(
      R"({"not":{"did":{"where":{"field":"event.name","op":"is","value":"ticket"},
          "count":{"op":">","value":2},"within":"30d"}}})");
  ASSERT_EQ(rule.root().kind, RuleNode::Kind::kNot);
  const RuleNode& did = rule.root().children[0];
  ASSERT_EQ(did.kind, RuleNode::Kind::kDid);
  EXPECT_EQ(did.op, RuleOp::kGreater);
  EXPECT_EQ(did.count, 2);
  EXPECT_EQ(did.within_ms, int64_t{30} * 86'400'000);
  ASSERT_EQ(did.children.size(), 1u);
  EXPECT_EQ(did.children[0].kind, RuleNode::Kind::kCondition);
  EXPECT_EQ(did.children[0].field.name(), "event.name");

  const Rule once = Parse(R"({"did":{}})");
  EXPECT_EQ(once.root().op, RuleOp::kGreaterEqual);
  EXPECT_EQ(once.root().count, 1);
  EXPECT_EQ(once.root().within_ms, 0);
  EXPECT_TRUE(once.root().children.empty());
}

TEST(RuleTest, DidIsAnsweredByTheSource) {
  const Rule rule = Parse(R"({"any":[{"field":"app","op":"is","value":"crm"},
      {"not":{"did":{"count":{"op":">=","value":7}}}}]})");
  FieldSource source;
  EXPECT_TRUE(rule.Matches(source));  // Nobody answers, so it does not hold.
  bool answer = true;
  int64_t asked = 0;
  const DidAnswer did = [&](const RuleNode& node) {
    asked = node.count;
    return answer;
  };
  source.did = &did;
  EXPECT_FALSE(rule.Matches(source));
  EXPECT_EQ(asked, 7);
  answer = false;
  EXPECT_TRUE(rule.Matches(source));
}

TEST(RuleTest, FieldsInsideDidCanBeToldApart) {
  const Rule rule = Parse(
      R"({"all":[{"field":"person.plan","op":"is_set"},
          {"not":{"did":{"where":{"field":"event.name","op":"is","value":"a"}}}},
          {"field":"account","op":"is_set"}]})");
  std::vector<std::string> all;
  std::vector<std::string> outside;
  rule.VisitFields([&](const Field& field) { all.push_back(field.name()); });
  rule.VisitFieldsOutsideDid(
      [&](const Field& field) { outside.push_back(field.name()); });
  EXPECT_EQ(all, (std::vector<std::string>{"person.plan", "event.name", "account"}));
  EXPECT_EQ(outside, (std::vector<std::string>{"person.plan", "account"}));
  EXPECT_TRUE(rule.HasDid());
  EXPECT_FALSE(Parse(R"({"field":"app","op":"is_set"})").HasDid());
}

TEST(RuleTest, EmptyTextIsMissingInElementAndContext) {
  Event event;
  event.title = "";
  event.element.id = "";
  FieldSource source;
  source.event = &event;
  EXPECT_TRUE(Parse(R"({"field":"event.title","op":"is_set"})").Matches(source));
  EXPECT_FALSE(Parse(R"({"field":"element.id","op":"is_set"})").Matches(source));
  EXPECT_FALSE(Parse(R"({"field":"context.city","op":"is","value":""})").Matches(source));
}

TEST(RuleTest, LimitsNesting) {
  const auto nested = [](int depth) {
    base::Json json = base::Json::Parse(R"({"field":"app","op":"is_set"})").value();
    for (int i = 1; i < depth; ++i) {
      base::Json outer = base::Json::MakeObject();
      outer.Set("not", std::move(json));
      json = std::move(outer);
    }
    return json;
  };
  EXPECT_TRUE(Rule::Parse(nested(kRuleDepthMax)).ok());
  const absl::StatusOr<Rule> rule = Rule::Parse(nested(kRuleDepthMax + 1));
  ASSERT_FALSE(rule.ok());
  EXPECT_NE(base::MessageOf(rule.status()).find("nested more than 20 deep"),
            std::string::npos);
  // A condition on behaviour is a level too.
  const auto inside = [&](int depth) {
    base::Json where = base::Json::MakeObject();
    where.Set("where", nested(depth));
    base::Json did = base::Json::MakeObject();
    did.Set("did", std::move(where));
    return did;
  };
  EXPECT_TRUE(Rule::Parse(inside(kRuleDepthMax - 1)).ok());
  EXPECT_FALSE(Rule::Parse(inside(kRuleDepthMax)).ok());
}

TEST(RuleTest, ErrorsCarryThePathGiven) {
  const base::Json json =
      base::Json::Parse(R"({"all":[{"field":"x","op":"is"}]})").value();
  const absl::StatusOr<Rule> rule = Rule::Parse(json, "$.columns[1].where");
  EXPECT_EQ(base::PathOf(rule.status()), "$.columns[1].where.all[0].field");
}

}  // namespace
}  // namespace footfall::model
