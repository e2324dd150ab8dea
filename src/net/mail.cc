#include "net/mail.h"

#include <algorithm>

#include "base/status.h"
#include "base/strings.h"

namespace footfall::net {
namespace {

constexpr size_t kLocalBytesMax = 64;
constexpr size_t kDomainBytesMax = 253;
constexpr size_t kLabelBytesMax = 63;
constexpr std::string_view kAtomSigns = "!#$%&'*+-/=?^_`{|}~";

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsLocalPart(std::string_view text) {
  if (text.empty() || text.size() > kLocalBytesMax || text.front() == '.' ||
      text.back() == '.' || text.find("..") != std::string_view::npos) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsAlphanumeric(c) || c == '.' || kAtomSigns.find(c) != std::string_view::npos;
  });
}

bool IsLabel(std::string_view text) {
  return !text.empty() && text.size() <= kLabelBytesMax && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           return IsAlphanumeric(c) || c == '-';
         });
}

bool IsDomain(std::string_view text) {
  if (text.size() > kDomainBytesMax) return false;
  while (true) {
    const size_t dot = text.find('.');
    if (!IsLabel(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

absl::Status CheckMailAddress(std::string_view address) {
  const size_t at = address.rfind('@');
  if (at != std::string_view::npos && IsLocalPart(address.substr(0, at)) &&
      IsDomain(address.substr(at + 1))) {
    return absl::OkStatus();
  }
  // The text is not repeated: it may hold anything.
  return absl::InvalidArgumentError(
      "is not a mail address: local@domain in ASCII, without quotes and comments");
}

absl::Status CheckHeaderText(std::string_view what, std::string_view text) {
  const bool plain = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  });
  if (plain && base::IsUtf8(text)) return absl::OkStatus();
  return base::MakeError(
      absl::StatusCode::kInvalidArgument,
      base::Cat(what, " must be UTF-8 text without control characters"));
}

std::string_view FateName(Fate fate) {
  switch (fate) {
    case Fate::kAccepted:
      return "accepted";
    case Fate::kTemporary:
      return "temporary";
    case Fate::kRefused:
      return "refused";
    case Fate::kRejected:
      return "rejected";
    case Fate::kUnusable:
      return "unusable";
  }
  return "";
}

}  // namespace footfall::net
