// The tree as bytes:
//   version, a hash by which other hash functions are recognised,
//   the page's memory: whether all fields are sensitive, the last ids forgotten,
//     [id, flags, lasting flags] of nodes that are gone, names of sensitive fields,
//     selectors,
//   the nodes in document order: id, distance to the parent (0: none), kind, tag, facts,
//     flags, hash of the tag, marks.
// All of them are numbers of PutNumber, and each list has its length in front. What the
// policy says of a node is not in it, but worked out anew.
#include "capture/page_tree_internal.h"

namespace footfall::capture {
namespace {

constexpr uint64_t kVersion = 2;
constexpr uint64_t kFactsAll = (uint64_t{1} << 31) - 1;
constexpr uint64_t kFlagsAll = (uint64_t{1} << 11) - 1;

uint32_t HashCheck() { return HashValue("recorded page"); }

bool TakeUpTo(std::string_view& bytes, uint64_t max, uint64_t& number) {
  return TakeNumber(bytes, number) && number <= max;
}

}  // namespace

void PageTree::Impl::SaveNode(const Node& node, uint64_t parent_distance,
                              std::string& out) const {
  PutNumber(out, static_cast<uint32_t>(node.id));
  PutNumber(out, parent_distance);
  PutNumber(out, static_cast<uint64_t>(node.kind));
  PutNumber(out, static_cast<uint64_t>(node.tag));
  PutNumber(out, node.facts);
  PutNumber(out, node.flags);
  PutNumber(out, node.tag_hash);
  PutNumber(out, node.mark_count);
  for (size_t i = 0; i < node.mark_count; ++i) PutNumber(out, marks[node.marks + i]);
}

void PageTree::Impl::Save(std::string& out) const {
  PutNumber(out, kVersion);
  PutNumber(out, HashCheck());
  PutNumber(out, all_fields_sensitive ? 1 : 0);
  PutNumber(out, static_cast<uint32_t>(forgotten_up_to));
  PutNumber(out, static_cast<uint32_t>(lasting_forgotten_up_to));
  PutNumber(out, gone.size());
  gone.ForEach([&out](int32_t id, uint16_t flags, uint16_t lasting) {
    PutNumber(out, static_cast<uint32_t>(id));
    PutNumber(out, flags);
    PutNumber(out, lasting);
  });
  PutNumber(out, secret_names.size());
  secret_names.ForEach([&out](uint64_t mark) { PutNumber(out, mark); });
  PutNumber(out, security_compounds.size());
  for (const MarkCompound& compound : security_compounds) compound.Save(out);

  PutNumber(out, live);
  std::vector<uint32_t> order(nodes.size());
  uint32_t count = 0;
  for (Ref top = 1; top < nodes.size(); ++top) {
    if (nodes[top].id == 0 || nodes[top].parent != kNone) continue;
    for (Ref ref = top; ref != kNone; ref = After(ref, top)) {
      const Node& node = nodes[ref];
      order[ref] = count;
      SaveNode(node, node.parent == kNone ? 0 : count - order[node.parent], out);
      ++count;
    }
  }
}

bool PageTree::Impl::RestoreNode(std::string_view& bytes) {
  uint64_t id = 0;
  uint64_t distance = 0;
  uint64_t kind = 0;
  uint64_t tag = 0;
  uint64_t facts = 0;
  uint64_t flags = 0;
  uint64_t tag_hash = 0;
  uint64_t mark_count = 0;
  if (!TakeUpTo(bytes, INT32_MAX, id) || !TakeUpTo(bytes, live, distance) ||
      !TakeUpTo(bytes, static_cast<uint64_t>(NodeKind::kComment), kind) ||
      !TakeUpTo(bytes, static_cast<uint64_t>(Tag::kTrack), tag) ||
      !TakeUpTo(bytes, kFactsAll, facts) || !TakeUpTo(bytes, kFlagsAll, flags) ||
      !TakeUpTo(bytes, UINT32_MAX, tag_hash) || !TakeUpTo(bytes, kMarksMax, mark_count)) {
    return false;
  }
  const size_t place = TablePlace(static_cast<int32_t>(id));
  if (table[place] != kNone) return false;
  const Ref parent = distance == 0 ? kNone : static_cast<Ref>(live + 1 - distance);
  if (id == 0 || (parent == kNone && kind != 0)) return false;
  const Ref ref = NewNode();
  if (ref == kNone) return false;
  Node& node = nodes[ref];
  node.id = static_cast<int32_t>(id);
  node.kind = static_cast<NodeKind>(kind);
  node.tag = static_cast<Tag>(tag);
  node.tag_hash = static_cast<uint32_t>(tag_hash);
  node.facts = static_cast<uint32_t>(facts);
  if ((facts & kFactOneDigit) != 0) ++digit_count;
  if ((facts & kKeypadFacts) != 0) ++keypad_count;
  TableAdd(ref, place);
  ++live;
  Link(ref, parent, kNone);
  for (; mark_count > 0; --mark_count) {
    uint64_t mark = 0;
    if (!TakeNumber(bytes, mark)) return false;
    AddMark(node, mark);
  }
  SetFlags(ref, static_cast<uint16_t>(flags));
  return true;
}

bool PageTree::Impl::RestoreAll(std::string_view& bytes) {
  uint64_t number = 0;
  uint64_t count = 0;
  if (!TakeNumber(bytes, number) || number != kVersion) return false;
  if (!TakeNumber(bytes, number) || number != HashCheck()) return false;
  if (!TakeUpTo(bytes, 1, number)) return false;
  all_fields_sensitive = number != 0;
  if (!TakeUpTo(bytes, INT32_MAX, number)) return false;
  forgotten_up_to = static_cast<int32_t>(number);
  if (!TakeUpTo(bytes, INT32_MAX, number)) return false;
  lasting_forgotten_up_to = static_cast<int32_t>(number);
  if (!TakeUpTo(bytes, kRememberedMax, count)) return false;
  for (; count > 0; --count) {
    uint64_t flags = 0;
    uint64_t lasting = 0;
    if (!TakeUpTo(bytes, INT32_MAX, number) || number == 0) return false;
    if (!TakeUpTo(bytes, kFlagsAll, flags)) return false;
    if (!TakeUpTo(bytes, kFlagsAll, lasting)) return false;
    gone.Add(static_cast<int32_t>(number), static_cast<uint16_t>(flags),
             static_cast<uint16_t>(lasting));
  }
  if (!TakeUpTo(bytes, kSecretNamesMax, count)) return false;
  for (; count > 0; --count) {
    if (!TakeNumber(bytes, number)) return false;
    secret_names.Add(number);
  }
  if (!TakeUpTo(bytes, kSecuritySelectorsMax, count)) return false;
  for (; count > 0; --count) {
    if (!security_compounds.emplace_back().Restore(bytes)) return false;
  }
  if (!TakeUpTo(bytes, kNodesMax, count)) return false;
  for (; count > 0; --count) {
    if (!RestoreNode(bytes)) return false;
  }
  return true;
}

bool PageTree::Impl::Restore(std::string_view& bytes) {
  BeginPage();
  if (!RestoreAll(bytes)) {
    BeginPage();
    return false;
  }
  JudgeAll();
  newly_censored.clear();
  return true;
}

}  // namespace footfall::capture
