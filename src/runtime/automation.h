// What an instance does by itself when it is due, and what that needs.
#ifndef FOOTFALL_RUNTIME_AUTOMATION_H_
#define FOOTFALL_RUNTIME_AUTOMATION_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "runtime/mailer.h"
#include "runtime/scheduler.h"
#include "runtime/secrets.h"
#include "runtime/subscriptions.h"
#include "store/event_store.h"

namespace footfall::runtime {

class Instance;

// Thread-safe.
class Automation {
 public:
  using Log = std::function<void(store::LogSeverity, std::string_view)>;

  // `instance` owns it. `log` may be empty.
  Automation(Instance& instance, bool read_only, Log log);
  ~Automation();

  // Runs what is due in a thread, by `clock`, until Stop; its errors go to the log.
  absl::Status Start(std::function<int64_t()> clock);
  // Interrupts what the thread runs and waits for its end.
  void Stop();

  Secrets& secrets() { return secrets_; }
  Mailer& mailer() { return mailer_; }
  Scheduler& scheduler() { return scheduler_; }
  Subscriptions& subscriptions() { return subscriptions_; }

 private:
  const bool read_only_;
  const Log log_;
  Secrets secrets_;
  Mailer mailer_;
  Scheduler scheduler_;
  Subscriptions subscriptions_;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_AUTOMATION_H_
