// The selector parser, over any bytes: a refusal says why, and an accepted selector can be
// matched, gives the same answer each time, and matches no less when an ancestor may.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "capture/selector.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using footfall::capture::Selector;
  using footfall::capture::SelectorNode;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Selector selector;
  if (const std::string refusal = Selector::Parse(text, selector); !refusal.empty()) {
    return 0;
  }
  footfall::model::Element element;
  element.tag = "input";
  element.id = "a";
  element.css_class = "b c";
  element.type = "text";
  element.name = "n";
  const std::vector<SelectorNode> nodes = {{"html", "", "", nullptr},
                                           {"div", "x", "b", nullptr},
                                           {"form", "", "c d", nullptr},
                                           {"input", "a", "b c", &element}};
  for (const auto unseen : {Selector::Unseen::kMatches, Selector::Unseen::kDoesNotMatch}) {
    const bool itself = selector.Matches(nodes, unseen, false);
    Require(itself == selector.Matches(nodes, unseen, false));
    Require(!itself || selector.Matches(nodes, unseen, true));
  }
  // What is not known may only match more.
  Require(!selector.Matches(nodes, Selector::Unseen::kDoesNotMatch, false) ||
          selector.Matches(nodes, Selector::Unseen::kMatches, false));
  Selector again;
  Require(Selector::Parse(text, again).empty() && again == selector);
  return 0;
}
