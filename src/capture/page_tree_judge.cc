// What a node's attributes and its place in the tree say of it.
#include <algorithm>
#include <utility>

#include "capture/page_tree_internal.h"

namespace footfall::capture {
namespace {

constexpr int kBoxStepsMax = 64;
constexpr int kBoxParentStepsMax = 16;

// Elements whose name says nothing of what they hold.
bool IsPlain(Tag tag) {
  return tag == Tag::kPlain || tag == Tag::kButton || tag == Tag::kImg;
}

// Tags that make no field, hold none and are not named like one.
bool SaysNothing(Tag tag) {
  return tag == Tag::kOther || tag == Tag::kPlain || tag == Tag::kImg ||
         (tag >= Tag::kScript && tag <= Tag::kBase);
}

bool IsTextTag(Tag tag) { return tag >= Tag::kTextarea && tag <= Tag::kOutput; }

}  // namespace

// A part of kSensitivity. What is named like a secret without being a field says nothing
// of the elements inside it: `<section id="password-help">`.
uint16_t PageTree::Impl::Sensitivity(const Node& node) const {
  constexpr uint32_t kAlways =
      kFactPassword | kFactAutocomplete | kFactSecurity | kFactIsPassword;
  constexpr uint32_t kByName = kFactSecretName | kFactSecretId | kFactSecretAutocomplete;
  if ((node.facts & kAlways) != 0) return kSensitivity;
  const MarkedNode marked = Marked(node);
  const bool hides_text =
      std::any_of(security_compounds.begin(), security_compounds.end(),
                  [&marked](const MarkCompound& compound) {
                    return compound.Matches(marked, MarkCompound::Unknown::kMatches);
                  });
  if (hides_text) return kSensitivity;
  if ((node.facts & kByName) == 0) return 0;
  const bool button = node.tag == Tag::kInput && (node.facts & kFactButton) != 0;
  const bool typed = (node.facts & (kFactEditable | kFactRole)) != 0;
  const bool plain = button || IsPlain(node.tag);
  if (plain && !typed) return 0;
  // Inside a field, see Combined.
  return node.tag == Tag::kCustom ? kSensitivity : uint16_t{kNodeSensitive};
}

uint16_t PageTree::Impl::Own(Ref ref) {
  const Node& node = nodes[ref];
  if (node.kind != NodeKind::kElement) return 0;
  const uint32_t facts = node.facts;
  uint32_t own = 0;
  const bool input = node.tag == Tag::kInput;
  const bool editable = (facts & (kFactEditable | kFactRole)) != 0;
  const bool typed = editable || IsTextTag(node.tag);
  if (typed || (input && (facts & kFactButton) == 0)) own |= kNodeTakesText;
  if (typed || input || node.tag == Tag::kIframe || node.tag == Tag::kFrame ||
      node.tag == Tag::kObject || node.tag == Tag::kEmbed || node.tag == Tag::kCustom) {
    own |= kNodeTakesKeys;
  }
  if (input && (facts & kFactHidden) != 0) own |= kNodeHiddenInput;
  if ((facts & kFactBlock) != 0) own |= kNodeCensored;
  if ((facts & kFactMask) != 0) own |= kNodeMasked;
  if ((facts & kFactIgnore) != 0) own |= kNodeIgnored;
  const bool field = (own & kNodeTakesText) != 0 || node.tag == Tag::kCustom;
  own |= all_fields_sensitive && field ? kSensitivity : Sensitivity(node);
  const uint8_t match = rules.Match(
      Marked(node), [&]() -> const std::vector<MarkedNode>& { return Chain(ref); });
  if ((match & kCensorMatch) != 0) own |= kNodeCensored;
  if ((match & kMaskMatch) != 0) own |= kNodeMasked;
  if ((match & kValueMatch) != 0) own |= kNodeValueAllowed;
  if ((match & kKeysMatch) != 0) own |= kNodeKeysAllowed;
  return static_cast<uint16_t>(own);
}

void PageTree::Impl::JudgeItself(Ref ref) {
  Node& node = nodes[ref];
  const uint16_t own = Own(ref);
  if (own != node.own) ++version;
  node.own = own;
  if ((node.own & kNodeCensored) != 0) node.facts &= ~uint32_t{kFactUncensored};
  if ((node.own & kNodeMasked) != 0) node.facts &= ~uint32_t{kFactUnmasked};
}

uint16_t PageTree::Impl::InheritedFrom(const Node& around, const Node& node) {
  const uint32_t outer = around.flags;
  uint32_t flags = outer & kNodeMasked;
  if ((outer & kNodeSensitiveInside) != 0) {
    flags |= kSensitivity;
  } else if (node.kind != NodeKind::kElement && node.kind != NodeKind::kDocument) {
    flags |= outer & kNodeSensitive;
  }
  if ((outer & (kNodeCensored | kNodeHidden)) != 0 || around.tag == Tag::kScript ||
      around.tag == Tag::kNoscript ||
      (around.tag == Tag::kIframe && (around.facts & kFactSrcdoc) != 0)) {
    flags |= kNodeHidden;
  }
  // Also what a person cannot edit of it, such as a mention, is there by the choice of
  // one.
  if ((outer & kNodeTakesText) != 0) {
    flags |= outer & (kNodeTakesText | kNodeTakesKeys | kAllowances);
  }
  return static_cast<uint16_t>(flags);
}

// The node's flags from what it is, what it was with `extra`, and what is around it.
uint16_t PageTree::Impl::Combined(const Node& node, uint16_t extra) const {
  const uint32_t now = node.own | Inherited(node);
  uint32_t flags = (node.flags & ~kAllowances) | extra | (now & ~kAllowances);
  uint32_t allowed = now & kAllowances;
  if ((flags & kNodeSensitive) != 0 && (flags & kNodeTakesText) != 0) {
    flags |= kNodeSensitiveInside;
  }
  if ((flags & (kNodeSensitive | kNodeCensored | kNodeHidden | kNodeMasked)) != 0) {
    allowed = 0;
  }
  // What a hidden input holds was never seen by the person, so nothing releases it.
  if ((flags & kNodeHiddenInput) != 0) allowed &= ~uint32_t{kNodeValueAllowed};
  return static_cast<uint16_t>(flags | allowed);
}

void PageTree::Impl::SetFlags(Ref ref, uint16_t flags) {
  Node& node = nodes[ref];
  const bool was = (node.flags & kNodeSensitive) != 0;
  const bool is = (flags & kNodeSensitive) != 0;
  const bool censored = (flags & ~node.flags & kNodeCensored) != 0;
  if (flags != node.flags) ++version;
  if (censored && (node.facts & kFactJudged) != 0) newly_censored.push_back(ref);
  node.flags = flags;
  if (is && !was) {
    ++sensitive_count;
    RememberNames(node);
  } else if (was && !is) {
    --sensitive_count;
  }
}

// The rules of everything inside `top` anew, since they look at `top` too.
void PageTree::Impl::JudgeInside(Ref top) {
  for (Ref ref = After(top, top); ref != kNone; ref = After(ref, top)) {
    if ((nodes[ref].facts & kFactJudged) != 0) JudgeItself(ref);
  }
}

// Gives what changed at `top` to what is inside it; `all` when more than that changed.
void PageTree::Impl::Propagate(Ref top, bool all) {
  Ref ref = nodes[top].first;
  while (ref != kNone) {
    const uint16_t flags = Combined(nodes[ref], 0);
    const bool changed = flags != nodes[ref].flags;
    if (changed) SetFlags(ref, flags);
    if ((changed || all) && nodes[ref].first != kNone) {
      ref = nodes[ref].first;
      continue;
    }
    while (ref != top && nodes[ref].next == kNone) ref = nodes[ref].parent;
    ref = ref == top ? kNone : nodes[ref].next;
  }
}

void PageTree::Impl::RememberNames(const Node& node) {
  if (!IsField(node)) return;
  static const uint32_t kName = HashName("name");
  static const uint32_t kEmpty = HashValue("");
  for (size_t i = 0; i < node.mark_count; ++i) {
    const Mark mark = marks[node.marks + i];
    if ((NameOf(mark) != kName && NameOf(mark) != kIdMark) || ValueOf(mark) == kEmpty) {
      continue;
    }
    if (secret_names.size() < kSecretNamesMax) {
      secret_names.Add(mark);
    } else if (!secret_names.Has(mark) && !all_fields_sensitive) {
      all_fields_sensitive = true;
      judge_all_later = true;
    }
  }
}

// True when the field stands in for a sensitive one, by its names or its place.
bool PageTree::Impl::TakesOver(Ref ref) const {
  const Node& node = nodes[ref];
  if (secret_names.size() > 0) {
    for (size_t i = 0; i < node.mark_count; ++i) {
      if (secret_names.Has(marks[node.marks + i])) return true;
    }
  }
  if ((node.facts & kFactJudged) != 0) return false;
  if (swapped.size() == 0 && !swapped_anywhere) return false;
  // One that was there before is moved, not put in the place of another.
  if (removed_fields.Has(static_cast<uint32_t>(node.id))) return false;
  if (swapped_anywhere) return true;
  Ref at = node.parent;
  for (int depth = 1; depth <= kSwapDepthMax && at != kNone; ++depth) {
    if (swapped.Has(SwapKey(nodes[at].id, depth))) return true;
    at = nodes[at].parent;
  }
  return false;
}

// True for a node that is judged for the first time and of which nothing can be said,
// as of most: neither its tag, its attributes, its past nor what is around it do.
bool PageTree::Impl::IsQuiet(const Node& node) const {
  constexpr uint32_t kSaysNothing = kFactOneDigit | kFactShadow;
  const bool element = node.kind == NodeKind::kElement;
  const bool plain =
      !element || (SaysNothing(node.tag) && rules.empty() && security_compounds.empty());
  return plain && (node.facts & ~kSaysNothing) == 0 && node.flags == 0 &&
         Inherited(node) == 0 && !judge_all_later;
}

uint32_t PageTree::Impl::Judge(Ref ref) {
  Node& node = nodes[ref];
  if (IsQuiet(node)) {
    node.facts |= kFactJudged;
    return 0;
  }
  const uint16_t before = node.flags;
  JudgeItself(ref);
  uint16_t extra = 0;
  if (IsField(node) && TakesOver(ref)) extra = kSensitivity;
  if (IsBox(node)) {
    for (const bool forward : {false, true}) {
      const Ref other = BoxBeside(ref, forward);
      if (other == kNone) continue;
      extra = kSensitivity;
      Taint(other);
    }
  }
  const bool outward = (node.facts & kFactOutward) != 0 && node.first != kNone;
  node.facts &= ~kFactOutward;
  const uint16_t flags = Combined(node, extra);
  if ((flags & before & kNodeSensitive) != 0) RememberNames(node);
  if (outward) JudgeInside(ref);
  if (flags != before) SetFlags(ref, flags);
  node.facts |= kFactJudged;
  if (flags != before || outward) Propagate(ref, outward);
  if (judge_all_later) JudgeAll();
  return nodes[ref].flags & ~uint32_t{before};
}

void PageTree::Impl::JudgeAll() {
  judge_all_later = false;
  for (Ref ref = 1; ref < nodes.size(); ++ref) {
    if ((nodes[ref].facts & kFactJudged) != 0) JudgeItself(ref);
  }
  for (Ref top = 1; top < nodes.size(); ++top) {
    if (nodes[top].id == 0 || nodes[top].parent != kNone) continue;
    for (Ref ref = top; ref != kNone; ref = After(ref, top)) {
      SetFlags(ref, Combined(nodes[ref], 0));
    }
  }
  // At most once more, when all fields have become sensitive by this.
  if (judge_all_later) JudgeAll();
}

// What the policy before restricted stays so until the next snapshot, and not longer.
void PageTree::Impl::SetPolicy(const CompiledPolicy& policy) {
  std::vector<uint16_t> before;
  for (const Node& node : nodes) before.push_back(node.own);
  rules = PageRules(policy);
  known_names.fill({});
  JudgeAll();
  for (Ref ref = 1; ref < nodes.size(); ++ref) {
    const uint32_t lost = before[ref] & ~nodes[ref].own;
    if ((lost & kNodeCensored) != 0) nodes[ref].facts |= kFactUncensored;
    if ((lost & kNodeMasked) != 0) nodes[ref].facts |= kFactUnmasked;
  }
}

void PageTree::Impl::Taint(Ref ref) {
  const uint16_t flags = Combined(nodes[ref], kSensitivity);
  if (flags == nodes[ref].flags) return;
  SetFlags(ref, flags);
  Propagate(ref, false);
  if (judge_all_later) JudgeAll();
}

// A box of one character, such as those for the digits of a code.
bool PageTree::Impl::IsBox(const Node& node) const {
  constexpr uint32_t kAsked = kFactOneChar | kFactList | kFactNoText;
  return node.tag == Tag::kInput && (node.facts & kAsked) == kFactOneChar;
}

PageTree::Ref PageTree::Impl::BoxAmong(Ref ref, bool forward, int steps) const {
  for (; ref != kNone && steps > 0; --steps) {
    if (IsBox(nodes[ref])) return ref;
    ref = forward ? nodes[ref].next : nodes[ref].prev;
  }
  return kNone;
}

// The nearest box beside `ref`: among its siblings, or inside siblings of its parent.
PageTree::Ref PageTree::Impl::BoxBeside(Ref ref, bool forward) const {
  const auto beside = [&](Ref at) { return forward ? nodes[at].next : nodes[at].prev; };
  Ref box = BoxAmong(beside(ref), forward, kBoxStepsMax);
  if (box != kNone || nodes[ref].parent == kNone) return box;
  Ref around = beside(nodes[ref].parent);
  for (int i = 0; i < kBoxParentStepsMax && around != kNone && box == kNone; ++i) {
    const Node& node = nodes[around];
    box = BoxAmong(forward ? node.first : node.last, forward, kBoxParentStepsMax);
    around = beside(around);
  }
  return box;
}

const std::vector<MarkedNode>& PageTree::Impl::Chain(Ref ref) {
  chain.clear();
  while (ref != kNone && nodes[ref].kind == NodeKind::kElement) {
    chain.push_back(Marked(nodes[ref]));
    if ((nodes[ref].facts & kFactShadow) != 0) break;
    ref = nodes[ref].parent;
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

}  // namespace footfall::capture
