// How the driver feeds operators: workers, memory, errors, what is merged with what.
#include "query/driver.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <set>
#include <string>

#include "base/status.h"
#include "base/strings.h"
#include "tests/query/view_harness.h"

namespace footfall::query {
namespace {

// Gathers the codes of people and says that it holds `bytes` once it has some.
class Collector : public Operator {
 public:
  struct Gathered : Partial {
    explicit Gathered(const Collector& o) : owner(o) {}
    absl::Status Add(BlockView& view) override {
      if (owner.throws) throw std::bad_alloc();
      codes.insert(view.codes().begin(), view.codes().end());
      return owner.fails && codes.contains(1007) ? absl::DataLossError("person 1007")
                                                 : absl::OkStatus();
    }
    absl::Status Merge(Partial& other) override {
      auto& theirs = static_cast<Gathered&>(other).codes;
      for (const uint64_t code : theirs) EXPECT_TRUE(codes.insert(code).second);
      theirs.clear();
      return absl::OkStatus();
    }
    uint64_t bytes() const override { return codes.empty() ? 0 : owner.bytes; }

    const Collector& owner;
    std::set<uint64_t> codes;
  };

  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<Gathered>(*this);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution&) override {
    people = static_cast<Gathered&>(all).codes.size();
    return QueryResult();
  }

  uint64_t bytes = 0;
  bool fails = false;
  bool throws = false;
  size_t people = 0;
};

absl::StatusOr<QueryResult> Collect(const FakeSnapshot& snapshot, int threads,
                                    Collector& collector) {
  const Plan plan;
  const Needs needs;
  const ExecuteContext context{.threads = threads};
  Execution execution(snapshot, plan, context);
  FOOTFALL_ASSIGN_OR_RETURN(const auto scan, OpenScan(execution, needs));
  return RunOperator(execution, needs, *scan, collector);
}

FakeSnapshot Crowd() {
  FakeSnapshot snapshot;
  for (int i = 0; i < 40; ++i) {
    snapshot.Add({.person = base::Cat("person ", i), .time_ms = i});
  }
  snapshot.block_style().part_rows = 1;
  return snapshot;
}

TEST(DriverTest, EachPersonIsSeenOnce) {
  const FakeSnapshot snapshot = Crowd();
  for (const int threads : {0, 1, 2, 7, 100}) {
    Collector collector;
    ASSERT_TRUE(Collect(snapshot, threads, collector).ok());
    EXPECT_EQ(collector.people, 40u);
  }
}

TEST(DriverTest, TheMemoryOfAllWorkersCounts) {
  FakeSnapshot snapshot = Crowd();
  Collector collector;
  collector.bytes = 60'000;
  snapshot.mutable_settings().report_memory_bytes = 100'000;
  EXPECT_TRUE(Collect(snapshot, 1, collector).ok());
  // Two workers that each have a part at the same time.
  std::mutex mutex;
  std::condition_variable met;
  int reading = 0;
  snapshot.block_style().on_read = [&](size_t part) {
    if (part > 1) return;
    std::unique_lock lock(mutex);
    ++reading;
    met.notify_all();
    met.wait(lock, [&] { return reading == 2; });
  };
  EXPECT_EQ(Collect(snapshot, 2, collector).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(DriverTest, OneFailureStopsAll) {
  const FakeSnapshot snapshot = Crowd();
  for (const int threads : {1, 4}) {
    Collector failing;
    failing.fails = true;
    EXPECT_EQ(Collect(snapshot, threads, failing).status(),
              absl::DataLossError("person 1007"));
    Collector throwing;
    throwing.throws = true;
    EXPECT_EQ(Collect(snapshot, threads, throwing).status().code(),
              absl::StatusCode::kResourceExhausted);
  }
}

TEST(DriverTest, RunsOverNoParts) {
  const FakeSnapshot snapshot;
  Collector collector;
  const absl::StatusOr<QueryResult> result = Collect(snapshot, 4, collector);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(collector.people, 0u);
}

}  // namespace
}  // namespace footfall::query
