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

  // Found by the scan of texts.
  kPrivateKey,   // A private key in PEM armour.
  kJwt,          // A JSON web token.
  kBearerToken,  // What follows `Bearer` or `Basic` in an authorisation header.
  kCloudKey,     // A key with the prefix of a well-known service.
  kRandomToken,  // A long random string.
  kIban,         // A bank account number.
  kCard,         // A payment card number.
  kEmail,        // An e-mail address.
  kPhone,        // A telephone number.
  kNationalId,   // A national identity or tax number with a valid check digit.
  kPattern,      // What a pattern of the policy matches.

  // In recordings only.
  kAttribute,     // An attribute that is not on the allow list.
  kScript,        // Script content, a handler attribute, srcdoc or a javascript: URL.
  kComment,       // The text of a comment.
  kMeta,          // The content of a meta element.
  kNoscript,      // The content of a noscript element.
  kCss,           // A string, URL or value of a style sheet blanked.
  kAsset,         // The address of an asset that may not be copied.
  kPixels,        // Image data, also canvas commands and fonts.
  kPlugin,        // The event of a plugin.
  kCustom,        // A custom event, or a key of its payload, that is not allowed.
  kAnnotation,    // An annotation.
  kSelection,     // A selection inside something that is not shown.
  kScroll,        // A scroll inside something that is not shown.
  kPointer,       // Pointer coordinates inside something that is not shown, or a keypad.
  kUnknownEvent,  // An event type, source or node type that is not known.
  kUnknownNode,   // What refers to a node that was never seen.
};
inline constexpr int kRuleCount = 49;

inline constexpr std::array<std::string_view, kRuleCount> kRuleNames = {
    "password",     "value",        "keystroke",     "coalesced",    "raw_copy",
    "censored",     "masked",       "ignored",       "text",         "long_text",
    "secret_key",   "unknown_key",  "url_query",     "url_fragment", "url_userinfo",
    "url_token",    "url_scheme",   "url",           "excluded_url", "excluded_ip",
    "ip",           "context",      "private_key",   "jwt",          "bearer_token",
    "cloud_key",    "random_token", "iban",          "card",         "email",
    "phone",        "national_id",  "pattern",       "attribute",    "script",
    "comment",      "meta",         "noscript",      "css",          "asset",
    "pixels",       "plugin",       "custom",        "annotation",   "selection",
    "scroll",       "pointer",      "unknown_event", "unknown_node"};

// Hears of each rule as it is applied, for `policy explain`. `place` names where in the
// event, as a path; it never holds a value.
class RuleTrace {
 public:
  virtual ~RuleTrace() = default;
  virtual void OnRule(Rule rule, std::string_view place) = 0;
};

// What one event's filtering did, by rule.
class RuleCounts {
 public:
  using Counts = std::array<uint32_t, kRuleCount>;

  void Add(Rule rule, uint32_t count = 1) {
    counts_[static_cast<size_t>(rule)] += count;
    ++added_;
    dirty_ = true;
    if (trace_ != nullptr) trace_->OnRule(rule, place_);
  }
  // Where the rules that are applied next are; lives until the next call.
  void At(std::string_view place) { place_ = place; }
  void SetTrace(RuleTrace* trace) { trace_ = trace; }
  bool dirty() const { return dirty_; }
  // Another number whenever a rule was applied.
  uint64_t added() const { return added_; }
  void Clear() {
    if (dirty_) counts_.fill(0);
    dirty_ = false;
  }
  const Counts& counts() const { return counts_; }
  // Adds what was counted elsewhere, untraced.
  void AddAll(const Counts& counts) {
    for (size_t i = 0; i < counts.size(); ++i) counts_[i] += counts[i];
    ++added_;
    dirty_ = true;
  }

 private:
  Counts counts_{};
  uint64_t added_ = 0;
  bool dirty_ = false;
  RuleTrace* trace_ = nullptr;
  std::string_view place_;
};

// Stands for everything masked. Its length says nothing about what it hides.
inline constexpr std::string_view kMask = "***";

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_RULES_H_
