// The names under which the filter counts what it removed or masked. They are part of the
// public result format.
#ifndef FOOTFALL_CAPTURE_RULES_H_
#define FOOTFALL_CAPTURE_RULES_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace footfall::capture {

enum class Rule : uint8_t {
  kPassword,  // An interaction on a sensitive field, counted once per visit of the field.
  kValue,     // A typed or chosen value masked.
  kKeystroke,    // A keystroke dropped, or a key removed.
  kCoalesced,    // An input event that repeats the field of the one before.
  kRawCopy,      // A string that repeats a typed value or a remembered secret.
  kCensored,     // An element removed by a censorship rule.
  kMasked,       // An element's words masked by a mask rule.
  kIgnored,      // An input event on an element of class rr-ignore.
  kText,         // Text masked because `text` is `mask`.
  kLongText,     // Element text or label over 200 bytes.
  kCard,         // A payment card number.
  kSecretKey,    // A property named like a secret.
  kUnknownKey,   // A key that is not part of the event format.
  kUrlQuery,     // The query of a URL.
  kUrlFragment,  // The fragment of a URL.
  kUrlUserinfo,  // User name and password in a URL.
  kUrlToken,     // A path segment that looks like a token.
  kUrlScheme,    // A data:, blob: or javascript: URL emptied.
  kUrl,          // A URL removed because `url.drop` is set.
  kExcludedUrl,  // An event whose URL is excluded.
  kExcludedIp,   // An event whose IP address is excluded.
  kIp,           // An IP address removed; it is used for exclusion only.
  kContext,      // A context field removed by `context.drop`.
};
inline constexpr int kRuleCount = 23;

inline constexpr std::array<std::string_view, kRuleCount> kRuleNames = {
    "password",     "value",      "keystroke",   "coalesced", "raw_copy",
    "censored",     "masked",     "ignored",     "text",      "long_text",
    "card",         "secret_key", "unknown_key", "url_query", "url_fragment",
    "url_userinfo", "url_token",  "url_scheme",  "url",       "excluded_url",
    "excluded_ip",  "ip",         "context"};

// What one event's filtering did, by rule.
class RuleCounts {
 public:
  void Add(Rule rule, uint32_t count = 1) {
    counts_[static_cast<size_t>(rule)] += count;
    dirty_ = true;
  }
  bool dirty() const { return dirty_; }
  void Clear() {
    if (dirty_) counts_.fill(0);
    dirty_ = false;
  }
  const std::array<uint32_t, kRuleCount>& counts() const { return counts_; }

 private:
  std::array<uint32_t, kRuleCount> counts_{};
  bool dirty_ = false;
};

// Stands for everything masked. Its length says nothing about what it hides.
inline constexpr std::string_view kMask = "***";

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_RULES_H_
