#include "capture/url.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "capture/ascii.h"
#include "capture/text_scan.h"
#include "capture/vocabulary.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

constexpr size_t kJwtSizeMin = 11;
constexpr size_t kTokenSizeMin = 20;
constexpr size_t kHexTokenSizeMin = 32;

constexpr char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
// What the bytes of URLs are, as bits.
enum ByteClass : uint16_t {
  kLetter = 1,
  kNumeral = 2,
  kNoHex = 4,    // Neither a numeral nor a letter up to F.
  kSlash = 8,    // Ends a path segment.
  kTail = 16,    // Begins the query or the fragment.
  kScheme = 32,  // May stand in a scheme.
  kPercent = 64,
  kParameter = 128,  // Begins a segment's parameters.
  kAt = 256,         // Ends user info.
  kOdd = 512,        // Seldom in a URL: what browsers read as something else, and the
                     // capital letters that tokens have.
};
using ByteClasses = uint16_t;

constexpr std::array<ByteClasses, 256> MakeByteClasses() {
  std::array<ByteClasses, 256> classes{};
  for (int i = 0; i < 256; ++i) {
    const auto c = static_cast<char>(i);
    ByteClasses bits = 0;
    if (IsLetter(c)) bits |= kLetter | kScheme;
    if (IsDigit(c)) bits |= kNumeral | kScheme;
    if (HexDigit(c) < 0) bits |= kNoHex;
    if (c == '/' || c == '\\') bits |= kSlash;
    if (c == '?' || c == '#') bits |= kTail;
    // Browsers drop tabs and line ends inside a URL, so these do not end a scheme.
    if (c == '+' || c == '-' || c == '.' || c == '\t' || c == '\n' || c == '\r') {
      bits |= kScheme;
    }
    if (c == '%') bits |= kPercent;
    if (c == ';') bits |= kParameter;
    if (c == '@') bits |= kAt;
    if (i <= ' ' || i >= 0x7F || c == '\\' || (c >= 'A' && c <= 'Z')) {
      bits |= kOdd;
    }
    classes[static_cast<size_t>(i)] = bits;
  }
  return classes;
}

constexpr std::array<ByteClasses, 256> kByteClasses = MakeByteClasses();

ByteClasses ClassOf(char c) { return kByteClasses[static_cast<unsigned char>(c)]; }

// The first byte at or after `pos` of one of the classes, or the size.
size_t FindClass(std::string_view text, size_t pos, ByteClasses classes) {
  while (pos < text.size() && (ClassOf(text[pos]) & classes) == 0) ++pos;
  return pos;
}

// The length of the scheme without its colon; 0 when there is none.
size_t SchemeSize(std::string_view url) {
  if (url.empty() || !IsLetter(url[0])) return 0;
  size_t i = 1;
  while (i < url.size() && (ClassOf(url[i]) & kScheme) != 0) ++i;
  return i < url.size() && url[i] == ':' ? i : 0;
}

// The scheme in lower case without white space, as far as it fits.
struct Scheme {
  char text[16];
  size_t size = 0;
  bool Is(std::string_view name) const { return std::string_view(text, size) == name; }
};

Scheme ReadScheme(std::string_view url, size_t size) {
  Scheme scheme;
  for (size_t i = 0; i < size && scheme.size < sizeof(scheme.text); ++i) {
    if (static_cast<unsigned char>(url[i]) > ' ')
      scheme.text[scheme.size++] = Lower(url[i]);
  }
  return scheme;
}

bool HoldsData(const Scheme& scheme) {
  return scheme.Is("data") || scheme.Is("blob") || scheme.Is("javascript") ||
         scheme.Is("vbscript") || scheme.Is("filesystem") || scheme.Is("view-source");
}

// The schemes whose URLs have a host, however many slashes precede it.
bool HasHost(const Scheme& scheme) {
  return scheme.Is("https") || scheme.Is("http") || scheme.Is("wss") || scheme.Is("ws") ||
         scheme.Is("ftp");
}

std::string_view TrimControls(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') {
    text.remove_suffix(1);
  }
  return text;
}

std::string_view PercentDecode(std::string_view text, Arena& arena) {
  if (text.find('%') == std::string_view::npos) return text;
  char* out = arena.Allocate(text.size());
  size_t size = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
        HexDigit(text[i + 2]) >= 0) {
      out[size++] = static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      out[size++] = text[i];
    }
  }
  return {out, size};
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : HexDigit(text[i]) < 0) return false;
  }
  return true;
}

// A JSON Web Token: three base64url parts, of which the first begins with `{"`.
bool IsJwt(std::string_view text) {
  return text.size() >= kJwtSizeMin && text.substr(0, 3) == "eyJ" &&
         text.find('.') != std::string_view::npos;
}

// `classes` are those of all bytes of the segment.
bool IsTokenLike(std::string_view segment, ByteClasses classes, Arena& arena) {
  if (segment.size() < kJwtSizeMin) return false;
  std::string_view text = segment;
  if ((classes & kPercent) != 0) {
    text = PercentDecode(segment, arena);
    classes = 0;
    for (const char c : text) classes |= ClassOf(c);
  }
  if (IsJwt(text)) return true;
  const bool mixed = (classes & kLetter) != 0 && (classes & kNumeral) != 0;
  if (text.size() >= kTokenSizeMin && mixed) return !IsUuid(text);
  if (text.size() >= kHexTokenSizeMin && (classes & kNoHex) == 0) return true;
  return text.size() != segment.size() && HasCard(text);
}

bool IsTokenLike(std::string_view segment, Arena& arena) {
  ByteClasses classes = 0;
  for (const char c : segment) classes |= ClassOf(c);
  return IsTokenLike(segment, classes, arena);
}

// Appends to a buffer that the caller made large enough.
struct Out {
  char* data;
  size_t size = 0;
  void Add(std::string_view text) {
    if (!text.empty()) std::memcpy(data + size, text.data(), text.size());
    size += text.size();
  }
};

// True for a short web address that nothing has to go from, as most are: neither the URL
// rule nor a scanner could find anything in it.
bool IsHarmless(std::string_view url) {
  constexpr size_t kBytesMax = 64;
  constexpr unsigned kNumeralsMax = 5;
  const size_t host = url.substr(0, 8) == "https://"  ? 8
                      : url.substr(0, 7) == "http://" ? 7
                                                      : 0;
  if (host == 0 || url.size() > kBytesMax) return false;
  unsigned classes = 0;
  unsigned mixed = 0;  // Has kNumeral where a letter and a digit are neighbours.
  unsigned numerals = 0;
  unsigned before = 0;
  uint64_t run = 0;  // Bit i: byte i is inside a segment, which may be the host.
  uint64_t bit = uint64_t{1} << host;
  static_assert(kNumeral == kLetter << 1);
  for (size_t i = host; i < url.size(); ++i) {
    const unsigned byte = ClassOf(url[i]);
    classes |= byte;
    mixed |= (before << 1 & byte) | (byte << 1 & before);
    numerals += byte / kNumeral & 1;
    run |= (uint64_t{byte / kSlash & 1} - 1) & bit;
    bit <<= 1;
    before = byte;
  }
  // Random strings mix letters and digits.
  if ((classes & (kTail | kPercent | kParameter | kAt | kOdd)) != 0 ||
      (mixed & kNumeral) != 0 || numerals > kNumeralsMax) {
    return false;
  }
  // Bit i: the next 2, 4, 8, 16 and then 18 bytes are inside one segment. No token is
  // shorter.
  run &= run >> 1;
  run &= run >> 2;
  run &= run >> 4;
  run &= run >> 8;
  run &= run >> 2;
  return run == 0;
}

// What of a path segment is the user info of a URL that stands inside the path: of
// `https://user:password@host`, or of such a thing without its scheme.
size_t NestedUserinfoSize(std::string_view segment, bool begins_host) {
  const size_t at = segment.rfind('@');
  if (at == std::string_view::npos) return 0;
  return begins_host || segment.find(':') < at ? at + 1 : 0;
}

// True when a percent-encoded segment is a URL with user info.
bool EncodesUserinfo(std::string_view segment, Arena& arena) {
  const std::string_view text = PercentDecode(segment, arena);
  if (text.size() == segment.size()) return false;
  const size_t at = text.rfind('@');
  return at != std::string_view::npos && (text.find(':') < at || text.find("//") < at);
}

// What of the query the policy keeps, without the question mark.
void AddQuery(std::string_view query, const UrlPolicy& policy, Arena& arena, Out& out,
              RuleCounts& counts) {
  bool first = true;
  bool removed = false;
  size_t pos = 0;
  while (pos <= query.size()) {
    size_t end = query.find('&', pos);
    if (end == std::string_view::npos) end = query.size();
    const std::string_view pair = query.substr(pos, end - pos);
    pos = end + 1;
    const size_t equals = pair.find('=');
    const std::string_view name = PercentDecode(pair.substr(0, equals), arena);
    bool keep = false;
    for (const std::string& kept : policy.keep_query) keep |= kept == name;
    if (!keep || IsSecretName(name)) {
      removed |= !pair.empty();
      continue;
    }
    out.Add(first ? "?" : "&");
    first = false;
    if (equals != std::string_view::npos && IsTokenLike(pair.substr(equals + 1), arena)) {
      out.Add(pair.substr(0, equals + 1));
      out.Add(kMask);
      counts.Add(Rule::kUrlToken);
    } else {
      out.Add(pair);
    }
  }
  if (removed) counts.Add(Rule::kUrlQuery);
}

// Where the path begins, and the user info of the authority, if there is any.
size_t FindPath(std::string_view url, size_t scheme_size, size_t* userinfo_begin,
                size_t* userinfo_end) {
  *userinfo_begin = *userinfo_end = 0;
  const size_t start = scheme_size > 0 ? scheme_size + 1 : 0;
  size_t pos = start;
  size_t slashes = 0;
  if (url.substr(pos, 2) == "//") {
    slashes = 2;
    pos += 2;
  }
  for (; pos < url.size(); ++pos) {
    const char c = url[pos];
    if ((ClassOf(c) & kSlash) != 0) {
      ++slashes;
    } else if (c != '\t' && c != '\n' && c != '\r') {
      break;
    }
  }
  if (slashes < 2 && !(scheme_size > 0 && HasHost(ReadScheme(url, scheme_size)))) {
    return start;
  }
  const size_t begin = pos;
  for (; pos < url.size() && (ClassOf(url[pos]) & (kSlash | kTail)) == 0; ++pos) {
    if (url[pos] != '@') continue;
    *userinfo_begin = begin;
    *userinfo_end = pos + 1;
  }
  return pos;
}

}  // namespace

std::string_view UrlWithoutQuery(std::string_view url) {
  size_t pos = 0;
  while (pos + 8 <= url.size()) {
    const uint64_t word = LoadWord(url.data() + pos);
    if ((HasByte(word, '?') | HasByte(word, '#')) != 0) break;
    pos += 8;
  }
  return url.substr(0, FindClass(url, pos, kTail));
}

bool LooksLikeUrl(std::string_view text) {
  text = TrimControls(text);
  if (text.size() < 3) return false;
  const size_t scheme_size = SchemeSize(text);
  if (scheme_size > 0) {
    const Scheme scheme = ReadScheme(text, scheme_size);
    if (HoldsData(scheme)) return true;
    if (text.substr(scheme_size + 1, 2) != "//" && !HasHost(scheme)) return false;
  } else if (text[0] != '/') {
    return false;
  } else if (text[1] != '/' && FindClass(text, 0, kTail) == text.size()) {
    return false;
  }
  return text.find(' ') == std::string_view::npos;
}

std::string_view FilterUrl(std::string_view url, const UrlPolicy& policy, Arena& arena,
                           RuleCounts& counts) {
  url = TrimControls(url);
  if (url.empty()) return "";
  if (policy.drop) {
    counts.Add(Rule::kUrl);
    return "";
  }
  if (IsHarmless(url)) return url;
  const size_t scheme_size = SchemeSize(url);
  if (HoldsData(ReadScheme(url, scheme_size))) {
    counts.Add(Rule::kUrlScheme);
    return "";
  }
  size_t userinfo_begin;
  size_t userinfo_end;
  const size_t path = FindPath(url, scheme_size, &userinfo_begin, &userinfo_end);
  // Nothing but the tail goes in most URLs, which then are a view of the input.
  bool rewrite = userinfo_end > 0;
  if (userinfo_end > 0) counts.Add(Rule::kUrlUserinfo);
  size_t pos = path;
  for (bool in_path = true; in_path;) {
    const size_t begin = pos;
    ByteClasses classes = 0;
    while (pos < url.size() && (ClassOf(url[pos]) & (kSlash | kTail)) == 0) {
      classes |= ClassOf(url[pos++]);
    }
    rewrite = rewrite || (classes & (kParameter | kAt)) != 0 ||
              ((classes & kPercent) != 0 &&
               EncodesUserinfo(url.substr(begin, pos - begin), arena)) ||
              IsTokenLike(url.substr(begin, pos - begin), classes, arena);
    in_path = pos < url.size() && (ClassOf(url[pos]) & kSlash) != 0;
    if (in_path) ++pos;
  }
  const std::string_view base = url.substr(0, pos);
  std::string_view query = url.substr(base.size());
  const size_t hash = query.find('#');
  if (hash != std::string_view::npos) {
    if (hash + 1 < query.size()) counts.Add(Rule::kUrlFragment);
    query = query.substr(0, hash);
  }
  const bool keep_query = query.size() > 1 && !policy.keep_query.empty();
  if (!keep_query && query.size() > 1) counts.Add(Rule::kUrlQuery);
  if (!rewrite && !keep_query) return ScanText(base, arena, counts);

  // A mask is shorter than the segment it replaces, so the input's size is enough but for
  // masks in kept pairs, which replace as much, and the question mark, which is counted.
  Out out{arena.Allocate(url.size() + kMask.size())};
  out.Add(base.substr(0, userinfo_begin));
  out.Add(base.substr(userinfo_end, path - userinfo_end));
  pos = path;
  while (pos < base.size()) {
    const size_t end = FindClass(base, pos, kSlash);
    std::string_view segment = base.substr(pos, end - pos);
    const size_t parameters = segment.find(';');
    if (parameters != std::string_view::npos) {
      counts.Add(Rule::kUrlQuery);
      segment = segment.substr(0, parameters);
    }
    const bool begins_host =
        pos >= path + 2 && (ClassOf(base[pos - 1]) & kSlash) != 0 &&
        ((ClassOf(base[pos - 2]) & kSlash) != 0 || base[pos - 2] == ':');
    const size_t userinfo = NestedUserinfoSize(segment, begins_host);
    if (userinfo > 0 || EncodesUserinfo(segment, arena)) {
      counts.Add(Rule::kUrlUserinfo);
      segment = userinfo > 0 ? segment.substr(userinfo) : kMask;
    }
    if (IsTokenLike(segment, arena)) {
      counts.Add(Rule::kUrlToken);
      segment = kMask;
    }
    out.Add(segment);
    if (end < base.size()) out.Add(base.substr(end, 1));
    pos = end + 1;
  }
  if (keep_query) AddQuery(query.substr(1), policy, arena, out, counts);
  return ScanText({out.data, out.size}, arena, counts);
}

std::string_view FilterUrlsInText(std::string_view text, const UrlPolicy& policy,
                                  Arena& arena, RuleCounts& counts) {
  std::string out;
  size_t copied = 0;
  for (size_t colon = text.find(':'); colon != std::string_view::npos;) {
    size_t begin = colon;
    while (begin > copied && (ClassOf(text[begin - 1]) & kScheme) != 0 &&
           static_cast<unsigned char>(text[begin - 1]) > ' ') {
      --begin;
    }
    while (begin < colon && !IsLetter(text[begin])) ++begin;
    size_t end = colon + 1;
    while (end < text.size() && static_cast<unsigned char>(text[end]) > ' ' &&
           text[end] != '"' && text[end] != '<' && text[end] != '>') {
      ++end;
    }
    const Scheme scheme = ReadScheme(text.substr(begin), colon - begin);
    if (begin == colon || end == colon + 1 ||
        (text.substr(colon + 1, 2) != "//" && !HasHost(scheme) && !HoldsData(scheme))) {
      colon = text.find(':', colon + 1);
      continue;
    }
    const std::string_view url = text.substr(begin, end - begin);
    const std::string_view filtered = FilterUrl(url, policy, arena, counts);
    if (filtered != url) {
      out.append(text.substr(copied, begin - copied)).append(filtered);
      copied = end;
    }
    colon = text.find(':', end);
  }
  if (copied == 0) return text;
  out.append(text.substr(copied));
  return arena.Copy(out);
}

std::string_view MaskUrlSegments(
    std::string_view url, Arena& arena,
    const std::function<bool(std::string_view, UrlPart)>& hide) {
  const auto hides = [&](std::string_view part) {
    if (part.empty()) return false;
    if (hide(PercentDecode(part, arena), UrlPart::kPath)) return true;
    if (part.find('+') == std::string_view::npos) return false;
    std::string spaced(part);
    for (char& c : spaced) c = c == '+' ? ' ' : c;
    return hide(PercentDecode(spaced, arena), UrlPart::kPath);
  };
  size_t unused;
  const size_t path = FindPath(url, SchemeSize(url), &unused, &unused);
  std::string_view origin = url.substr(0, path);
  bool changed = !origin.empty() && hide(PercentDecode(origin, arena), UrlPart::kOrigin);
  if (changed) origin = kMask;
  // Every segment may become a mask, and a segment may be a single byte.
  Out out{arena.Allocate((url.size() + 2) * kMask.size())};
  out.Add(origin);
  bool masked = false;
  for (size_t pos = path; pos < url.size();) {
    size_t end = url.find_first_of("/\\?&=", pos);
    if (end == std::string_view::npos) end = url.size();
    std::string_view segment = url.substr(pos, end - pos);
    if (hides(segment)) {
      segment = kMask;
      masked = true;
    }
    out.Add(segment);
    if (end < url.size()) out.Add(url.substr(end, 1));
    pos = end + 1;
  }
  // A copy may reach over several segments.
  if (!masked && hides(url.substr(path))) {
    out.size = origin.size();
    out.Add("/");
    out.Add(kMask);
    masked = true;
  }
  return changed || masked ? std::string_view(out.data, out.size) : url;
}

std::string_view PageOf(std::string_view url, std::string& buffer) {
  url = TrimControls(UrlWithoutQuery(url));
  // Most URLs are spelled that way already.
  size_t host_begin = 0;
  if (url.substr(0, 8) == "https://") host_begin = 8;
  if (url.substr(0, 7) == "http://") host_begin = 7;
  if (host_begin > 0) {
    size_t i = host_begin;
    while (i < url.size() && ((url[i] >= 'a' && url[i] <= 'z') || IsDigit(url[i]) ||
                              url[i] == '.' || url[i] == '-')) {
      ++i;
    }
    if (i > host_begin && i < url.size() && url[i] == '/') return url;
  }
  const size_t scheme_size = SchemeSize(url);
  size_t userinfo_begin;
  size_t userinfo_end;
  const size_t path = FindPath(url, scheme_size, &userinfo_begin, &userinfo_end);
  const Scheme scheme = ReadScheme(url, scheme_size);
  size_t host = scheme_size + 1;
  if (!HasHost(scheme)) return url;
  while (host < path && ((ClassOf(url[host]) & kSlash) != 0 ||
                         static_cast<unsigned char>(url[host]) <= ' ')) {
    ++host;
  }
  if (userinfo_end > 0) host = userinfo_end;
  buffer.assign(scheme.text, scheme.size).append("://");
  for (size_t i = host; i < path; ++i) {
    if (static_cast<unsigned char>(url[i]) > ' ') buffer.push_back(Lower(url[i]));
  }
  const bool secure = scheme.Is("https") || scheme.Is("wss");
  const std::string_view port = secure ? ":443" : scheme.Is("ftp") ? ":21" : ":80";
  if (buffer.size() > port.size() &&
      std::string_view(buffer).substr(buffer.size() - port.size()) == port) {
    buffer.resize(buffer.size() - port.size());
  }
  buffer.append(path < url.size() ? url.substr(path) : "/");
  return buffer;
}

std::string_view OriginOf(std::string_view url, std::string& buffer) {
  const std::string_view page = PageOf(url, buffer);
  const size_t host = page.substr(0, 8) == "https://"  ? 8
                      : page.substr(0, 7) == "http://" ? 7
                                                       : 0;
  if (host == 0) return "";
  const size_t end = FindClass(page, host, kSlash);
  return end > host ? page.substr(0, end) : std::string_view();
}

bool GlobMatches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && Lower(pattern[p]) == Lower(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace footfall::capture
