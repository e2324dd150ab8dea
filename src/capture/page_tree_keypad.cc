// On-screen keypads, and the style rules that hide what is typed.
#include <algorithm>
#include <utility>

#include "capture/page_tree_internal.h"
#include "capture/security_selectors.h"

namespace footfall::capture {
namespace {

// What holds more is no keypad but a page that has one.
constexpr size_t kKeypadNodesMax = 512;
constexpr size_t kKeypadDigits = 10;

}  // namespace

void PageTree::Impl::SetOneDigit(Ref ref, bool one_digit) {
  Node& node = nodes[ref];
  const bool was = (node.facts & kFactOneDigit) != 0;
  if (was == one_digit) return;
  ++version;
  node.facts ^= kFactOneDigit;
  digit_count += one_digit ? 1 : static_cast<size_t>(-1);
}

// All changes of facts by attributes.
void PageTree::Impl::SetFacts(Node& node, uint32_t facts) {
  const bool was = (node.facts & kKeypadFacts) != 0;
  const bool is = (facts & kKeypadFacts) != 0;
  node.facts = facts;
  if (was == is) return;
  ++version;
  keypad_count += is ? 1 : static_cast<size_t>(-1);
}

// A digit in the text and in an attribute counts once.
bool PageTree::Impl::IsDigitElement(Ref ref) const {
  const Node& node = nodes[ref];
  if ((node.facts & kFactOneDigit) == 0) return false;
  return node.kind == NodeKind::kElement || node.parent == kNone ||
         (nodes[node.parent].facts & kFactOneDigit) == 0;
}

bool PageTree::Impl::Count(Ref top, Holding& holding) const {
  for (Ref ref = top; ref != kNone; ref = After(ref, top)) {
    if (++holding.nodes > kKeypadNodesMax) return false;
    const Node& node = nodes[ref];
    if (IsDigitElement(ref)) ++holding.digits;
    if ((node.flags & kNodeSensitive) != 0 && IsField(node)) ++holding.fields;
  }
  return true;
}

bool PageTree::Impl::InKeypad(Ref ref) {
  const bool by_digits = digit_count >= kKeypadDigits && sensitive_count > 0;
  if (digit_count == 0 || (!by_digits && keypad_count == 0)) return false;
  KeypadAnswer& answer = keypad_answers[ref % keypad_answers.size()];
  if (answer.version != version || answer.ref != ref) {
    answer = {version, ref, IsInKeypad(ref, by_digits)};
  }
  return answer.inside;
}

// The digits of a keypad may stand apart from the field that they fill: the nearest
// element with ten digits is a keypad by itself, and around that one the nearest that
// holds the field with them.
bool PageTree::Impl::IsInKeypad(Ref ref, bool by_digits) const {
  Holding holding;
  if (!Count(ref, holding)) return false;
  Ref from = kNone;  // The child of `at` that has been counted.
  for (Ref at = ref; at != kNone; from = at, at = nodes[at].parent) {
    bool inner_keypad = false;  // Another child has ten digits.
    bool inner_whole = false;   // And a field with them.
    Holding around;
    if (at != ref) {
      around.nodes = 1;
      around.digits = IsDigitElement(at) ? 1 : 0;
    }
    for (Ref child = nodes[at].first; child != kNone; child = nodes[child].next) {
      if (child == from) continue;
      Holding inner;
      if (!Count(child, inner)) return false;
      if (inner.digits >= kKeypadDigits) {
        inner_keypad = true;
        inner_whole |= inner.fields > 0;
      }
      if (at == ref) continue;
      around.nodes += inner.nodes;
      around.digits += inner.digits;
      around.fields += inner.fields;
    }
    holding.nodes += around.nodes;
    holding.digits += around.digits;
    holding.fields += around.fields;
    if (holding.nodes > kKeypadNodesMax) return false;
    const bool named = (nodes[at].facts & kKeypadFacts) != 0;
    if (named && holding.digits > 0) return true;
    if (!by_digits || holding.digits < kKeypadDigits) continue;
    if (!inner_keypad) return true;
    if (holding.fields > 0) return !inner_whole;
  }
  return false;
}

void PageTree::Impl::AddSensitiveSelectors(std::string_view list) {
  std::vector<Selector::Compound> selectors;
  bool all = !ReadLastCompounds(list, selectors);
  const size_t known = security_compounds.size();
  for (const Selector::Compound& selector : selectors) {
    MarkCompound compound(selector);
    if (std::find(security_compounds.begin(), security_compounds.end(), compound) !=
        security_compounds.end()) {
      continue;
    }
    if (security_compounds.size() == kSecuritySelectorsMax) {
      all = true;
      break;
    }
    security_compounds.push_back(std::move(compound));
  }
  const bool more_fields = all && !all_fields_sensitive;
  if (!more_fields && security_compounds.size() == known) return;
  all_fields_sensitive |= all;
  JudgeAll();
}

}  // namespace footfall::capture
