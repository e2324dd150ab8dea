// Private keys, tokens and keys of services.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "capture/ascii.h"
#include "capture/text_scan_internal.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

// What the bytes of tokens are, as bits.
enum TokenClass : uint8_t {
  kUpper = 1,
  kLower = 2,
  kNumeral = 4,
  kHex = 8,     // A numeral or a letter up to F.
  kMark = 16,   // '-' or '_', as in base64url.
  kOther = 32,  // What else stands in base64 and in keys: '+', '/', '~'.
  kEquals = 64,
  kDot = 128,
};
constexpr uint8_t kAlnum = kUpper | kLower | kNumeral;
constexpr uint8_t kBase64Url = kAlnum | kMark;
constexpr uint8_t kSegment = kAlnum | kMark | kOther;

constexpr std::array<uint8_t, 256> MakeTokenClasses() {
  std::array<uint8_t, 256> classes{};
  for (size_t i = 0; i < 128; ++i) {
    const char c = static_cast<char>(i);
    uint8_t bits = 0;
    if (IsUpperByte(c)) bits |= kUpper;
    if (IsLowerByte(c)) bits |= kLower;
    if (IsDigit(c)) bits |= kNumeral | kHex;
    if (LowerByte(c) >= 'a' && LowerByte(c) <= 'f') bits |= kHex;
    if (c == '-' || c == '_') bits |= kMark;
    if (c == '+' || c == '/' || c == '~') bits |= kOther;
    if (c == '=') bits |= kEquals;
    if (c == '.') bits |= kDot;
    classes[i] = bits;
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kTokenClasses = MakeTokenClasses();

uint8_t ClassOf(char c) { return kTokenClasses[static_cast<unsigned char>(c)]; }

size_t SkipClass(std::string_view text, size_t pos, uint8_t classes) {
  while (pos < text.size() && (ClassOf(text[pos]) & classes) != 0) ++pos;
  return pos;
}

bool IsAnyOf(std::string_view text, size_t pos, uint8_t classes) {
  return pos < text.size() && (ClassOf(text[pos]) & classes) != 0;
}

// A key that begins with the prefix of a service and goes on with `size_min` bytes or
// more of `classes`.
struct ServiceKey {
  std::string_view prefix;
  uint8_t size_min;
  uint8_t classes;
  bool exact = false;  // Goes on with exactly `size_min` bytes.
  bool mixed =
      false;  // They hold letters and digits, since the prefix alone says little.
};

constexpr uint8_t kCapitals = kUpper | kNumeral;
constexpr ServiceKey kServiceKeys[] = {
    {"AKIA", 16, kCapitals, true},                // AWS
    {"ASIA", 16, kCapitals, true},                // AWS
    {"AGPA", 16, kCapitals, true},                // AWS
    {"AIDA", 16, kCapitals, true},                // AWS
    {"AROA", 16, kCapitals, true},                // AWS
    {"ANPA", 16, kCapitals, true},                // AWS
    {"ANVA", 16, kCapitals, true},                // AWS
    {"ABIA", 16, kCapitals, true},                // AWS
    {"ACCA", 16, kCapitals, true},                // AWS
    {"ghp_", 30, kAlnum},                         // GitHub
    {"gho_", 30, kAlnum},                         // GitHub
    {"ghu_", 30, kAlnum},                         // GitHub
    {"ghs_", 30, kAlnum},                         // GitHub
    {"ghr_", 30, kAlnum},                         // GitHub
    {"github_pat_", 22, kBase64Url},              // GitHub
    {"glpat-", 20, kBase64Url},                   // GitLab
    {"gldt-", 20, kBase64Url},                    // GitLab
    {"glrt-", 20, kBase64Url},                    // GitLab
    {"glptt-", 20, kBase64Url},                   // GitLab
    {"xoxa-", 18, kBase64Url, false, true},       // Slack
    {"xoxb-", 18, kBase64Url, false, true},       // Slack
    {"xoxe-", 18, kBase64Url, false, true},       // Slack
    {"xoxp-", 18, kBase64Url, false, true},       // Slack
    {"xoxr-", 18, kBase64Url, false, true},       // Slack
    {"xoxs-", 18, kBase64Url, false, true},       // Slack
    {"xapp-", 18, kBase64Url, false, true},       // Slack
    {"sk_live_", 16, kAlnum},                     // Stripe
    {"sk_test_", 16, kAlnum},                     // Stripe
    {"rk_live_", 16, kAlnum},                     // Stripe
    {"rk_test_", 16, kAlnum},                     // Stripe
    {"pk_live_", 16, kAlnum},                     // Stripe
    {"pk_test_", 16, kAlnum},                     // Stripe
    {"whsec_", 20, kAlnum | kOther},              // Stripe
    {"AIza", 30, kBase64Url, false, true},        // Google
    {"ya29.", 20, kBase64Url},                    // Google
    {"GOCSPX-", 20, kBase64Url},                  // Google
    {"npm_", 30, kAlnum, false, true},            // npm
    {"pypi-", 50, kBase64Url},                    // PyPI
    {"rubygems_", 40, kHex},                      // RubyGems
    {"SG.", 40, kBase64Url | kDot, false, true},  // SendGrid
    {"SK", 32, kHex, true, true},                 // Twilio
    {"key-", 32, kHex, true, true},               // Mailgun
    {"sk-ant-", 20, kBase64Url, false, true},     // Anthropic
    {"sk-proj-", 20, kBase64Url, false, true},    // OpenAI
    {"sk-", 32, kAlnum, false, true},             // OpenAI and others
    {"hf_", 30, kAlnum},                          // Hugging Face
    {"r8_", 30, kAlnum, false, true},             // Replicate
    {"dop_v1_", 40, kHex},                        // DigitalOcean
    {"doo_v1_", 40, kHex},                        // DigitalOcean
    {"dor_v1_", 40, kHex},                        // DigitalOcean
    {"shpat_", 32, kHex},                         // Shopify
    {"shpca_", 32, kHex},                         // Shopify
    {"shppa_", 32, kHex},                         // Shopify
    {"shpss_", 32, kHex},                         // Shopify
    {"sq0atp-", 20, kBase64Url},                  // Square
    {"sq0csp-", 20, kBase64Url},                  // Square
    {"dckr_pat_", 20, kBase64Url},                // Docker
    {"ATATT3", 50, kBase64Url | kEquals},         // Atlassian
    {"lin_api_", 30, kAlnum},                     // Linear
    {"figd_", 20, kBase64Url, false, true},       // Figma
    {"ntn_", 40, kAlnum},                         // Notion
    {"PMAK-", 30, kBase64Url, false, true},       // Postman
    {"glsa_", 32, kAlnum | kMark},                // Grafana
    {"NRAK-", 27, kCapitals},                     // New Relic
    {"dapi", 32, kHex, false, true},              // Databricks
    {"AGE-SECRET-KEY-1", 50, kCapitals},          // age
};

// By the first byte of a key: the second ones that it may have, as bits of their lower
// six.
constexpr std::array<uint64_t, 256> MakeKeyStarts() {
  std::array<uint64_t, 256> starts{};
  const auto add = [&starts](char first, char second) {
    starts[static_cast<unsigned char>(first)] |= uint64_t{1} << (second & 63);
  };
  for (const ServiceKey& key : kServiceKeys) add(key.prefix[0], key.prefix[1]);
  add('e', 'y');  // A JSON web token.
  return starts;
}
constexpr std::array<uint64_t, 256> kKeyStarts = MakeKeyStarts();

// False for most places of a text where no key begins.
bool MayBeginKey(std::string_view text, size_t pos) {
  if (pos + 1 >= text.size()) return false;
  return (kKeyStarts[static_cast<unsigned char>(text[pos])] >> (text[pos + 1] & 63) &
          1) != 0;
}

uint8_t ClassesIn(std::string_view text) {
  uint8_t classes = 0;
  for (const char c : text) classes |= ClassOf(c);
  return classes;
}

// The end of the service's key that begins at `begin`, or `begin`.
size_t ServiceKeyEnd(std::string_view text, size_t begin) {
  constexpr size_t kKeyProbe = 128;
  const std::string_view rest = text.substr(begin);
  for (const ServiceKey& key : kServiceKeys) {
    if (rest[0] != key.prefix[0] || rest.substr(0, key.prefix.size()) != key.prefix) {
      continue;
    }
    const size_t body = begin + key.prefix.size();
    // What is no key is not read further than a key reaches.
    const size_t probe = SkipClass(text.substr(0, body + kKeyProbe), body, key.classes);
    if (probe < body + key.size_min) continue;
    if (key.mixed) {
      const uint8_t classes = ClassesIn(text.substr(body, probe - body));
      if ((classes & kNumeral) == 0 || (classes & (kUpper | kLower)) == 0) continue;
    }
    if (key.exact && probe != body + key.size_min) continue;
    if (probe < body + kKeyProbe && IsAnyOf(text, probe, kAlnum)) continue;
    return SkipClass(text, probe, key.classes | kAlnum);
  }
  return begin;
}

// The end of the JSON web token that begins at `begin`, or `begin`: base64url of `{"`,
// and one to four more parts after dots.
size_t JwtEnd(std::string_view text, size_t begin) {
  constexpr size_t kPartMin = 8;
  constexpr size_t kSizeMin = 24;
  if (text.substr(begin, 3) != "eyJ") return begin;
  if (begin > 0 && IsAnyOf(text, begin - 1, kBase64Url)) return begin;
  size_t end = SkipClass(text, begin, kBase64Url);
  if (end < begin + kPartMin || !IsAnyOf(text, end, kDot)) return begin;
  const size_t payload = end + 1;
  end = SkipClass(text, payload, kBase64Url);
  if (end < payload + kPartMin) return begin;
  for (int part = 2; part < 5 && IsAnyOf(text, end, kDot); ++part) {
    const size_t next = SkipClass(text, end + 1, kBase64Url);
    if (next == end + 1) break;
    end = next;
  }
  return end - begin >= kSizeMin ? end : begin;
}

// Bit j of row i: the letters i and j often follow each other in words of the European
// languages and of programs. They make up 95% of the pairs there and 39% of all.
constexpr uint32_t kCommonPairs[26] = {
    0x13ebd4e, 0x0164911, 0x01e4d95, 0x0164119, 0x1eff97f, 0x01ac931, 0x016e991,
    0x00a4111, 0x2aefc7f, 0x0000011, 0x0044111, 0x11c4919, 0x014d113, 0x13c6d7d,
    0x07efd7e, 0x11ec915, 0x0100000, 0x13efd5d, 0x11ecd95, 0x15ec999, 0x00eb95f,
    0x0004111, 0x0024191, 0x0088010, 0x006c010, 0x0000011};

bool IsCommonPair(char a, char b) {
  return (kCommonPairs[LowerByte(a) - 'a'] >> (LowerByte(b) - 'a') & 1) != 0;
}

// Letters and digits between the marks of a string.
struct Piece {
  size_t size = 0;
  size_t odd_pairs = 0;  // Neighbours that words seldom have.
  uint8_t classes = 0;
  bool hex = true;

  // Half of the neighbours are odd ones; in random strings 80% are, in names 20%.
  bool IsOdd() const { return size >= 4 && 2 * odd_pairs + 1 >= size; }
};

Piece ReadPiece(std::string_view text) {
  Piece piece;
  piece.size = text.size();
  uint8_t before = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const uint8_t bits = ClassOf(text[i]);
    const uint8_t kind = bits & kAlnum;
    piece.classes |= kind;
    piece.hex = piece.hex && (bits & kHex) != 0;
    if (before != 0) {
      const bool letters = ((kind | before) & kNumeral) == 0;
      const bool word = letters && !(before == kLower && kind == kUpper);
      const bool odd = word ? !IsCommonPair(text[i - 1], text[i]) : kind != before;
      piece.odd_pairs += odd ? 1 : 0;
    }
    before = kind;
  }
  return piece;
}

// True for a string of bytes of kSegment that no person and no program would use as a
// name. Hexadecimal pieces below 32 digits say nothing, so that UUIDs stay.
bool IsRandom(std::string_view segment) {
  constexpr size_t kSizeMin = 24;
  constexpr size_t kOddMin = 20;
  constexpr size_t kHexMin = 32;
  if (segment.size() < kSizeMin) return false;
  size_t odd = 0;
  size_t plain = 0;
  uint8_t classes = 0;
  for (size_t pos = 0; pos < segment.size();) {
    const size_t end = SkipClass(segment, pos, kAlnum);
    const Piece piece = ReadPiece(segment.substr(pos, end - pos));
    pos = end + 1;
    const bool numeric = (piece.classes & kNumeral) != 0;
    if (piece.hex && numeric) {
      if (piece.size >= kHexMin && piece.classes != kNumeral) return true;
    } else if (piece.IsOdd()) {
      odd += piece.size;
      classes |= piece.classes;
    } else if (piece.size >= 4) {
      plain += piece.size;
    }
  }
  const bool mixed = (classes & kNumeral) != 0 || classes == (kUpper | kLower);
  return odd >= kOddMin && odd >= 2 * plain && mixed && classes != kNumeral;
}

// The first token or key of a service that begins in [begin, end).
bool FindMarked(std::string_view text, size_t begin, size_t end, Span* found,
                Rule* rule) {
  for (size_t i = begin; i < end; ++i) {
    if (!MayBeginKey(text, i)) continue;
    if (i > 0 && IsAnyOf(text, i - 1, kAlnum)) continue;
    size_t stop = JwtEnd(text, i);
    *rule = Rule::kJwt;
    if (stop == i) {
      stop = ServiceKeyEnd(text, i);
      *rule = Rule::kCloudKey;
    }
    if (stop == i) continue;
    *found = {i, stop};
    return true;
  }
  return false;
}

// The bytes of `text` from base64, as far as it goes; false when one is not printable or
// the text is none.
bool DecodesToUserAndPassword(std::string_view text) {
  uint32_t bits = 0;
  int count = 0;
  bool colon = false;
  for (const char c : text) {
    int value;
    if (IsUpperByte(c)) {
      value = c - 'A';
    } else if (IsLowerByte(c)) {
      value = c - 'a' + 26;
    } else if (IsDigit(c)) {
      value = c - '0' + 52;
    } else if (c == '+' || c == '-') {
      value = 62;
    } else if (c == '/' || c == '_') {
      value = 63;
    } else {
      return false;
    }
    bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xFFFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const uint32_t byte = bits >> count & 0xFF;
    if (byte < 0x20 || byte == 0x7F) return false;
    colon = colon || byte == ':';
  }
  return colon;
}

// Whether what follows `Bearer` is a token and not a word.
bool IsBearerToken(std::string_view token) {
  const uint8_t classes = ClassesIn(token);
  if (token.size() < 8) return false;
  if ((classes & kNumeral) != 0) return true;
  return token.size() >= 16 && (classes & kLower) != 0 &&
         (ClassesIn(token.substr(1)) & kUpper) != 0;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (LowerByte(text[i]) != lower[i]) return false;
  }
  return true;
}

}  // namespace

bool FindPrivateKey(std::string_view text, size_t pos, Span* found) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kName = "PRIVATE KEY";
  constexpr std::string_view kEnd = "-----END ";
  constexpr size_t kHeaderMax = 64;
  for (;; pos += kBegin.size()) {
    pos = text.find(kBegin, pos);
    if (pos == std::string_view::npos) return false;
    std::string_view header = text.substr(pos + kBegin.size(), kHeaderMax);
    header = header.substr(0, header.find("-----"));
    if (header.find(kName) == std::string_view::npos) continue;
    // A key that was cut off reaches to the end.
    size_t end = text.find(kEnd, pos);
    if (end != std::string_view::npos) end = text.find("-----", end + kEnd.size());
    if (end != std::string_view::npos) end += 5;
    *found = {pos, std::min(end, text.size())};
    return true;
  }
}

bool FindToken(std::string_view text, size_t pos, Span* found, Rule* rule) {
  constexpr size_t kMarkedMin = 18;
  while (pos < text.size()) {
    if ((ClassOf(text[pos]) & kSegment) == 0) {
      ++pos;
      continue;
    }
    const size_t end = SkipClass(text, pos, kSegment);
    // Shorter ones are part of a key only when a dot follows.
    const bool short_one = end - pos < kMarkedMin && !IsAnyOf(text, end, kDot);
    const bool marked = !short_one && FindMarked(text, pos, end, found, rule);
    const size_t limit = marked ? found->begin : end;
    if (IsRandom(text.substr(pos, limit - pos))) {
      *found = {pos, marked ? limit : SkipClass(text, end, kEquals)};
      *rule = Rule::kRandomToken;
      return true;
    }
    if (marked) return true;
    pos = end;
  }
  return false;
}

bool FindBearer(std::string_view text, size_t pos, Span* found) {
  constexpr size_t kBasicMin = 7;
  for (; pos < text.size(); ++pos) {
    while (pos + sizeof(uint64_t) <= text.size() &&
           HasByte(LoadWord(text.data() + pos) | kOnes * 0x20, 'b') == 0) {
      pos += sizeof(uint64_t);
    }
    if (pos == text.size()) return false;
    if ((text[pos] | 0x20) != 'b') continue;
    if (pos > 0 && IsAlnumByte(text[pos - 1])) continue;
    const bool basic = EqualsIgnoringCase(text.substr(pos, 5), "basic");
    if (!basic && !EqualsIgnoringCase(text.substr(pos, 6), "bearer")) continue;
    const size_t word_end = pos + (basic ? 5 : 6);
    size_t begin = word_end;
    while (begin < text.size() && begin < word_end + 3 &&
           (text[begin] == ' ' || text[begin] == '\t' || text[begin] == ':')) {
      ++begin;
    }
    if (begin == word_end) continue;
    size_t end = SkipClass(text, begin, kSegment | kDot);
    // A full stop ends the sentence.
    while (end > begin && text[end - 1] == '.') --end;
    const std::string_view token = text.substr(begin, end - begin);
    const bool hit = basic ? token.size() >= kBasicMin && DecodesToUserAndPassword(token)
                           : IsBearerToken(token);
    if (hit) {
      *found = {begin, SkipClass(text, end, kEquals)};
      return true;
    }
    pos = begin - 1;
  }
  return false;
}

}  // namespace footfall::capture
