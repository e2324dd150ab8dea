#include "runtime/subscriptions.h"

#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "runtime/subscription_delivery.h"

namespace footfall::runtime {
namespace {

using base::Json;

constexpr std::string_view kKind = "subscription";

absl::Status NoSuch(std::string_view name) {
  return base::MakeError(
      absl::StatusCode::kNotFound,
      base::Cat("there is no subscription '", name.substr(0, 100), "'"));
}

absl::Status NotFoundAs(const absl::Status& status, std::string_view name) {
  return absl::IsNotFound(status) ? NoSuch(name) : status;
}

// A report's error speaks of the view that the subscription made of it.
absl::Status AtReport(const absl::Status& status) {
  const std::string path = base::PathOf(status).value_or("");
  if (!path.empty() && path != "$.base") return status;
  const std::string message = base::MessageOf(status);
  const size_t colon = path.empty() ? 0 : path.size() + 2;
  return base::WithPathPrefix(
      "$.report", base::MakeError(status.code(), std::string_view(message).substr(
                                                     std::min(colon, message.size()))));
}

}  // namespace

Subscriptions::Subscriptions(store::EventStore& store, Scheduler& scheduler,
                             Mailer& mailer, ReportRunner reports)
    : store_(store),
      scheduler_(scheduler),
      mailer_(mailer),
      reports_(std::move(reports)),
      recipients_(store) {
  scheduler_.AddKind(kKind, this);
}

absl::StatusOr<Subscription> Subscriptions::Load(std::string_view name) const {
  if (name.empty() || name.size() > Subscription::kNameMax) return NoSuch(name);
  absl::StatusOr<std::string> text = store_.GetDocument(kKind, name);
  if (!text.ok()) return NotFoundAs(text.status(), name);
  return Subscription::Parse(*text);
}

absl::Status Subscriptions::Save(std::string_view json, int64_t now_ms) {
  FOOTFALL_ASSIGN_OR_RETURN(const Subscription subscription, Subscription::Parse(json));
  report::RunOptions options;
  options.now_ms = now_ms;
  if (absl::Status status = reports_.check(subscription.view.Dump(), options);
      !status.ok()) {
    return AtReport(status);
  }
  return scheduler_.Put(
      kKind, subscription.name, subscription.schedule, subscription.paused,
      {{std::string(kKind), subscription.name, subscription.json.Dump()}}, now_ms);
}

absl::StatusOr<Json> Subscriptions::Show(std::string_view name) const {
  FOOTFALL_ASSIGN_OR_RETURN(Subscription subscription, Load(name));
  FOOTFALL_ASSIGN_OR_RETURN(Json job, scheduler_.Describe(kKind, name));
  FOOTFALL_ASSIGN_OR_RETURN(const std::string uid, scheduler_.Uid(kKind, name));
  Json suppressed = Json::MakeArray();
  for (const std::string& address : subscription.recipients) {
    FOOTFALL_ASSIGN_OR_RETURN(const Recipient recipient, recipients_.Find(uid, address));
    if (recipient.state == Recipient::State::kActive) continue;
    Json row = Json::MakeObject();
    row.Set("address", address);
    row.Set("state", StateName(recipient.state));
    row.Set("since", base::FormatTime(recipient.since_ms));
    row.Set("reason", recipient.reason.empty() ? Json() : Json(recipient.reason));
    suppressed.Push(std::move(row));
  }
  Json out = std::move(subscription.json);
  out.Set("paused", *job.Find("state") == Json("paused"));
  Json wrapped = Json::MakeObject();
  wrapped.Set("definition", std::move(out));
  for (auto& [key, value] : job.as_object()) wrapped.Set(key, std::move(value));
  wrapped.Set("suppressed", std::move(suppressed));
  return wrapped;
}

absl::StatusOr<Json> Subscriptions::List() const {
  FOOTFALL_ASSIGN_OR_RETURN(const auto documents, store_.ListDocuments(kKind));
  Json rows = Json::MakeArray();
  for (const auto& [name, text] : documents) {
    FOOTFALL_ASSIGN_OR_RETURN(const Subscription subscription, Subscription::Parse(text));
    FOOTFALL_ASSIGN_OR_RETURN(Json job, scheduler_.Describe(kKind, name));
    Json row = Json::MakeObject();
    row.Set("name", name);
    row.Set("report", subscription.report);
    row.Set("recipients", static_cast<int64_t>(subscription.recipients.size()));
    row.Set("schedule", subscription.schedule.ToJson());
    for (const char* key : {"state", "next_due", "last_run"}) {
      row.Set(key, *job.Find(key));
    }
    rows.Push(std::move(row));
  }
  Json out = Json::MakeObject();
  out.Set("subscriptions", std::move(rows));
  return out;
}

absl::Status Subscriptions::Delete(std::string_view name) {
  FOOTFALL_RETURN_IF_ERROR(Load(name).status());
  FOOTFALL_ASSIGN_OR_RETURN(const std::string uid, scheduler_.Uid(kKind, name));
  FOOTFALL_ASSIGN_OR_RETURN(auto changes, recipients_.DeleteAll(uid));
  changes.push_back({std::string(kKind), std::string(name), std::nullopt});
  return scheduler_.Remove(kKind, name, std::move(changes));
}

absl::Status Subscriptions::SetPaused(std::string_view name, bool paused,
                                      int64_t now_ms) {
  FOOTFALL_RETURN_IF_ERROR(Load(name).status());
  return scheduler_.SetPaused(kKind, name, paused, now_ms);
}

absl::StatusOr<Json> Subscriptions::RunNow(std::string_view name, int64_t now_ms,
                                           const base::Cancel* cancel) {
  FOOTFALL_RETURN_IF_ERROR(Load(name).status());
  return scheduler_.RunNow(kKind, name, now_ms, cancel);
}

absl::Status Subscriptions::Restore(std::string_view name, std::string_view address,
                                    int64_t now_ms) {
  FOOTFALL_ASSIGN_OR_RETURN(const Subscription subscription, Load(name));
  FOOTFALL_ASSIGN_OR_RETURN(const std::string uid, scheduler_.Uid(kKind, name));
  for (const std::string& recipient : subscription.recipients) {
    if (base::FoldCase(recipient) != base::FoldCase(address)) continue;
    return recipients_.SetState(uid, name, recipient, Recipient::State::kActive, "",
                                now_ms);
  }
  return base::MakeError(
      absl::StatusCode::kNotFound,
      base::Cat("'", name, "' has no recipient '", address.substr(0, 100), "'"));
}

absl::StatusOr<Json> Subscriptions::Unsubscribe(std::string_view token, bool confirm,
                                                int64_t now_ms) {
  FOOTFALL_ASSIGN_OR_RETURN(const Recipient recipient,
                            recipients_.UseToken(token, confirm, now_ms));
  Json out = Json::MakeObject();
  out.Set("subscription", recipient.name);
  out.Set("address", recipient.address);
  out.Set("state", StateName(recipient.state));
  return out;
}

RunEnd Subscriptions::Execute(Run& run) {
  const absl::StatusOr<Subscription> subscription = Load(run.name);
  if (!subscription.ok()) {
    return {RunEnd::Kind::kFailed, base::MessageOf(subscription.status())};
  }
  const absl::StatusOr<std::string> uid = scheduler_.Uid(kKind, run.name);
  if (!uid.ok()) return {RunEnd::Kind::kFailed, base::MessageOf(uid.status())};
  SubscriptionDelivery delivery(*subscription, *uid, recipients_, mailer_, run);
  return delivery.Deliver(reports_);
}

}  // namespace footfall::runtime
