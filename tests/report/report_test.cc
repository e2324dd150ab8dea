// Running definitions: ranges, overrides, and what a result says of its run.
#include "report/report.h"

#include "base/status.h"
#include "gtest/gtest.h"
#include "tests/report/run_text.h"

namespace footfall::report {
namespace {

FakeSnapshot Days() {
  FakeSnapshot snapshot;
  for (const char* time : {"2025-11-19T12:00:00Z", "2025-11-20T00:00:00Z",
                           "2025-11-20T23:30:00Z", "2025-11-21T00:00:00Z"}) {
    snapshot.Add({.person = "ana", .time_ms = At(time)});
  }
  return snapshot;
}

TEST(ReportTest, RangesAreHalfOpen) {
  const FakeSnapshot snapshot = Days();
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount)), (Texts{"4"}));
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount,
                            R"(,"range":{"from":"2025-11-20","to":"2025-11-21"})")),
            (Texts{"2"}));
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount, R"(,"range":{"from":"2025-11-21"})")),
            (Texts{"1"}));
  EXPECT_EQ(
      LinesOf(RunText(snapshot, kCount, R"(,"range":{"to":"2025-11-20T00:00:00Z"})")),
      (Texts{"1"}));
  // In Paris the day begins and ends an hour sooner.
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount,
                            R"(,"range":{"from":"2025-11-20","to":"2025-11-21"},
                               "timezone":"Europe/Paris")")),
            (Texts{"1"}));
}

TEST(ReportTest, LastIncludesBothEnds) {
  const FakeSnapshot snapshot = Days();
  RunOptions options;
  options.now_ms = At("2025-11-21T00:00:00Z");
  const absl::StatusOr<Result> result =
      RunText(snapshot, kCount, R"(,"range":{"last":"1d"})", options);
  EXPECT_EQ(LinesOf(result), (Texts{"3"}));
  EXPECT_EQ(result->from_ms, At("2025-11-20T00:00:00Z"));
  EXPECT_EQ(result->to_ms, options.now_ms);
  options.now_ms -= 1;
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount, R"(,"range":{"last":"1d"})", options)),
            (Texts{"2"}));
}

TEST(ReportTest, OptionsOverrideTheDefinition) {
  const FakeSnapshot snapshot = Days();
  RunOptions options;
  options.now_ms = At("2025-11-21T00:00:00Z");
  options.from = "2025-11-20T00:00:00Z";
  const std::string from_to = R"(,"range":{"from":"2025-11-19","to":"2025-11-21"})";
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount, from_to, options)), (Texts{"2"}));
  const absl::StatusOr<Result> open =
      RunText(snapshot, kCount, R"(,"range":{"last":"1h"})", options);
  EXPECT_EQ(LinesOf(open), (Texts{"3"}));
  EXPECT_FALSE(open->to_ms.has_value());
  options.from.reset();
  options.to = "2025-11-20";
  options.timezone = "Europe/Paris";
  const absl::StatusOr<Result> result = RunText(snapshot, kCount, from_to, options);
  EXPECT_EQ(LinesOf(result), (Texts{"1"}));
  EXPECT_EQ(result->timezone_name, "Europe/Paris");
  EXPECT_EQ(result->to_ms, At("2025-11-19T23:00:00Z"));
  EXPECT_EQ(result->from_ms, At("2025-11-18T23:00:00Z"));
}

TEST(ReportTest, RefusesBadOptionsWithTheirPath) {
  const FakeSnapshot snapshot;
  const auto path = [&](const RunOptions& options) {
    const absl::StatusOr<Result> result =
        RunText(snapshot, kCount, R"(,"range":{"from":"2025-11-19"})", options);
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    return base::PathOf(result.status()).value_or("");
  };
  EXPECT_EQ(path({.from = "soon"}), "$.from");
  EXPECT_EQ(path({.to = "2025-02-30"}), "$.to");
  EXPECT_EQ(path({.to = "2025-11-19"}), "$.to");
  EXPECT_EQ(path({.timezone = "Mars/Olympus"}), "$.timezone");
  RunOptions options;
  options.parameters.Set("login_event", "x");
  EXPECT_EQ(path(options), "$.parameters");
}

TEST(ReportTest, TheResultDescribesItsRun) {
  RunOptions options;
  options.now_ms = 12345;
  const absl::StatusOr<Result> result = RunText(Days(), kCount, "", options);
  EXPECT_EQ(result->report, "r");
  EXPECT_EQ(result->kind, "table");
  EXPECT_EQ(result->now_ms, 12345);
  EXPECT_EQ(result->timezone_name, "UTC");
  EXPECT_FALSE(result->from_ms.has_value());
  EXPECT_FALSE(result->to_ms.has_value());
  EXPECT_FALSE(result->total.has_value());
  EXPECT_EQ(result->stats.query.events_read, 4u);
  EXPECT_GE(result->stats.elapsed_ms, 0);
}

TEST(ReportTest, ExplainsThePlanAndWhatItTook) {
  RunOptions options;
  options.now_ms = At("2025-11-21T12:00:00Z");
  options.from = "2025-11-20";
  const absl::StatusOr<Compiled> compiled =
      CompileDefinition(Definition(kCount), options);
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  const absl::StatusOr<base::Json> json = Explain(Days(), *compiled, options);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->Find("version")->as_int(), 1);
  EXPECT_EQ(json->Find("report")->as_string(), "r");
  EXPECT_EQ(json->Find("kind")->as_string(), "table");
  EXPECT_EQ(json->Find("now")->as_string(), "2025-11-21T12:00:00.000Z");
  EXPECT_EQ(json->Find("range")->Find("from")->as_string(), "2025-11-20T00:00:00.000Z");
  EXPECT_TRUE(json->Find("range")->Find("to")->is_null());
  EXPECT_EQ(json->Find("timezone")->as_string(), "UTC");
  EXPECT_EQ(json->Find("plan")->Find("kind")->as_string(), "table");
  const base::Json& stats = *json->Find("stats");
  std::vector<std::string> keys;
  for (const auto& [key, value] : stats.as_object()) keys.push_back(key);
  EXPECT_EQ(keys, (Texts{"elapsed_ms", "rows", "threads", "chunks_read", "chunks_pruned",
                         "bytes_read", "rows_read", "records_read", "stages_ms"}));
  EXPECT_EQ(stats.Find("rows")->as_int(), 1);
  EXPECT_GE(stats.Find("elapsed_ms")->as_double(), 0);
  EXPECT_EQ(stats.Find("stages_ms")->as_object().size(), 6u);
}

TEST(ReportTest, ExplainFailsAsARunDoes) {
  FakeSnapshot snapshot = Days();
  snapshot.FailScans(absl::DataLossError("chunk 7 is damaged"));
  const RunOptions options;
  const absl::StatusOr<Compiled> compiled =
      CompileDefinition(Definition(kCount), options);
  EXPECT_EQ(Explain(snapshot, *compiled, options).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(report::Run(snapshot, *compiled, options).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(ReportTest, OrderLimitAndRules) {
  FakeSnapshot snapshot;
  for (const char* name : {"b", "a", "c", "c", "skip", "a"}) {
    snapshot.Add({.person = "ana", .time_ms = 0, .name = name});
  }
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount,
                            R"(,"rows":[{"field":"event.name"}],
                               "where":{"field":"event.name","op":"is_not",
                                        "value":"skip"},
                               "order_by":[{"column":"n","desc":true}],"limit":2)")),
            (Texts{"a 2", "c 2"}));
}

TEST(ReportTest, SessionsMayBeRedefined) {
  FakeSnapshot snapshot;
  for (const int64_t minute : {0, 40, 60}) {
    snapshot.Add({.person = "ana", .time_ms = minute * 60'000, .session = "s"});
  }
  const std::string sessions = R"({"name":"s","agg":"count_sessions"})";
  EXPECT_EQ(LinesOf(RunText(snapshot, sessions)), (Texts{"1"}));
  EXPECT_EQ(LinesOf(RunText(snapshot, sessions, R"(,"session":{"by":"gap"})")),
            (Texts{"2"}));
  EXPECT_EQ(LinesOf(RunText(snapshot, sessions, R"(,"session":{"by":"gap","gap":"1h"})")),
            (Texts{"1"}));
  EXPECT_EQ(LinesOf(RunText(snapshot, sessions,
                            R"(,"session":{"by":"gap","gap":"1h","max":"30m"})")),
            (Texts{"2"}));
}

TEST(ReportTest, RunsRefuseWhatChecksRefuse) {
  const absl::StatusOr<Result> result = RunText(FakeSnapshot(), kCount, R"(,"limit":0)");
  EXPECT_EQ(base::PathOf(result.status()), "$.limit");
}

}  // namespace
}  // namespace footfall::report
