// The oracle itself, on examples small enough to be worked out by hand.
#include "prove/prove.h"

#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "base/time.h"
#include "gtest/gtest.h"
#include "tests/query/table_text.h"

namespace footfall::prove {
namespace {

using Texts = std::vector<std::string>;

int64_t At(std::string_view text) {
  return base::ParseTime(text, absl::UTCTimeZone()).value();
}

const int64_t kNow = At("2025-11-21T08:00:00Z");
constexpr int64_t kMinute = 60'000;
constexpr int64_t kDay = 24 * 60 * kMinute;

Json Parse(std::string_view text) {
  auto json = Json::Parse(text);
  EXPECT_TRUE(json.ok()) << text << json.status();
  return json.ok() ? *json : Json::MakeObject();
}

// Appends an event of the day of kNow; `rest` are further members.
void Add(World& world, const std::string& person, int64_t minute, const std::string& name,
         const std::string& rest = "") {
  Json event = Parse(base::Cat(R"({"type":"track","person":")", person, R"(","name":")",
                               name, "\"", rest.empty() ? "" : ",", rest, "}"));
  event.Set("time", Json(At("2025-11-21T00:00:00Z") + minute * kMinute));
  EXPECT_TRUE(world.Append(event));
}

Texts Ask(const World& world, const std::string& definition, int64_t now_ms = kNow) {
  const auto table = Answer(world, Parse(definition), now_ms);
  EXPECT_TRUE(table.ok()) << table.status();
  return table.ok() ? query::Lines(*table) : Texts();
}

std::string Is(const std::string& name) {
  return base::Cat(R"({"field":"event.name","op":"is","value":")", name, R"("})");
}

std::string Steps(const Texts& names) {
  std::string steps;
  for (const std::string& name : names) {
    steps += base::Cat(steps.empty() ? "" : ",", R"({"name":")", name, R"(","where":)",
                       Is(name), "}");
  }
  return "[" + steps + "]";
}

TEST(ProveTest, EventsOfOneInstantGoBySeqThenStreamThenArrival) {
  World world;
  Add(world, "ana", 1, "own", R"("properties":{"n":1})");
  Json event = Parse(R"({"type":"track","anonymous":"a","name":"x","seq":0})");
  event.Set("time", Json(At("2025-11-21T00:01:00Z")));
  event.Set("properties", Parse(R"({"n":2})"));
  world.Append(event);
  Add(world, "ana", 1, "late", R"("seq":-1,"properties":{"n":3})");
  world.Append(
      Parse(R"({"type":"alias","anonymous":"a","person":"ana","time":1763683200000})"));
  const std::string first_last = R"({"kind":"table","columns":[
      {"name":"first","agg":"first","of":"properties.n"},
      {"name":"last","agg":"last","of":"properties.n"},
      {"name":"count","agg":"count"},{"name":"people","agg":"count_people"}]})";
  EXPECT_EQ(Ask(world, first_last), (Texts{"3 1 3 1"}));
  // Another link of the anonymous id is refused.
  EXPECT_FALSE(world.Append(
      Parse(R"({"type":"alias","anonymous":"a","person":"bob","time":1763683200000})")));
  world.Forget("ana");
  EXPECT_EQ(Ask(world, first_last), (Texts{"- - 0 0"}));
}

TEST(ProveTest, TablesGroupByTextAndTakeTheNarrowestType) {
  World world;
  Add(world, "ana@a.example", 0, "n", R"("properties":{"v":1,"x":{"y.z":{"w":7}}})");
  Add(world, "ana@a.example", 1, "n", R"("properties":{"v":"1"})");
  Add(world, "bob@b.example", 2, "n", R"("properties":{"v":true})");
  Add(world, "cy", 3, "n");
  const std::string by_value = R"({"kind":"table","rows":[{"field":"properties.v"}],
      "columns":[{"name":"count","agg":"count"},{"name":"w","agg":"max",
      "of":"properties.x.y.z.w"},{"name":"set","agg":"count","where":
      {"field":"properties.x","op":"is_set"}},{"name":"ratio","agg":"ratio",
      "numerator":"set","denominator":"count"}],
      "order_by":[{"column":"count","desc":true}]})";
  EXPECT_EQ(Ask(world, by_value), (Texts{"1 2 7 1 0.5", "true 1 - 0 0", "- 1 - 0 0"}));
  EXPECT_EQ(Ask(world, R"({"kind":"table","rows":["account","person"],"limit":2,
      "columns":[{"name":"sum","agg":"sum","of":"properties.v"}]})"),
            (Texts{"a.example ana@a.example 1", "b.example bob@b.example 0"}));
}

TEST(ProveTest, PercentilesAreNearestRank) {
  World world;
  for (int i = 1; i <= 10; ++i) {
    Add(world, "ana", i, "n", base::Cat(R"("properties":{"v":)", i, "}"));
  }
  EXPECT_EQ(Ask(world, R"({"kind":"table","columns":[
      {"name":"p50","agg":"median","of":"properties.v"},
      {"name":"p90","agg":"percentile","p":90,"of":"properties.v"},
      {"name":"p91","agg":"percentile","p":91,"of":"properties.v"},
      {"name":"p1","agg":"percentile","p":1,"of":"properties.v"},
      {"name":"none","agg":"median","of":"properties.none"},
      {"name":"avg","agg":"avg","of":"properties.v"}]})"),
            (Texts{"5 9 10 1 - 5.5"}));
}

TEST(ProveTest, BucketsAreLocalAndFilled) {
  World world;
  const auto add = [&world](std::string_view time) {
    Json event = Parse(R"({"type":"track","person":"ana"})");
    world.Append(event.Set("time", Json(At(time))));
  };
  // Clocks go back at 03:00 local time, 01:00 UTC, on 2025-10-26 in Paris.
  add("2025-10-26T00:30:00Z");
  add("2025-10-26T01:30:00Z");
  const std::string of = R"(,"timezone":"Europe/Paris","fill":true,
      "columns":[{"name":"count","agg":"count"}]})";
  EXPECT_EQ(Ask(world, R"({"kind":"table","rows":[{"time":"hour"}])" + of),
            (Texts{"2025-10-26T00:00:00.000Z 1", "2025-10-26T01:00:00.000Z 1"}));
  add("2025-10-28T22:59:00Z");
  add("2025-10-28T23:00:00Z");
  EXPECT_EQ(Ask(world, R"({"kind":"table","rows":[{"time":"day"}])" + of),
            (Texts{"2025-10-26 2", "2025-10-27 0", "2025-10-28 1", "2025-10-29 1"}));
  EXPECT_EQ(Ask(world, R"({"kind":"table","rows":[{"time":"week"}])" + of),
            (Texts{"2025-10-20 2", "2025-10-27 2"}));
  EXPECT_EQ(Ask(world, R"({"kind":"table","rows":[{"time":"month"}],"range":
      {"from":"2025-09-30","to":"2025-11-01"})" +
                           of),
            (Texts{"2025-09-01 0", "2025-10-01 4"}));
}

TEST(ProveTest, SessionsAreCutAtGapsAndLimits) {
  World world;
  for (const int64_t minute : {0, 30, 61, 90}) Add(world, "ana", minute, "n");
  Add(world, "ana", 10, "n", R"("session":"s")");
  Add(world, "ana", 300, "n", R"("session":"s")");
  const std::string list = R"({"kind":"sessions","rows":["session"],"columns":[
      {"name":"d","agg":"sum","of":"session.duration"},
      {"name":"e","agg":"max","of":"session.events"}])";
  EXPECT_EQ(Ask(world, list + "}"),
            (Texts{"ana/2025-11-21T00:00:00.000Z 1800000 2",
                   "ana/2025-11-21T01:01:00.000Z 1740000 2", "s 17400000 2"}));
  EXPECT_EQ(Ask(world, list + R"(,"session":{"by":"gap","gap":"60m","max":"1h"}})"),
            (Texts{"ana/2025-11-21T00:00:00.000Z 1800000 3",
                   "ana/2025-11-21T01:01:00.000Z 1740000 2",
                   "ana/2025-11-21T05:00:00.000Z 0 1"}));
  EXPECT_EQ(Ask(world, R"({"kind":"sessions","range":{"from":"2025-11-21T00:05:00Z"}})"),
            (Texts{"s ana 2025-11-21T00:10:00.000Z 2025-11-21T05:00:00.000Z 17400000 2 0 "
                   "- - - - - false not recorded",
                   "ana/2025-11-21T01:01:00.000Z ana 2025-11-21T01:01:00.000Z "
                   "2025-11-21T01:30:00.000Z 1740000 2 0 - - - - - false not recorded"}));
}

TEST(ProveTest, RetentionOfDataHidesEventsButNotPeople) {
  World world;
  world.settings.retention_days = 2;
  Add(world, "ana", -3 * 24 * 60, "n");
  Add(world, "ana", 1, "n");
  EXPECT_EQ(Ask(world, R"({"kind":"table","columns":[{"name":"count","agg":"count"},
      {"name":"ever","agg":"max","of":"person.events"}]})"),
            (Texts{"1 2"}));
}

TEST(ProveTest, FunnelTakesTheLongestThenTheEarliestChain) {
  World world;
  for (const auto& [minute, name] :
       {std::pair(0, "a"), std::pair(1, "b"), std::pair(2, "a"), std::pair(3, "b"),
        std::pair(12, "c")}) {
    Add(world, "ana", minute, name,
        R"("properties":{"m":)" + std::to_string(minute) + "}");
  }
  Add(world, "bob", 0, "b");
  Add(world, "cy", 0, "a", R"("properties":{"m":5})");
  const std::string funnel = R"({"kind":"funnel","steps":)" + Steps({"a", "b", "c"});
  // Within ten minutes only the second a leads to c.
  EXPECT_EQ(
      Ask(world, funnel + R"(,"window":"10m"})"),
      (Texts{"1 a 2 1 1 - -", "2 b 1 0.5 0.5 60000 60000", "3 c 1 0.5 1 540000 540000"}));
  const std::string members = R"(,"members":true,"break_down":{"field":"properties.m"})";
  EXPECT_EQ(Ask(world, funnel + R"(,"window":"10m")" + members + "}"),
            (Texts{"ana 0 3 2025-11-21T00:02:00.000Z 2025-11-21T00:03:00.000Z "
                   "2025-11-21T00:12:00.000Z",
                   "cy 5 1 2025-11-21T00:00:00.000Z - -"}));
  EXPECT_EQ(
      Ask(world, funnel + R"(,"window":"10m","attribution":"best")" + members + "}")[0]
          .substr(0, 7),
      "ana 2 3");
  // An hour lets the earliest positions win: b of minute 1 before that of minute 3.
  EXPECT_EQ(Ask(world, funnel + R"(,"window":"1h")" + members + "}")[0],
            "ana 0 3 2025-11-21T00:00:00.000Z 2025-11-21T00:01:00.000Z "
            "2025-11-21T00:12:00.000Z");
  // Strict: nothing may lie between.
  EXPECT_EQ(
      Ask(world, funnel + R"(,"window":"1h","order":"strict"})"),
      (Texts{"1 a 2 1 1 - -", "2 b 1 0.5 0.5 60000 60000", "3 c 1 0.5 1 540000 540000"}));
  EXPECT_EQ(Ask(world, funnel + R"(,"window":"1h","exclude":)" + Is("b") + "}"),
            (Texts{"1 a 2 1 1 - -", "2 b 1 0.5 0.5 60000 60000", "3 c 0 0 0 - -"}));
}

TEST(ProveTest, FunnelStepsKeepTheirOwnLimits) {
  World world;
  Add(world, "ana", 0, "a");
  Add(world, "ana", 5, "b");
  Add(world, "ana", 7, "b");
  Add(world, "ana", 16, "c");
  const std::string funnel =
      R"({"kind":"funnel","window":"1h","members":true,"steps":[{"name":"a","where":)" +
      Is("a") + R"(},{"name":"b","where":)" + Is("b") + R"(},{"name":"c","where":)" +
      Is("c") + R"(,"within":"9m"}]})";
  // The b of minute 7, since the one of minute 5 is too far from c.
  EXPECT_EQ(Ask(world, funnel),
            (Texts{"ana 3 2025-11-21T00:00:00.000Z 2025-11-21T00:07:00.000Z "
                   "2025-11-21T00:16:00.000Z"}));
}

TEST(ProveTest, FunnelOfAnyOrder) {
  World world;
  Add(world, "ana", 0, "c");
  Add(world, "ana", 1, "b");
  Add(world, "ana", 2, "a");
  Add(world, "bob", 0, "b");
  Add(world, "bob", 61, "a");
  Add(world, "cy", 0, "b");
  const std::string funnel =
      R"({"kind":"funnel","window":"1h","order":"any","steps":)" + Steps({"a", "b", "c"});
  EXPECT_EQ(Ask(world, funnel + "}"),
            (Texts{"1 a 2 1 1 - -", "2 b 1 0.5 0.5 - -", "3 c 1 0.5 1 - -"}));
  EXPECT_EQ(Ask(world, funnel + R"(,"exclude":)" + Is("b") + "}"),
            (Texts{"1 a 2 1 1 - -", "2 b 1 0.5 0.5 - -", "3 c 0 0 0 - -"}));
}

TEST(ProveTest, RetentionCountsReturnsByBucket) {
  World world;
  Add(world, "ana", 0, "start");
  Add(world, "ana", 24 * 60, "back");
  Add(world, "bob", 60, "back");
  Add(world, "bob", 120, "start");
  Add(world, "bob", 2 * 24 * 60, "back");
  const std::string retention = R"({"kind":"retention","bucket":"day","periods":3,
      "start":)" + Is("start");
  EXPECT_EQ(
      Ask(world, retention + R"(,"return":)" + Is("back") +
                     R"(,"range":{"from":"2025-11-21","to":"2025-11-23T12:00:00Z"}})"),
      (Texts{"2025-11-21 2 0 0 0 true", "2025-11-21 2 1 1 0.5 true",
             "2025-11-21 2 2 1 0.5 false"}));
  EXPECT_EQ(Ask(world, retention + "}")[0], "2025-11-21 2 0 2 1 false");
}

TEST(ProveTest, PathsCollapseAndEnd) {
  World world;
  for (const auto& [minute, name] :
       {std::pair(0, "x"), std::pair(1, "a"), std::pair(2, "a"), std::pair(3, "b"),
        std::pair(4, "a")}) {
    Add(world, "ana", minute, name);
  }
  Add(world, "bob", 0, "a");
  const std::string paths = R"({"kind":"paths","steps":2,"anchor":)" + Is("a");
  EXPECT_EQ(Ask(world, paths + "}"), (Texts{"1 a $end 1", "1 a b 1", "2 b a 1"}));
  EXPECT_EQ(Ask(world, paths + R"(,"direction":"before"})"),
            (Texts{"1 a $end 1", "1 a x 1", "2 x $end 1"}));
}

TEST(ProveTest, DidLooksPastTheRange) {
  World world;
  Add(world, "ana", 0, "ticket");
  Add(world, "ana", 60, "n");
  Add(world, "ana", -40 * 24 * 60, "ticket");
  Add(world, "bob", 60, "n");
  const std::string people = R"({"kind":"table","rows":["person"],"range":
      {"from":"2025-11-21T00:30:00Z"},"columns":[{"name":"c","agg":"count"}])";
  const std::string tickets = R"({"did":{"where":)" + Is("ticket");
  EXPECT_EQ(Ask(world, people + R"(,"segment":)" + tickets + "}}}"), (Texts{"ana 1"}));
  EXPECT_EQ(Ask(world, people + R"(,"where":)" + tickets +
                           R"(,"count":{"op":">","value":1}}}})"),
            (Texts{"ana 1"}));
  EXPECT_EQ(Ask(world, people + R"(,"where":)" + tickets +
                           R"(,"count":{"op":">","value":1},"within":"30d"}}})"),
            (Texts{}));
  EXPECT_EQ(Ask(world, people + R"(,"segment":{"not":)" + tickets + "}}}}"),
            (Texts{"bob 1"}));
  const Json never = Parse(R"({"did":{"count":{"op":"=","value":0}}})");
  EXPECT_FALSE(TestPerson(world, "ana", never, kNow));
}

TEST(ProveTest, MissingValuesSatisfyOnlyTheNegatives) {
  World world;
  Add(world, "ana", 0, "n", R"("properties":{"s":"Été","n":5,"d":"2025-11-21","j":[1]},
      "context":{"country":""},"url":"https://u@h.example:8443?x#y")");
  const auto holds = [&world](const std::string& condition) {
    return Ask(world,
               R"({"kind":"table","columns":[{"name":"c","agg":"count"}],"where":{)" +
                   condition + "}}") == Texts{"1"};
  };
  for (const char* op : {"is_not_set", "is_not", "not_in", "!=", "not_contains"}) {
    const std::string value = std::string_view(op) == "is_not_set" ? ""
                              : std::string_view(op) == "not_in"   ? R"(,"value":["a"])"
                              : std::string_view(op) == "!="       ? R"(,"value":1)"
                                                                   : R"(,"value":"a")";
    EXPECT_TRUE(holds(base::Cat(R"("field":"properties.none","op":")", op, "\"", value)));
  }
  EXPECT_FALSE(holds(R"("field":"properties.none","op":"<","value":1)"));
  EXPECT_FALSE(holds(R"("field":"context.country","op":"is_set")"));
  EXPECT_TRUE(holds(R"("field":"properties.j","op":"is_set")"));
  EXPECT_FALSE(holds(R"("field":"properties.s","op":"starts_with","value":"ét")"));
  EXPECT_TRUE(holds(
      R"("field":"properties.s","op":"starts_with","value":"ét","ignore_case":true)"));
  EXPECT_TRUE(holds(R"("field":"properties.n","op":"between","value":[5,6.5])"));
  EXPECT_TRUE(holds(R"("field":"properties.n","op":"in","value":["x",5.0])"));
  EXPECT_TRUE(holds(R"("field":"properties.d","op":"on","value":"2025-11-21")"));
  EXPECT_TRUE(holds(R"("field":"properties.d","op":"before","value":"2025-11-22")"));
  EXPECT_TRUE(holds(R"("field":"properties.d","op":"within","value":1)"));
  EXPECT_TRUE(holds(R"("field":"event.host","op":"is","value":"h.example")"));
  EXPECT_TRUE(holds(R"("field":"event.path","op":"is","value":"/")"));
  EXPECT_TRUE(holds(R"("field":"event.url","op":"matches","value":"^https.*x#")"));
}

TEST(ProveTest, BuiltInReports) {
  World world;
  const std::string view = R"("type":"page_view")";
  const auto page = [&world](const std::string& person, int64_t minute,
                             const std::string& rest) {
    Json event =
        Parse(base::Cat(R"({"type":"page_view","person":")", person, "\",", rest, "}"));
    world.Append(event.Set("time", Json(At("2025-11-21T00:00:00Z") + minute * kMinute)));
  };
  page("ana", 0, R"("url":"/a","title":"A")");
  page("ana", 1, R"("url":"/b")");
  page("bob", 0, R"("url":"/a","title":"B","context":{"country":"FR"})");
  page("bob", 40, R"("url":"/a")");
  Add(world, "bob", 41, "ping");
  EXPECT_EQ(Ask(world, R"({"kind":"page-views"})"),
            (Texts{"/a B 3 2 3 3 2 2025-11-21T00:00:00.000Z 2025-11-21T00:40:00.000Z",
                   "/b - 1 1 1 0 1 2025-11-21T00:01:00.000Z 2025-11-21T00:01:00.000Z"}));
  EXPECT_EQ(Ask(world, R"({"kind":"logins"})"),
            (Texts{"ana 2025-11-21T00:00:00.000Z 2025-11-21T00:00:00.000Z 1",
                   "bob 2025-11-21T00:00:00.000Z 2025-11-21T00:40:00.000Z 2"}));
  EXPECT_EQ(Ask(world, R"({"kind":"logins","login_event":"ping"})", kNow + 31 * kDay),
            (Texts{"bob 2025-11-21T00:41:00.000Z 2025-11-21T00:41:00.000Z 0"}));
  EXPECT_EQ(Ask(world, R"({"kind":"active-users"})"), (Texts{"2025-11-21 2 2 2 2"}));
  world.Append(Parse(R"({"type":"identify","person":"cy@x.example","time":1,
      "properties":{"crm/tier":"gold"}})"));
  EXPECT_EQ(Ask(world, R"({"kind":"users","attributes":["crm/tier","email"]})"),
            (Texts{"ana true - 2025-11-21T00:00:00.000Z 2025-11-21T00:01:00.000Z 1 60000 "
                   "60000 - 2 - - - - - - - -",
                   "bob true - 2025-11-21T00:00:00.000Z 2025-11-21T00:41:00.000Z 2 60000 "
                   "30000 2400000 3 FR - - - - - - -",
                   "cy@x.example true x.example - - 0 0 - - 0 - - - - - - gold "
                   "cy@x.example"}));
  // With a rule: the sessions and people with an event that satisfies it.
  const std::string ping = R"(,"where":)" + Is("ping") + "}";
  EXPECT_EQ(Ask(world, R"({"kind":"logins")" + ping),
            (Texts{"bob 2025-11-21T00:40:00.000Z 2025-11-21T00:40:00.000Z 1"}));
  EXPECT_EQ(Ask(world, R"({"kind":"active-users")" + ping),
            (Texts{"2025-11-21 1 1 1 1"}));
  EXPECT_EQ(Ask(world, R"({"kind":"users")" + ping),
            (Texts{"bob true - 2025-11-21T00:00:00.000Z 2025-11-21T00:41:00.000Z 2 60000 "
                   "30000 2400000 3 FR - - - - -"}));
  EXPECT_EQ(Ask(world, R"({"kind":"accounts")" + ping),
            (Texts{"- 1 1 2 3 2025-11-21T00:00:00.000Z 2025-11-21T00:41:00.000Z"}));
  EXPECT_EQ(Ask(world, R"({"kind":"page-views")" + ping), Texts());
}

// A store does not keep in which order events of several ids arrived.
TEST(ProveTest, WhatTiesForTheLatestIsTakenFromTheStore) {
  World world;
  Add(world, "ana", 1, "x", R"("context":{"country":"FR","city":"Nice"})");
  Add(world, "ana", 1, "x", R"("context":{"country":"DE"})");
  Add(world, "ana", 0, "x", R"("context":{"country":"US"})");
  const auto country = [&world](const char* known) {
    world.SetKnown(
        "ana",
        {.events = 3, .computed = {{"country", Json(known)}, {"city", Json("Rome")}}});
    return Ask(world, R"({"kind":"table","rows":[{"field":"person.country"},
                          {"field":"person.city"}],"columns":[]})");
  };
  EXPECT_EQ(country("FR"), (Texts{"FR Nice"}));
  EXPECT_EQ(country("DE"), (Texts{"DE Nice"}));
  EXPECT_EQ(country("US"), (Texts{"DE Nice"}));
}

TEST(ProveTest, DifferencesAreFound) {
  query::Table a;
  a.columns.push_back(
      {.name = "x", .type = query::ColumnType::kDouble, .cells = {1.0, 2.0}});
  query::Table b = a;
  b.columns[0].cells[1] = 2.0 + 1e-10;
  EXPECT_EQ(Difference(a, b), "");
  b.columns[0].cells[1] = 2.1;
  EXPECT_EQ(Difference(a, b), "row 1, column x: 2 instead of 2.1");
  b.columns[0].cells = {2.0, 1.0};
  EXPECT_EQ(Difference(a, b), "row 0, column x: 1 instead of 2");
  EXPECT_EQ(Difference(a, b, true), "");
  b.columns[0].cells.pop_back();
  EXPECT_EQ(Difference(a, b), "2 rows instead of 1");
  b.columns[0].name = "y";
  EXPECT_EQ(Difference(a, b), "column 0 is x:double instead of y:double");
  b.columns.clear();
  EXPECT_EQ(Difference(a, b), "1 columns instead of 0");
}

}  // namespace
}  // namespace footfall::prove
