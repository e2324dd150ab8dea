#include "net/mime.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "base/secret.h"
#include "base/status.h"
#include "base/strings.h"
#include "net/mail.h"

namespace footfall::net {
namespace {

// RFC 2045: lines of base64 have at most 76 characters.
constexpr size_t kBase64Line = 76;
// RFC 2047: an encoded word has at most 75, and a line with one at most 76.
constexpr size_t kWordBytes = 39;
// Longer subjects are folded, for which they have to be encoded.
constexpr size_t kPlainHeaderMax = 60;

std::string Base64(std::string_view bytes) {
  return absl::Base64Escape(base::Abs(bytes));
}

std::string Base64Lines(std::string_view bytes) {
  const std::string all = Base64(bytes);
  std::string out;
  out.reserve(all.size() + all.size() / kBase64Line * 2 + 2);
  for (size_t at = 0; at < all.size(); at += kBase64Line) {
    out.append(all, at, kBase64Line);
    out += "\r\n";
  }
  return out;
}

// How many bytes of `text` to take so that no character is cut.
size_t WholeCharacters(std::string_view text, size_t max) {
  if (text.size() <= max) return text.size();
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0) == 0x80) --max;
  return max;
}

// A name before an address: encoded words, or a quoted string.
std::string DisplayName(std::string_view name) {
  const std::string text = HeaderText(name);
  if (text != name) return text;
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

absl::Status Check(const MailMessage& message) {
  FOOTFALL_RETURN_IF_ERROR(CheckMailAddress(message.from));
  FOOTFALL_RETURN_IF_ERROR(CheckMailAddress(message.to));
  FOOTFALL_RETURN_IF_ERROR(CheckMailAddress(message.message_id));
  FOOTFALL_RETURN_IF_ERROR(CheckHeaderText("the sender's name", message.from_name));
  FOOTFALL_RETURN_IF_ERROR(CheckHeaderText("the subject", message.subject));
  FOOTFALL_RETURN_IF_ERROR(CheckHeaderText("the URL", message.unsubscribe_url));
  for (const auto* parts : {&message.inlined, &message.attached}) {
    for (const MailPart& part : *parts) {
      FOOTFALL_RETURN_IF_ERROR(CheckHeaderText("a part's type", part.type));
      FOOTFALL_RETURN_IF_ERROR(CheckHeaderText("a file's name", part.name));
      FOOTFALL_RETURN_IF_ERROR(CheckHeaderText("a content id", part.content_id));
    }
  }
  return absl::OkStatus();
}

std::string Leaf(std::string_view headers, std::string_view bytes) {
  return base::Cat(headers, "Content-Transfer-Encoding: base64\r\n\r\n",
                   Base64Lines(bytes));
}

std::string FileLeaf(const MailPart& part) {
  const bool inlined = !part.content_id.empty();
  return Leaf(
      base::Cat("Content-Type: ", part.type, "\r\n",
                inlined ? base::Cat("Content-ID: <", part.content_id, ">\r\n") : "",
                "Content-Disposition: ", inlined ? "inline" : "attachment",
                "; filename=\"", part.name, "\"\r\n"),
      part.bytes);
}

// Writes multiparts, whose boundaries have to be found nowhere else: base64 has no "=_".
class Multipart {
 public:
  explicit Multipart(std::string_view message_id)
      : seed_(base::Fingerprint(message_id).substr(0, 24)) {}

  // `parts` with a header of the type, or the only one as it is.
  std::string Wrap(std::string_view subtype, const std::vector<std::string>& parts) {
    if (parts.size() == 1) return parts.front();
    const std::string boundary = base::Cat("=_", seed_, "_", ++count_);
    std::string out = base::Cat("Content-Type: multipart/", subtype, ";\r\n boundary=\"",
                                boundary, "\"\r\n\r\n");
    for (const std::string& part : parts) {
      out += base::Cat("--", boundary, "\r\n", part);
    }
    return out + base::Cat("--", boundary, "--\r\n");
  }

 private:
  const std::string seed_;
  int count_ = 0;
};

std::string Body(const MailMessage& message) {
  Multipart multipart(message.message_id);
  std::vector<std::string> alternatives = {
      Leaf("Content-Type: text/plain; charset=utf-8\r\n", message.text)};
  if (!message.html.empty()) {
    std::vector<std::string> related = {
        Leaf("Content-Type: text/html; charset=utf-8\r\n", message.html)};
    for (const MailPart& part : message.inlined) related.push_back(FileLeaf(part));
    alternatives.push_back(multipart.Wrap("related", related));
  }
  std::vector<std::string> mixed = {multipart.Wrap("alternative", alternatives)};
  for (const MailPart& part : message.attached) mixed.push_back(FileLeaf(part));
  return multipart.Wrap("mixed", mixed);
}

}  // namespace

std::string HeaderText(std::string_view text) {
  const bool plain =
      text.size() <= kPlainHeaderMax && text.find("=?") == std::string_view::npos &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
  if (plain) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const size_t size = WholeCharacters(text, kWordBytes);
    out += base::Cat(out.empty() ? "" : "\r\n ", "=?UTF-8?B?",
                     Base64(text.substr(0, size)), "?=");
    text.remove_prefix(size);
  }
  return out;
}

std::string MailDate(int64_t time_ms) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", absl::FromUnixMillis(time_ms),
                          absl::UTCTimeZone());
}

absl::StatusOr<std::string> WriteMail(const MailMessage& message) {
  FOOTFALL_RETURN_IF_ERROR(Check(message));
  const std::string from =
      message.from_name.empty()
          ? message.from
          : base::Cat(DisplayName(message.from_name), "\r\n <", message.from, ">");
  std::string out =
      base::Cat("Date: ", MailDate(message.date_ms), "\r\nFrom: ", from,
                "\r\nTo: ", message.to, "\r\nMessage-ID: <", message.message_id,
                ">\r\nSubject: ", HeaderText(message.subject), "\r\n");
  if (!message.unsubscribe_url.empty()) {
    out += base::Cat("List-Unsubscribe: <", message.unsubscribe_url,
                     ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
  }
  // Answering machines need not answer.
  out += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
  return out + Body(message);
}

}  // namespace footfall::net
