#include "capture/cleaner.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "capture/secret_memory.h"
#include "capture/text_scan.h"
#include "capture/url.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

constexpr size_t kLinesMax = 16;
constexpr size_t kKeptUrlBytesMax = 256;

// The characters of a JSON string that AppendJsonText wrote, without quotes.
std::string_view Unescape(std::string_view json, Arena& arena) {
  if (json.find('\\') == std::string_view::npos) return json;
  char* out = arena.Allocate(json.size());
  size_t size = 0;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (size_t i = 0; i < json.size(); ++i) {
    char c = json[i];
    if (c == '\\' && i + 1 < json.size()) {
      c = json[++i];
      if (c == 'n' || c == 'r' || c == 't') {
        c = ' ';  // All white space is compared alike.
      } else if (c == 'u' && i + 4 < json.size()) {
        c = static_cast<char>(digit(json[i + 3]) * 16 + digit(json[i + 4]));
        i += 4;
      }
    }
    out[size++] = c;
  }
  return {out, size};
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

// The first byte at or after `pos` that needs a backslash in JSON, or the size.
size_t FindEscaped(std::string_view text, size_t pos) {
#ifdef __SSE2__
  const __m128i control = _mm_set1_epi8(0x1f);
  for (; pos + 16 <= text.size(); pos += 16) {
    const __m128i bytes =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + pos));
    const __m128i signs = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                       _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes);
    const int found = _mm_movemask_epi8(_mm_or_si128(signs, controls));
    if (found != 0) {
      return pos + static_cast<size_t>(std::countr_zero(static_cast<uint32_t>(found)));
    }
  }
#endif
  for (; pos + 8 <= text.size(); pos += 8) {
    const uint64_t word = LoadWord(text.data() + pos);
    if ((HasLess(word, 0x20) | HasByte(word, '"') | HasByte(word, '\\')) != 0) break;
  }
  while (pos < text.size() && !IsEscaped(text[pos])) ++pos;
  return pos;
}

void AppendEscaped(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  size_t start = 0;
  for (size_t i = FindEscaped(text, 0); i < text.size(); i = FindEscaped(text, i + 1)) {
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
  // A long text is looked at once, while it is copied.
  constexpr size_t kLong = 256;
  out.push_back('"');
  if (text.size() >= kLong || NeedsEscapes(text)) {
    AppendEscaped(out, text);
  } else {
    out.append(text);
  }
  out.push_back('"');
}

void Cleaner::PrepareNeedles() {
  searches_.clear();
  const auto add = [this](std::string_view text, bool secret) {
    const std::string_view folded = FoldText(text, arena_);
    if (!folded.empty()) searches_.emplace_back(folded, secret, arena_);
  };
  for (const Needle& needle : needles_) {
    add(needle.text, needle.secret);
    size_t pos = needle.text.find_first_of("\n\r");
    if (pos == std::string_view::npos) continue;
    pos = 0;
    for (size_t lines = 0; lines < kLinesMax && pos < needle.text.size();) {
      const size_t end =
          std::min(needle.text.find_first_of("\n\r", pos), needle.text.size());
      const std::string_view line = needle.text.substr(pos, end - pos);
      pos = end + 1;
      if (PrefixOfCharacters(line, kSecretCharactersMin) == 0) continue;
      add(line, needle.secret);
      ++lines;
    }
  }
}

bool Cleaner::IsSecretKey(std::string_view key, uint64_t hash) {
  if (!IsUntouched(key)) {
    RuleCounts uncounted;
    if (ScanInto(key, Source::kData, uncounted) != key) return true;
  }
  if (!vocabulary_.IsSecret(key, hash)) return false;
  const auto& allow = policy_->properties_allow;
  return std::find(allow.begin(), allow.end(), key) == allow.end();
}

bool Cleaner::Repeats(std::string_view text) {
  if (searches_.empty()) return false;
  const std::string_view folded = FoldText(text, arena_);
  return std::any_of(
      searches_.begin(), searches_.end(),
      [folded](const NeedleSearch& search) { return search.FoundIn(folded); });
}

bool Cleaner::RepeatsSecret(std::string_view text) {
  const std::string_view folded = FoldText(text, arena_);
  return std::any_of(searches_.begin(), searches_.end(),
                     [folded](const NeedleSearch& search) {
                       return search.secret() && search.FoundIn(folded);
                     });
}

bool Cleaner::NumberRepeats(std::string_view text) {
  if (Repeats(text)) return true;
  // 7.0 and 70e-1 are spellings of 7.
  const double value = std::fabs(std::strtod(std::string(text).c_str(), nullptr));
  if (!(value < 1e19) || std::floor(value) != value) return false;
  return text.find_first_of(".eE") != std::string_view::npos &&
         Repeats(std::to_string(static_cast<uint64_t>(value)));
}

std::string_view Cleaner::ScanInto(std::string_view text, Source source,
                                   RuleCounts& counts) {
  if (MayLookLikeUrl(text)) {
    if (LooksLikeUrl(text)) {
      text = FilterUrl(text, policy_->url, arena_, counts);
      if (policy_->patterns.empty()) return text;
      return ScanPatterns(text, policy_->patterns, arena_, counts);
    }
    if (text.find(':') != std::string_view::npos) {
      text = FilterUrlsInText(text, policy_->url, arena_, counts);
    }
  }
  const bool everything = source == Source::kData || policy_->text != TextMode::kAllow;
  const TextScan scan = {everything, &policy_->patterns};
  return ScanText(text, scan, arena_, counts);
}

std::string_view Cleaner::Scan(std::string_view text, Source source) {
  return Note(text, ScanInto(text, source, counts_));
}

// A key is named only when it looks like one that a program was written with: others may
// be somebody's data.
std::string_view Cleaner::PropertyPlace(std::string_view key) {
  constexpr size_t kNamedBytesMax = 40;
  place_ = "properties";
  const bool named = !key.empty() && key.size() <= kNamedBytesMax &&
                     std::all_of(key.begin(), key.end(), [](char c) {
                       return (c >= '0' && c <= '9') ||
                              ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
                              c == '-' || c == '.';
                     });
  RuleCounts uncounted;
  if (named && ScanInto(key, Source::kData, uncounted) == key && !Repeats(key)) {
    place_.append(".").append(key);
  }
  return place_;
}

std::string_view Cleaner::LongText(std::string_view text, Source source) {
  if (text.empty()) return text;
  if (!searches_.empty()) {
    if (MayLookLikeUrl(text) && LooksLikeUrl(text)) return Url(text);
    if (Repeats(text)) {
      counts_.Add(Rule::kRawCopy);
      return kMask;
    }
  }
  return Scan(text, source);
}

std::string_view Cleaner::Url(std::string_view url) {
  if (searches_.empty() && CleanUrlNumber(url) != 0) return url;
  std::string_view filtered = FilterUrl(url, policy_->url, arena_, counts_);
  if (!policy_->patterns.empty()) {
    filtered = ScanPatterns(filtered, policy_->patterns, arena_, counts_);
  }
  Note(url, filtered);
  if (searches_.empty() && !changed() && url.size() <= kKeptUrlBytesMax) {
    clean_url_ = url;
    ++clean_url_number_;
  }
  if (searches_.empty() || filtered.empty()) return filtered;
  return MaskUrlSegments(filtered, arena_, [this](std::string_view part, UrlPart kind) {
    // A host that holds a typed word says where the person is, not what was typed.
    const bool hide = kind == UrlPart::kOrigin ? RepeatsSecret(part) : Repeats(part);
    if (hide) counts_.Add(Rule::kRawCopy);
    return hide;
  });
}

bool Cleaner::JsonRepeats(std::string_view json) {
  for (size_t pos = 0; pos < json.size();) {
    const size_t begin = pos++;
    if (json[begin] == '"') {
      while (json[pos] != '"') pos += json[pos] == '\\' ? 2 : 1;
      if (Repeats(Unescape(json.substr(begin + 1, pos - begin - 1), arena_))) return true;
      ++pos;
    } else if (json[begin] == '-' || (json[begin] >= '0' && json[begin] <= '9')) {
      pos = std::min(json.find_first_of(",]}", pos), json.size());
      if (NumberRepeats(json.substr(begin, pos - begin))) return true;
    }
  }
  return false;
}

}  // namespace footfall::capture
