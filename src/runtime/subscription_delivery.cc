#include "runtime/subscription_delivery.h"

#include <algorithm>
#include <utility>

#include "base/secret.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "runtime/report_mail.h"

namespace footfall::runtime {
namespace {

using base::Json;

// Servers refuse more than 20 to 30 MB.
constexpr size_t kMessageBytesMax = size_t{20} << 20;
constexpr size_t kMessageIdDigits = 40;

bool HasStatus(const Json& entry, std::string_view status) {
  return *entry.Find("status") == Json(status);
}

Json NewEntry(std::string_view address) {
  Json entry = Json::MakeObject();
  entry.Set("address", address);
  entry.Set("status", "waiting");
  entry.Set("attempts", 0);
  for (const char* key : {"at", "message_id", "code", "reply"}) entry.Set(key, Json());
  return entry;
}

}  // namespace

Json& SubscriptionDelivery::entries() {
  for (auto& [key, value] : run_.detail.as_object()) {
    if (key == "recipients") return value;
  }
  run_.detail.Set("recipients", Json::MakeArray());
  return run_.detail.as_object().back().second;
}

size_t SubscriptionDelivery::Count(std::string_view status) {
  const Json::Array& all = entries().as_array();
  return static_cast<size_t>(std::count_if(
      all.begin(), all.end(), [&](const Json& e) { return HasStatus(e, status); }));
}

// Recipients may have been added and removed since the run began.
void SubscriptionDelivery::MergeRecipients() {
  Json::Array& all = entries().as_array();
  const auto same = [](std::string_view a, std::string_view b) {
    return base::FoldCase(a) == base::FoldCase(b);
  };
  for (Json& entry : all) {
    const std::string& address = entry.Find("address")->as_string();
    const bool still =
        std::any_of(subscription_.recipients.begin(), subscription_.recipients.end(),
                    [&](const auto& r) { return same(r, address); });
    if (HasStatus(entry, "waiting") && !still) entry.Set("status", "removed");
  }
  for (const std::string& recipient : subscription_.recipients) {
    const bool known = std::any_of(all.begin(), all.end(), [&](const Json& e) {
      return same(e.Find("address")->as_string(), recipient);
    });
    if (!known) all.push_back(NewEntry(recipient));
  }
}

RunEnd SubscriptionDelivery::Deliver(const ReportRunner& reports) {
  MergeRecipients();
  if (Count("waiting") > 0) {
    absl::Status status = Prepare(reports);
    if (status.ok()) status = SendAll();
    if (!base::Cancel::Check(run_.cancel).ok()) {
      return {RunEnd::Kind::kInterrupted, "it was cancelled"};
    }
    if (!status.ok()) unusable_ = base::MessageOf(status);
  }
  return End();
}

absl::Status SubscriptionDelivery::Prepare(const ReportRunner& reports) {
  FOOTFALL_ASSIGN_OR_RETURN(settings_, mailer_.Load());
  FOOTFALL_ASSIGN_OR_RETURN(transport_, mailer_.Open());
  report::RunOptions options;
  options.now_ms = run_.due_ms;
  options.cancel = run_.cancel;
  FOOTFALL_ASSIGN_OR_RETURN(const report::Result result,
                            reports.run(subscription_.view.Dump(), options));
  run_.detail.Set("report", subscription_.report);
  run_.detail.Set("rows", static_cast<int64_t>(result.rows.row_count()));
  mail_ = MakeReportMail(subscription_, result);
  mail_.from = settings_.from;
  mail_.from_name = settings_.from_name;
  return absl::OkStatus();
}

absl::Status SubscriptionDelivery::SendAll() {
  const size_t count = entries().as_array().size();
  for (size_t i = 0; i < count; ++i) {
    Json& entry = entries().as_array()[i];
    if (!HasStatus(entry, "waiting")) continue;
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(run_.cancel));
    FOOTFALL_ASSIGN_OR_RETURN(const bool go_on, SendTo(entry));
    FOOTFALL_RETURN_IF_ERROR(run_.save(run_.detail));
    if (!go_on) break;
  }
  return absl::OkStatus();
}

// Looked at right before sending: an answer to the last report counts for this one.
absl::StatusOr<bool> SubscriptionDelivery::IsWanted(Json& entry) {
  FOOTFALL_ASSIGN_OR_RETURN(const Recipient recipient,
                            recipients_.Find(job_, entry.Find("address")->as_string()));
  if (recipient.state == Recipient::State::kActive) return true;
  const bool unsubscribed = recipient.state == Recipient::State::kUnsubscribed;
  entry.Set("status", unsubscribed ? "unsubscribed" : "suppressed");
  entry.Set("reply", recipient.reason.empty() ? Json() : Json(recipient.reason));
  return false;
}

absl::StatusOr<std::string> SubscriptionDelivery::MessageFor(
    const std::string& address, const std::string& message_id) {
  net::MailMessage mail = mail_;
  mail.to = address;
  mail.message_id = message_id;
  if (!settings_.unsubscribe_url.empty()) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::string token,
                              recipients_.NewToken(job_, subscription_.name, address));
    const std::string& url = settings_.unsubscribe_url;
    mail = WithUnsubscribeLink(
        std::move(mail),
        base::Cat(url, url.find('?') == std::string::npos ? "?" : "&", "token=", token));
  }
  FOOTFALL_ASSIGN_OR_RETURN(std::string message, net::WriteMail(mail));
  if (message.size() <= kMessageBytesMax) return message;
  return base::MakeError(
      absl::StatusCode::kResourceExhausted,
      base::Cat("the message has ", message.size(), " bytes; at most ", kMessageBytesMax,
                " are sent: leave a format out, or limit the report's rows"));
}

absl::StatusOr<bool> SubscriptionDelivery::SendTo(Json& entry) {
  FOOTFALL_ASSIGN_OR_RETURN(const bool wanted, IsWanted(entry));
  if (!wanted) return true;
  const std::string address = entry.Find("address")->as_string();
  const std::string message_id =
      base::Cat(base::Fingerprint(base::Cat(run_.key, "/", base::FoldCase(address)))
                    .substr(0, kMessageIdDigits),
                "@", settings_.from.substr(settings_.from.rfind('@') + 1));
  FOOTFALL_ASSIGN_OR_RETURN(const std::string message, MessageFor(address, message_id));
  const std::vector<net::Delivery> deliveries =
      transport_->Send({settings_.from, {address}}, message, run_.cancel);
  entry.Set("message_id", message_id);
  return Note(deliveries.front(), entry);
}

absl::StatusOr<bool> SubscriptionDelivery::Note(const net::Delivery& delivery,
                                                Json& entry) {
  entry.Set("attempts", entry.Find("attempts")->as_int() + 1);
  entry.Set("at", base::FormatTime(run_.now_ms));
  entry.Set("code", delivery.code == 0 ? Json() : Json(delivery.code));
  entry.Set("reply", delivery.detail);
  switch (delivery.fate) {
    case net::Fate::kAccepted:
      entry.Set("status", "sent");
      return !delivery.session_lost;
    case net::Fate::kTemporary:
      return !delivery.session_lost;
    case net::Fate::kRejected:
      entry.Set("status", "rejected");
      return !delivery.session_lost;
    case net::Fate::kUnusable:
      unusable_ = delivery.detail;
      return false;
    case net::Fate::kRefused:
      break;
  }
  entry.Set("status", "refused");
  const std::string reason = base::Cat(delivery.code, " ", delivery.detail);
  FOOTFALL_RETURN_IF_ERROR(
      recipients_.SetState(job_, subscription_.name, delivery.recipient,
                           Recipient::State::kRefused, reason, run_.now_ms));
  return !delivery.session_lost;
}

RunEnd SubscriptionDelivery::End() {
  const size_t waiting = Count("waiting");
  const bool over = !unusable_.empty() || run_.last_attempt;
  if (waiting > 0 && !over) {
    return {RunEnd::Kind::kRetry, base::Cat(waiting, " of ", entries().as_array().size(),
                                            " recipients are tried again")};
  }
  for (Json& entry : entries().as_array()) {
    if (HasStatus(entry, "waiting")) entry.Set("status", "failed");
  }
  if (!unusable_.empty()) return {RunEnd::Kind::kFailed, unusable_};
  const size_t lost = Count("refused") + Count("rejected") + Count("failed");
  if (lost == 0) return {};
  return {RunEnd::Kind::kFailed, base::Cat(lost, " of ", entries().as_array().size(),
                                           " recipients did not get it")};
}

}  // namespace footfall::runtime
