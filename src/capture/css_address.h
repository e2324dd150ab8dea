// Addresses inside style sheets: which may stay, and as what.
//
// Part of the capture core: standard library only, no exceptions.
#ifndef FOOTFALL_CAPTURE_CSS_ADDRESS_H_
#define FOOTFALL_CAPTURE_CSS_ADDRESS_H_

#include <string>
#include <string_view>

#include "capture/arena.h"
#include "capture/css_filter.h"
#include "capture/rules.h"

namespace footfall::capture {

// The URL rule for the address of an asset: as FilterUrl, but that the names of files
// with a known extension may be long, and that nothing of the query stays.
std::string_view FilterAssetUrl(std::string_view address, bool drop, Arena& arena,
                                RuleCounts& counts);

// Not thread-safe. Lives as long as one call of FilterCss.
class CssAddressRule {
 public:
  CssAddressRule(const CssOptions& options, Arena& arena, RuleCounts& counts)
      : options_(options), arena_(arena), counts_(counts) {}

  // Returns what stays of `address`, which has no escapes: without user info, query,
  // fragment and token-like segments, or empty. A fragment by itself stays. The result
  // can stand between double quotes and is `address` itself when nothing had to change;
  // the rule returns it unchanged when given it again.
  std::string_view Filter(std::string_view address);

 private:
  std::string_view Blank(Rule rule);
  std::string_view Judge(std::string_view address);
  bool MayStay(std::string_view origin);
  std::string_view BaseOrigin();

  const CssOptions& options_;
  Arena& arena_;
  RuleCounts& counts_;
  std::string base_origin_;
  bool has_base_origin_ = false;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_CSS_ADDRESS_H_
