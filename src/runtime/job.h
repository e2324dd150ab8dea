// What the scheduler runs: a job of some kind, and what became of a run.
#ifndef FOOTFALL_RUNTIME_JOB_H_
#define FOOTFALL_RUNTIME_JOB_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/cancel.h"
#include "base/json.h"

namespace footfall::runtime {

// What is done at one due time of a job. It may take several attempts: what a process
// that died had saved is in `detail` again, and so is what an attempt left to be retried.
struct Run {
  std::string name;  // Of the job, without its kind.
  // The same for all attempts at this due time, and for no other.
  std::string key;
  int64_t due_ms = 0;  // Of what moment a report is wanted.
  int64_t now_ms = 0;
  bool last_attempt = false;  // kRetry would be the end.
  const base::Cancel* cancel = nullptr;
  // What the log shows of the run, an object. The handler changes it as it goes on.
  base::Json detail = base::Json::MakeObject();
  // Makes `detail` durable. ABORTED when the job was deleted meanwhile: the run ends.
  std::function<absl::Status(const base::Json& detail)> save;
};

struct RunEnd {
  enum class Kind {
    kCompleted,
    kFailed,
    kRetry,        // Something may work later.
    kInterrupted,  // It was cancelled; the next run goes on with it.
  };
  Kind kind = Kind::kCompleted;
  std::string error;  // Empty when completed. Holds no secret.
};

// A kind of job, such as "subscription".
class JobKind {
 public:
  virtual ~JobKind() = default;
  // Called by one thread at a time for each job, by several for different ones.
  virtual RunEnd Execute(Run& run) = 0;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_JOB_H_
