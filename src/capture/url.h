// The URL rule of the privacy policy, and globs over URLs and addresses.
#ifndef FOOTFALL_CAPTURE_URL_H_
#define FOOTFALL_CAPTURE_URL_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/arena.h"
#include "capture/rules.h"
#include "capture/words.h"

namespace footfall::capture {

struct UrlPolicy {
  std::vector<std::string> keep_query;
  bool drop = false;
};

// True when the whole of `text` is a URL or a path with a query or fragment.
bool LooksLikeUrl(std::string_view text);

// False for most strings for which LooksLikeUrl is false.
inline bool MayLookLikeUrl(std::string_view text) {
  // A URL has a colon, or a slash in front, where only white space may precede it.
  if (!text.empty() && static_cast<unsigned char>(text[0]) <= '/') return true;
  uint64_t colon = 0;
  ForEachWord(text, [&colon](uint64_t word) { colon |= HasByte(word, ':'); });
  return colon != 0;
}

// Returns `url` without user info, query (but for the names to keep), fragment and
// token-like path segments; empty for data:, blob: and javascript:, and where the policy
// drops URLs. The result is a view of `url`, of `arena`, or constant.
std::string_view FilterUrl(std::string_view url, const UrlPolicy& policy, Arena& arena,
                           RuleCounts& counts);

// The same for each URL with a scheme inside `text`.
std::string_view FilterUrlsInText(std::string_view text, const UrlPolicy& policy,
                                  Arena& arena, RuleCounts& counts);

// What may be masked in a URL: scheme and authority, or a part of the rest.
enum class UrlPart : uint8_t { kOrigin, kPath };

// Replaces by the mask what `hide` returns true for: the origin, path segments, and the
// path as a whole. `hide` sees them percent-decoded, with `+` as it is and as a space.
std::string_view MaskUrlSegments(
    std::string_view url, Arena& arena,
    const std::function<bool(std::string_view, UrlPart)>& hide);

// `url` up to its query and fragment.
std::string_view UrlWithoutQuery(std::string_view url);

// The same, spelled in one way: scheme and host in lower case, no user info, no default
// port. A view of `url`, or of `buffer` when something had to change.
std::string_view PageOf(std::string_view url, std::string& buffer);

// Scheme, host and port of an http or https URL, spelled in one way as by PageOf; empty
// for any other. A view of `url` or of `buffer`.
std::string_view OriginOf(std::string_view url, std::string& buffer);

// Matches the whole of `text` against `pattern`, in which `*` stands for any bytes. ASCII
// letters match regardless of case.
bool GlobMatches(std::string_view pattern, std::string_view text);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_URL_H_
