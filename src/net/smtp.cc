#include "net/smtp.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

#include "base/signals.h"
#include "base/status.h"
#include "base/strings.h"
#include "net/smtp_dialogue.h"

namespace footfall::net {
namespace {

// A server has no reason to say more in one transaction.
constexpr size_t kReplyBytesMax = size_t{1} << 18;
// Slower than this for so long is no connection: bytes a second, seconds.
constexpr long kSlowBytes = 16;
constexpr long kSlowSeconds = 30;

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

bool IsIpv6(std::string_view host) {
  in6_addr address;
  return inet_pton(AF_INET6, std::string(host).c_str(), &address) == 1;
}

const char* Scheme(SmtpSecurity security) {
  return security == SmtpSecurity::kTls ? "smtps" : "smtp";
}

std::string UrlOf(const SmtpServer& server) {
  const bool brackets = IsIpv6(server.host);
  return base::Cat(Scheme(server.security), "://", brackets ? "[" : "", server.host,
                   brackets ? "]" : "", ":", server.port, "/", server.hello);
}

// What is left to upload, and why a callback ended the transfer.
struct Transfer {
  std::string_view rest;
  const base::Cancel* cancel = nullptr;
  size_t reply_bytes = 0;
  bool replies_too_long = false;
  bool no_auth = false;
};

// Reasons by which nothing would ever be sent with these settings.
bool IsUnusable(CURLcode code) {
  switch (code) {
    case CURLE_USE_SSL_FAILED:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_LOGIN_DENIED:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return true;
    default:
      return false;
  }
}

class SmtpTransport : public MailTransport {
 public:
  SmtpTransport(SmtpServer server, CURL* easy)
      : server_(std::move(server)), easy_(easy) {}
  ~SmtpTransport() override {
    const base::NoSigpipe quiet;
    easy_.reset();
  }

  absl::Status Configure();
  std::vector<Delivery> Send(const Envelope& envelope, std::string_view message,
                             const base::Cancel* cancel) override;

 private:
  template <typename T>
  void Set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
    if (setup_ == CURLE_OK) setup_ = code;
  }

  static int OnDebug(CURL*, curl_infotype type, char* data, size_t size, void* self);
  static size_t OnHeader(char* data, size_t unit, size_t count, void* self);
  static size_t OnRead(char* out, size_t unit, size_t count, void* self);
  static int OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

  // Whether the server has said hello, over TLS where that is wanted, without AUTH.
  bool LacksAuth() const;
  Delivery SessionFailure(CURLcode code) const;
  Delivery MessageFate(CURLcode code) const;
  Delivery RecipientFate(size_t index, CURLcode code) const;

  SmtpServer server_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  CURLcode setup_ = CURLE_OK;
  SmtpDialogue dialogue_;
  Transfer transfer_;
  char error_[CURL_ERROR_SIZE] = "";
};

absl::Status SmtpTransport::Configure() {
  Set(CURLOPT_URL, UrlOf(server_).c_str());
  Set(CURLOPT_PROTOCOLS_STR, Scheme(server_.security));
  Set(CURLOPT_USE_SSL,
      static_cast<long>(server_.security == SmtpSecurity::kNone ? CURLUSESSL_NONE
                                                                : CURLUSESSL_ALL));
  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!server_.ca_file.empty()) Set(CURLOPT_CAINFO, server_.ca_file.c_str());
  // An empty proxy, and nothing that is exempt from it, keep the environment out.
  Set(CURLOPT_PROXY, server_.proxy.c_str());
  Set(CURLOPT_NOPROXY, "");
  Set(CURLOPT_HTTPPROXYTUNNEL, 1L);
  if (!server_.user.empty()) {
    Set(CURLOPT_USERNAME, server_.user.c_str());
    Set(CURLOPT_PASSWORD, server_.password.text.c_str());
  }
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(server_.connect_timeout_ms));
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(server_.timeout_ms));
  Set(CURLOPT_LOW_SPEED_LIMIT, kSlowBytes);
  Set(CURLOPT_LOW_SPEED_TIME, kSlowSeconds);
  Set(CURLOPT_ERRORBUFFER, error_);
  Set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
  Set(CURLOPT_UPLOAD, 1L);
  Set(CURLOPT_READFUNCTION, &SmtpTransport::OnRead);
  Set(CURLOPT_READDATA, static_cast<void*>(this));
  Set(CURLOPT_HEADERFUNCTION, &SmtpTransport::OnHeader);
  Set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  Set(CURLOPT_XFERINFOFUNCTION, &SmtpTransport::OnProgress);
  Set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
  Set(CURLOPT_NOPROGRESS, 0L);
  // The dialogue is followed, nothing of it is kept but replies: commands hold passwords.
  Set(CURLOPT_DEBUGFUNCTION, &SmtpTransport::OnDebug);
  Set(CURLOPT_DEBUGDATA, static_cast<void*>(this));
  Set(CURLOPT_VERBOSE, 1L);
  if (setup_ == CURLE_OK) return absl::OkStatus();
  return base::MakeError(absl::StatusCode::kInternal,
                         base::Cat("libcurl: ", curl_easy_strerror(setup_)));
}

int SmtpTransport::OnDebug(CURL*, curl_infotype type, char* data, size_t size,
                           void* self) {
  SmtpDialogue& dialogue = static_cast<SmtpTransport*>(self)->dialogue_;
  if (type == CURLINFO_HEADER_OUT) dialogue.OnSent({data, size});
  return 0;
}

size_t SmtpTransport::OnHeader(char* data, size_t unit, size_t count, void* self) {
  auto& transport = *static_cast<SmtpTransport*>(self);
  const size_t size = unit * count;
  transport.dialogue_.OnReceived({data, size});
  transport.transfer_.reply_bytes += size;
  transport.transfer_.replies_too_long = transport.transfer_.reply_bytes > kReplyBytesMax;
  transport.transfer_.no_auth = transport.LacksAuth();
  const bool stop = transport.transfer_.replies_too_long || transport.transfer_.no_auth;
  return stop ? 0 : size;
}

size_t SmtpTransport::OnRead(char* out, size_t unit, size_t count, void* self) {
  std::string_view& rest = static_cast<SmtpTransport*>(self)->transfer_.rest;
  const size_t size = std::min(rest.size(), unit * count);
  std::memcpy(out, rest.data(), size);
  rest.remove_prefix(size);
  return size;
}

int SmtpTransport::OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t,
                              curl_off_t) {
  const base::Cancel* cancel = static_cast<SmtpTransport*>(self)->transfer_.cancel;
  return base::Cancel::Check(cancel).ok() ? 0 : 1;
}

bool SmtpTransport::LacksAuth() const {
  if (server_.user.empty() || !dialogue_.hello_done() || dialogue_.offers_auth()) {
    return false;
  }
  return server_.security != SmtpSecurity::kStartTls || dialogue_.start_tls_sent();
}

// What becomes of everybody when the session did not get as far as the message.
Delivery SmtpTransport::SessionFailure(CURLcode code) const {
  Delivery out;
  out.session_lost = true;
  out.fate = IsUnusable(code) ? Fate::kUnusable : Fate::kTemporary;
  out.detail = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  if (transfer_.no_auth) {
    out.fate = Fate::kUnusable;
    out.detail = "the server offers no AUTH";
  } else if (transfer_.replies_too_long) {
    out.fate = Fate::kUnusable;
    out.detail = "the server's replies are too long";
  } else if (code == CURLE_USE_SSL_FAILED && !dialogue_.start_tls_sent()) {
    out.detail = "the server offers no STARTTLS";
  } else if (code == CURLE_ABORTED_BY_CALLBACK) {
    out.detail = "cancelled";
  } else if (const auto& refusal = dialogue_.refusal(); refusal.has_value()) {
    out.code = refusal->code;
    out.fate = refusal->permanent() ? Fate::kUnusable : Fate::kTemporary;
    // A reply to AUTH may repeat what was sent.
    out.detail = dialogue_.refused_step() == SmtpStep::kAuth
                     ? "the server does not accept the user name and password"
                     : refusal->text;
  }
  return out;
}

Delivery SmtpTransport::MessageFate(CURLcode code) const {
  if (!dialogue_.message().has_value()) {
    Delivery out = SessionFailure(code);
    out.fate = Fate::kTemporary;
    if (dialogue_.body_sent()) {
      out.detail = base::Cat(out.detail, "; the message may have been accepted");
    }
    return out;
  }
  const SmtpReply& reply = *dialogue_.message();
  Delivery out;
  out.code = reply.code;
  out.detail = reply.text;
  out.session_lost = dialogue_.closing();
  out.fate = reply.positive()    ? Fate::kAccepted
             : reply.permanent() ? Fate::kRejected
                                 : Fate::kTemporary;
  return out;
}

Delivery SmtpTransport::RecipientFate(size_t index, CURLcode code) const {
  if (index >= dialogue_.recipients().size()) return SessionFailure(code);
  const SmtpReply& reply = dialogue_.recipients()[index];
  if (reply.positive()) return MessageFate(code);
  Delivery out;
  out.code = reply.code;
  out.detail = reply.text;
  out.session_lost = dialogue_.closing();
  out.fate = reply.permanent() ? Fate::kRefused : Fate::kTemporary;
  return out;
}

std::vector<Delivery> SmtpTransport::Send(const Envelope& envelope,
                                          std::string_view message,
                                          const base::Cancel* cancel) {
  std::unique_ptr<curl_slist, FreeList> recipients;
  for (const std::string& to : envelope.to) {
    curl_slist* longer = curl_slist_append(recipients.get(), to.c_str());
    static_cast<void>(recipients.release());
    recipients.reset(longer);
  }
  transfer_ = {.rest = message, .cancel = cancel};
  dialogue_.BeginMessage();
  error_[0] = '\0';
  setup_ = CURLE_OK;
  Set(CURLOPT_MAIL_FROM, envelope.from.c_str());
  Set(CURLOPT_MAIL_RCPT, recipients.get());
  Set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
  CURLcode code = setup_;
  if (code == CURLE_OK) {
    const base::NoSigpipe quiet;
    code = curl_easy_perform(easy_.get());
  }
  Set(CURLOPT_MAIL_RCPT, static_cast<curl_slist*>(nullptr));
  std::vector<Delivery> deliveries;
  for (size_t i = 0; i < envelope.to.size(); ++i) {
    Delivery delivery = RecipientFate(i, code);
    delivery.recipient = envelope.to[i];
    deliveries.push_back(std::move(delivery));
  }
  return deliveries;
}

bool StartCurl() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return started;
}

}  // namespace

bool IsLoopback(std::string_view host) {
  in_addr address;
  if (inet_pton(AF_INET, std::string(host).c_str(), &address) == 1) {
    return ntohl(address.s_addr) >> 24 == 127;
  }
  return base::FoldCase(host) == "localhost" || host == "::1";
}

absl::Status CheckHost(std::string_view host) {
  // A domain is what may follow the @ of an address; IPv4 has the same form.
  if (IsIpv6(host) || CheckMailAddress(base::Cat("a@", host)).ok()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("is neither a host name nor an IP address");
}

absl::StatusOr<std::unique_ptr<MailTransport>> MakeSmtpTransport(SmtpServer server) {
  FOOTFALL_RETURN_IF_ERROR(CheckHost(server.host));
  CURL* const easy = StartCurl() ? curl_easy_init() : nullptr;
  if (easy == nullptr) return absl::InternalError("libcurl cannot start");
  auto transport = std::make_unique<SmtpTransport>(std::move(server), easy);
  FOOTFALL_RETURN_IF_ERROR(transport->Configure());
  return transport;
}

}  // namespace footfall::net
