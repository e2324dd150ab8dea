// Limits, cancellation and errors of the executor.
#include "query/execute.h"

#include <string>
#include <vector>

#include "base/status.h"
#include "gtest/gtest.h"
#include "tests/query/fake_snapshot.h"
#include "tests/query/table_text.h"

namespace footfall::query {
namespace {

TablePlan CountPeople() {
  TablePlan plan;
  plan.columns.push_back({.name = "people", .aggregate = Aggregate::kCountPeople});
  return plan;
}

std::vector<Plan> AllPlans() {
  std::vector<Plan> plans(8);
  plans[0].body = CountPeople();
  TablePlan by_session;
  by_session.rows.push_back({.kind = RowKey::Kind::kSession, .name = "session"});
  by_session.columns.push_back({.name = "count"});
  plans[1].body = by_session;
  TablePlan by_account;
  by_account.rows.push_back({.kind = RowKey::Kind::kAccount, .name = "account"});
  by_account.columns.push_back({.name = "count"});
  plans[2].body = by_account;
  plans[3].body = LoginsPlan();
  plans[4].body = PageViewsPlan();
  plans[5].body = SessionsPlan();
  plans[6].body = UsersPlan{.attributes = {"email"}};
  plans[7].body = ActiveUsersPlan();
  return plans;
}

FakeSnapshot Crowd(int people) {
  FakeSnapshot snapshot;
  for (int i = 0; i < people; ++i) {
    snapshot.Add({.person = base::Cat("person-", i, "@example.com"),
                  .time_ms = i,
                  .type = model::EventType::kPageView,
                  .url = base::Cat("/page/", i)});
  }
  return snapshot;
}

TEST(ExecuteTest, RefusesToExceedItsMemory) {
  FakeSnapshot snapshot = Crowd(20'000);
  for (const Plan& plan : AllPlans()) {
    snapshot.mutable_settings().report_memory_bytes = 200'000;
    const absl::StatusOr<QueryResult> refused = Execute(snapshot, plan, {});
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted)
        << plan.body.index();
    EXPECT_NE(base::MessageOf(refused.status()).find("200000 bytes"), std::string::npos);
    snapshot.mutable_settings().report_memory_bytes = 64 << 20;
    EXPECT_TRUE(Execute(snapshot, plan, {}).ok()) << plan.body.index();
    snapshot.mutable_settings().report_memory_bytes = 0;
    EXPECT_TRUE(Execute(snapshot, plan, {}).ok()) << plan.body.index();
  }
}

TEST(ExecuteTest, StopsWhenCancelled) {
  const FakeSnapshot snapshot = Crowd(10);
  for (const Plan& plan : AllPlans()) {
    base::Cancel cancel;
    cancel.Request();
    EXPECT_EQ(Execute(snapshot, plan, {.cancel = &cancel}).status().code(),
              absl::StatusCode::kCancelled)
        << plan.body.index();
    const base::Cancel late(std::chrono::milliseconds(0));
    EXPECT_EQ(Execute(snapshot, plan, {.cancel = &late}).status().code(),
              absl::StatusCode::kDeadlineExceeded)
        << plan.body.index();
    const base::Cancel idle;
    EXPECT_TRUE(Execute(snapshot, plan, {.cancel = &idle}).ok());
  }
}

TEST(ExecuteTest, LooksAtCancellationDuringTheScan) {
  // Requests cancellation in the middle of a scan and counts the events after it.
  class Cancelling : public FakeSnapshot {
   public:
    absl::Status Scan(
        const store::ScanOptions& options, store::ScanStats* stats,
        absl::FunctionRef<absl::Status(const store::StoredEvent&)> visit) const override {
      return FakeSnapshot::Scan(options, stats, [&](const store::StoredEvent& stored) {
        if (++visited == 5000) cancel.Request();
        return visit(stored);
      });
    }
    mutable base::Cancel cancel;
    mutable int visited = 0;
  };
  Cancelling snapshot;
  for (int i = 0; i < 20'000; ++i) snapshot.Add({.person = "ana", .time_ms = i});
  Plan plan;
  plan.body = CountPeople();
  EXPECT_EQ(Execute(snapshot, plan, {.cancel = &snapshot.cancel}).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_LE(snapshot.visited, 5000 + 4096);
}

TEST(ExecuteTest, PassesOnWhatTheSnapshotAnswers) {
  FakeSnapshot snapshot = Crowd(3);
  snapshot.FailScans(absl::DataLossError("log record 17 is damaged"));
  for (const Plan& plan : AllPlans()) {
    if (std::holds_alternative<UsersPlan>(plan.body)) continue;
    const absl::StatusOr<QueryResult> result = Execute(snapshot, plan, {});
    EXPECT_EQ(result.status().code(), absl::StatusCode::kDataLoss) << plan.body.index();
    EXPECT_EQ(base::MessageOf(result.status()), "log record 17 is damaged");
  }
}

TEST(ExecuteTest, RunsOverNothing) {
  const FakeSnapshot snapshot;
  const std::vector<Plan> plans = AllPlans();
  EXPECT_EQ(Lines(Execute(snapshot, plans[0], {})->rows), std::vector<std::string>{"0"});
  for (size_t i = 1; i < plans.size(); ++i) {
    const absl::StatusOr<QueryResult> result = Execute(snapshot, plans[i], {});
    ASSERT_TRUE(result.ok()) << i << result.status();
    EXPECT_EQ(result->rows.row_count(), 0u) << i;
    EXPECT_FALSE(result->rows.columns.empty()) << i;
  }
}

TEST(ExecuteTest, CountsWhatItRead) {
  const FakeSnapshot snapshot = Crowd(7);
  Plan plan;
  plan.body = CountPeople();
  EXPECT_EQ(Execute(snapshot, plan, {})->stats.events_read, 7u);
  EXPECT_FALSE(Execute(snapshot, plan, {})->total.has_value());
}

}  // namespace
}  // namespace footfall::query
