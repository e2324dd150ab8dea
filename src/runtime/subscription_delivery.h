// One run of a subscription: the report to each recipient who has not got it yet.
#ifndef FOOTFALL_RUNTIME_SUBSCRIPTION_DELIVERY_H_
#define FOOTFALL_RUNTIME_SUBSCRIPTION_DELIVERY_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "net/mail.h"
#include "net/mime.h"
#include "report/report.h"
#include "runtime/job.h"
#include "runtime/mailer.h"
#include "runtime/recipients.h"
#include "runtime/subscription.h"

namespace footfall::runtime {

// Runs the report definition `json`, or only compiles it.
struct ReportRunner {
  std::function<absl::StatusOr<report::Result>(std::string_view json,
                                               const report::RunOptions& options)>
      run;
  std::function<absl::Status(std::string_view json, const report::RunOptions& options)>
      check;
};

// Goes on with what the run's detail says. The detail is {"report", "rows", "recipients":
// [{"address", "status", "attempts", "at", "message_id", "code", "reply"}]}; "status" is
// "waiting", "sent", "refused" (5xx to the address, which gets nothing from now on),
// "rejected" (5xx to the message), "failed" (given up), "unsubscribed", "suppressed"
// (refused earlier) or "removed" (no recipient any more).
class SubscriptionDelivery {
 public:
  // All must outlive it. `job` is its uid.
  SubscriptionDelivery(const Subscription& subscription, std::string job,
                       Recipients& recipients, const Mailer& mailer, Run& run)
      : subscription_(subscription),
        job_(std::move(job)),
        recipients_(recipients),
        mailer_(mailer),
        run_(run) {}

  RunEnd Deliver(const ReportRunner& reports);

 private:
  void MergeRecipients();
  absl::Status Prepare(const ReportRunner& reports);
  absl::Status SendAll();
  // Sends to one recipient and notes what came of it; false ends this attempt.
  absl::StatusOr<bool> SendTo(base::Json& entry);
  absl::StatusOr<bool> IsWanted(base::Json& entry);
  absl::StatusOr<std::string> MessageFor(const std::string& address,
                                         const std::string& message_id);
  absl::StatusOr<bool> Note(const net::Delivery& delivery, base::Json& entry);
  base::Json& entries();
  size_t Count(std::string_view status);
  RunEnd End();

  const Subscription& subscription_;
  const std::string job_;
  Recipients& recipients_;
  const Mailer& mailer_;
  Run& run_;

  MailSettings settings_;
  std::unique_ptr<net::MailTransport> transport_;
  net::MailMessage mail_;
  std::string unusable_;  // Why nothing more can be sent to anybody.
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_SUBSCRIPTION_DELIVERY_H_
