// The CSS filter over any bytes: filtering what was filtered changes nothing, and no
// string, address or comment that it left is broken or holds a planted word.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "capture/css_filter.h"
#include "capture/css_tokenizer.h"

namespace {

using footfall::capture::Arena;
using footfall::capture::CssKind;
using footfall::capture::CssOptions;
using footfall::capture::CssToken;
using footfall::capture::CssTokenizer;
using footfall::capture::CssTokenType;
using footfall::capture::FilterCss;
using footfall::capture::RuleCounts;

// A plus stands in no name that the filter keeps in strings.
constexpr std::string_view kPlanted = "+XYZZY";

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckTokens(std::string_view css) {
  CssTokenizer tokenizer(css);
  size_t end = 0;
  for (;;) {
    const CssToken token = tokenizer.Next();
    Require(token.begin == end);
    if (token.type == CssTokenType::kEnd) return;
    Require(token.end > token.begin);
    end = token.end;
    const std::string_view text = css.substr(token.begin, token.end - token.begin);
    switch (token.type) {
      case CssTokenType::kComment:
        Require(text == "/**/");
        break;
      case CssTokenType::kString:
      case CssTokenType::kUrl:
        Require(token.closed && text.find(kPlanted) == std::string_view::npos);
        break;
      case CssTokenType::kBadString:
      case CssTokenType::kBadUrl:
        std::abort();
      default:
        break;
    }
  }
}

void Check(std::string_view css, CssKind kind, std::string_view base_url) {
  static const std::vector<std::string> kOrigins = {"https://cdn.example"};
  Arena arena;
  RuleCounts counts;
  std::vector<std::string_view> selectors;
  CssOptions options;
  options.base_url = base_url;
  // Without any origin no address may stay.
  if (!base_url.empty()) options.asset_origins = &kOrigins;
  const std::string_view once = FilterCss(css, kind, options, arena, counts, &selectors);
  Require(once == css || counts.dirty());
  RuleCounts again;
  Require(FilterCss(once, kind, options, arena, again) == once);
  if (base_url.empty()) CheckTokens(once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view css(reinterpret_cast<const char*>(data), size);
  Check(css, CssKind::kSheet, "");
  Check(css, CssKind::kSheet, "https://app.example/a/b.html");
  Check(css, CssKind::kValue, "https://app.example/");
  return 0;
}
