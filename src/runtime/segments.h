// The saved segments of a store: rules about people by name, who is in them, and whether
// one person is.
#ifndef FOOTFALL_RUNTIME_SEGMENTS_H_
#define FOOTFALL_RUNTIME_SEGMENTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "base/json.h"
#include "model/person.h"
#include "model/rule.h"
#include "report/report.h"
#include "runtime/did_memory.h"
#include "store/event_store.h"

namespace footfall::runtime {

struct SegmentRunOptions {
  std::optional<std::string> after;  // Only what follows this.
  uint64_t limit = UINT64_MAX;
  int64_t now_ms = 0;
  int threads = 0;
  const base::Cancel* cancel = nullptr;
};

// {"after", "limit", "threads"}, all optional. INVALID_ARGUMENT with a path.
absl::StatusOr<SegmentRunOptions> ParseSegmentRunOptions(const base::Json& json);

// Thread-safe. Each change is one durable atom. Dates in rules are days in UTC. What is
// stored of segments is described in SEGMENTS.md.
class Segments {
 public:
  // `store` must outlive it; it is observed from here on.
  Segments(store::EventStore& store, bool read_only);

  // Checks a segment (JSON text: {"version", "name", "title", "where"}) and saves it
  // under its name. INVALID_ARGUMENT with a path, also for a circle; NOT_FOUND with a
  // path for a segment that its rule names.
  absl::Status Save(std::string_view json);
  // NOT_FOUND; FAILED_PRECONDITION when segments or reports name it.
  absl::Status Delete(std::string_view name);
  // As it was saved. NOT_FOUND.
  absl::StatusOr<base::Json> Show(std::string_view name) const;
  // {"segments": [{"version", "name", "title", "where"}]}, sorted by name.
  absl::StatusOr<base::Json> List() const;

  // The rule of a segment as it was saved. NOT_FOUND.
  absl::StatusOr<base::Json> FindRule(std::string_view name) const;
  report::SegmentLookup Lookup() const;

  // {"segment", "now", "count", "people", "next"}: how many people are in it, and the ids
  // of those after `after`, sorted, at most `limit`; "next" is what to give as `after`
  // for more, null when there are none. With the setting group_size_min a smaller count
  // is null, and people are only counted (limit 0), else FAILED_PRECONDITION. NOT_FOUND.
  absl::StatusOr<base::Json> People(std::string_view name,
                                    const SegmentRunOptions& options);
  // The codes of the people in it, rising.
  absl::StatusOr<std::vector<uint64_t>> Members(std::string_view name,
                                                const store::Snapshot& snapshot,
                                                const SegmentRunOptions& options);

  // Whether the person (as for Snapshot::FindPerson) is in it; false for somebody
  // unknown. Microseconds, but for the first time that a condition on behaviour is asked
  // for. NOT_FOUND for the segment.
  absl::StatusOr<bool> Test(std::string_view name, std::string_view person,
                            int64_t now_ms);
  // The names of the segments that the person is in, sorted.
  absl::StatusOr<std::vector<std::string>> Of(std::string_view person, int64_t now_ms);

  // Finds out who is in the segment now, adds to its log who entered or left since the
  // last call, in one durable atom, and answers what follows the cursor `after`, at most
  // `limit` changes: {"segment", "now", "changes": [{"cursor", "person", "change":
  // "entered" or "left", "at"}], "cursor", "more"}. Without `after` there are no changes,
  // only the cursor to begin with. NOT_FOUND; INVALID_ARGUMENT with a path for what is no
  // cursor; FAILED_PRECONDITION with group_size_min; OUT_OF_RANGE for one whose changes
  // are no longer kept: after 30 days, or 1,000,000 later ones.
  absl::StatusOr<base::Json> Changes(std::string_view name,
                                     const SegmentRunOptions& options);

  // Memory held of what people did.
  size_t bytes() const { return memory_->bytes(); }

 private:
  struct Compiled;

  absl::StatusOr<std::shared_ptr<const Compiled>> Find(std::string_view name);
  absl::StatusOr<std::shared_ptr<const Compiled>> Compile(std::string_view name) const;
  absl::StatusOr<bool> TestSlowly(const Compiled& segment, std::string_view person,
                                  int64_t now_ms);
  absl::StatusOr<std::vector<std::string>> NamedBy(std::string_view name) const;
  void ForgetCompiled();

  // segment_changes.cc
  struct Feed;
  absl::StatusOr<std::optional<Feed>> LoadFeed(std::string_view name) const;
  absl::StatusOr<Feed> Advance(std::string_view name, const store::Snapshot& snapshot,
                               const SegmentRunOptions& options);
  // Adds what deletes the log of a segment.
  absl::Status DeleteFeed(std::string_view name,
                          std::vector<store::DocumentChange>* changes) const;

  store::EventStore& store_;
  const bool read_only_;
  const std::shared_ptr<DidMemory> memory_;
  std::mutex change_mutex_;  // Of those who change what they have read.
  std::shared_mutex compiled_mutex_;
  uint64_t saves_ = 0;  // Under compiled_mutex_.
  std::map<std::string, std::shared_ptr<const Compiled>, std::less<>> compiled_;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_SEGMENTS_H_
