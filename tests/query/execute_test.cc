// Limits, cancellation and errors of the executor.
#include "query/execute.h"

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <thread>
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

// Those whose answers grow with the people.
std::vector<Plan> LargePlans() {
  std::vector<Plan> plans = AllPlans();
  std::erase_if(plans, [](const Plan& plan) {
    const auto* table = std::get_if<TablePlan>(&plan.body);
    return std::holds_alternative<ActiveUsersPlan>(plan.body) ||
           (table != nullptr &&
            (table->rows.empty() || table->rows[0].kind == RowKey::Kind::kAccount));
  });
  Plan values;
  values.body = TablePlan{.columns = {{.name = "urls",
                                       .aggregate = Aggregate::kCountDistinct,
                                       .of = model::Field::Parse("event.url").value()}}};
  plans.push_back(values);
  return plans;
}

TEST(ExecuteTest, RefusesToExceedItsMemory) {
  FakeSnapshot snapshot = Crowd(20'000);
  snapshot.block_style().part_rows = 500;
  for (const Plan& plan : LargePlans()) {
    for (const int threads : {1, 3}) {
      const ExecuteContext context{.threads = threads};
      snapshot.mutable_settings().report_memory_bytes = 200'000;
      const absl::StatusOr<QueryResult> refused = Execute(snapshot, plan, context);
      EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted)
          << plan.body.index();
      EXPECT_NE(base::MessageOf(refused.status()).find("200000 bytes"),
                std::string::npos);
      snapshot.mutable_settings().report_memory_bytes = 64 << 20;
      EXPECT_TRUE(Execute(snapshot, plan, context).ok()) << plan.body.index();
      snapshot.mutable_settings().report_memory_bytes = 0;
      EXPECT_TRUE(Execute(snapshot, plan, context).ok()) << plan.body.index();
    }
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

TEST(ExecuteTest, LooksAtCancellationBetweenTheParts) {
  FakeSnapshot snapshot = Crowd(1000);
  snapshot.block_style().part_rows = 10;
  Plan plan;
  plan.body = CountPeople();
  for (const int threads : {1, 4}) {
    base::Cancel cancel;
    std::atomic<int> read = 0;
    snapshot.block_style().on_read = [&](size_t) {
      if (++read == 20) cancel.Request();
    };
    const absl::Status status =
        Execute(snapshot, plan, {.cancel = &cancel, .threads = threads}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
    // Each worker may be amidst a part.
    EXPECT_GE(read, 20);
    EXPECT_LT(read, 20 + threads);
  }
}

TEST(ExecuteTest, WorksInTheCallingThreadUnlessMoreAreAllowed) {
  FakeSnapshot snapshot = Crowd(300);
  std::mutex mutex;
  std::set<std::thread::id> met;
  snapshot.block_style() = {.part_rows = 1, .on_read = [&](size_t) {
                              const std::lock_guard lock(mutex);
                              met.insert(std::this_thread::get_id());
                            }};
  Plan plan;
  plan.body = CountPeople();
  for (const int threads : {-1, 0, 1}) {
    met.clear();
    const absl::StatusOr<QueryResult> result =
        Execute(snapshot, plan, {.threads = threads});
    EXPECT_EQ(met, std::set<std::thread::id>{std::this_thread::get_id()});
    EXPECT_EQ(result->stats.threads, 1);
    EXPECT_EQ(Lines(result->rows), std::vector<std::string>{"300"});
  }
  met.clear();
  const absl::StatusOr<QueryResult> result = Execute(snapshot, plan, {.threads = 3});
  EXPECT_LE(met.size(), 3u);
  EXPECT_EQ(result->stats.threads, 3);
  EXPECT_EQ(Lines(result->rows), std::vector<std::string>{"300"});
  // No more workers than parts.
  FakeSnapshot small = Crowd(2);
  small.block_style().part_rows = 1;
  EXPECT_EQ(Execute(small, plan, {.threads = 8})->stats.threads, 2);
}

TEST(ExecuteTest, AnswersDoNotDependOnThreads) {
  FakeSnapshot snapshot = Crowd(500);
  for (const size_t part_rows : {1, 7, 1000}) {
    snapshot.block_style().part_rows = part_rows;
    for (const Plan& plan : AllPlans()) {
      const absl::StatusOr<QueryResult> one = Execute(snapshot, plan, {.threads = 1});
      ASSERT_TRUE(one.ok()) << one.status();
      for (const int threads : {2, 4}) {
        EXPECT_EQ(Lines(Execute(snapshot, plan, {.threads = threads})->rows),
                  Lines(one->rows))
            << plan.body.index();
      }
    }
  }
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
  FakeSnapshot snapshot = Crowd(7);
  snapshot.block_style().part_rows = 2;
  Plan plan;
  plan.body = CountPeople();
  for (const int threads : {1, 2}) {
    const QueryStats stats = Execute(snapshot, plan, {.threads = threads})->stats;
    EXPECT_EQ(stats.events_read, 7u);
    EXPECT_EQ(stats.chunks_read, 4u);
    EXPECT_EQ(stats.bytes_read, 56u);
  }
  EXPECT_FALSE(Execute(snapshot, plan, {})->total.has_value());
}

}  // namespace
}  // namespace footfall::query
