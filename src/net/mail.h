// A message on its way: envelope, what became of it, and who carries it.
#ifndef FOOTFALL_NET_MAIL_H_
#define FOOTFALL_NET_MAIL_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/cancel.h"

namespace footfall::net {

// INVALID_ARGUMENT unless `address` is a plain ASCII address, local@domain without quotes
// and comments; so it holds nothing that could end an SMTP command or a header.
absl::Status CheckMailAddress(std::string_view address);

// INVALID_ARGUMENT for text with a control character, CR and LF among them, or that is
// not UTF-8. `what` names it in the error.
absl::Status CheckHeaderText(std::string_view what, std::string_view text);

struct Envelope {
  std::string from;
  std::vector<std::string> to;
};

// What became of a message for one recipient.
enum class Fate {
  kAccepted,   // The server has taken it over.
  kTemporary,  // It may be accepted later: a 4xx reply, a connection that broke.
  kRefused,    // The server refuses this recipient (5xx).
  kRejected,   // The server refuses this message (5xx).
  // Nothing can be sent like this, to nobody: the password is wrong, there is no TLS, the
  // certificate cannot be trusted, the sender is refused.
  kUnusable,
};

std::string_view FateName(Fate fate);

struct Delivery {
  std::string recipient;
  Fate fate = Fate::kTemporary;
  int code = 0;        // Of the server's reply; 0 without one.
  std::string detail;  // The reply, or what went wrong. Holds no secret.
  // The connection is gone: who sends more now would only meet the same.
  bool session_lost = false;
};

// Carries messages. Not thread-safe.
class MailTransport {
 public:
  virtual ~MailTransport() = default;

  // Sends `message` (RFC 5322, lines end with CRLF) and answers a Delivery for each
  // recipient, in their order. Every address passed CheckMailAddress.
  virtual std::vector<Delivery> Send(const Envelope& envelope, std::string_view message,
                                     const base::Cancel* cancel) = 0;
};

}  // namespace footfall::net

#endif  // FOOTFALL_NET_MAIL_H_
