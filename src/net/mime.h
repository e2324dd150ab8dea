// Writes a mail message: MIME with alternatives, inline images and attachments.
#ifndef FOOTFALL_NET_MIME_H_
#define FOOTFALL_NET_MIME_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace footfall::net {

struct MailPart {
  std::string type;  // "text/csv; charset=utf-8"
  std::string name;  // Of the file, ASCII.
  // Under which the HTML names it, as "cid:ID"; empty for an attachment.
  std::string content_id;
  std::string bytes;
};

struct MailMessage {
  std::string from;       // An address.
  std::string from_name;  // May be empty.
  std::string to;         // An address.
  std::string subject;
  std::string message_id;  // "local@domain", without brackets.
  int64_t date_ms = 0;
  std::string unsubscribe_url;  // https; empty for none.
  std::string text;             // UTF-8.
  std::string html;             // UTF-8; empty for none.
  std::vector<MailPart> inlined;
  std::vector<MailPart> attached;
};

// The message as bytes: lines of at most 998 bytes that end with CRLF, ASCII only. The
// same message gives the same bytes. INVALID_ARGUMENT when a header would hold a control
// character or an address is none.
absl::StatusOr<std::string> WriteMail(const MailMessage& message);

// `text` for a header: as it is, or as encoded words (RFC 2047).
std::string HeaderText(std::string_view text);

// "Fri, 21 Nov 2025 08:00:00 +0000".
std::string MailDate(int64_t time_ms);

}  // namespace footfall::net

#endif  // FOOTFALL_NET_MIME_H_
