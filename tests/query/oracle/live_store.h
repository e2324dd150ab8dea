// A real store and the oracle's world, given the same.
#ifndef FOOTFALL_TESTS_QUERY_ORACLE_LIVE_STORE_H_
#define FOOTFALL_TESTS_QUERY_ORACLE_LIVE_STORE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/execute.h"
#include "query/plan.h"
#include "store/event_store.h"
#include "tests/query/oracle/random_scenario.h"
#include "tests/store/store_test_util.h"

namespace footfall::oracle {

class LiveStore {
 public:
  // Takes the settings of the scenario, not its steps.
  explicit LiveStore(const Scenario& scenario);

  // Applies a step to both. INTERNAL when the store answers other than the world.
  absl::Status Apply(const Step& step);

  const World& world() const { return world_; }
  // After the first step; another object after one that opens it anew.
  store::EventStore& store() const { return *store_; }
  // Asks the store.
  absl::StatusOr<query::QueryResult> Ask(const query::Plan& plan, int threads) const;
  // Whether the store's people are those of the world, and it finds itself in order.
  absl::Status Check() const;

 private:
  absl::Status Open();
  absl::Status Append(const std::vector<Json>& events);
  absl::Status Forget(const std::string& person);

  const store::TempDir directory_;
  const Settings settings_;
  const uint64_t seal_events_;
  const uint64_t memory_budget_bytes_;
  const int64_t now_ms_;
  std::unique_ptr<store::EventStore> store_;
  World world_;
};

// The plan of a definition, as the oracle takes it.
absl::StatusOr<query::Plan> MakePlan(const Json& definition, int64_t now_ms);

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_QUERY_ORACLE_LIVE_STORE_H_
