// Proofs, and the lists behind counts, of random definitions over random stores.
//
// FOOTFALL_RANDOM_PROOFS is how many definitions (80; 2,000 with FOOTFALL_SLOW_TESTS),
// FOOTFALL_RANDOM_SEED the first seed.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "prove/proof.h"
#include "query/execute.h"
#include "report/drill.h"
#include "report/row_keys.h"
#include "tests/query/oracle/live_store.h"
#include "tests/query/oracle/random_scenario.h"

namespace footfall::oracle {
namespace {

constexpr int kDefinitionsPerScenario = 20;
constexpr int kListsPerColumn = 4;

int64_t Number(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoll(text);
}

// The columns of a result behind which there are lists.
struct CountColumns {
  using Names = std::vector<std::string>;
  const Settings& settings;

  Names operator()(const query::TablePlan& body) const { return OfTable(body.columns); }
  Names operator()(const query::SessionsPlan& body) const {
    return body.columns.empty() ? Names{"events", "pages"} : OfTable(body.columns);
  }
  Names operator()(const query::FunnelPlan& body) const {
    return body.members ? Names() : Names{"people"};
  }
  Names operator()(const query::RetentionPlan&) const { return {"people", "returned"}; }
  Names operator()(const query::PathsPlan&) const { return {"sessions"}; }
  Names operator()(const query::LoginsPlan&) const { return {"logins_last_30_days"}; }
  Names operator()(const query::PageViewsPlan&) const {
    return {"views", "people", "sessions", "entries", "exits"};
  }
  Names operator()(const query::ActiveUsersPlan&) const {
    return {"dau", "wau", "mau", "new_people"};
  }
  Names operator()(const query::UsersPlan&) const {
    // What is computed of people outlives their events.
    return settings.retention_days > 0 ? Names() : Names{"sessions", "events"};
  }
  Names operator()(const query::TrackedEventsPlan&) const {
    return {"events", "people", "sessions"};
  }
  Names operator()(const query::ContentPlan&) const {
    return {"shown", "started", "completed", "people"};
  }
  Names operator()(const query::PageTimesPlan&) const { return {"views", "people"}; }
  Names operator()(const query::OnboardingPlan&) const { return {"tasks_completed"}; }
  Names operator()(const query::CoursesPlan&) const { return {"lessons_completed"}; }
  Names operator()(const query::RageClicksPlan&) const {
    return {"bursts", "clicks", "people", "sessions"};
  }
  Names operator()(const query::DeadClicksPlan&) const {
    return {"clicks", "people", "sessions"};
  }
  Names operator()(const query::AccountsPlan&) const {
    return {"people", "active_last_30_days"};
  }
  // Only their total rows count.
  Names operator()(const query::NpsPlan&) const { return {}; }
  Names operator()(const query::EventsPlan&) const { return {}; }

  static Names OfTable(const std::vector<query::AggregateColumn>& columns) {
    Names names;
    for (const query::AggregateColumn& column : columns) {
      if (column.aggregate == query::Aggregate::kCount ||
          column.aggregate == query::Aggregate::kCountPeople ||
          column.aggregate == query::Aggregate::kCountSessions) {
        names.push_back(column.name);
      }
    }
    return names;
  }
};

// The same of the total row.
std::vector<std::string> TotalColumns(const query::Plan& plan) {
  if (std::holds_alternative<query::NpsPlan>(plan.body)) {
    return {"answers", "promoters", "passives", "detractors"};
  }
  if (std::holds_alternative<query::OnboardingPlan>(plan.body)) {
    return {"people", "people_completed"};
  }
  return {};
}

class Checker {
 public:
  Checker(const LiveStore& live, Random& random, int64_t now_ms)
      : random_(random), now_ms_(now_ms), settings_(live.world().settings) {
    snapshot_ = live.store().TakeSnapshot().value();
  }

  // Whether an answer is proven, and has lists behind its counts.
  void Check(const Json& definition) {
    SCOPED_TRACE(definition.Dump());
    const absl::StatusOr<query::Plan> plan = MakePlan(definition, now_ms_);
    ASSERT_TRUE(plan.ok()) << plan.status();
    const query::ExecuteContext context{.now_ms = now_ms_};
    const absl::StatusOr<query::QueryResult> answer =
        query::Execute(*snapshot_, *plan, context);
    if (!answer.ok()) {
      EXPECT_EQ(answer.status().code(), absl::StatusCode::kOutOfRange);
      return;
    }
    const absl::StatusOr<Json> proof =
        prove::Prove(*snapshot_, *plan, *answer, {.now_ms = now_ms_});
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_TRUE(proof->Find("equal")->as_bool()) << proof->Dump(1);
    const std::vector<size_t> keys = report::KeyColumns(*plan);
    for (const std::string& column : std::visit(CountColumns{settings_}, plan->body)) {
      CheckLists(*plan, answer->rows, keys, column, context);
    }
    for (const std::string& column : TotalColumns(*plan)) {
      report::DrillRequest request;
      request.column = column;
      CheckList(*plan, request, *answer->total, 0, context);
    }
  }

  int64_t lists() const { return lists_; }

 private:
  void CheckLists(const query::Plan& plan, const query::Table& rows,
                  const std::vector<size_t>& keys, const std::string& name,
                  const query::ExecuteContext& context) {
    std::map<std::string, int> alike;
    for (size_t row = 0; row < rows.row_count(); ++row) {
      ++alike[report::RowKeyText(rows, keys, row)];
    }
    for (int i = 0; i < kListsPerColumn && rows.row_count() > 0; ++i) {
      const size_t row =
          static_cast<size_t>(random_.Below(static_cast<int64_t>(rows.row_count())));
      // Sessions of different people may have one id, which then says too little.
      if (alike[report::RowKeyText(rows, keys, row)] > 1) continue;
      report::DrillRequest request;
      request.row = report::RowKeyToJson(rows, keys, row);
      request.column = name;
      CheckList(plan, request, rows, row, context);
    }
  }

  // Whether the list is as long as the cell of the row says.
  void CheckList(const query::Plan& plan, const report::DrillRequest& request,
                 const query::Table& rows, size_t row,
                 const query::ExecuteContext& context) {
    const auto counts =
        std::find_if(rows.columns.begin(), rows.columns.end(),
                     [&](const query::Column& c) { return c.name == request.column; });
    ASSERT_NE(counts, rows.columns.end()) << request.column;
    const absl::StatusOr<query::Table> list =
        report::DrillDown(*snapshot_, plan, request, context);
    ASSERT_TRUE(list.ok()) << request.row.Dump() << request.column << list.status();
    const int64_t* expected = std::get_if<int64_t>(&counts->cells[row]);
    EXPECT_EQ(static_cast<int64_t>(list->row_count()),
              expected == nullptr ? 0 : *expected)
        << request.row.Dump() << " " << request.column;
    ++lists_;
  }

  Random& random_;
  const int64_t now_ms_;
  const Settings settings_;
  std::shared_ptr<const store::Snapshot> snapshot_;
  int64_t lists_ = 0;
};

TEST(RandomProofTest, ReportsAreProvenAndListsAreAsLongAsCounts) {
  const int64_t proofs =
      Number("FOOTFALL_RANDOM_PROOFS", std::getenv("FOOTFALL_SLOW_TESTS") ? 2'000 : 80);
  const uint64_t first = static_cast<uint64_t>(Number("FOOTFALL_RANDOM_SEED", 1));
  int64_t lists = 0;
  for (int64_t i = 0; i * kDefinitionsPerScenario < proofs && !HasFailure(); ++i) {
    SCOPED_TRACE(base::Cat("seed ", first + static_cast<uint64_t>(i)));
    Random random(first + static_cast<uint64_t>(i));
    const Scenario scenario = RandomScenario(random);
    LiveStore live(scenario);
    for (const Step& step : scenario.steps) {
      const absl::Status status = live.Apply(step);
      ASSERT_TRUE(status.ok()) << status;
    }
    Checker checker(live, random, scenario.now_ms);
    for (int d = 0; d < kDefinitionsPerScenario && !HasFailure(); ++d) {
      checker.Check(RandomDefinition(random, scenario));
    }
    lists += checker.lists();
  }
  EXPECT_GT(lists, proofs);
}

}  // namespace
}  // namespace footfall::oracle
