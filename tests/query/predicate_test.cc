// Compiled rules against model::Rule::Matches on random rules and events.
#include "query/predicate.h"

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "base/simd.h"
#include "base/status.h"
#include "base/strings.h"
#include "model/rule_node.h"
#include "tests/query/random_events.h"
#include "tests/query/view_harness.h"

namespace footfall::query {
namespace {

using model::RuleNode;
using model::RuleOp;

constexpr int64_t kNow = 2'000'000;

std::string RandomCondition(std::mt19937& random, bool in_did) {
  std::vector<std::string> fields = {
      "event.type",      "event.name",        "event.url",       "event.title",
      "event.host",      "event.path",        "context.country", "properties.n",
      "properties.d",    "properties.mixed",  "properties.a.b",  "properties.a.c.e",
      "properties.a",    "properties.none",   "person.id",       "person.crm/tier",
      "person.sessions", "person.first_seen", "account",         "element.tag"};
  if (!in_did) {
    fields.insert(fields.end(),
                  {"session.id", "session.duration", "session.events", "session.start"});
  }
  const std::string field = Pick(random, fields);
  const std::string text =
      Pick<std::string>(random, {"name 1", "a.example", "/y", "FR", "été", "2", "x",
                                 "tier 1", "s1", "p1@a.example", "page_view", ""});
  const std::string number =
      Pick<std::string>(random, {"0", "1", "2", "-2", "2.5", "0.25", "-1e300", "1e19",
                                 "9223372036854775807", "75000", "3"});
  std::string rest;
  switch (random() % 7) {
    case 0:
      rest =
          base::Cat(R"("op":")",
                    Pick<std::string>(random, {"is", "is_not", "contains", "not_contains",
                                               "starts_with", "ends_with", "matches"}),
                    R"(","value":")", text, "\"",
                    random() % 3 == 0 ? R"(,"ignore_case":true)" : "");
      break;
    case 1:
      rest = base::Cat(R"("op":")", Pick<std::string>(random, {"is_set", "is_not_set"}),
                       "\"");
      break;
    case 2:
      rest = base::Cat(R"("op":")", Pick<std::string>(random, {"in", "not_in"}),
                       R"(","value":[")", text, "\",", number, ",true]");
      break;
    case 3:
    case 4:
      rest = base::Cat(R"("op":")",
                       Pick<std::string>(random, {"=", "!=", "<", "<=", ">", ">="}),
                       R"(","value":)", number);
      break;
    case 5:
      rest = base::Cat(R"("op":"between","value":[)", number, ",2]");
      break;
    default:
      rest = Pick<std::string>(
          random, {R"("op":"on","value":"1970-01-01")",
                   R"("op":"before","value":"1970-01-04")", R"("op":"within","value":5)",
                   R"("op":"is","value":true)", R"("op":"after","value":"2025-11-20")"});
  }
  return base::Cat(R"({"field":")", field, "\",", rest, "}");
}

std::string RandomRule(std::mt19937& random, int depth, bool in_did) {
  if (depth == 0 || random() % 3 == 0) return RandomCondition(random, in_did);
  switch (random() % (in_did ? 3 : 4)) {
    case 0:
      return base::Cat(R"({"not":)", RandomRule(random, depth - 1, in_did), "}");
    case 3: {
      std::string did;
      if (random() % 4 != 0) {
        did = base::Cat(R"("where":)", RandomRule(random, depth - 1, true));
      }
      if (random() % 2 == 0) {
        did += base::Cat(did.empty() ? "" : ",", R"("count":{"op":")",
                         Pick<std::string>(random, {"=", "!=", "<", "<=", ">", ">="}),
                         R"(","value":)", random() % 6, "}");
      }
      if (random() % 2 == 0) {
        did += base::Cat(did.empty() ? "" : ",", R"("within":")", random() % 80 * 25 + 25,
                         "s\"");
      }
      return base::Cat(R"({"did":{)", did, "}}");
    }
    case 1:
      return base::Cat(R"({"all":[)", RandomRule(random, depth - 1, in_did), ",",
                       RandomRule(random, depth - 1, in_did), "]}");
    default:
      return base::Cat(R"({"any":[)", RandomRule(random, depth - 1, in_did), ",",
                       RandomRule(random, depth - 1, in_did), ",",
                       RandomRule(random, depth - 1, in_did), "]}");
  }
}

bool Plainly(const RuleNode& node, const model::FieldSource& source) {
  switch (node.kind) {
    case RuleNode::Kind::kAll:
      for (const RuleNode& child : node.children) {
        if (!Plainly(child, source)) return false;
      }
      return true;
    case RuleNode::Kind::kAny:
      for (const RuleNode& child : node.children) {
        if (Plainly(child, source)) return true;
      }
      return false;
    case RuleNode::Kind::kNot:
      return !Plainly(node.children[0], source);
    default:
      return model::ConditionHolds(node, model::ReadField(node.field, source),
                                   source.zone, source.now_ms);
  }
}

bool CountFits(int64_t count, RuleOp op, int64_t wanted) {
  switch (op) {
    case RuleOp::kEqual:
      return count == wanted;
    case RuleOp::kNotEqual:
      return count != wanted;
    case RuleOp::kLess:
      return count < wanted;
    case RuleOp::kLessEqual:
      return count <= wanted;
    case RuleOp::kGreater:
      return count > wanted;
    default:
      return count >= wanted;
  }
}

// Checks the mask of each rule, row by row.
absl::Status CheckBlock(const FakeSnapshot& snapshot,
                        const std::vector<model::Rule>& rules,
                        const std::vector<RuleRef>& refs, BlockView& view) {
  FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.Sessions());
  for (size_t r = 0; r < rules.size(); ++r) {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* mask, view.Matches(refs[r]));
    for (size_t p = 0; p < view.people(); ++p) {
      const std::vector<model::Event> events = EventsOf(snapshot, view.codes()[p]);
      EXPECT_EQ(events.size(), view.begins()[p + 1] - view.begins()[p]);
      FOOTFALL_ASSIGN_OR_RETURN(const model::Person* person, view.PersonAt(p));
      const std::string account = model::AccountOf(*person, "");
      model::FieldSource source;
      source.person = person;
      source.account = account;
      source.now_ms = kNow;
      const model::DidAnswer did = [&](const RuleNode& node) {
        int64_t count = 0;
        for (const model::Event& event : events) {
          model::FieldSource of = source;
          of.event = &event;
          of.session = nullptr;
          const bool recent =
              node.within_ms == 0 ||
              (event.time_ms >= kNow - node.within_ms && event.time_ms <= kNow);
          count += recent && (node.children.empty() || Plainly(node.children[0], of));
        }
        return CountFits(count, node.op, node.count);
      };
      source.did = &did;
      for (size_t i = 0; i < events.size(); ++i) {
        const size_t row = view.begins()[p] + i;
        const size_t session = sessions->of_row[row];
        const BlockSessions::Span& span = sessions->spans[session];
        FOOTFALL_ASSIGN_OR_RETURN(const std::string_view id, view.SessionId(session));
        const model::SessionFields fields{.id = id,
                                          .start_ms = span.start_ms,
                                          .duration_ms = span.end_ms - span.start_ms,
                                          .events = span.events};
        source.event = &events[i];
        source.session = &fields;
        EXPECT_EQ(TestBit(mask, row), rules[r].Matches(source))
            << rules[r].ToJson().Dump() << " row " << row;
      }
      source.event = nullptr;
      source.session = nullptr;
    }
    // Bits beyond the rows are 0.
    const size_t tail = view.rows() % 64;
    if (tail != 0) {
      EXPECT_EQ(mask[view.rows() / 64] >> tail, 0u) << rules[r].ToJson().Dump();
    }
  }
  return absl::OkStatus();
}

TEST(PredicateTest, AgreesWithRulesOnRandomEvents) {
  std::mt19937 random(17);
  for (int round = 0; round < 60; ++round) {
    FakeSnapshot snapshot = RandomEvents(random, 30 + random() % 300);
    snapshot.block_style() = {.part_rows = 1 + random() % 150,
                              .numbers = round % 2 == 0,
                              .wide_codes = round % 3 == 0};
    base::SetSimd(static_cast<base::SimdLevel>(round % 3));
    std::vector<model::Rule> rules;
    std::vector<RuleRef> refs;
    Needs needs;
    for (int i = 0; i < 40; ++i) {
      rules.push_back(ParseRule(RandomRule(random, 3, false)));
      refs.push_back(needs.AddRule(rules.back()));
    }
    needs.AddPeople();
    needs.AddSessionIds();
    const Plan plan;
    EXPECT_EQ(VisitBlocks(snapshot, plan, {.now_ms = kNow}, needs,
                          [&](BlockView& view) {
                            return CheckBlock(snapshot, rules, refs, view);
                          }),
              absl::OkStatus());
    if (HasFailure()) break;
  }
  base::SetSimd(base::SupportedSimd());
}

TEST(PredicateTest, TheSameRuleIsOne) {
  Needs needs;
  const model::Rule one = ParseRule(R"({"field":"event.name","op":"is","value":"a"})");
  const model::Rule two = ParseRule(R"({"field":"event.name","op":"is","value":"b"})");
  const RuleRef first = needs.AddRule(one);
  EXPECT_NE(needs.AddRule(two), first);
  EXPECT_EQ(needs.AddRule(one), first);
  EXPECT_EQ(needs.AddRule(ParseRule(one.ToJson().Dump())), first);
  EXPECT_EQ(needs.rep().columns.size(), 1u);
}

TEST(PredicateTest, RangesOfRows) {
  std::vector<uint64_t> mask(3);
  FillMask(mask.data(), 130, true);
  EXPECT_EQ(mask, (std::vector<uint64_t>{~uint64_t{0}, ~uint64_t{0}, 3}));
  FillRows(mask.data(), 60, 129, false);
  EXPECT_EQ(mask, (std::vector<uint64_t>{(uint64_t{1} << 60) - 1, 0, 2}));
  FillRows(mask.data(), 70, 70, true);
  FillRows(mask.data(), 64, 128, true);
  EXPECT_EQ(mask[1], ~uint64_t{0});
  EXPECT_EQ(CountRows(mask.data(), 59, 66), 3u);
  EXPECT_EQ(CountRows(mask.data(), 0, 130), 60u + 64 + 1);
  EXPECT_EQ(CountRows(mask.data(), 5, 5), 0u);
}

}  // namespace
}  // namespace footfall::query
