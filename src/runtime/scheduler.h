// Runs jobs when they are due: single runs, missed times, retries, what was interrupted.
#ifndef FOOTFALL_RUNTIME_SCHEDULER_H_
#define FOOTFALL_RUNTIME_SCHEDULER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "base/json.h"
#include "runtime/job.h"
#include "runtime/run_log.h"
#include "runtime/schedule.h"
#include "store/event_store.h"

namespace footfall::runtime {

// Jobs are documents of the store and outlive the process.
//
// A due time that was missed, because nobody asked or another run of the job was still at
// work, is made up for once, as soon as possible, with the latest missed time as the one
// that is due. A pause skips what falls into it. A process that dies in a run leaves it
// interrupted; the next RunDue starts a new run for the same due time with what had been
// saved.
//
// Thread-safe.
class Scheduler {
 public:
  Scheduler(store::EventStore& store, bool read_only);
  ~Scheduler();  // Stops.
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Before anything else. The kind outlives the scheduler's use.
  void AddKind(std::string_view kind, JobKind* handler);

  // Adds a job or changes its schedule, in force at once, and makes the changes `also` in
  // the same atom. Without `paused` a job stays as it is, a new one is active.
  absl::Status Put(std::string_view kind, std::string_view name, const Schedule& schedule,
                   std::optional<bool> paused, std::vector<store::DocumentChange> also,
                   int64_t now_ms);
  // Deletes a job with its log. A run in progress ends soon.
  absl::Status Remove(std::string_view kind, std::string_view name,
                      std::vector<store::DocumentChange> also);
  absl::Status SetPaused(std::string_view kind, std::string_view name, bool paused,
                         int64_t now_ms);
  // {"state": "active" or "paused", "next_due", "run": id or null, "retry_at",
  // "last_run": {"id", "started", "finished", "status", "error"} or null}. NOT_FOUND.
  absl::StatusOr<base::Json> Describe(std::string_view kind, std::string_view name) const;
  // What tells the job from an earlier one of its name. NOT_FOUND.
  absl::StatusOr<std::string> Uid(std::string_view kind, std::string_view name) const;

  // Runs what is due, the oldest first, on this thread. Answers {"runs": [...] as in
  // RunLog::List, in order, "next_due": when there is more to do, or null}.
  absl::StatusOr<base::Json> RunDue(int64_t now_ms, const base::Cancel* cancel);
  // Runs a job now, paused or not, or goes on with what is to be retried; answers the run
  // with its detail. FAILED_PRECONDITION while it runs.
  absl::StatusOr<base::Json> RunNow(std::string_view kind, std::string_view name,
                                    int64_t now_ms, const base::Cancel* cancel);

  const RunLog& log() const { return log_; }

  // Starts a thread that calls RunDue whenever a job is due. `clock` answers the present;
  // `on_error` gets what RunDue failed with and may be empty. FAILED_PRECONDITION when it
  // runs already.
  absl::Status Start(std::function<int64_t()> clock,
                     std::function<void(const absl::Status&)> on_error);
  // Interrupts the thread's run and waits for its end; without a thread a no-op.
  void Stop();
  // Lets the thread look at its clock again.
  void Wake();

 private:
  struct Job;
  class Claim;

  absl::StatusOr<Job> Load(std::string_view id) const;
  absl::StatusOr<std::vector<Job>> LoadAll() const;
  absl::StatusOr<std::optional<Job>> FindOldestDue(int64_t now_ms,
                                                   const std::set<std::string>& tried);
  absl::StatusOr<base::Json> Begin(Job& job, int64_t now_ms, bool manual);
  absl::Status Perform(const Job& job, int64_t now_ms, const base::Cancel* cancel,
                       base::Json& record);
  absl::Status SaveDetail(const std::string& job_id, const std::string& uid,
                          base::Json& run, const base::Json& detail);
  absl::Status Finish(const Job& begun, base::Json& run, const RunEnd& end,
                      int64_t now_ms);
  absl::Status PruneDaily(int64_t now_ms);
  bool IsActive(std::string_view id) const;
  absl::StatusOr<std::optional<int64_t>> NextDue() const;
  void Loop();

  store::EventStore& store_;
  RunLog log_;
  std::map<std::string, JobKind*, std::less<>> kinds_;

  mutable std::mutex mutex_;  // Over changes of jobs, and what follows.
  std::set<std::string, std::less<>> active_;
  std::optional<int64_t> pruned_ms_;

  std::mutex lifecycle_mutex_;  // Held by Start and Stop.
  std::mutex thread_mutex_;     // Over stop_ and woken_.
  std::condition_variable thread_wake_;
  std::thread thread_;
  std::unique_ptr<base::Cancel> thread_cancel_;
  std::function<int64_t()> clock_;
  std::function<void(const absl::Status&)> on_error_;
  int64_t thread_process_ = 0;
  bool stop_ = false;
  bool woken_ = false;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_SCHEDULER_H_
