// Proofs: a report computed once more by brute force, and where the two differ.
#ifndef FOOTFALL_PROVE_PROOF_H_
#define FOOTFALL_PROVE_PROOF_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/json.h"
#include "prove/load.h"
#include "query/execute.h"
#include "query/plan.h"
#include "store/event_store.h"

namespace footfall::prove {

// So many mismatches are named; all are counted.
inline constexpr size_t kMismatchesMax = 100;

struct Mismatches {
  Json named = Json::MakeArray();
  uint64_t count = 0;
};

// Adds where the engine's answer is not the proven one, doubles within 1e-9: {"part",
// "reason", "row", "column", "engine", "proven"}. "row" is the row's key as {"column":
// value}, and "reason" one of "value", "row missing", "row too many", "order", "column".
// Rows are paired by their keys; with keys that repeat, by all that they hold.
void Compare(std::string_view part, const query::Table& engine,
             const query::Table& proven, const std::vector<size_t>& key_columns,
             Mismatches* mismatches);

struct ProofOptions {
  int64_t now_ms = 0;
  LoadOptions load;
};

// Answers `plan` by brute force and compares that with `answer`, the engine's over the
// same snapshot: {"equal", "rows", "proven_rows", "events", "people",
// "people_from_store", "mismatch_count", "mismatches"}. "part" of a mismatch is "rows" or
// "total". "people_from_store" are those of whom data retention has removed events: what
// the store computed of them before was taken for true.
//
// OUT_OF_RANGE for sums that do not fit, and what LoadWorld answers.
absl::StatusOr<Json> Prove(const store::Snapshot& snapshot, const query::Plan& plan,
                           const query::QueryResult& answer, const ProofOptions& options);

}  // namespace footfall::prove

#endif  // FOOTFALL_PROVE_PROOF_H_
