// The scan, over any bytes: what it returns holds nothing more to find and is not longer,
// and cards go whatever the policy says.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "capture/text_scan.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using footfall::capture::RuleCounts;
  using footfall::capture::ScanText;
  footfall::capture::Arena arena;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  RuleCounts counts;
  const std::string_view once = ScanText(text, arena, counts);
  Require(once.size() <= text.size());
  Require((once != text) == counts.dirty());
  RuleCounts again;
  Require(ScanText(once, arena, again) == once && !again.dirty());

  RuleCounts cards;
  const std::string_view released = ScanText(text, {false, nullptr}, arena, cards);
  Require(!footfall::capture::HasCard(released));
  return 0;
}
