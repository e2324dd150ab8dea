// Subscriptions: saved, shown, delivered.
#ifndef FOOTFALL_RUNTIME_SUBSCRIPTIONS_H_
#define FOOTFALL_RUNTIME_SUBSCRIPTIONS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "runtime/job.h"
#include "runtime/mailer.h"
#include "runtime/recipients.h"
#include "runtime/scheduler.h"
#include "runtime/subscription.h"
#include "runtime/subscription_delivery.h"
#include "store/event_store.h"

namespace footfall::runtime {

// The job "subscription:NAME". Each recipient gets a message of its own, and the mark
// that it was sent is durable before the next one begins. Thread-safe.
class Subscriptions : public JobKind {
 public:
  Subscriptions(store::EventStore& store, Scheduler& scheduler, Mailer& mailer,
                ReportRunner reports);

  // INVALID_ARGUMENT with a path; NOT_FOUND with "$.report" for a report that there is
  // not.
  absl::Status Save(std::string_view json, int64_t now_ms);
  // The definition with "paused", and beside it "state": as Scheduler::Describe, and
  // "suppressed": [{"address", "state", "since", "reason"}] of recipients who get
  // nothing. NOT_FOUND.
  absl::StatusOr<base::Json> Show(std::string_view name) const;
  // {"subscriptions": [{"name", "report", "recipients": how many, "schedule", "state",
  // "next_due", "last_run"}]}, sorted by name.
  absl::StatusOr<base::Json> List() const;
  // With its log and what is known of its recipients. NOT_FOUND.
  absl::Status Delete(std::string_view name);
  absl::Status SetPaused(std::string_view name, bool paused, int64_t now_ms);
  // See Scheduler::RunNow.
  absl::StatusOr<base::Json> RunNow(std::string_view name, int64_t now_ms,
                                    const base::Cancel* cancel);
  // Sends to a recipient again who was refused or unsubscribed. NOT_FOUND.
  absl::Status Restore(std::string_view name, std::string_view address, int64_t now_ms);
  // {"subscription", "address", "state"}; with `confirm` the recipient is unsubscribed.
  absl::StatusOr<base::Json> Unsubscribe(std::string_view token, bool confirm,
                                         int64_t now_ms);

  RunEnd Execute(Run& run) override;

 private:
  absl::StatusOr<Subscription> Load(std::string_view name) const;

  store::EventStore& store_;
  Scheduler& scheduler_;
  Mailer& mailer_;
  const ReportRunner reports_;
  mutable Recipients recipients_;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_SUBSCRIPTIONS_H_
