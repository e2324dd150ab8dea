#include "query/explain.h"

#include <string>

#include "gtest/gtest.h"

namespace footfall::query {
namespace {

using base::Json;

model::Rule RuleOf(const std::string& json) {
  return model::Rule::Parse(Json::Parse(json).value()).value();
}

model::Field FieldOf(std::string_view name) { return model::Field::Parse(name).value(); }

constexpr char kIsSave[] = R"({"field":"event.name","op":"is","value":"save"})";

std::string Member(const Plan& plan, std::string_view key) {
  const Json json = ExplainPlan(plan);
  const Json* value = json.Find(key);
  return value == nullptr ? "absent" : value->Dump();
}

TEST(ExplainTest, Table) {
  TablePlan table;
  table.where = RuleOf(kIsSave);
  table.rows = {
      {.kind = RowKey::Kind::kTime, .name = "week", .bucket = base::Bucket::kWeek},
      {.kind = RowKey::Kind::kField, .name = "plan", .field = FieldOf("properties.plan")},
      {.kind = RowKey::Kind::kSession, .name = "session"}};
  table.columns = {
      {.name = "n", .where = RuleOf(kIsSave)},
      {.name = "p95",
       .aggregate = Aggregate::kPercentile,
       .of = FieldOf("properties.ms"),
       .percent = 95},
      {.name = "r", .aggregate = Aggregate::kRatio, .numerator = 1, .denominator = 0}};
  table.order_by = {{.column = 3, .descending = true}, {.column = 1}};
  table.limit = 10;
  Plan plan;
  plan.range = {.from_ms = 0, .to_ms = 1000};
  plan.segment = RuleOf(R"({"field":"person.tier","op":"is","value":"gold"})");
  plan.body = table;
  const std::string is_save = kIsSave;
  EXPECT_EQ(
      ExplainPlan(plan).Dump(),
      R"({"kind":"table","range":{"from":"1970-01-01T00:00:00.000Z",)"
      R"("to":"1970-01-01T00:00:01.000Z"},"timezone":"UTC",)"
      R"("sessions":{"host_ids":true,"gap_ms":null,"max_ms":null},)"
      R"("segment":{"field":"person.tier","op":"is","value":"gold"},)"
      R"("where":)" +
          is_save +
          R"(,"rows":[{"time":"week"},{"field":"properties.plan"},"session"],)"
          R"("columns":[{"name":"n","agg":"count","where":)" +
          is_save +
          R"(},{"name":"p95","agg":"percentile","of":"properties.ms","p":95},)"
          R"({"name":"r","agg":"ratio","numerator":"p95","denominator":"n"}],)"
          R"("order_by":[{"column":"n","desc":true},{"column":"plan","desc":false}],)"
          R"("limit":10,"fill":false,)"
          R"("operators":["read","people","sessions","segment","rules","table"],)"
          R"("columns_read":["event.name","properties.plan","session",)"
          R"("properties.ms"],"summaries":null})");
}

TEST(ExplainTest, AnswersFromSummaries) {
  TablePlan names;
  names.rows = {
      {.kind = RowKey::Kind::kField, .name = "name", .field = FieldOf("event.name")}};
  names.columns = {{.name = "n"}};
  Plan plan;
  plan.body = names;
  EXPECT_EQ(Member(plan, "summaries"), R"("events by name")");
  EXPECT_EQ(Member(plan, "range"), R"({"from":null,"to":null})");
  names.where = RuleOf(kIsSave);
  plan.body = names;
  EXPECT_EQ(Member(plan, "summaries"), "null");
  TablePlan days;
  days.rows = {
      {.kind = RowKey::Kind::kTime, .name = "day", .bucket = base::Bucket::kDay}};
  days.columns = {{.name = "people", .aggregate = Aggregate::kCountPeople}};
  plan.body = days;
  EXPECT_EQ(Member(plan, "summaries"), R"("people by day")");
  plan.zone = base::LoadTimeZone("Europe/Paris").value();
  EXPECT_EQ(Member(plan, "summaries"), "null");
  EXPECT_EQ(Member(plan, "timezone"), R"("Europe/Paris")");
}

TEST(ExplainTest, FunnelRetentionAndPaths) {
  FunnelPlan funnel;
  funnel.steps = {{.name = "a", .where = RuleOf(kIsSave)},
                  {.name = "b", .where = RuleOf(kIsSave), .within_ms = 5}};
  funnel.window_ms = 7;
  funnel.order = FunnelPlan::Order::kStrict;
  funnel.break_down = FieldOf("context.country");
  funnel.attribution = FunnelPlan::Attribution::kLast;
  Plan plan;
  plan.body = funnel;
  const std::string is_save = kIsSave;
  EXPECT_EQ(Member(plan, "kind"), R"("funnel")");
  EXPECT_EQ(Member(plan, "steps"), R"([{"name":"a","where":)" + is_save +
                                       R"(},{"name":"b","where":)" + is_save +
                                       R"(,"within_ms":5}])");
  EXPECT_EQ(Member(plan, "window_ms"), "7");
  EXPECT_EQ(Member(plan, "order"), R"("strict")");
  EXPECT_EQ(Member(plan, "exclude"), "null");
  EXPECT_EQ(Member(plan, "break_down"), R"("context.country")");
  EXPECT_EQ(Member(plan, "attribution"), R"("last")");
  EXPECT_EQ(Member(plan, "members"), "false");
  EXPECT_EQ(Member(plan, "columns_read"), R"(["event.name","context.country"])");
  RetentionPlan retention;
  retention.start = RuleOf(kIsSave);
  plan.body = retention;
  EXPECT_EQ(Member(plan, "start"), kIsSave);
  EXPECT_EQ(Member(plan, "return"), "null");
  EXPECT_EQ(Member(plan, "bucket"), R"("week")");
  EXPECT_EQ(Member(plan, "periods"), "8");
  PathsPlan paths{.anchor = RuleOf(kIsSave), .by = FieldOf("event.url")};
  paths.before = true;
  plan.body = paths;
  EXPECT_EQ(Member(plan, "anchor"), kIsSave);
  EXPECT_EQ(Member(plan, "direction"), R"("before")");
  EXPECT_EQ(Member(plan, "by"), R"("event.url")");
}

TEST(ExplainTest, BuiltInReports) {
  Plan plan;
  plan.body = LoginsPlan{.login_event = "in", .attributes = {"email"}};
  EXPECT_EQ(Member(plan, "kind"), R"("logins")");
  EXPECT_EQ(Member(plan, "login_event"), R"("in")");
  EXPECT_EQ(Member(plan, "attributes"), R"(["email"])");
  EXPECT_EQ(Member(plan, "operators"), R"(["read","people","rules","logins"])");
  EXPECT_EQ(Member(plan, "columns_read"), R"(["event.name"])");
  plan.body = LoginsPlan();
  EXPECT_EQ(Member(plan, "login_event"), "null");
  EXPECT_EQ(Member(plan, "operators"), R"(["read","people","sessions","logins"])");
  EXPECT_EQ(Member(plan, "columns_read"), R"(["session"])");
  plan.body = PageViewsPlan();
  EXPECT_EQ(Member(plan, "columns_read"),
            R"(["event.type","event.url","event.title","session"])");
  plan.body = UsersPlan();
  EXPECT_EQ(Member(plan, "kind"), R"("users")");
  EXPECT_EQ(Member(plan, "columns_read"), "[]");
  EXPECT_EQ(Member(plan, "where"), "null");
  const model::Rule is_save = RuleOf(kIsSave);
  for (const auto& body : std::initializer_list<decltype(plan.body)>{
           UsersPlan{.where = is_save}, AccountsPlan{.where = is_save},
           ActiveUsersPlan{.where = is_save}}) {
    plan.body = body;
    EXPECT_EQ(Member(plan, "where"), kIsSave) << plan.body.index();
    EXPECT_EQ(Member(plan, "columns_read"), R"(["event.name"])") << plan.body.index();
  }
  plan.body = PageViewsPlan{.where = is_save};
  EXPECT_EQ(Member(plan, "where"), kIsSave);
  plan.body = ActiveUsersPlan();
  EXPECT_EQ(Member(plan, "kind"), R"("active-users")");
  EXPECT_EQ(Member(plan, "operators"), R"(["read","active-users"])");
  SessionsPlan sessions;
  sessions.columns = {{.name = "n"}};
  plan.body = sessions;
  plan.sessions = {.use_host_ids = false, .gap_ms = 5, .max_ms = 0};
  EXPECT_EQ(Member(plan, "kind"), R"("sessions")");
  EXPECT_EQ(Member(plan, "sessions"), R"({"host_ids":false,"gap_ms":5,"max_ms":0})");
  EXPECT_EQ(Member(plan, "columns_read"), "[]");
  EXPECT_EQ(Member(plan, "columns"), R"([{"name":"n","agg":"count"}])");
}

}  // namespace
}  // namespace footfall::query
