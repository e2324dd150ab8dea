// The compiled form of a policy, for the filter and the linter only.
#ifndef FOOTFALL_CAPTURE_POLICY_INTERNAL_H_
#define FOOTFALL_CAPTURE_POLICY_INTERNAL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "capture/pattern.h"
#include "capture/selector.h"
#include "capture/url.h"

namespace footfall::capture {

enum class TextMode : uint8_t { kMask, kScan, kAllow };

// One entry of `censor`, `mask`, `allow_values` or `allow_keystrokes`.
struct ElementRule {
  bool all = false;  // {"all": true}, in the allow lists only.
  Selector selector;
};

// An entry of `custom.allow`, for recordings.
struct CustomRule {
  std::string tag;
  std::vector<std::string> keys;
};

// The fields of an event's context, as bits of CompiledPolicy::context_drop.
enum ContextField : uint8_t {
  kCountry,
  kRegion,
  kCity,
  kBrowser,
  kBrowserVersion,
  kOs,
  kOsVersion,
  kDevice,
  kHttps,
};
inline constexpr int kContextFieldCount = 9;
inline constexpr std::string_view kContextFieldNames[kContextFieldCount] = {
    "country", "region",     "city",   "browser", "browser_version",
    "os",      "os_version", "device", "https"};

struct CompiledPolicy {
  std::vector<ElementRule> censor;
  std::vector<ElementRule> mask;
  std::vector<ElementRule> allow_values;
  std::vector<ElementRule> allow_keystrokes;
  TextMode text = TextMode::kScan;
  std::vector<Pattern> patterns;
  std::vector<std::string> attributes_allow;
  UrlPolicy url;
  std::vector<CustomRule> custom_allow;
  std::vector<std::string> asset_origins;
  std::vector<std::string> properties_allow;
  uint16_t context_drop = 0;
  std::vector<std::string> exclude_urls;
  std::vector<std::string> exclude_ips;
  bool censored_identity = false;

  bool Drops(ContextField field) const { return (context_drop >> field & 1) != 0; }
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_POLICY_INTERNAL_H_
