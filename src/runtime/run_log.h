// The log of runs: one document of the store for each.
#ifndef FOOTFALL_RUNTIME_RUN_LOG_H_
#define FOOTFALL_RUNTIME_RUN_LOG_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "store/event_store.h"

namespace footfall::runtime {

// A run is {"version", "id", "job", "kind", "name", "trigger": "schedule" or "manual",
// "due", "missed", "started", "finished", "run_time_ms", "status", "attempts",
// "retry_at", "error", "continues", "detail"}; "id" is "JOB/STARTED" and "job"
// "KIND:NAME". "status" is "running", "retrying", "completed", "failed" or
// "interrupted".
//
// Thread-safe as far as the store is.
class RunLog {
 public:
  // Runs of one job that are kept at most.
  static constexpr size_t kRunsMax = 1000;

  // Whether a job runs in this process: what is stored as running and does not has died.
  using IsActive = std::function<bool(std::string_view job)>;

  RunLog(store::EventStore& store, bool read_only, IsActive is_active)
      : store_(store), read_only_(read_only), is_active_(std::move(is_active)) {}

  static store::DocumentChange Write(const base::Json& run);
  // An id that no run of the job has, for one that starts at `now_ms`.
  absl::StatusOr<std::string> NewId(std::string_view job, int64_t now_ms) const;
  absl::StatusOr<base::Json> Load(std::string_view id) const;

  // {"runs": [...]} without their detail, the latest first; of all jobs when `job` is
  // empty. At most `limit`.
  absl::StatusOr<base::Json> List(std::string_view job, size_t limit) const;
  // With its detail. NOT_FOUND.
  absl::StatusOr<base::Json> Show(std::string_view id) const;

  // What deletes all runs of a job.
  absl::StatusOr<std::vector<store::DocumentChange>> DeleteAll(
      std::string_view job) const;
  // Deletes runs that are older than the setting run_log_days and those beyond kRunsMax
  // of a job.
  absl::Status Prune(int64_t now_ms) const;

 private:
  base::Json Judge(base::Json run) const;

  store::EventStore& store_;
  const bool read_only_;
  const IsActive is_active_;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_RUN_LOG_H_
