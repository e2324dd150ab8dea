// E-mail addresses.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "capture/ascii.h"
#include "capture/text_scan_internal.h"

namespace footfall::capture {
namespace {

// Ends of file names that an at sign may precede, as in icon@2x.png.
constexpr std::string_view kFileEndings[] = {
    "avif", "bmp",  "css", "eot", "gif",  "html", "ico",  "jpeg", "jpg",  "js",
    "json", "less", "map", "md",  "mjs",  "mp3",  "mp4",  "otf",  "pdf",  "png",
    "scss", "svg",  "ts",  "tsx", "webp", "webm", "woff", "ttf",  "woff2"};

// Bytes of letters beyond ASCII, from Latin to Armenian. Scripts that are written without
// spaces are left out, since the words around an address would be taken for part of it.
bool IsLetterLead(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0xC3 && byte <= 0xD4;
}
bool IsTrail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool IsLocalByte(char c) {
  constexpr std::string_view kMarks = "._%+'-&";
  return IsAlnumByte(c) || kMarks.find(c) != std::string_view::npos;
}

// Where the local part that ends at `end` begins, not before `pos`.
size_t LocalBegin(std::string_view text, size_t pos, size_t end) {
  size_t begin = end;
  while (begin > pos) {
    if (IsLocalByte(text[begin - 1])) {
      --begin;
    } else if (begin >= pos + 2 && IsTrail(text[begin - 1]) &&
               IsLetterLead(text[begin - 2])) {
      begin -= 2;
    } else {
      break;
    }
  }
  // Quotes and dashes before an address are no part of it.
  while (begin < end && !IsAlnumByte(text[begin]) && text[begin] != '_' &&
         !IsLetterLead(text[begin])) {
    ++begin;
  }
  return begin;
}

// Where the domain that begins at `begin` ends.
size_t DomainEnd(std::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size()) {
    if (IsAlnumByte(text[end]) || text[end] == '.' || text[end] == '-') {
      ++end;
    } else if (end + 1 < text.size() && IsLetterLead(text[end]) &&
               IsTrail(text[end + 1])) {
      end += 2;
    } else {
      break;
    }
  }
  while (end > begin && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  return end;
}

bool IsFileEnding(std::string_view label) {
  return std::any_of(
      std::begin(kFileEndings), std::end(kFileEndings), [label](std::string_view ending) {
        return label.size() == ending.size() &&
               std::equal(label.begin(), label.end(), ending.begin(),
                          [](char a, char b) { return LowerByte(a) == b; });
      });
}

// A dot with something before it and a name after it.
bool IsDomain(std::string_view domain) {
  const size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view last = domain.substr(dot + 1);
  if (last.size() < 2 || IsFileEnding(last)) return false;
  if (last.substr(0, 4) == "xn--") return true;
  return std::none_of(last.begin(), last.end(),
                      [](char c) { return IsDigit(c) || c == '-'; });
}

}  // namespace

bool FindEmail(std::string_view text, size_t pos, Span* found) {
  constexpr std::string_view kEscapedAt = "%40";
  size_t floor = pos;
  while (pos < text.size()) {
    pos = text.find_first_of("@%", pos);
    if (pos == std::string_view::npos) return false;
    size_t domain = pos + 1;
    if (text[pos] == '%') {
      if (text.substr(pos, kEscapedAt.size()) != kEscapedAt) {
        ++pos;
        continue;
      }
      domain = pos + kEscapedAt.size();
    }
    const size_t begin = LocalBegin(text, floor, pos);
    const size_t end = DomainEnd(text, domain);
    if (begin < pos && IsDomain(text.substr(domain, end - domain))) {
      *found = {begin, end};
      return true;
    }
    floor = domain;
    pos = domain;
  }
  return false;
}

}  // namespace footfall::capture
