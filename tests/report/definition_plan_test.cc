// What definitions compile to.
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"
#include "base/time.h"
#include "gtest/gtest.h"
#include "report/report.h"

namespace footfall::report {
namespace {

constexpr int64_t kDayMs = 86'400'000;

constexpr char kA[] = R"({"field":"event.name","op":"is","value":"a"})";
constexpr char kB[] = R"({"field":"event.name","op":"is","value":"b"})";

absl::StatusOr<Compiled> TryCompile(const std::string& members,
                                    const RunOptions& options = {}) {
  const base::Json json =
      base::Json::Parse(R"({"version":1,"name":"r",)" + members + "}").value();
  return CompileDefinition(json, options);
}

query::Plan Compile(const std::string& members, const RunOptions& options = {}) {
  const absl::StatusOr<Compiled> compiled = TryCompile(members, options);
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  return compiled.ok() ? compiled->plan : query::Plan();
}

std::string Text(const model::Rule& rule) { return rule.ToJson().Dump(); }

TEST(DefinitionPlanTest, Funnel) {
  const query::Plan plan = Compile(R"("kind":"funnel","where":)" + std::string(kB) + R"(,
      "steps":[{"name":"first","where":)" +
                                   kA + R"(},
               {"name":"second","where":)" +
                                   kB + R"(,"within":"90s"}],
      "window":"7d","order":"strict","exclude":)" +
                                   kA + R"(,
      "break_down":{"field":"properties.plan"},"attribution":"last","members":true,
      "session":{"by":"gap","gap":"1h"},"timezone":"Europe/Paris",
      "range":{"from":"2025-11-20"})");
  const auto& funnel = std::get<query::FunnelPlan>(plan.body);
  EXPECT_EQ(Text(funnel.where.value()), kB);
  ASSERT_EQ(funnel.steps.size(), 2u);
  EXPECT_EQ(funnel.steps[0].name, "first");
  EXPECT_EQ(Text(funnel.steps[0].where), kA);
  EXPECT_FALSE(funnel.steps[0].within_ms.has_value());
  EXPECT_EQ(funnel.steps[1].name, "second");
  EXPECT_EQ(Text(funnel.steps[1].where), kB);
  EXPECT_EQ(funnel.steps[1].within_ms, 90'000);
  EXPECT_EQ(funnel.window_ms, 7 * kDayMs);
  EXPECT_EQ(funnel.order, query::FunnelPlan::Order::kStrict);
  EXPECT_EQ(Text(funnel.exclude.value()), kA);
  EXPECT_EQ(funnel.break_down.value().name(), "properties.plan");
  EXPECT_EQ(funnel.attribution, query::FunnelPlan::Attribution::kLast);
  EXPECT_TRUE(funnel.members);
  EXPECT_FALSE(plan.sessions.use_host_ids);
  EXPECT_EQ(plan.sessions.gap_ms, 3'600'000);
  EXPECT_EQ(plan.zone.name(), "Europe/Paris");
  EXPECT_EQ(plan.range.from_ms,
            base::ParseTime("2025-11-19T23:00:00Z", absl::UTCTimeZone()).value());
  EXPECT_FALSE(plan.segment.has_value());
}

TEST(DefinitionPlanTest, FunnelDefaults) {
  const std::string steps =
      R"("kind":"funnel","window":"1h","steps":[{"name":"a","where":)" + std::string(kA) +
      R"(},{"name":"a","where":)" + kA + "}]";
  const query::Plan plan = Compile(steps);
  const auto& funnel = std::get<query::FunnelPlan>(plan.body);
  EXPECT_FALSE(funnel.where.has_value());
  EXPECT_EQ(funnel.order, query::FunnelPlan::Order::kSequential);
  EXPECT_FALSE(funnel.exclude.has_value());
  EXPECT_FALSE(funnel.break_down.has_value());
  EXPECT_EQ(funnel.attribution, query::FunnelPlan::Attribution::kFirst);
  EXPECT_FALSE(funnel.members);
  const auto order = [&](const std::string& name) {
    return std::get<query::FunnelPlan>(
               Compile(steps + R"(,"order":")" + name + "\"").body)
        .order;
  };
  EXPECT_EQ(order("sequential"), query::FunnelPlan::Order::kSequential);
  EXPECT_EQ(order("strict"), query::FunnelPlan::Order::kStrict);
  EXPECT_EQ(order("any"), query::FunnelPlan::Order::kAny);
  const auto attribution = [&](const std::string& name) {
    return std::get<query::FunnelPlan>(
               Compile(steps + R"(,"attribution":")" + name + "\"").body)
        .attribution;
  };
  EXPECT_EQ(attribution("first"), query::FunnelPlan::Attribution::kFirst);
  EXPECT_EQ(attribution("best"), query::FunnelPlan::Attribution::kBest);
  EXPECT_EQ(attribution("last"), query::FunnelPlan::Attribution::kLast);
}

TEST(DefinitionPlanTest, Retention) {
  const query::Plan plan =
      Compile(R"("kind":"retention","start":)" + std::string(kA) + R"(,"return":)" + kB +
              R"(,"bucket":"month","periods":3,"where":)" + kA);
  const auto& retention = std::get<query::RetentionPlan>(plan.body);
  EXPECT_EQ(Text(retention.start.value()), kA);
  EXPECT_EQ(Text(retention.returning.value()), kB);
  EXPECT_EQ(Text(retention.where.value()), kA);
  EXPECT_EQ(retention.bucket, base::Bucket::kMonth);
  EXPECT_EQ(retention.periods, 3);

  const query::Plan plain = Compile(R"("kind":"retention")");
  const auto& defaults = std::get<query::RetentionPlan>(plain.body);
  EXPECT_FALSE(defaults.start.has_value());
  EXPECT_FALSE(defaults.returning.has_value());
  EXPECT_EQ(defaults.bucket, base::Bucket::kWeek);
  EXPECT_EQ(defaults.periods, 8);
  EXPECT_EQ(
      std::get<query::RetentionPlan>(Compile(R"("kind":"retention","bucket":"day")").body)
          .bucket,
      base::Bucket::kDay);
}

TEST(DefinitionPlanTest, Paths) {
  const query::Plan plan = Compile(
      R"("kind":"paths","direction":"before","steps":2,"by":"event.path","anchor":)" +
      std::string(kA) + R"(,"where":)" + kB);
  const auto& paths = std::get<query::PathsPlan>(plan.body);
  EXPECT_EQ(Text(paths.anchor), kA);
  EXPECT_EQ(Text(paths.where.value()), kB);
  EXPECT_TRUE(paths.before);
  EXPECT_EQ(paths.steps, 2);
  EXPECT_EQ(paths.by.name(), "event.path");

  const query::Plan plain = Compile(R"("kind":"paths","anchor":)" + std::string(kA));
  const auto& defaults = std::get<query::PathsPlan>(plain.body);
  EXPECT_FALSE(defaults.before);
  EXPECT_EQ(defaults.steps, 5);
  EXPECT_EQ(defaults.by.name(), "event.name");
}

TEST(DefinitionPlanTest, Sessions) {
  const query::Plan plan =
      Compile(R"("kind":"sessions","where":)" + std::string(kA) + R"(,
      "rows":[{"time":"week"},"person"],
      "columns":[{"name":"n","agg":"count"},
                 {"name":"long","agg":"max","of":"session.duration"}],
      "order_by":[{"column":"long","desc":true}],"limit":7)");
  const auto& sessions = std::get<query::SessionsPlan>(plan.body);
  EXPECT_EQ(Text(sessions.where.value()), kA);
  ASSERT_EQ(sessions.rows.size(), 2u);
  EXPECT_EQ(sessions.rows[0].bucket, base::Bucket::kWeek);
  EXPECT_EQ(sessions.rows[1].kind, query::RowKey::Kind::kPerson);
  ASSERT_EQ(sessions.columns.size(), 2u);
  EXPECT_EQ(sessions.columns[1].of.value().name(), "session.duration");
  ASSERT_EQ(sessions.order_by.size(), 1u);
  EXPECT_EQ(sessions.order_by[0].column, 3u);
  EXPECT_TRUE(sessions.order_by[0].descending);
  EXPECT_EQ(sessions.limit, 7u);

  const query::Plan plain = Compile(R"("kind":"sessions")");
  const auto& list = std::get<query::SessionsPlan>(plain.body);
  EXPECT_FALSE(list.where.has_value());
  EXPECT_TRUE(list.columns.empty());
  EXPECT_FALSE(list.limit.has_value());

  const query::Plan sorted = Compile(
      R"("kind":"sessions","order_by":[{"column":"duration_ms","desc":true}],"limit":3)");
  const auto& longest = std::get<query::SessionsPlan>(sorted.body);
  ASSERT_EQ(longest.order_by.size(), 1u);
  EXPECT_EQ(longest.order_by[0].column, 4u);  // As the built-in report has them.
  EXPECT_TRUE(longest.order_by[0].descending);
  EXPECT_EQ(longest.limit, 3u);
}

TEST(DefinitionPlanTest, TheResultKnowsItsKind) {
  const absl::StatusOr<Compiled> compiled = TryCompile(R"("kind":"retention")");
  ASSERT_TRUE(compiled.ok());
  EXPECT_EQ(compiled->result.report, "r");
  EXPECT_EQ(compiled->result.kind, "retention");
}

TEST(DefinitionPlanTest, SegmentsAreRulesOrNames) {
  const std::string pro = R"({"field":"person.plan","op":"is","value":"pro"})";
  EXPECT_EQ(Text(Compile(R"("kind":"retention","segment":)" + pro).segment.value()), pro);

  std::vector<std::string> asked;
  RunOptions options;
  options.segments = [&](std::string_view name) -> absl::StatusOr<base::Json> {
    asked.emplace_back(name);
    if (name == "broken") return base::Json::Parse(R"({"field":"person.x"})").value();
    if (name == "events") return base::Json::Parse(kA).value();
    if (name != "pro") {
      return base::MakeError(absl::StatusCode::kNotFound, "there is no such segment");
    }
    return base::Json::Parse(pro).value();
  };
  const query::Plan plan = Compile(R"("kind":"retention","segment":"pro")", options);
  EXPECT_EQ(Text(plan.segment.value()), pro);
  EXPECT_EQ(asked, (std::vector<std::string>{"pro"}));

  const auto refused = [](const absl::StatusOr<Compiled>& compiled) {
    EXPECT_FALSE(compiled.ok());
    return base::PathOf(compiled.status()).value_or("");
  };
  const absl::StatusOr<Compiled> unknown =
      TryCompile(R"("kind":"retention","segment":"others")", options);
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(refused(unknown), "$.segment");
  EXPECT_EQ(refused(TryCompile(R"("kind":"retention","segment":"broken")", options)),
            "$.segment.op");
  EXPECT_EQ(refused(TryCompile(R"("kind":"retention","segment":"events")", options)),
            "$.segment");
  // Nobody to ask.
  const absl::StatusOr<Compiled> alone =
      TryCompile(R"("kind":"retention","segment":"pro")");
  EXPECT_EQ(alone.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(refused(alone), "$.segment");
}

TEST(DefinitionPlanTest, ASavedNameIsOnlyLookedUpInARun) {
  const base::Json json =
      base::Json::Parse(
          R"({"version":1,"name":"r","kind":"retention","segment":"later"})")
          .value();
  EXPECT_EQ(CheckDefinition(json).value(), "r");
}

TEST(DefinitionPlanTest, DefinitionsTakeNoParameters) {
  RunOptions options;
  options.parameters.Set("x", 1);
  const absl::StatusOr<Compiled> compiled = TryCompile(R"("kind":"retention")", options);
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(base::PathOf(compiled.status()), "$.parameters");
}

}  // namespace
}  // namespace footfall::report
