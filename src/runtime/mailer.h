// How mail leaves: the settings of the SMTP server, or the host's own way.
#ifndef FOOTFALL_RUNTIME_MAILER_H_
#define FOOTFALL_RUNTIME_MAILER_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "net/mail.h"
#include "net/smtp.h"
#include "runtime/secrets.h"
#include "store/event_store.h"

namespace footfall::runtime {

struct MailSettings {
  net::SmtpServer server;  // Without the password.
  bool allow_plain_text = false;
  std::string from;
  std::string from_name;
  std::string unsubscribe_url;  // Without token; empty for none.
};

// Carries a message for the host and answers an SMTP reply code: 250 took it over, 4xx
// may later, 5xx refuses the recipient.
using HostTransport =
    std::function<int(std::string_view from, std::string_view to, std::string_view mail)>;

// Thread-safe.
class Mailer {
 public:
  Mailer(store::EventStore& store, const Secrets& secrets)
      : store_(store), secrets_(secrets) {}

  // Replaces the settings: {"version": 1, "from", "from_name", "host", "port",
  // "security": "starttls", "tls" or "none", "user", "ca_file", "proxy",
  // "connect_timeout", "timeout", "allow_plain_text", "unsubscribe_url"}, all but the
  // first two names optional; see SUBSCRIPTIONS.md. Without `password` the one there is
  // stays as long as host, port, security and user do. INVALID_ARGUMENT with a path;
  // FAILED_PRECONDITION for a password without the host's key.
  absl::Status Set(std::string_view json, std::optional<std::string_view> password);
  // The settings, with "password": "set" in the place of a password. NOT_FOUND.
  absl::StatusOr<base::Json> Show() const;

  // NOT_FOUND when there are none.
  absl::StatusOr<MailSettings> Load() const;
  // The host's transport, or one to the server of the settings.
  absl::StatusOr<std::unique_ptr<net::MailTransport>> Open() const;

  // An empty function goes back to SMTP. The function is called by whoever runs jobs,
  // several at a time; what is being sent keeps the former one.
  void SetTransport(HostTransport transport);

 private:
  store::EventStore& store_;
  const Secrets& secrets_;
  mutable std::mutex mutex_;
  std::shared_ptr<const HostTransport> host_transport_;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_MAILER_H_
