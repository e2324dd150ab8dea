#include "runtime/mailer.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"

namespace footfall::runtime {
namespace {

using base::InvalidAt;
using base::Json;

constexpr std::string_view kKind = "settings";
constexpr std::string_view kName = "mail";
constexpr std::string_view kSealed = "sealed_password";
constexpr std::string_view kContext = "mail/password";
constexpr size_t kTextMax = 900;  // Fits in a header line.
constexpr size_t kPasswordMax = 1024;
constexpr int64_t kTimeoutMaxMs = 10 * 60 * 1000;

// "starttls", "tls", "none", and the ports that are usual for them.
constexpr std::array<std::string_view, 3> kSecurity = {"starttls", "tls", "none"};
constexpr std::array<int, 3> kPorts = {587, 465, 25};

absl::Status ReadText(const Json& json, std::string_view key, std::string* out) {
  const Json* value = json.Find(key);
  if (value == nullptr) return absl::OkStatus();
  const std::string path = base::Cat("$.", key);
  if (!value->is_string()) return InvalidAt(path, "must be a string");
  if (value->as_string().size() > kTextMax) return InvalidAt(path, "is too long");
  if (absl::Status status = net::CheckHeaderText("it", value->as_string());
      !status.ok()) {
    return base::WithPathPrefix(path, status);
  }
  *out = value->as_string();
  return absl::OkStatus();
}

absl::Status ReadTimeout(const Json& json, std::string_view key, int64_t* out_ms) {
  std::string text;
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, key, &text));
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<int64_t> ms = base::ParseDuration(text);
  if (!ms.ok() || *ms < 1 || *ms > kTimeoutMaxMs) {
    return InvalidAt(base::Cat("$.", key), "must be a duration up to 10m, such as 30s");
  }
  *out_ms = *ms;
  return absl::OkStatus();
}

absl::Status ReadSecurity(const Json& json, MailSettings* settings) {
  std::string text(kSecurity[0]);
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, "security", &text));
  const auto found = std::find(kSecurity.begin(), kSecurity.end(), text);
  if (found == kSecurity.end()) {
    return InvalidAt("$.security", "must be \"starttls\", \"tls\" or \"none\"");
  }
  const auto index = static_cast<size_t>(found - kSecurity.begin());
  settings->server.security = static_cast<net::SmtpSecurity>(index);
  settings->server.port = kPorts[index];
  if (const Json* port = json.Find("port"); port != nullptr) {
    if (!port->is_int() || port->as_int() < 1 || port->as_int() > 65535) {
      return InvalidAt("$.port", "must be a number from 1 to 65535");
    }
    settings->server.port = static_cast<int>(port->as_int());
  }
  if (const Json* allow = json.Find("allow_plain_text"); allow != nullptr) {
    if (!allow->is_bool())
      return InvalidAt("$.allow_plain_text", "must be true or false");
    settings->allow_plain_text = allow->as_bool();
  }
  if (settings->server.security == net::SmtpSecurity::kNone &&
      !settings->allow_plain_text && !net::IsLoopback(settings->server.host)) {
    return InvalidAt("$.security",
                     "none is for a server on this machine: elsewhere everybody on the "
                     "way reads the reports; \"allow_plain_text\": true allows it");
  }
  return absl::OkStatus();
}

absl::Status CheckUnsubscribeUrl(std::string_view url) {
  const auto plain = [](char c) {
    return c > ' ' && c <= '~' && c != '<' && c != '>' && c != '"' && c != '#';
  };
  if (url.empty() || (url.starts_with("https://") && url.size() > 8 &&
                      std::all_of(url.begin(), url.end(), plain))) {
    return absl::OkStatus();
  }
  return InvalidAt("$.unsubscribe_url", "must be a URL that begins with https://");
}

absl::Status CheckAddresses(const MailSettings& settings) {
  if (absl::Status status = net::CheckMailAddress(settings.from); !status.ok()) {
    return base::WithPathPrefix("$.from", status);
  }
  if (settings.server.host.empty()) return absl::OkStatus();
  const absl::Status status = net::CheckHost(settings.server.host);
  return status.ok() ? status : base::WithPathPrefix("$.host", status);
}

absl::StatusOr<MailSettings> Parse(const Json& json) {
  if (!json.is_object()) return InvalidAt("$", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(
      json, "$",
      {"version", "from", "from_name", "host", "port", "security", "user", "ca_file",
       "proxy", "connect_timeout", "timeout", "allow_plain_text", "unsubscribe_url"}));
  const Json* version = json.Find("version");
  if (version == nullptr || *version != Json(1))
    return InvalidAt("$.version", "must be 1");
  MailSettings settings;
  net::SmtpServer& server = settings.server;
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, "from", &settings.from));
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, "from_name", &settings.from_name));
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, "host", &server.host));
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, "user", &server.user));
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, "ca_file", &server.ca_file));
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, "proxy", &server.proxy));
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, "unsubscribe_url", &settings.unsubscribe_url));
  FOOTFALL_RETURN_IF_ERROR(
      ReadTimeout(json, "connect_timeout", &server.connect_timeout_ms));
  FOOTFALL_RETURN_IF_ERROR(ReadTimeout(json, "timeout", &server.timeout_ms));
  FOOTFALL_RETURN_IF_ERROR(CheckAddresses(settings));
  FOOTFALL_RETURN_IF_ERROR(ReadSecurity(json, &settings));
  FOOTFALL_RETURN_IF_ERROR(CheckUnsubscribeUrl(settings.unsubscribe_url));
  if (server.proxy.find('@') != std::string::npos) {
    return InvalidAt("$.proxy", "holds no user and password");
  }
  server.hello = settings.from.substr(settings.from.rfind('@') + 1);
  return settings;
}

// A password goes to the server and the user that it was given for, and no other.
bool SameAccount(const MailSettings& a, const MailSettings& b) {
  return a.server.host == b.server.host && a.server.port == b.server.port &&
         a.server.security == b.server.security && a.server.user == b.server.user;
}

// Splits what is stored into the settings and the sealed password, empty without one.
std::string TakeSealed(Json* stored) {
  std::string sealed;
  if (const Json* value = stored->Find(kSealed)) sealed = value->as_string();
  std::erase_if(stored->as_object(), [](const auto& m) { return m.first == kSealed; });
  return sealed;
}

class HostMailTransport : public net::MailTransport {
 public:
  explicit HostMailTransport(std::shared_ptr<const HostTransport> transport)
      : transport_(std::move(transport)) {}

  std::vector<net::Delivery> Send(const net::Envelope& envelope, std::string_view message,
                                  const base::Cancel*) override {
    std::vector<net::Delivery> deliveries;
    for (const std::string& to : envelope.to) {
      const int code = (*transport_)(envelope.from, to, message);
      net::Delivery delivery;
      delivery.recipient = to;
      delivery.code = code;
      delivery.fate = code >= 200 && code < 300   ? net::Fate::kAccepted
                      : code >= 500 && code < 600 ? net::Fate::kRefused
                                                  : net::Fate::kTemporary;
      delivery.detail = "the host's transport";
      deliveries.push_back(std::move(delivery));
    }
    return deliveries;
  }

 private:
  const std::shared_ptr<const HostTransport> transport_;
};

}  // namespace

absl::Status Mailer::Set(std::string_view text,
                         std::optional<std::string_view> password) {
  FOOTFALL_ASSIGN_OR_RETURN(Json json, Json::Parse(text));
  FOOTFALL_ASSIGN_OR_RETURN(const MailSettings settings, Parse(json));
  if (password.has_value() && (password->empty() || password->size() > kPasswordMax ||
                               password->find('\0') != std::string_view::npos)) {
    return absl::InvalidArgumentError("the password must have 1 to 1024 bytes");
  }
  if (password.has_value() && settings.server.user.empty()) {
    return InvalidAt("$.user", "is missing: the password belongs to a user");
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  std::string sealed;
  if (password.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(sealed, secrets_.Seal(*password, kContext));
  } else if (absl::StatusOr<std::string> before = store_.GetDocument(kKind, kName);
             before.ok()) {
    FOOTFALL_ASSIGN_OR_RETURN(Json stored, Json::Parse(*before));
    std::string kept = TakeSealed(&stored);
    FOOTFALL_ASSIGN_OR_RETURN(const MailSettings old, Parse(stored));
    if (SameAccount(old, settings)) sealed = std::move(kept);
  }
  if (sealed.empty() && !settings.server.user.empty()) {
    return InvalidAt("$.user", "needs a password, anew for another server or user");
  }
  if (!sealed.empty()) json.Set(kSealed, sealed);
  return store_.PutDocument(kKind, kName, json.Dump());
}

absl::StatusOr<Json> Mailer::Show() const {
  absl::StatusOr<std::string> text = store_.GetDocument(kKind, kName);
  if (absl::IsNotFound(text.status())) {
    return absl::NotFoundError("there are no mail settings");
  }
  FOOTFALL_RETURN_IF_ERROR(text.status());
  FOOTFALL_ASSIGN_OR_RETURN(Json json, Json::Parse(*text));
  if (!TakeSealed(&json).empty()) json.Set("password", "set");
  return json;
}

absl::StatusOr<MailSettings> Mailer::Load() const {
  FOOTFALL_ASSIGN_OR_RETURN(Json json, Show());
  std::erase_if(json.as_object(), [](const auto& m) { return m.first == "password"; });
  return Parse(json);
}

absl::StatusOr<std::unique_ptr<net::MailTransport>> Mailer::Open() const {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (host_transport_ != nullptr) {
      return std::make_unique<HostMailTransport>(host_transport_);
    }
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::string text, store_.GetDocument(kKind, kName));
  FOOTFALL_ASSIGN_OR_RETURN(Json json, Json::Parse(text));
  const std::string sealed = TakeSealed(&json);
  FOOTFALL_ASSIGN_OR_RETURN(MailSettings settings, Parse(json));
  if (settings.server.host.empty()) {
    return absl::FailedPreconditionError("the mail settings name no host");
  }
  if (!sealed.empty()) {
    FOOTFALL_ASSIGN_OR_RETURN(settings.server.password,
                              secrets_.Unseal(sealed, kContext));
  }
  return net::MakeSmtpTransport(std::move(settings.server));
}

void Mailer::SetTransport(HostTransport transport) {
  auto shared = transport == nullptr
                    ? nullptr
                    : std::make_shared<const HostTransport>(std::move(transport));
  const std::lock_guard<std::mutex> lock(mutex_);
  // Swapped, so that the former one ends outside the lock.
  host_transport_.swap(shared);
}

}  // namespace footfall::runtime
