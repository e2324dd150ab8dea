#include "runtime/scheduler.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/secret.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"

namespace footfall::runtime {

using base::Json;

namespace {

constexpr std::string_view kDocument = "job";

// How long after each failed attempt the next one follows; greylisting ends in minutes.
constexpr std::array<int64_t, 4> kRetryMs = {5 * base::kMinuteMs, 15 * base::kMinuteMs,
                                             45 * base::kMinuteMs, 135 * base::kMinuteMs};

std::string IdOf(std::string_view kind, std::string_view name) {
  return base::Cat(kind, ":", name);
}

Json TimeOrNull(std::optional<int64_t> time_ms) {
  return time_ms.has_value() ? Json(base::FormatTime(*time_ms)) : Json();
}

Json Numbered(std::optional<int64_t> value) {
  return value.has_value() ? Json(*value) : Json();
}

// A schedule whose times have run out has none.
std::optional<int64_t> NextOf(const Schedule& schedule, int64_t after_ms) {
  const int64_t next = schedule.NextAfter(after_ms);
  return next == INT64_MAX ? std::nullopt : std::optional(next);
}

Json Summary(const Json& run) {
  Json out = Json::MakeObject();
  for (const char* key : {"id", "started", "finished", "status", "error"}) {
    out.Set(key, *run.Find(key));
  }
  return out;
}

Json WithoutDetail(Json run) {
  std::erase_if(run.as_object(), [](const auto& m) { return m.first == "detail"; });
  return run;
}

}  // namespace

// A job as its document has it.
struct Scheduler::Job {
  // What was begun for a due time and is not over.
  struct Underway {
    // kRunning of a process that died is the same as kAgain.
    enum class State { kRunning, kRetry, kAgain };
    State state = State::kRunning;
    std::string run;  // Its id.
    int64_t due_ms = 0;
    std::string trigger;
    int64_t attempts = 0;
    int64_t retry_at_ms = 0;
  };

  std::string kind;
  std::string name;
  std::string uid;
  Schedule schedule;
  bool paused = false;
  std::optional<int64_t> next_due_ms;
  std::optional<Underway> underway;
  Json last_run;

  std::string id() const { return IdOf(kind, name); }
  // When there is something to do; nothing while paused.
  std::optional<int64_t> DueAt() const {
    if (paused) return std::nullopt;
    if (!underway.has_value()) return next_due_ms;
    return underway->state == Underway::State::kRetry ? underway->retry_at_ms
                                                      : underway->due_ms;
  }

  static absl::StatusOr<Job> Parse(std::string_view text);
  store::DocumentChange Write() const;
};

namespace {

constexpr std::array<std::string_view, 3> kStates = {"running", "retry", "again"};

std::optional<int64_t> NumberAt(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  if (value == nullptr || !value->is_int()) return std::nullopt;
  return value->as_int();
}

std::string TextOf(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

}  // namespace

absl::StatusOr<Scheduler::Job> Scheduler::Job::Parse(std::string_view text) {
  FOOTFALL_ASSIGN_OR_RETURN(const Json json, Json::Parse(text));
  const Json* schedule = json.Find("schedule");
  if (schedule == nullptr) return absl::DataLossError("a job has no schedule");
  Job job;
  FOOTFALL_ASSIGN_OR_RETURN(job.schedule, Schedule::FromJson(*schedule));
  job.kind = TextOf(json, "kind");
  job.name = TextOf(json, "name");
  job.uid = TextOf(json, "uid");
  const Json* paused = json.Find("paused");
  job.paused = paused != nullptr && paused->is_bool() && paused->as_bool();
  job.next_due_ms = NumberAt(json, "next_due");
  if (const Json* last = json.Find("last_run"); last != nullptr) job.last_run = *last;
  const Json* underway = json.Find("underway");
  if (underway == nullptr || !underway->is_object()) return job;
  Underway& begun = job.underway.emplace();
  begun.state = static_cast<Underway::State>(
      std::find(kStates.begin(), kStates.end() - 1, TextOf(*underway, "state")) -
      kStates.begin());
  begun.run = TextOf(*underway, "run");
  begun.due_ms = NumberAt(*underway, "due").value_or(0);
  begun.trigger = TextOf(*underway, "trigger");
  begun.attempts = NumberAt(*underway, "attempts").value_or(0);
  begun.retry_at_ms = NumberAt(*underway, "retry_at").value_or(0);
  return job;
}

store::DocumentChange Scheduler::Job::Write() const {
  Json json = Json::MakeObject();
  json.Set("version", 1);
  json.Set("kind", kind);
  json.Set("name", name);
  json.Set("uid", uid);
  json.Set("schedule", schedule.ToJson());
  json.Set("paused", paused);
  json.Set("next_due", Numbered(next_due_ms));
  json.Set("last_run", last_run);
  if (underway.has_value()) {
    Json begun = Json::MakeObject();
    begun.Set("state", kStates[static_cast<size_t>(underway->state)]);
    begun.Set("run", underway->run);
    begun.Set("due", underway->due_ms);
    begun.Set("trigger", underway->trigger);
    begun.Set("attempts", underway->attempts);
    begun.Set("retry_at", underway->retry_at_ms);
    json.Set("underway", std::move(begun));
  }
  return {std::string(kDocument), id(), json.Dump()};
}

// A job that this thread runs, until it goes out of scope; the mutex is then free.
class Scheduler::Claim {
 public:
  explicit Claim(Scheduler* scheduler) : scheduler_(scheduler) {}
  ~Claim() {
    if (id_.empty()) return;
    const std::lock_guard<std::mutex> lock(scheduler_->mutex_);
    scheduler_->active_.erase(id_);
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  // The mutex is held. False when another thread has the job.
  bool Take(const std::string& id) {
    if (!scheduler_->active_.insert(id).second) return false;
    id_ = id;
    return true;
  }

 private:
  Scheduler* const scheduler_;
  std::string id_;
};

Scheduler::Scheduler(store::EventStore& store, bool read_only)
    : store_(store),
      log_(store, read_only, [this](std::string_view job) { return IsActive(job); }) {}

Scheduler::~Scheduler() { Stop(); }

void Scheduler::AddKind(std::string_view kind, JobKind* handler) {
  kinds_.emplace(kind, handler);
}

bool Scheduler::IsActive(std::string_view id) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return active_.find(id) != active_.end();
}

absl::StatusOr<Scheduler::Job> Scheduler::Load(std::string_view id) const {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string text, store_.GetDocument(kDocument, id));
  return Job::Parse(text);
}

absl::StatusOr<std::vector<Scheduler::Job>> Scheduler::LoadAll() const {
  FOOTFALL_ASSIGN_OR_RETURN(const auto documents, store_.ListDocuments(kDocument));
  std::vector<Job> jobs;
  for (const auto& [id, text] : documents) {
    FOOTFALL_ASSIGN_OR_RETURN(Job job, Job::Parse(text));
    jobs.push_back(std::move(job));
  }
  return jobs;
}

absl::Status Scheduler::Put(std::string_view kind, std::string_view name,
                            const Schedule& schedule, std::optional<bool> paused,
                            std::vector<store::DocumentChange> also, int64_t now_ms) {
  const std::string id = IdOf(kind, name);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    absl::StatusOr<Job> loaded = Load(id);
    if (!loaded.ok() && !absl::IsNotFound(loaded.status())) return loaded.status();
    Job job;
    if (loaded.ok()) {
      job = *std::move(loaded);
    } else {
      job.kind = kind;
      job.name = name;
      job.uid = base::RandomToken();
    }
    const bool was_paused = job.paused;
    const bool same_times =
        job.next_due_ms.has_value() && job.schedule.ToJson() == schedule.ToJson();
    job.schedule = schedule;
    job.paused = paused.value_or(job.paused);
    if (!same_times || (was_paused && !job.paused)) {
      job.next_due_ms = NextOf(schedule, now_ms);
    }
    also.push_back(job.Write());
    FOOTFALL_RETURN_IF_ERROR(store_.WriteDocuments(also));
  }
  Wake();
  return absl::OkStatus();
}

absl::Status Scheduler::Remove(std::string_view kind, std::string_view name,
                               std::vector<store::DocumentChange> also) {
  const std::string id = IdOf(kind, name);
  const std::lock_guard<std::mutex> lock(mutex_);
  FOOTFALL_RETURN_IF_ERROR(Load(id).status());
  FOOTFALL_ASSIGN_OR_RETURN(const auto runs, log_.DeleteAll(id));
  also.insert(also.end(), runs.begin(), runs.end());
  also.push_back({std::string(kDocument), id, std::nullopt});
  return store_.WriteDocuments(also);
}

absl::Status Scheduler::SetPaused(std::string_view kind, std::string_view name,
                                  bool paused, int64_t now_ms) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    FOOTFALL_ASSIGN_OR_RETURN(Job job, Load(IdOf(kind, name)));
    if (job.paused == paused) return absl::OkStatus();
    job.paused = paused;
    if (!paused) job.next_due_ms = NextOf(job.schedule, now_ms);
    FOOTFALL_RETURN_IF_ERROR(store_.WriteDocuments({job.Write()}));
  }
  Wake();
  return absl::OkStatus();
}

absl::StatusOr<Json> Scheduler::Describe(std::string_view kind,
                                         std::string_view name) const {
  FOOTFALL_ASSIGN_OR_RETURN(const Job job, Load(IdOf(kind, name)));
  const bool retry =
      job.underway.has_value() && job.underway->state == Job::Underway::State::kRetry;
  Json out = Json::MakeObject();
  out.Set("state", job.paused ? "paused" : "active");
  out.Set("next_due", TimeOrNull(job.paused ? std::nullopt : job.next_due_ms));
  out.Set("run", job.underway.has_value() ? Json(job.underway->run) : Json());
  out.Set("retry_at", retry ? Json(base::FormatTime(job.underway->retry_at_ms)) : Json());
  out.Set("last_run", job.last_run);
  return out;
}

absl::StatusOr<std::string> Scheduler::Uid(std::string_view kind,
                                           std::string_view name) const {
  FOOTFALL_ASSIGN_OR_RETURN(const Job job, Load(IdOf(kind, name)));
  return job.uid;
}

// The mutex is held.
absl::StatusOr<std::optional<Scheduler::Job>> Scheduler::FindOldestDue(
    int64_t now_ms, const std::set<std::string>& tried) {
  FOOTFALL_ASSIGN_OR_RETURN(std::vector<Job> jobs, LoadAll());
  std::optional<Job> oldest;
  for (Job& job : jobs) {
    const std::optional<int64_t> due = job.DueAt();
    if (!due.has_value() || *due > now_ms || tried.contains(job.id()) ||
        active_.find(job.id()) != active_.end()) {
      continue;
    }
    if (!oldest.has_value() || *due < *oldest->DueAt()) oldest = std::move(job);
  }
  return oldest;
}

absl::StatusOr<Json> Scheduler::RunDue(int64_t now_ms, const base::Cancel* cancel) {
  FOOTFALL_RETURN_IF_ERROR(PruneDaily(now_ms));
  Json runs = Json::MakeArray();
  std::set<std::string> tried;
  while (base::Cancel::Check(cancel).ok()) {
    Claim claim(this);
    std::unique_lock<std::mutex> lock(mutex_);
    FOOTFALL_ASSIGN_OR_RETURN(std::optional<Job> job, FindOldestDue(now_ms, tried));
    if (!job.has_value()) break;
    tried.insert(job->id());
    claim.Take(job->id());
    FOOTFALL_ASSIGN_OR_RETURN(Json run, Begin(*job, now_ms, false));
    lock.unlock();
    FOOTFALL_RETURN_IF_ERROR(Perform(*job, now_ms, cancel, run));
    runs.Push(WithoutDetail(std::move(run)));
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<int64_t> next, NextDue());
  Json out = Json::MakeObject();
  out.Set("runs", std::move(runs));
  out.Set("next_due", TimeOrNull(next));
  return out;
}

absl::StatusOr<Json> Scheduler::RunNow(std::string_view kind, std::string_view name,
                                       int64_t now_ms, const base::Cancel* cancel) {
  const std::string id = IdOf(kind, name);
  Claim claim(this);
  std::unique_lock<std::mutex> lock(mutex_);
  FOOTFALL_ASSIGN_OR_RETURN(Job job, Load(id));
  if (!claim.Take(id)) {
    return base::MakeError(absl::StatusCode::kFailedPrecondition,
                           base::Cat("'", name, "' is running"));
  }
  FOOTFALL_ASSIGN_OR_RETURN(Json run, Begin(job, now_ms, true));
  lock.unlock();
  FOOTFALL_RETURN_IF_ERROR(Perform(job, now_ms, cancel, run));
  return run;
}

// Writes down that the job runs, and answers the run. The mutex is held, the job claimed.
absl::StatusOr<Json> Scheduler::Begin(Job& job, int64_t now_ms, bool manual) {
  using State = Job::Underway::State;
  if (kinds_.find(job.kind) == kinds_.end()) {
    return base::MakeError(absl::StatusCode::kUnimplemented,
                           base::Cat("jobs of kind '", job.kind, "' are not known"));
  }
  std::vector<store::DocumentChange> changes;
  Json run;
  if (job.underway.has_value() && job.underway->state == State::kRetry) {
    FOOTFALL_ASSIGN_OR_RETURN(run, log_.Load(job.underway->run));
    run.Set("retry_at", Json());
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(const std::string id, log_.NewId(job.id(), now_ms));
    run = Json::MakeObject();
    run.Set("version", 1);
    run.Set("id", id);
    run.Set("job", job.id());
    run.Set("kind", job.kind);
    run.Set("name", job.name);
    Json detail = Json::MakeObject();
    Json continues;
    int64_t missed = 0;
    if (job.underway.has_value()) {
      FOOTFALL_ASSIGN_OR_RETURN(Json before, log_.Load(job.underway->run));
      detail = *before.Find("detail");
      missed = before.Find("missed")->as_int();
      continues = *before.Find("id");
      if (job.underway->state == State::kRunning) {
        before.Set("status", "interrupted");
        before.Set("error", "the process ended before the run did");
        changes.push_back(RunLog::Write(before));
      }
    } else {
      Job::Underway& begun = job.underway.emplace();
      begun.trigger = manual ? "manual" : "schedule";
      begun.due_ms = manual ? now_ms : *job.next_due_ms;
      // Of several missed times the latest one counts.
      while (!manual) {
        const int64_t next = job.schedule.NextAfter(begun.due_ms);
        if (next > now_ms) break;
        begun.due_ms = next;
        ++missed;
      }
    }
    job.underway->run = id;
    job.underway->attempts = 0;
    run.Set("trigger", job.underway->trigger);
    run.Set("due", base::FormatTime(job.underway->due_ms));
    run.Set("missed", missed);
    run.Set("started", base::FormatTime(now_ms));
    run.Set("finished", Json());
    run.Set("run_time_ms", Json());
    run.Set("retry_at", Json());
    run.Set("error", Json());
    run.Set("continues", std::move(continues));
    run.Set("detail", std::move(detail));
  }
  job.underway->state = State::kRunning;
  ++job.underway->attempts;
  run.Set("status", "running");
  run.Set("attempts", job.underway->attempts);
  changes.push_back(RunLog::Write(run));
  changes.push_back(job.Write());
  FOOTFALL_RETURN_IF_ERROR(store_.WriteDocuments(changes));
  return run;
}

absl::Status Scheduler::SaveDetail(const std::string& job_id, const std::string& uid,
                                   Json& run, const Json& detail) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const absl::StatusOr<Job> job = Load(job_id);
  if (absl::IsNotFound(job.status()) || (job.ok() && job->uid != uid)) {
    return absl::AbortedError("the job was deleted");
  }
  FOOTFALL_RETURN_IF_ERROR(job.status());
  run.Set("detail", detail);
  return store_.WriteDocuments({RunLog::Write(run)});
}

// Does what Begin has written down.
absl::Status Scheduler::Perform(const Job& job, int64_t now_ms,
                                const base::Cancel* cancel, Json& record) {
  const auto started = std::chrono::steady_clock::now();
  Run run;
  run.name = job.name;
  run.key = base::Fingerprint(
      base::Cat(job.uid, "/", job.underway->trigger, "/", job.underway->due_ms));
  run.due_ms = job.underway->due_ms;
  run.now_ms = now_ms;
  run.last_attempt = job.underway->attempts > static_cast<int64_t>(kRetryMs.size());
  run.cancel = cancel;
  run.detail = *record.Find("detail");
  run.save = [&](const Json& detail) {
    return SaveDetail(job.id(), job.uid, record, detail);
  };
  const RunEnd end = kinds_.find(job.kind)->second->Execute(run);
  record.Set("detail", std::move(run.detail));
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started);
  return Finish(job, record, end, now_ms + elapsed.count());
}

// Writes down how the run ended. `now_ms` is its end.
absl::Status Scheduler::Finish(const Job& begun, Json& run, const RunEnd& end,
                               int64_t now_ms) {
  using State = Job::Underway::State;
  const int64_t attempts = begun.underway->attempts;
  const bool retry = end.kind == RunEnd::Kind::kRetry &&
                     attempts <= static_cast<int64_t>(kRetryMs.size());
  run.Set("error", end.error.empty() ? Json() : Json(end.error));
  if (retry) {
    const int64_t retry_at = now_ms + kRetryMs[static_cast<size_t>(attempts - 1)];
    run.Set("status", "retrying");
    run.Set("retry_at", base::FormatTime(retry_at));
  } else {
    const absl::StatusOr<int64_t> started =
        base::ParseTime(run.Find("started")->as_string(), absl::UTCTimeZone());
    run.Set("status", end.kind == RunEnd::Kind::kCompleted     ? "completed"
                      : end.kind == RunEnd::Kind::kInterrupted ? "interrupted"
                                                               : "failed");
    run.Set("finished", base::FormatTime(now_ms));
    run.Set("run_time_ms", now_ms - started.value_or(now_ms));
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  absl::StatusOr<Job> job = Load(begun.id());
  // Deleted meanwhile: its log went with it.
  if (absl::IsNotFound(job.status())) return absl::OkStatus();
  FOOTFALL_RETURN_IF_ERROR(job.status());
  if (job->uid != begun.uid) return absl::OkStatus();
  job->last_run = Summary(run);
  if (end.kind == RunEnd::Kind::kInterrupted) {
    job->underway->state = State::kAgain;
  } else if (retry) {
    job->underway->state = State::kRetry;
    job->underway->retry_at_ms = now_ms + kRetryMs[static_cast<size_t>(attempts - 1)];
  } else {
    // A schedule that was changed meanwhile has set its own next time.
    if (begun.underway->trigger == "schedule" && job->next_due_ms.has_value() &&
        *job->next_due_ms <= begun.underway->due_ms) {
      job->next_due_ms = NextOf(job->schedule, begun.underway->due_ms);
    }
    job->underway.reset();
  }
  return store_.WriteDocuments({RunLog::Write(run), job->Write()});
}

absl::Status Scheduler::PruneDaily(int64_t now_ms) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (pruned_ms_.has_value() && now_ms - *pruned_ms_ < base::kDayMs)
      return absl::OkStatus();
    pruned_ms_ = now_ms;
  }
  return log_.Prune(now_ms);
}

absl::StatusOr<std::optional<int64_t>> Scheduler::NextDue() const {
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<Job> jobs, LoadAll());
  std::optional<int64_t> next;
  for (const Job& job : jobs) {
    const std::optional<int64_t> due = job.DueAt();
    if (!due.has_value() || IsActive(job.id())) continue;
    next = std::min(next.value_or(*due), *due);
  }
  return next;
}

}  // namespace footfall::runtime
