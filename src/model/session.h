// How a person's events without a host session id form sessions; the one place that says
// so, used at ingest and in queries.
#ifndef FOOTFALL_MODEL_SESSION_H_
#define FOOTFALL_MODEL_SESSION_H_

#include <cstdint>

namespace footfall::model {

struct SessionRule {
  int64_t gap_ms = 30 * 60 * 1000;       // A longer gap starts a new session.
  int64_t max_ms = 12 * 60 * 60 * 1000;  // A session stays shorter; 0 means no limit.
};

// Cuts one person's events, fed in event order, into runs.
class RunCutter {
 public:
  explicit RunCutter(const SessionRule& rule) : rule_(rule) {}

  // Whether the event at `time_ms` starts a new run. Times do not decrease.
  bool StartsRun(int64_t time_ms) {
    const bool starts = !started_ || time_ms - last_ms_ > rule_.gap_ms ||
                        (rule_.max_ms > 0 && time_ms - start_ms_ >= rule_.max_ms);
    if (starts) start_ms_ = time_ms;
    last_ms_ = time_ms;
    started_ = true;
    return starts;
  }

 private:
  SessionRule rule_;
  bool started_ = false;
  int64_t start_ms_ = 0;
  int64_t last_ms_ = 0;
};

}  // namespace footfall::model

#endif  // FOOTFALL_MODEL_SESSION_H_
