#include "runtime/recipients.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/secret.h"
#include "base/status.h"
#include "base/strings.h"

namespace footfall::runtime {
namespace {

using base::Json;

constexpr std::string_view kKind = "recipient";
constexpr size_t kIdDigits = 32;
constexpr std::array<std::string_view, 3> kStates = {"active", "unsubscribed", "refused"};

std::string IdOf(std::string_view job, std::string_view address) {
  return base::Fingerprint(base::Cat(job, "/", base::FoldCase(address)))
      .substr(0, kIdDigits);
}

absl::StatusOr<Recipient> Parse(std::string_view text) {
  FOOTFALL_ASSIGN_OR_RETURN(const Json json, Json::Parse(text));
  const auto read = [&](std::string_view key) {
    const Json* value = json.Find(key);
    return value != nullptr && value->is_string() ? value->as_string() : std::string();
  };
  Recipient recipient;
  recipient.job = read("job");
  recipient.name = read("name");
  recipient.address = read("address");
  recipient.reason = read("reason");
  const auto state = std::find(kStates.begin(), kStates.end(), read("state"));
  const Json* since = json.Find("since");
  const Json* tokens = json.Find("tokens");
  if (state == kStates.end() || since == nullptr || !since->is_int() ||
      tokens == nullptr || !tokens->is_array()) {
    return absl::DataLossError("what is known of a recipient is damaged");
  }
  recipient.state = static_cast<Recipient::State>(state - kStates.begin());
  recipient.since_ms = since->as_int();
  for (const Json& token : tokens->as_array()) {
    if (token.is_string()) recipient.tokens.push_back(token.as_string());
  }
  return recipient;
}

store::DocumentChange Write(const Recipient& recipient) {
  Json json = Json::MakeObject();
  json.Set("version", 1);
  json.Set("job", recipient.job);
  json.Set("name", recipient.name);
  json.Set("address", recipient.address);
  json.Set("state", StateName(recipient.state));
  json.Set("since", recipient.since_ms);
  json.Set("reason", recipient.reason);
  Json tokens = Json::MakeArray();
  for (const std::string& token : recipient.tokens) tokens.Push(token);
  json.Set("tokens", std::move(tokens));
  return {std::string(kKind), IdOf(recipient.job, recipient.address), json.Dump()};
}

absl::Status NoSuchToken() {
  return absl::NotFoundError("the link is not valid or not valid any more");
}

}  // namespace

std::string_view StateName(Recipient::State state) {
  return kStates[static_cast<size_t>(state)];
}

absl::StatusOr<Recipient> Recipients::Load(std::string_view id) const {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string text, store_.GetDocument(kKind, id));
  return Parse(text);
}

absl::StatusOr<Recipient> Recipients::Find(std::string_view job,
                                           std::string_view address) const {
  absl::StatusOr<Recipient> found = Load(IdOf(job, address));
  if (!absl::IsNotFound(found.status())) return found;
  Recipient recipient;
  recipient.job = job;
  recipient.address = address;
  return recipient;
}

absl::StatusOr<std::string> Recipients::NewToken(std::string_view job,
                                                 std::string_view name,
                                                 std::string_view address) {
  const std::lock_guard<std::mutex> lock(mutex_);
  FOOTFALL_ASSIGN_OR_RETURN(Recipient recipient, Find(job, address));
  recipient.name = name;
  // The id finds the recipient, the secret proves that the link was sent to it.
  const std::string secret = base::RandomToken();
  recipient.tokens.push_back(base::Fingerprint(secret));
  if (recipient.tokens.size() > kTokensMax) {
    recipient.tokens.erase(recipient.tokens.begin());
  }
  FOOTFALL_RETURN_IF_ERROR(store_.WriteDocuments({Write(recipient)}));
  return base::Cat(IdOf(job, address), ".", secret);
}

absl::Status Recipients::SetState(std::string_view job, std::string_view name,
                                  std::string_view address, Recipient::State state,
                                  std::string_view reason, int64_t now_ms) {
  const std::lock_guard<std::mutex> lock(mutex_);
  FOOTFALL_ASSIGN_OR_RETURN(Recipient recipient, Find(job, address));
  if (recipient.state == state) return absl::OkStatus();
  recipient.name = name;
  recipient.state = state;
  recipient.since_ms = now_ms;
  recipient.reason = reason;
  return store_.WriteDocuments({Write(recipient)});
}

absl::StatusOr<Recipient> Recipients::UseToken(std::string_view token, bool confirm,
                                               int64_t now_ms) {
  if (token.size() > 2 * base::kSecretKeyBytes + kIdDigits || token.size() < kIdDigits ||
      token.substr(kIdDigits, 1) != "." || !base::IsUtf8(token)) {
    return NoSuchToken();
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  absl::StatusOr<Recipient> found = Load(token.substr(0, kIdDigits));
  if (absl::IsNotFound(found.status()) || absl::IsInvalidArgument(found.status())) {
    return NoSuchToken();
  }
  FOOTFALL_RETURN_IF_ERROR(found.status());
  const std::string print = base::Fingerprint(token.substr(kIdDigits + 1));
  const bool counts =
      std::any_of(found->tokens.begin(), found->tokens.end(),
                  [&](const std::string& t) { return base::EqualSecrets(t, print); });
  if (!counts) return NoSuchToken();
  if (confirm && found->state != Recipient::State::kUnsubscribed) {
    found->state = Recipient::State::kUnsubscribed;
    found->since_ms = now_ms;
    found->reason.clear();
    FOOTFALL_RETURN_IF_ERROR(store_.WriteDocuments({Write(*found)}));
  }
  return found;
}

absl::StatusOr<std::vector<store::DocumentChange>> Recipients::DeleteAll(
    std::string_view job) const {
  FOOTFALL_ASSIGN_OR_RETURN(const auto documents, store_.ListDocuments(kKind));
  std::vector<store::DocumentChange> changes;
  for (const auto& [id, text] : documents) {
    FOOTFALL_ASSIGN_OR_RETURN(const Recipient recipient, Parse(text));
    if (recipient.job == job) changes.push_back({std::string(kKind), id, std::nullopt});
  }
  return changes;
}

}  // namespace footfall::runtime
