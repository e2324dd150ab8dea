#include "report/visible_text.h"

#include <algorithm>
#include <cstdint>

#include "base/strings.h"
#include "report/export_width.h"

namespace footfall::report {
namespace {

// Whether a terminal would act on the character instead of showing it, or XML has no
// place for it: the control characters, line and paragraph separators, the marks that
// reverse the direction of what follows them, and two that are no characters.
bool IsControl(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
         code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xfffe || code == 0xffff;
}

}  // namespace

Decoded DecodeUtf8(std::string_view text, size_t at) {
  const auto lead = static_cast<uint8_t>(text[at]);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const std::string_view bytes = text.substr(at, length);
  if (!base::IsUtf8(bytes)) return {};
  char32_t code = lead & (0x7f >> length);
  for (const char c : bytes.substr(1))
    code = code << 6 | (static_cast<uint8_t>(c) & 0x3f);
  return {code, length};
}

VisibleText MakeVisible(std::string_view text) {
  VisibleText out;
  const auto escape = [&out](std::string_view prefix, std::string_view rest) {
    out.text += prefix;
    out.text += rest;
    out.width += prefix.size() + rest.size();
  };
  for (size_t at = 0; at < text.size();) {
    const Decoded next = DecodeUtf8(text, at);
    const std::string_view bytes = text.substr(at, std::max<size_t>(next.length, 1));
    at += bytes.size();
    if (next.length != 0 && !IsControl(next.code)) {
      out.text += bytes;
      out.width += static_cast<size_t>(DisplayWidth(next.code));
    } else if (next.code == '\n') {
      escape("\\", "n");
    } else if (next.code == '\r') {
      escape("\\", "r");
    } else if (next.code == '\t') {
      escape("\\", "t");
    } else if (bytes.size() == 1) {
      escape("\\x", base::Hex(bytes));
    } else {
      const char big_endian[] = {static_cast<char>(next.code >> 8),
                                 static_cast<char>(next.code & 0xff)};
      escape("\\u", base::Hex(std::string_view(big_endian, 2)));
    }
  }
  return out;
}

VisibleText CutToWidth(const VisibleText& text, size_t width, std::string_view ellipsis) {
  if (text.width <= width) return text;
  const size_t ellipsis_width = ellipsis == "…" ? 1 : ellipsis.size();
  if (width < ellipsis_width) return {};
  VisibleText out;
  for (size_t at = 0; at < text.text.size();) {
    const Decoded next = DecodeUtf8(text.text, at);
    const auto cells = static_cast<size_t>(DisplayWidth(next.code));
    if (out.width + cells + ellipsis_width > width) break;
    out.text += text.text.substr(at, next.length);
    out.width += cells;
    at += next.length;
  }
  out.text += ellipsis;
  out.width += ellipsis_width;
  return out;
}

}  // namespace footfall::report
