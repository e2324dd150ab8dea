// Random lives of a store: events with ties, late arrivals, links, people without an id,
// missing and mixed values, in batches with maintenance between them.
#ifndef FOOTFALL_TESTS_QUERY_ORACLE_RANDOM_SCENARIO_H_
#define FOOTFALL_TESTS_QUERY_ORACLE_RANDOM_SCENARIO_H_

#include <cstdint>
#include <string>
#include <vector>

#include "prove/prove.h"
#include "tests/query/oracle/random.h"

namespace footfall::oracle {

using base::Json;
using prove::Settings;
using prove::World;

struct Step {
  enum class Kind { kAppend, kSeal, kMerge, kCompact, kReopen, kForget };
  Kind kind = Kind::kAppend;
  std::vector<Json> events;  // Of kAppend.
  std::string person;        // Of kForget, as reports print it.
};

struct Scenario {
  Settings settings;
  int64_t now_ms = 0;
  uint64_t seal_events = 0;                            // 0: sealed only when asked.
  uint64_t memory_budget_bytes = uint64_t{512} << 20;  // No report runs out of it.
  // Times of events lie in [start_ms, start_ms + span_ms).
  int64_t start_ms = 0;
  int64_t span_ms = 0;
  std::vector<Step> steps;
};

Scenario RandomScenario(Random& random);

// So many events that they fill several chunks, sealed in between.
Scenario BigScenario(Random& random);

// A step that must not change any answer.
Step RandomMaintenance(Random& random);

// A definition that fits the events of the scenario.
Json RandomDefinition(Random& random, const Scenario& scenario);

// A rule of a segment that fits them.
Json RandomSegmentRule(Random& random, const Scenario& scenario);

// The steps as text, an event a line.
std::string ToText(const Scenario& scenario);

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_QUERY_ORACLE_RANDOM_SCENARIO_H_
