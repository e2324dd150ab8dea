// Who does not want a subscription's mail, or cannot get it, and the tokens to say so.
#ifndef FOOTFALL_RUNTIME_RECIPIENTS_H_
#define FOOTFALL_RUNTIME_RECIPIENTS_H_

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "store/event_store.h"

namespace footfall::runtime {

struct Recipient {
  enum class State {
    kActive,
    kUnsubscribed,  // By a token, and so by the recipient.
    kRefused,       // A server refused the address for good.
  };

  std::string job;   // Its uid.
  std::string name;  // Of the subscription.
  std::string address;
  State state = State::kActive;
  int64_t since_ms = 0;  // In this state.
  std::string reason;    // The server's words.
  // Fingerprints of the tokens that count, the oldest first.
  std::vector<std::string> tokens;
};

std::string_view StateName(Recipient::State state);

// One document for each recipient of a job that has a token or is not active. Addresses
// are compared without regard to the case of ASCII letters. Thread-safe.
class Recipients {
 public:
  // Tokens that count for one recipient, the latest: those of older mails end.
  static constexpr size_t kTokensMax = 100;

  explicit Recipients(store::EventStore& store) : store_(store) {}

  // An active one when nothing is known of it.
  absl::StatusOr<Recipient> Find(std::string_view job, std::string_view address) const;
  // A new token, random with 256 bits and stored as a hash only.
  absl::StatusOr<std::string> NewToken(std::string_view job, std::string_view name,
                                       std::string_view address);
  absl::Status SetState(std::string_view job, std::string_view name,
                        std::string_view address, Recipient::State state,
                        std::string_view reason, int64_t now_ms);
  // Whom a token belongs to; with `confirm` the recipient is unsubscribed. NOT_FOUND for
  // a token that does not count (any more).
  absl::StatusOr<Recipient> UseToken(std::string_view token, bool confirm,
                                     int64_t now_ms);
  // What deletes all that is known of a job's recipients.
  absl::StatusOr<std::vector<store::DocumentChange>> DeleteAll(
      std::string_view job) const;

 private:
  absl::StatusOr<Recipient> Load(std::string_view id) const;

  store::EventStore& store_;
  std::mutex mutex_;  // Over changes.
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_RECIPIENTS_H_
