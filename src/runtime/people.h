// People: one with all that is known, lists of them, and what goes with one who leaves.
#ifndef FOOTFALL_RUNTIME_PEOPLE_H_
#define FOOTFALL_RUNTIME_PEOPLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "base/json.h"
#include "report/result.h"
#include "runtime/instance.h"

namespace footfall::runtime {

// PersonToJson, and "recent_sessions" (at most 20), "content" as PersonHistory has them,
// and "segments": the names of those that the person is in at `now_ms`. `id` as for
// Snapshot::FindPerson. NOT_FOUND; FAILED_PRECONDITION where group_size_min forbids it.
absl::StatusOr<base::Json> ShowPerson(Instance& instance, std::string_view id,
                                      int64_t now_ms);

inline constexpr uint64_t kPeopleListMax = 10'000;

struct PeopleListOptions {
  base::Json where;                     // A rule as of a segment; null for everybody.
  std::vector<std::string> attributes;  // Columns beside those of the report `users`.
  std::string after;                    // Only ids, as they are printed, that follow it.
  uint64_t limit = 100;                 // 1 to kPeopleListMax.
  int64_t now_ms = 0;
  const base::Cancel* cancel = nullptr;
};

// {"where", "attributes", "after", "limit"}, all optional. INVALID_ARGUMENT with a path.
absl::StatusOr<PeopleListOptions> ParsePeopleListOptions(std::string_view json);

// The columns of the report `users`, sorted by id bytewise. A page that has fewer rows
// than the limit is the last one. INVALID_ARGUMENT with a path for a bad rule;
// FAILED_PRECONDITION where group_size_min forbids lists of people.
absl::StatusOr<report::Result> ListPeople(Instance& instance,
                                          const PeopleListOptions& options);

// Writes one JSON document of everything that is stored about a person, in pieces:
// {"version": 1, "exported_at", "person": PersonToJson, "segments", "sessions",
// "content", "pushed", "events": all stored ones, as NDJSON has them}. Nothing is written
// for NOT_FOUND.
absl::Status ExportPerson(Instance& instance, std::string_view id, int64_t now_ms,
                          const base::Cancel* cancel,
                          absl::FunctionRef<absl::Status(std::string_view)> write);

// Erases a person and answers the receipt: {"person", "forgotten_at", "events",
// "sessions": counts, "attributes", "anonymous_ids": lists of what was erased,
// "external": what integrations had pushed to other systems, which they still have}. The
// receipt is not stored, nor anything else of the person. NOT_FOUND.
absl::StatusOr<base::Json> ForgetPerson(Instance& instance, std::string_view id,
                                        int64_t now_ms);

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_PEOPLE_H_
