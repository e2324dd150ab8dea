#include "runtime/scheduler.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"
#include "base/time.h"
#include "gtest/gtest.h"
#include "tests/runtime/temp_store.h"

namespace footfall::runtime {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kHourMs = 60 * kMinuteMs;
constexpr int64_t kDayMs = 24 * kHourMs;
constexpr int64_t kMonday = 1763942400000;  // 2025-11-24T00:00:00Z.

// Remembers what it was asked to run, and answers what it is told to.
class Recorder : public JobKind {
 public:
  RunEnd Execute(Run& run) override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      runs.push_back(run.name + " " + base::FormatTime(run.due_ms).substr(5, 11));
      keys.push_back(run.key);
    }
    // A copy, since an answer may set the next one.
    const std::function<RunEnd(Run&)> now = answer;
    return now ? now(run) : RunEnd{};
  }

  std::vector<std::string> runs;
  std::vector<std::string> keys;
  std::function<RunEnd(Run&)> answer;

 private:
  std::mutex mutex_;
};

Schedule Daily(const char* at = "08:00") {
  Schedule schedule;
  schedule.minute = (at[0] - '0') * 600 + (at[1] - '0') * 60;
  return schedule;
}

class SchedulerTest : public testing::Test {
 protected:
  SchedulerTest() { Reopen(); }

  // What a new process would have: nothing in memory.
  void Reopen() {
    scheduler_ = std::make_unique<Scheduler>(temp_.instance->store(), false);
    scheduler_->AddKind("test", &recorder_);
  }

  void Put(const std::string& name, const Schedule& schedule, int64_t now_ms,
           std::optional<bool> paused = std::nullopt) {
    ASSERT_TRUE(scheduler_->Put("test", name, schedule, paused, {}, now_ms).ok());
  }

  base::Json RunDue(int64_t now_ms) {
    const absl::StatusOr<base::Json> ran = scheduler_->RunDue(now_ms, nullptr);
    EXPECT_TRUE(ran.ok()) << ran.status();
    return ran.value_or(base::Json::MakeObject());
  }

  // The statuses of what RunDue ran, in order.
  std::string StatusesOf(int64_t now_ms) {
    std::string out;
    const base::Json ran = RunDue(now_ms);
    for (const base::Json& run : ran.Find("runs")->as_array()) {
      out += (out.empty() ? "" : " ") + run.Find("status")->as_string();
    }
    return out;
  }

  std::vector<base::Json> Log(const std::string& job = "") {
    const absl::StatusOr<base::Json> list = scheduler_->log().List(job, 100);
    EXPECT_TRUE(list.ok()) << list.status();
    return list->Find("runs")->as_array();
  }

  base::Json Describe(const std::string& name) {
    return scheduler_->Describe("test", name).value();
  }

  TempStore temp_;
  Recorder recorder_;
  std::unique_ptr<Scheduler> scheduler_;
};

TEST_F(SchedulerTest, RunsEachDueTimeOnce) {
  Put("a", Daily(), kMonday);
  EXPECT_EQ(Describe("a").Find("next_due")->as_string(), "2025-11-24T08:00:00.000Z");
  EXPECT_EQ(StatusesOf(kMonday + 8 * kHourMs - 1), "");
  EXPECT_EQ(StatusesOf(kMonday + 8 * kHourMs), "completed");
  EXPECT_EQ(StatusesOf(kMonday + 9 * kHourMs), "");
  const base::Json next = RunDue(kMonday + kDayMs);
  EXPECT_EQ(next.Find("next_due")->as_string(), "2025-11-25T08:00:00.000Z");
  EXPECT_EQ(StatusesOf(kMonday + 33 * kHourMs), "completed");
  EXPECT_EQ(recorder_.runs, (std::vector<std::string>{"a 11-24T08:00", "a 11-25T08:00"}));
  EXPECT_NE(recorder_.keys[0], recorder_.keys[1]);
}

TEST_F(SchedulerTest, TheOldestComesFirst) {
  Put("late", Daily("09:00"), kMonday);
  Put("early", Daily("07:00"), kMonday);
  Put("middle", Daily(), kMonday);
  EXPECT_EQ(StatusesOf(kMonday + 10 * kHourMs), "completed completed completed");
  EXPECT_EQ(recorder_.runs,
            (std::vector<std::string>{"early 11-24T07:00", "middle 11-24T08:00",
                                      "late 11-24T09:00"}));
}

TEST_F(SchedulerTest, MissedTimesAreMadeUpForOnce) {
  Put("a", Daily(), kMonday);
  EXPECT_EQ(StatusesOf(kMonday + 4 * kDayMs), "completed");
  EXPECT_EQ(recorder_.runs, (std::vector<std::string>{"a 11-27T08:00"}));
  const base::Json run = Log()[0];
  EXPECT_EQ(run.Find("missed")->as_int(), 3);
  EXPECT_EQ(run.Find("due")->as_string(), "2025-11-27T08:00:00.000Z");
  EXPECT_EQ(run.Find("started")->as_string(), "2025-11-28T00:00:00.000Z");
  EXPECT_EQ(run.Find("trigger")->as_string(), "schedule");
  EXPECT_GE(run.Find("run_time_ms")->as_int(), 0);
  EXPECT_EQ(Describe("a").Find("next_due")->as_string(), "2025-11-28T08:00:00.000Z");
}

TEST_F(SchedulerTest, APauseSkipsWhatFallsIntoIt) {
  Put("a", Daily(), kMonday);
  ASSERT_TRUE(scheduler_->SetPaused("test", "a", true, kMonday).ok());
  EXPECT_TRUE(Describe("a").Find("next_due")->is_null());
  EXPECT_EQ(Describe("a").Find("state")->as_string(), "paused");
  EXPECT_EQ(StatusesOf(kMonday + 3 * kDayMs), "");
  // An edit leaves it paused, unless it says otherwise.
  Put("a", Daily(), kMonday);
  EXPECT_EQ(Describe("a").Find("state")->as_string(), "paused");
  ASSERT_TRUE(
      scheduler_->SetPaused("test", "a", false, kMonday + 3 * kDayMs + 9 * kHourMs).ok());
  EXPECT_EQ(StatusesOf(kMonday + 3 * kDayMs + 10 * kHourMs), "");
  EXPECT_EQ(StatusesOf(kMonday + 4 * kDayMs + 8 * kHourMs), "completed");
  Put("a", Daily(), kMonday + 5 * kDayMs, true);
  EXPECT_EQ(Describe("a").Find("state")->as_string(), "paused");
  Put("a", Daily(), kMonday + 8 * kDayMs, false);
  EXPECT_EQ(Describe("a").Find("next_due")->as_string(), "2025-12-02T08:00:00.000Z");
}

TEST_F(SchedulerTest, EditsAreInForceAtOnce) {
  Put("a", Daily(), kMonday);
  Put("a", Daily("07:00"), kMonday);
  EXPECT_EQ(StatusesOf(kMonday + 7 * kHourMs), "completed");
  // The same times again do not forget one that is due.
  Put("a", Daily("07:00"), kMonday + kDayMs + 8 * kHourMs);
  EXPECT_EQ(StatusesOf(kMonday + kDayMs + 8 * kHourMs), "completed");
  // Other times begin now.
  Put("a", Daily(), kMonday + 2 * kDayMs + 9 * kHourMs);
  EXPECT_EQ(StatusesOf(kMonday + 2 * kDayMs + 9 * kHourMs), "");
}

TEST_F(SchedulerTest, RetriesUntilItGivesUp) {
  std::vector<bool> last;
  recorder_.answer = [&](runtime::Run& run) {
    last.push_back(run.last_attempt);
    run.detail.Set("tries", static_cast<int64_t>(last.size()));
    return RunEnd{RunEnd::Kind::kRetry, "not yet"};
  };
  Put("a", Daily(), kMonday);
  int64_t now = kMonday + 8 * kHourMs;
  const int64_t delays[] = {5, 15, 45, 135};
  for (const int64_t delay : delays) {
    EXPECT_EQ(StatusesOf(now), "retrying");
    const base::Json described = Describe("a");
    EXPECT_EQ(StatusesOf(now + (delay - 1) * kMinuteMs), "") << delay;
    const int64_t at =
        base::ParseTime(described.Find("retry_at")->as_string(), absl::UTCTimeZone())
            .value();
    // The attempt takes a moment itself.
    EXPECT_GE(at, now + delay * kMinuteMs);
    EXPECT_LT(at, now + delay * kMinuteMs + 10'000);
    now = at;
  }
  EXPECT_EQ(StatusesOf(now), "failed");
  EXPECT_EQ(last, (std::vector<bool>{false, false, false, false, true}));
  ASSERT_EQ(Log().size(), 1u);
  const base::Json run = scheduler_->log().Show(Log()[0].Find("id")->as_string()).value();
  EXPECT_EQ(run.Find("attempts")->as_int(), 5);
  EXPECT_EQ(run.Find("error")->as_string(), "not yet");
  EXPECT_EQ(run.Find("detail")->Find("tries")->as_int(), 5);
  EXPECT_TRUE(run.Find("retry_at")->is_null());
  for (const std::string& key : recorder_.keys) EXPECT_EQ(key, recorder_.keys[0]);
  // And goes on with the next time.
  EXPECT_EQ(StatusesOf(kMonday + 32 * kHourMs), "retrying");
  EXPECT_NE(recorder_.keys.back(), recorder_.keys[0]);
}

TEST_F(SchedulerTest, AProcessThatDiesLeavesAnInterruptedRun) {
  Put("a", Daily(), kMonday);
  Scheduler after(temp_.instance->store(), false);
  after.AddKind("test", &recorder_);
  Scheduler* const next = &after;
  recorder_.answer = [&](runtime::Run& run) {
    run.detail.Set("sent", "ana");
    EXPECT_TRUE(run.save(run.detail).ok());
    run.detail.Set("sent", "ben");
    // Meanwhile another process would see it like this.
    const base::Json log = next->log().List("test:a", 10).value();
    const base::Json& seen = log.Find("runs")->as_array()[0];
    EXPECT_EQ(seen.Find("status")->as_string(), "interrupted");
    // It begins a new run for the same time, with what was saved.
    recorder_.answer = [&](runtime::Run& again) {
      EXPECT_EQ(again.detail.Find("sent")->as_string(), "ana");
      again.detail.Set("sent", "ana and ben");
      return RunEnd{};
    };
    const base::Json ran = next->RunDue(kMonday + 9 * kHourMs, nullptr).value();
    EXPECT_EQ(ran.Find("runs")->as_array().size(), 1u);
    return RunEnd{};
  };
  RunDue(kMonday + 8 * kHourMs);
  ASSERT_EQ(recorder_.runs, (std::vector<std::string>{"a 11-24T08:00", "a 11-24T08:00"}));
  EXPECT_EQ(recorder_.keys[0], recorder_.keys[1]);
  ASSERT_EQ(Log().size(), 2u);
  EXPECT_EQ(Log()[0].Find("status")->as_string(), "completed");
  EXPECT_EQ(*Log()[0].Find("continues"), *Log()[1].Find("id"));
}

TEST_F(SchedulerTest, CancelledRunsAreTakenUpAgain) {
  Put("a", Daily(), kMonday);
  Put("b", Daily("09:00"), kMonday);
  base::Cancel cancel;
  recorder_.answer = [&](runtime::Run& run) {
    cancel.Request();
    EXPECT_FALSE(base::Cancel::Check(run.cancel).ok());
    return RunEnd{RunEnd::Kind::kInterrupted, "it was cancelled"};
  };
  const base::Json ran = scheduler_->RunDue(kMonday + 10 * kHourMs, &cancel).value();
  ASSERT_EQ(ran.Find("runs")->as_array().size(), 1u);
  EXPECT_EQ(ran.Find("runs")->as_array()[0].Find("status")->as_string(), "interrupted");
  recorder_.answer = nullptr;
  EXPECT_EQ(StatusesOf(kMonday + 10 * kHourMs), "completed completed");
  EXPECT_EQ(recorder_.keys[0], recorder_.keys[1]);
}

TEST_F(SchedulerTest, RunNowDoesNotMoveTheSchedule) {
  Put("a", Daily(), kMonday);
  const base::Json run = scheduler_->RunNow("test", "a", kMonday + 1, nullptr).value();
  EXPECT_EQ(run.Find("trigger")->as_string(), "manual");
  EXPECT_EQ(run.Find("status")->as_string(), "completed");
  EXPECT_NE(run.Find("detail"), nullptr);
  ASSERT_TRUE(scheduler_->SetPaused("test", "a", true, kMonday).ok());
  EXPECT_TRUE(scheduler_->RunNow("test", "a", kMonday + 1, nullptr).ok());
  ASSERT_TRUE(scheduler_->SetPaused("test", "a", false, kMonday).ok());
  EXPECT_EQ(StatusesOf(kMonday + 8 * kHourMs), "completed");
  // Two runs of one moment have their own ids.
  EXPECT_EQ(Log().size(), 3u);
  EXPECT_EQ(scheduler_->RunNow("test", "b", kMonday, nullptr).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(SchedulerTest, RunNowGoesOnWithWhatIsToBeRetried) {
  Put("a", Daily(), kMonday);
  recorder_.answer = [](runtime::Run&) {
    return RunEnd{RunEnd::Kind::kRetry, "not yet"};
  };
  EXPECT_EQ(StatusesOf(kMonday + 8 * kHourMs), "retrying");
  recorder_.answer = nullptr;
  const base::Json run =
      scheduler_->RunNow("test", "a", kMonday + 8 * kHourMs + 1, nullptr).value();
  EXPECT_EQ(run.Find("attempts")->as_int(), 2);
  EXPECT_EQ(run.Find("trigger")->as_string(), "schedule");
  EXPECT_EQ(run.Find("status")->as_string(), "completed");
  EXPECT_EQ(Log().size(), 1u);
}

TEST_F(SchedulerTest, AJobRunsOnceAtATime) {
  Put("a", Daily(), kMonday);
  Put("b", Daily("09:00"), kMonday);
  std::mutex mutex;
  std::condition_variable changed;
  bool begun = false;
  bool go_on = false;
  recorder_.answer = [&](runtime::Run& run) {
    if (run.name == "a") {
      std::unique_lock<std::mutex> lock(mutex);
      begun = true;
      changed.notify_all();
      changed.wait(lock, [&] { return go_on; });
    }
    return RunEnd{};
  };
  std::thread other([&] { RunDue(kMonday + 8 * kHourMs); });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return begun; });
  }
  EXPECT_EQ(scheduler_->RunNow("test", "a", kMonday, nullptr).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Log("test:a")[0].Find("status")->as_string(), "running");
  // Others need not wait for it.
  EXPECT_EQ(StatusesOf(kMonday + 9 * kHourMs), "completed");
  {
    const std::lock_guard<std::mutex> lock(mutex);
    go_on = true;
    changed.notify_all();
  }
  other.join();
  EXPECT_EQ(recorder_.runs, (std::vector<std::string>{"a 11-24T08:00", "b 11-24T09:00"}));
}

TEST_F(SchedulerTest, DeletingEndsARunAndItsLog) {
  Put("a", Daily(), kMonday);
  Put("ab", Daily(), kMonday);
  EXPECT_EQ(StatusesOf(kMonday + 8 * kHourMs), "completed completed");
  recorder_.answer = [&](runtime::Run& run) {
    EXPECT_TRUE(scheduler_->Remove("test", "a", {}).ok());
    const absl::Status saved = run.save(run.detail);
    EXPECT_EQ(saved.code(), absl::StatusCode::kAborted);
    return RunEnd{RunEnd::Kind::kFailed, base::MessageOf(saved)};
  };
  EXPECT_TRUE(scheduler_->RunNow("test", "a", kMonday + kDayMs, nullptr).ok());
  EXPECT_TRUE(Log("test:a").empty());
  EXPECT_EQ(Log("test:ab").size(), 1u);
  EXPECT_EQ(scheduler_->Describe("test", "a").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(scheduler_->Remove("test", "a", {}).code(), absl::StatusCode::kNotFound);
}

TEST_F(SchedulerTest, OldLogsGo) {
  ASSERT_TRUE(temp_.instance->store().SetSetting("run_log_days", "10").ok());
  Put("a", Daily(), kMonday);
  Put("b", Daily("09:00"), kMonday);
  for (int day = 0; day < 12; ++day) {
    RunDue(kMonday + day * kDayMs + 8 * kHourMs);
  }
  ASSERT_TRUE(scheduler_->SetPaused("test", "b", true, kMonday).ok());
  EXPECT_EQ(Log("test:a").size(), 12u - 1);
  RunDue(kMonday + 15 * kDayMs + 8 * kHourMs);
  // Ten days before it began; of the paused one the latest stays.
  EXPECT_EQ(Log("test:a").size(), 8u);
  EXPECT_EQ(Log("test:a").back().Find("started")->as_string(),
            "2025-11-29T08:00:00.000Z");
  RunDue(kMonday + 60 * kDayMs);
  EXPECT_EQ(Log("test:b").size(), 1u);
  ASSERT_TRUE(temp_.instance->store().SetSetting("run_log_days", "0").ok());
  RunDue(kMonday + 1000 * kDayMs);
  EXPECT_EQ(Log("test:b").size(), 1u);
}

TEST_F(SchedulerTest, LogsOfOneJobAreBounded) {
  Put("a", Daily(), kMonday);
  std::vector<store::DocumentChange> many;
  for (int i = 0; i < 1200; ++i) {
    const std::string started = base::FormatTime(kMonday + i);
    base::Json run = base::Json::MakeObject();
    run.Set("id", "test:a/" + started);
    run.Set("job", "test:a");
    run.Set("status", "completed");
    run.Set("started", started);
    many.push_back(RunLog::Write(run));
  }
  ASSERT_TRUE(temp_.instance->store().WriteDocuments(many).ok());
  RunDue(kMonday + kHourMs);
  const base::Json list = scheduler_->log().List("", 5000).value();
  EXPECT_EQ(list.Find("runs")->as_array().size(), RunLog::kRunsMax);
  EXPECT_EQ(list.Find("runs")->as_array()[0].Find("id")->as_string(),
            "test:a/2025-11-24T00:00:01.199Z");
  EXPECT_EQ(scheduler_->log().List("", 3).value().Find("runs")->as_array().size(), 3u);
}

TEST_F(SchedulerTest, UnknownRunsAndKinds) {
  EXPECT_EQ(scheduler_->log().Show("nothing").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(scheduler_->log().Show("").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(scheduler_->log().Show(std::string(5000, 'x')).status().code(),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(scheduler_->Put("other", "x", Daily(), std::nullopt, {}, kMonday).ok());
  EXPECT_EQ(scheduler_->RunDue(kMonday + kDayMs, nullptr).status().code(),
            absl::StatusCode::kUnimplemented);
  ASSERT_TRUE(temp_.instance->store().PutDocument("run", "damaged", "{}").ok());
  EXPECT_EQ(scheduler_->log().Show("damaged").status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(SchedulerTest, TheThreadRunsWhatIsDue) {
  Put("a", Daily(), kMonday);
  std::mutex mutex;
  std::condition_variable changed;
  int64_t now = kMonday;
  size_t ran = 0;
  recorder_.answer = [&](runtime::Run&) {
    const std::lock_guard<std::mutex> lock(mutex);
    ++ran;
    changed.notify_all();
    return RunEnd{};
  };
  const auto clock = [&] {
    const std::lock_guard<std::mutex> lock(mutex);
    return now;
  };
  ASSERT_TRUE(scheduler_->Start(clock, nullptr).ok());
  EXPECT_EQ(scheduler_->Start(clock, nullptr).code(),
            absl::StatusCode::kFailedPrecondition);
  for (size_t day = 1; day <= 3; ++day) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      now = kMonday + static_cast<int64_t>(day) * kDayMs;
    }
    scheduler_->Wake();
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return ran == day; });
  }
  scheduler_->Stop();
  scheduler_->Stop();
  EXPECT_EQ(recorder_.runs.size(), 3u);
  ASSERT_TRUE(scheduler_->Start(clock, nullptr).ok());
}

TEST_F(SchedulerTest, StoppingInterruptsARun) {
  Put("a", Daily(), kMonday);
  std::mutex mutex;
  std::condition_variable changed;
  bool begun = false;
  recorder_.answer = [&](runtime::Run& run) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      begun = true;
      changed.notify_all();
    }
    while (base::Cancel::Check(run.cancel).ok()) std::this_thread::yield();
    return RunEnd{RunEnd::Kind::kInterrupted, "it was cancelled"};
  };
  ASSERT_TRUE(scheduler_->Start([] { return kMonday + kDayMs; }, nullptr).ok());
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return begun; });
  }
  scheduler_->Stop();
  EXPECT_EQ(Log()[0].Find("status")->as_string(), "interrupted");
}

TEST_F(SchedulerTest, TheThreadReportsErrors) {
  ASSERT_TRUE(scheduler_->Put("other", "x", Daily(), std::nullopt, {}, kMonday).ok());
  std::mutex mutex;
  std::condition_variable changed;
  std::string error;
  ASSERT_TRUE(scheduler_
                  ->Start([] { return kMonday + kDayMs; },
                          [&](const absl::Status& status) {
                            const std::lock_guard<std::mutex> lock(mutex);
                            error = base::MessageOf(status);
                            changed.notify_all();
                          })
                  .ok());
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [&] { return !error.empty(); });
  EXPECT_EQ(error, "jobs of kind 'other' are not known");
  lock.unlock();
  scheduler_->Stop();
}

}  // namespace
}  // namespace footfall::runtime
