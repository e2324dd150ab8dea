#include "capture/cleaner.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "capture/secret_memory.h"
#include "capture/text_scan.h"
#include "capture/url.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool IsWordByte(char c) {
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The number of bytes that `a` and `b` begin with alike, regardless of ASCII case.
size_t CommonPrefix(std::string_view a, std::string_view b) {
  const size_t size = std::min(a.size(), b.size());
  size_t i = 0;
  while (i < size && Lower(a[i]) == Lower(b[i])) ++i;
  return i;
}

bool RepeatsSecret(std::string_view text, std::string_view secret) {
  const size_t prefix = PrefixOfCharacters(secret, kSecretCharactersMin);
  for (size_t pos = 0; pos + prefix <= text.size(); ++pos) {
    if (Lower(text[pos]) != Lower(secret[0])) continue;
    const std::string_view rest = text.substr(pos);
    const size_t common = CommonPrefix(rest, secret);
    if (common == secret.size()) return true;
    // A word that merely begins like the secret is no copy of what was typed so far.
    if (common >= prefix && (common == rest.size() || !IsWordByte(rest[common])))
      return true;
  }
  return false;
}

bool RepeatsValue(std::string_view text, std::string_view value) {
  if (PrefixOfCharacters(value, kSecretCharactersMin) == 0) {
    return text.size() == value.size() && CommonPrefix(text, value) == value.size();
  }
  for (size_t pos = 0; pos + value.size() <= text.size(); ++pos) {
    if (CommonPrefix(text.substr(pos), value) == value.size()) return true;
  }
  return false;
}

bool IsEscaped(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// True when a byte of `text` needs a backslash in JSON.
bool NeedsEscapes(std::string_view text) {
  if (text.size() < 8) return std::any_of(text.begin(), text.end(), IsEscaped);
  uint64_t found = 0;
  const auto check = [&found](const char* p) {
    const uint64_t word = LoadWord(p);
    found |= HasLess(word, 0x20) | HasByte(word, '"') | HasByte(word, '\\');
  };
  for (size_t i = 0; i + 8 <= text.size(); i += 8) check(text.data() + i);
  check(text.data() + text.size() - 8);
  return found != 0;
}

void AppendEscaped(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!IsEscaped(text[i])) continue;
    const auto c = static_cast<unsigned char>(text[i]);
    out.append(text.substr(start, i - start));
    start = i + 1;
    out.push_back('\\');
    switch (c) {
      case '"':
      case '\\':
        out.push_back(static_cast<char>(c));
        break;
      case '\n':
        out.push_back('n');
        break;
      case '\r':
        out.push_back('r');
        break;
      case '\t':
        out.push_back('t');
        break;
      default:
        out.append("u00");
        out.push_back(kHex[c >> 4]);
        out.push_back(kHex[c & 15]);
    }
  }
  out.append(text.substr(start));
}

}  // namespace

void AppendJsonText(std::string& out, std::string_view text) {
  out.push_back('"');
  if (NeedsEscapes(text)) {
    AppendEscaped(out, text);
  } else {
    out.append(text);
  }
  out.push_back('"');
}

bool Cleaner::IsSecretKey(std::string_view key, uint64_t hash) {
  if (!vocabulary_.IsSecret(key, hash)) return false;
  const auto& allow = policy_.properties_allow;
  return std::find(allow.begin(), allow.end(), key) == allow.end();
}

bool Cleaner::Repeats(std::string_view text) const {
  return std::any_of(needles_.begin(), needles_.end(), [text](const Needle& needle) {
    return needle.secret ? RepeatsSecret(text, needle.text)
                         : RepeatsValue(text, needle.text);
  });
}

std::string_view Cleaner::Scan(std::string_view text) {
  if (MayLookLikeUrl(text) && LooksLikeUrl(text))
    return FilterUrl(text, policy_.url, arena_, counts_);
  return ScanText(text, arena_, counts_);
}

std::string_view Cleaner::LongText(std::string_view text) {
  if (text.empty()) return text;
  if (!needles_.empty()) {
    if (MayLookLikeUrl(text) && LooksLikeUrl(text)) return Url(text);
    if (Repeats(text)) {
      counts_.Add(Rule::kRawCopy);
      return kMask;
    }
  }
  return Scan(text);
}

std::string_view Cleaner::Url(std::string_view url) {
  const std::string_view filtered = FilterUrl(url, policy_.url, arena_, counts_);
  if (needles_.empty() || filtered.empty()) return filtered;
  return MaskUrlSegments(filtered, arena_, [this](std::string_view segment) {
    if (!Repeats(segment)) return false;
    counts_.Add(Rule::kRawCopy);
    return true;
  });
}

std::string_view Cleaner::Json(std::string_view json, bool* hidden) {
  *hidden = false;
  std::string escaped;
  for (const Needle& needle : needles_) {
    escaped.clear();
    AppendJsonText(escaped, needle.text);
    const std::string_view text = std::string_view(escaped).substr(1, escaped.size() - 2);
    // A short value counts only as a whole string, so the quotes belong to it.
    const bool is_short = PrefixOfCharacters(needle.text, kSecretCharactersMin) == 0;
    const bool found = needle.secret ? RepeatsSecret(json, text)
                       : is_short    ? json.find(escaped) != std::string_view::npos
                                     : RepeatsValue(json, text);
    if (!found) continue;
    counts_.Add(Rule::kRawCopy);
    *hidden = true;
    return kMask;
  }
  return json;
}

}  // namespace footfall::capture
