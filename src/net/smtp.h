// Mail submission over SMTP.
#ifndef FOOTFALL_NET_SMTP_H_
#define FOOTFALL_NET_SMTP_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/secret.h"
#include "net/mail.h"

namespace footfall::net {

enum class SmtpSecurity {
  kStartTls,  // The connection becomes TLS before anything else is said.
  kTls,       // It is TLS from the beginning.
  kNone,
};

struct SmtpServer {
  std::string host;  // A name or an address, IPv6 without brackets.
  int port = 587;
  SmtpSecurity security = SmtpSecurity::kStartTls;
  std::string user;  // Empty: no AUTH.
  base::SecretString password;
  std::string ca_file;  // PEM; empty: the system's authorities.
  // "http://host:port" or "socks5h://host:port"; empty: none, whatever the environment
  // says.
  std::string proxy;
  std::string hello;  // What EHLO names.
  int64_t connect_timeout_ms = 10'000;
  int64_t timeout_ms = 60'000;  // Of one message, the connection included.
};

// Whether `host` is this machine by its name or address.
bool IsLoopback(std::string_view host);

// INVALID_ARGUMENT unless `host` is a host name or an IP address.
absl::Status CheckHost(std::string_view host);

// Makes a transport that connects at the first message, verifies the server's certificate
// and name, and keeps the connection for the next message. A recipient that is refused
// does not keep others from getting a message. While a host name is resolved libcurl runs
// a thread for it, which ends with the call.
absl::StatusOr<std::unique_ptr<MailTransport>> MakeSmtpTransport(SmtpServer server);

}  // namespace footfall::net

#endif  // FOOTFALL_NET_SMTP_H_
