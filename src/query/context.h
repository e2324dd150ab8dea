// What the parts of one execution share: scanning, limits, people, buckets of time.
#ifndef FOOTFALL_QUERY_CONTEXT_H_
#define FOOTFALL_QUERY_CONTEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "model/person.h"
#include "query/execute.h"
#include "query/value_pool.h"

namespace footfall::query {

// One run of a plan. Not thread-safe.
class Execution {
 public:
  Execution(const store::Snapshot& snapshot, const Plan& plan,
            const ExecuteContext& context)
      : snapshot_(snapshot), plan_(plan), context_(context) {}

  const store::Snapshot& snapshot() const { return snapshot_; }
  const Plan& plan() const { return plan_; }
  const Range& range() const { return plan_.range; }
  int64_t now_ms() const { return context_.now_ms; }
  const store::ScanStats& stats() const { return stats_; }

  // The people of scanned events as numbers from 0 on, in order of appearance.
  uint32_t PersonIndex(uint64_t code);
  size_t person_count() const { return person_codes_.size(); }
  const std::vector<uint64_t>& person_codes() const { return person_codes_; }

  // Visits the events in [from_ms, to_ms), identify and alias left out, always in the
  // same order. Looks at cancellation and, through `bytes`, at memory now and then.
  absl::Status Scan(int64_t from_ms, int64_t to_ms, absl::FunctionRef<uint64_t()> bytes,
                    absl::FunctionRef<absl::Status(const store::StoredEvent&)> visit);

  // The display ids of the people met so far, by index.
  absl::StatusOr<std::vector<Text>> PersonNames();

  // Fails when `bytes`, with what is held for good, exceeds the limit or the run is
  // cancelled.
  absl::Status Check(uint64_t bytes) const;
  // Counts `bytes` as held until the end.
  absl::Status Hold(uint64_t bytes);

 private:
  const store::Snapshot& snapshot_;
  const Plan& plan_;
  const ExecuteContext& context_;
  store::ScanStats stats_;
  uint64_t held_bytes_ = 0;
  absl::flat_hash_map<uint64_t, uint32_t> person_index_;
  std::vector<uint64_t> person_codes_;
};

// Copies of all people, for rules and keys that read person.* or account.
class People {
 public:
  // Without `attributes` only the accounts are kept.
  absl::Status Load(Execution& execution, bool attributes);

  // nullptr for one that is unknown or without attributes loaded.
  const model::Person* Find(uint64_t code) const;
  // Empty when there is none.
  std::string_view Account(uint64_t code) const;

 private:
  absl::flat_hash_map<uint64_t, uint32_t> index_;
  std::vector<model::Person> people_;
  std::vector<std::string> accounts_;
};

// The heap bytes of a person.
uint64_t PersonBytes(const model::Person& person);

// Maps instants to local buckets: the first instant of an hour in ms, else the first day.
class Bucketer {
 public:
  Bucketer(base::Bucket bucket, absl::TimeZone zone) : bucket_(bucket), zone_(zone) {}

  int64_t BucketOf(int64_t time_ms);
  // The bucket that follows.
  int64_t Next(int64_t bucket) const;

 private:
  int64_t Compute(int64_t time_ms) const;

  base::Bucket bucket_;
  absl::TimeZone zone_;
  // Quarters of an hour whose instants all fall into one bucket. Asking the zone is slow,
  // and events repeat the quarters.
  absl::flat_hash_map<int64_t, int64_t> quarters_;
};

// Missing cells come last; strings bytewise, others by value. Negative, 0 or positive.
int CompareCells(const Cell& a, const Cell& b);

// Sorts the rows by `order`, missing last in either direction and the rest as they were,
// and keeps the first `limit`.
void SortTable(Table& table, const std::vector<OrderBy>& order,
               uint64_t limit = UINT64_MAX);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_CONTEXT_H_
