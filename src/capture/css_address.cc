#include "capture/css_address.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "capture/css_tokenizer.h"
#include "capture/css_values.h"
#include "capture/url.h"

namespace footfall::capture {
namespace {

// What the files of assets are called.
constexpr std::string_view kExtensions[] = {"woff2", "woff", "ttf", "otf",  "eot",
                                            "svg",   "png",  "jpg", "jpeg", "gif",
                                            "webp",  "avif", "ico", "cur",  "css"};

std::string_view Trim(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool StartsLower(std::string_view text, std::string_view lower) {
  return EqualsLower(text.substr(0, lower.size()), lower);
}

// Where the scheme's colon is, or npos.
size_t SchemeEnd(std::string_view address) {
  for (size_t i = 0; i < address.size(); ++i) {
    const char c = address[i];
    if (c == ':') return i;
    if (!IsCssNameByte(c) && c != '+' && c != '.') break;
  }
  return std::string_view::npos;
}

// Control characters and what would end a string do not belong in an address; browsers
// read backslashes as slashes.
bool IsReadable(std::string_view address) {
  return std::all_of(address.begin(), address.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= ' ' && byte != 0x7F && c != '"' && c != '\\' && c != '<' && c != '>';
  });
}

// A name like those that asset files have. Their version numbers and hashes may make
// them longer than the URL rule lets a segment be.
bool IsAssetFile(std::string_view file) {
  const size_t dot = file.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view extension = file.substr(dot + 1);
  const bool known =
      std::any_of(std::begin(kExtensions), std::end(kExtensions),
                  [extension](std::string_view e) { return EqualsLower(extension, e); });
  if (!known || IsCssTokenLike(file)) return false;
  return std::all_of(file.begin(), file.end(), [](char c) {
    return (IsCssNameByte(c) && static_cast<unsigned char>(c) < 0x80) || c == '.';
  });
}

}  // namespace

std::string_view FilterAssetUrl(std::string_view address, bool drop, Arena& arena,
                                RuleCounts& counts) {
  UrlPolicy policy;
  policy.drop = drop;
  const std::string_view path = UrlWithoutQuery(address);
  const size_t slash = path.rfind('/');
  const std::string_view folder =
      slash == std::string_view::npos ? "" : path.substr(0, slash + 1);
  const std::string_view file = path.substr(folder.size());
  const bool in_folder = folder.size() < 2 || folder[folder.size() - 2] != '/';
  if (policy.drop || !in_folder || !IsAssetFile(file)) {
    // A query or fragment of nothing is not counted there.
    const std::string_view tail = address.substr(path.size());
    if (tail == "?" || tail == "#" || tail == "?#") counts.Add(Rule::kUrlQuery);
    return FilterUrl(address, policy, arena, counts);
  }
  const std::string_view kept = FilterUrl(folder, policy, arena, counts);
  if (path.size() < address.size()) {
    counts.Add(address[path.size()] == '?' ? Rule::kUrlQuery : Rule::kUrlFragment);
  }
  if (kept == folder) return path;
  char* const out = arena.Allocate(kept.size() + file.size());
  std::copy(kept.begin(), kept.end(), out);
  std::copy(file.begin(), file.end(), out + kept.size());
  return {out, kept.size() + file.size()};
}

std::string_view CssAddressRule::Blank(Rule rule) {
  counts_.Add(rule);
  return "";
}

std::string_view CssAddressRule::BaseOrigin() {
  if (!has_base_origin_) {
    std::string buffer;
    base_origin_ = OriginOf(options_.base_url, buffer);
    has_base_origin_ = true;
  }
  return base_origin_;
}

bool CssAddressRule::MayStay(std::string_view origin) {
  if (origin.empty()) return false;
  if (origin == BaseOrigin()) return true;
  if (options_.asset_origins == nullptr) return false;
  return std::any_of(options_.asset_origins->begin(), options_.asset_origins->end(),
                     [origin](const std::string& allowed) {
                       std::string buffer;
                       return OriginOf(allowed, buffer) == origin;
                     });
}

std::string_view CssAddressRule::Judge(std::string_view address) {
  const std::string_view trimmed = Trim(address);
  if (trimmed.size() < address.size()) counts_.Add(Rule::kCss);
  if (trimmed.empty()) return "";
  if (trimmed[0] == '#') {
    return trimmed.size() > 1 && IsPlainCssName(trimmed.substr(1)) ? trimmed
                                                                   : Blank(Rule::kCss);
  }
  if (StartsLower(trimmed, "data:image") || StartsLower(trimmed, "data:font") ||
      StartsLower(trimmed, "data:application/font") ||
      StartsLower(trimmed, "data:application/x-font")) {
    return Blank(Rule::kPixels);
  }
  if (!IsReadable(trimmed)) return Blank(Rule::kCss);
  const size_t colon = SchemeEnd(trimmed);
  std::string buffer;
  std::string_view origin = BaseOrigin();
  std::string_view rest = trimmed;
  std::string absolute;
  if (colon != std::string_view::npos) {
    const std::string_view scheme = trimmed.substr(0, colon);
    if (!EqualsLower(scheme, "http") && !EqualsLower(scheme, "https")) {
      return Blank(Rule::kCss);
    }
    rest.remove_prefix(colon + 1);
    origin = rest.substr(0, 2) == "//" ? OriginOf(trimmed, buffer) : "";
  } else if (rest.substr(0, 2) == "//") {
    absolute.append(origin.substr(0, origin.find(':') + 1)).append(trimmed);
    origin = OriginOf(absolute, buffer);
  }
  // Browsers skip more slashes than two; such an address is no honest one.
  if (rest.substr(0, 3) == "///" || !MayStay(origin)) return Blank(Rule::kAsset);
  const bool drop = options_.url != nullptr && options_.url->drop;
  const std::string_view kept = FilterAssetUrl(trimmed, drop, arena_, counts_);
  return IsReadable(kept) ? kept : Blank(Rule::kCss);
}

std::string_view CssAddressRule::Filter(std::string_view address) {
  if (options_.used_base != nullptr) *options_.used_base = true;
  const std::string_view kept = Judge(address);
  if (kept == address) return address;
  // What is left may be another kind of address than the whole was.
  RuleCounts again;
  CssAddressRule second(options_, arena_, again);
  return second.Judge(kept) == kept ? kept : Blank(Rule::kCss);
}

}  // namespace footfall::capture
