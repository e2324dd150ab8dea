#include "capture/page_tree.h"

#include <algorithm>
#include <utility>

#include "capture/page_tree_internal.h"

namespace footfall::capture {
namespace {

constexpr size_t kTableMin = 64;
constexpr size_t kMarksCompactMin = 1024;

// Grows by a quarter: pages are many and their trees should be small.
template <typename T>
void MakeRoom(std::vector<T>& vector, size_t more) {
  const size_t needed = vector.size() + more;
  if (needed > vector.capacity()) {
    vector.reserve(std::max(needed, vector.capacity() + vector.capacity() / 4 + 32));
  }
}

}  // namespace

bool NumberSet::Has(uint64_t number) const {
  if (slots_.empty()) return false;
  size_t i = Mix(number) & (slots_.size() - 1);
  for (; slots_[i] != 0; i = (i + 1) & (slots_.size() - 1)) {
    if (slots_[i] == number) return true;
  }
  return false;
}

void NumberSet::Add(uint64_t number) {
  if (number == 0 || Has(number)) return;
  if ((size_ + 1) * 4 > slots_.size() * 3) Grow();
  size_t i = Mix(number) & (slots_.size() - 1);
  while (slots_[i] != 0) i = (i + 1) & (slots_.size() - 1);
  slots_[i] = number;
  ++size_;
}

void NumberSet::Clear() {
  if (size_ == 0) return;
  slots_ = {};
  size_ = 0;
}

void NumberSet::Grow() {
  std::vector<uint64_t> old(std::max<size_t>(8, slots_.size() * 2));
  old.swap(slots_);
  size_ = 0;
  for (const uint64_t number : old) Add(number);
}

size_t Tombstones::Place(int32_t id) const {
  size_t i = Mix(static_cast<uint32_t>(id)) & (slots_.size() - 1);
  while (slots_[i].id != 0 && slots_[i].id != id) i = (i + 1) & (slots_.size() - 1);
  return i;
}

uint16_t Tombstones::Find(int32_t id) const {
  return slots_.empty() ? uint16_t{0} : slots_[Place(id)].flags;
}

void Tombstones::Add(int32_t id, uint16_t flags, uint16_t lasting) {
  if ((size_ + 1) * 4 > slots_.size() * 3) {
    Rebuild(std::max<size_t>(8, slots_.size() * 2), 0xffff);
  }
  Slot& slot = slots_[Place(id)];
  if (slot.id == 0) ++size_;
  slot.id = id;
  slot.flags |= flags;
  slot.lasting |= lasting;
}

void Tombstones::Keep(uint16_t flags) { Rebuild(slots_.size(), flags); }

void Tombstones::KeepLasting() {
  for (Slot& slot : slots_) slot.flags = slot.lasting;
  Rebuild(slots_.size(), 0xffff);
}

void Tombstones::Clear() {
  slots_ = {};
  size_ = 0;
}

void Tombstones::Rebuild(size_t slots, uint16_t keep) {
  std::vector<Slot> old(slots);
  old.swap(slots_);
  size_ = 0;
  for (const Slot& slot : old) {
    const uint16_t flags = slot.flags & keep;
    if (flags != 0) Add(slot.id, flags, slot.lasting & keep);
  }
}

void PageTree::Impl::Clear() {
  nodes.clear();
  nodes.emplace_back();
  // A page's next snapshot is mostly as large as the one before.
  table.assign(std::max(kTableMin, table.size()), kNone);
  live = 0;
  free_list = kNone;
  marks.clear();
  marks_unused = 0;
  sensitive_count = 0;
  digit_count = 0;
  keypad_count = 0;
  ++version;
  BeginMutation();
}

void PageTree::Impl::BeginMutation() {
  swapped.Clear();
  removed_fields.Clear();
  swapped_anywhere = false;
  newly_censored.clear();
}

void PageTree::Impl::BeginSnapshot() {
  // Nodes keep their ids in the new snapshot. What restricts them there is judged anew,
  // but for what the new snapshot does not show any more.
  gone.KeepLasting();
  forgotten_up_to = lasting_forgotten_up_to;
  for (const Node& node : nodes) {
    if (Kept(node) == 0) continue;
    const uint16_t lasting = Lasting(node);
    if (lasting != 0) Remember(node.id, lasting, lasting);
  }
  Clear();
}

void PageTree::Impl::BeginPage() {
  Clear();
  gone.Clear();
  forgotten_up_to = 0;
  lasting_forgotten_up_to = 0;
  secret_names.Clear();
  all_fields_sensitive = false;
  security_compounds.clear();
}

PageTree::Ref PageTree::Impl::Find(int32_t id) const {
  return id <= 0 ? kNone : table[TablePlace(id)];
}

// Where the id stands in the table, or would.
size_t PageTree::Impl::TablePlace(int32_t id) const {
  size_t i = TableHome(id);
  while (table[i] != kNone && nodes[table[i]].id != id) i = (i + 1) & (table.size() - 1);
  return i;
}

// Adds a node whose place TablePlace told.
void PageTree::Impl::TableAdd(Ref ref, size_t place) {
  if ((live + 1) * 4 > table.size() * 3) {
    TableGrow();
    place = TablePlace(nodes[ref].id);
  }
  table[place] = ref;
}

void PageTree::Impl::TableGrow() {
  std::vector<Ref> old(table.size() * 2, kNone);
  old.swap(table);
  for (const Ref ref : old) {
    if (ref == kNone) continue;
    size_t i = TableHome(nodes[ref].id);
    while (table[i] != kNone) i = (i + 1) & (table.size() - 1);
    table[i] = ref;
  }
}

void PageTree::Impl::TableErase(int32_t id) {
  const size_t mask = table.size() - 1;
  size_t hole = TableHome(id);
  while (nodes[table[hole]].id != id) hole = (hole + 1) & mask;
  // What stands behind moves up, so that no search ends too early.
  for (size_t i = (hole + 1) & mask; table[i] != kNone; i = (i + 1) & mask) {
    const size_t home = TableHome(nodes[table[i]].id);
    if (((i - home) & mask) >= ((i - hole) & mask)) {
      table[hole] = table[i];
      hole = i;
    }
  }
  table[hole] = kNone;
}

PageTree::Ref PageTree::Impl::NewNode() {
  if (live == kNodesMax) return kNone;
  if (free_list != kNone) {
    const Ref ref = free_list;
    free_list = nodes[ref].next;
    nodes[ref] = Node();
    return ref;
  }
  MakeRoom(nodes, 1);
  nodes.emplace_back();
  return static_cast<Ref>(nodes.size() - 1);
}

PageTree::Ref PageTree::Impl::Insert(int32_t id, NodeKind kind, Ref parent, Ref next,
                                     bool shadow) {
  if (parent == kNone ? kind != NodeKind::kDocument : !Valid(parent)) return kNone;
  if (const Ref old = Find(id); old != kNone) {
    const bool inside = IsInside(parent, old);
    if (next == old) next = nodes[old].next;
    Remove(old);
    if (inside) return kNone;
  }
  return InsertNew(id, kind, parent, next, shadow);
}

PageTree::Ref PageTree::Impl::InsertNew(int32_t id, NodeKind kind, Ref parent, Ref next,
                                        bool shadow) {
  if (id <= 0) return kNone;
  const size_t place = TablePlace(id);
  if (table[place] != kNone) return kNone;
  if (parent == kNone ? kind != NodeKind::kDocument : !Valid(parent)) return kNone;
  const Ref ref = NewNode();
  if (ref == kNone) return kNone;
  Node& node = nodes[ref];
  node.id = id;
  node.kind = kind;
  if (shadow) node.facts |= kFactShadow;
  TableAdd(ref, place);
  ++live;
  ++version;
  Link(ref, parent, next);
  const uint16_t before = id <= forgotten_up_to ? uint16_t{kNodeHidden} : uint16_t{0};
  const uint16_t past = gone.Find(id) | before;
  if (past != 0 || Inherited(node) != 0) SetFlags(ref, Combined(node, past));
  return ref;
}

void PageTree::Impl::Link(Ref ref, Ref parent, Ref next) {
  Node& node = nodes[ref];
  node.parent = parent;
  if (parent == kNone) return;
  Node& around = nodes[parent];
  const bool between =
      next != kNone && Valid(next) && nodes[next].parent == parent && next != ref;
  if (!between) next = kNone;
  node.next = next;
  node.prev = next == kNone ? around.last : nodes[next].prev;
  (node.prev == kNone ? around.first : nodes[node.prev].next) = ref;
  (next == kNone ? around.last : nodes[next].prev) = ref;
}

void PageTree::Impl::Unlink(Ref ref) {
  Node& node = nodes[ref];
  if (node.parent == kNone) return;
  Node& around = nodes[node.parent];
  (node.prev == kNone ? around.first : nodes[node.prev].next) = node.next;
  (node.next == kNone ? around.last : nodes[node.next].prev) = node.prev;
}

void PageTree::Impl::Remove(Ref top) {
  if (!Valid(top)) return;
  Unlink(top);
  // From the leaves up, so that the parents of a node that is buried still stand.
  Ref ref = top;
  while (true) {
    while (nodes[ref].first != kNone) ref = nodes[ref].first;
    const Ref next = ref == top ? kNone : nodes[ref].next;
    const Ref parent = nodes[ref].parent;
    Bury(ref, top);
    if (ref == top) break;
    nodes[parent].first = kNone;
    ref = next == kNone ? parent : next;
  }
  if (marks_unused > kMarksCompactMin && marks_unused * 2 > marks.size()) CompactMarks();
  if (judge_all_later) JudgeAll();
}

void PageTree::Impl::Bury(Ref ref, Ref top) {
  Node& node = nodes[ref];
  if (const uint16_t kept = Kept(node); kept != 0) {
    Remember(node.id, kept, Lasting(node));
  }
  if (IsField(node)) {
    if ((node.flags & kNodeSensitive) == 0) {
      if (removed_fields.size() < kRemovedFieldsMax) {
        removed_fields.Add(static_cast<uint32_t>(node.id));
      }
    } else if (swapped.size() >= kRemovedFieldsMax) {
      swapped_anywhere = true;
    } else {
      Ref at = ref;
      for (int depth = 1; depth <= kSwapDepthMax; ++depth) {
        const Ref parent = nodes[at].parent;
        if (parent == kNone) break;
        if (at == top) {
          swapped.Add(SwapKey(nodes[parent].id, depth));
          break;
        }
        at = parent;
      }
    }
  }
  SetFlags(ref, 0);
  SetOneDigit(ref, false);
  SetFacts(node, node.facts & ~kKeypadFacts);
  ++version;
  std::erase(newly_censored, ref);
  marks_unused += node.mark_room;
  TableErase(node.id);
  --live;
  node.id = 0;
  node.flags = 0;
  node.next = free_list;
  free_list = ref;
}

// All sensitivity, and what neither the node nor what is around it explains: it was moved
// out of something that hid it, or an attribute changed.
uint16_t PageTree::Impl::Lasting(const Node& node) const {
  uint32_t unexplained = Kept(node) & ~(node.own | Inherited(node));
  if ((node.facts & kFactUncensored) != 0) unexplained &= ~uint32_t{kNodeCensored};
  if ((node.facts & kFactUnmasked) != 0) unexplained &= ~uint32_t{kNodeMasked};
  return static_cast<uint16_t>(unexplained | (node.flags & kSensitivity));
}

void PageTree::Impl::Remember(int32_t id, uint16_t flags, uint16_t lasting) {
  if (gone.size() < kRememberedMax) {
    gone.Add(id, flags, lasting);
    return;
  }
  // Only what is sensitive must never be forgotten.
  gone.ForEach([this](int32_t other, uint16_t kept, uint16_t kept_lasting) {
    if ((kept & ~kSensitivity) != 0) forgotten_up_to = std::max(forgotten_up_to, other);
    if ((kept_lasting & ~kSensitivity) != 0) {
      lasting_forgotten_up_to = std::max(lasting_forgotten_up_to, other);
    }
  });
  gone.Keep(kSensitivity);
  if (gone.size() >= kRememberedMax / 2) {
    all_fields_sensitive = true;
    judge_all_later = true;
    gone.Clear();
  }
  gone.Add(id, flags, lasting);
}

bool PageTree::Impl::IsInside(Ref ref, Ref around) const {
  for (; ref != kNone; ref = nodes[ref].parent) {
    if (ref == around) return true;
  }
  return false;
}

PageTree::Ref PageTree::Impl::After(Ref ref, Ref top) const {
  if (nodes[ref].first != kNone) return nodes[ref].first;
  while (ref != top) {
    if (nodes[ref].next != kNone) return nodes[ref].next;
    ref = nodes[ref].parent;
  }
  return kNone;
}

size_t PageTree::Impl::bytes() const {
  return sizeof(Impl) + nodes.capacity() * sizeof(Node) + table.capacity() * sizeof(Ref) +
         marks.capacity() * sizeof(Mark) + gone.bytes() + secret_names.bytes() +
         swapped.bytes() + removed_fields.bytes();
}

void PageTree::Impl::AddMark(Node& node, Mark mark) {
  if (node.mark_count == kMarksMax) {
    node.facts |= kFactMoreMarks;
    return;
  }
  if (node.mark_count == node.mark_room) {
    if (node.marks + node.mark_room == marks.size() && node.mark_room > 0) {
      MakeRoom(marks, 1);
      marks.emplace_back();
      ++node.mark_room;
    } else {
      // To the end, where it can grow.
      const size_t start = marks.size();
      const size_t room = node.mark_count + (node.mark_count > 0 ? 2u : 1u);
      MakeRoom(marks, room);
      marks.resize(start + room);
      std::copy_n(marks.begin() + node.marks, node.mark_count, marks.begin() + start);
      marks_unused += node.mark_room;
      node.marks = static_cast<uint32_t>(start);
      node.mark_room = static_cast<uint8_t>(room);
    }
  }
  marks[node.marks + node.mark_count++] = mark;
}

void PageTree::Impl::AddMarks(Node& node, std::span<const Mark> added) {
  node.marks = static_cast<uint32_t>(marks.size());
  node.mark_count = node.mark_room = static_cast<uint8_t>(added.size());
  MakeRoom(marks, added.size());
  marks.insert(marks.end(), added.begin(), added.end());
}

void PageTree::Impl::EraseMarks(Node& node, uint32_t name) {
  Mark* const begin = marks.data() + node.marks;
  Mark* const end = std::remove_if(begin, begin + node.mark_count,
                                   [name](Mark mark) { return NameOf(mark) == name; });
  node.mark_count = static_cast<uint8_t>(end - begin);
}

void PageTree::Impl::CompactMarks() {
  std::vector<Mark> kept;
  kept.reserve(marks.size() - marks_unused + 32);
  for (Node& node : nodes) {
    if (node.id == 0) continue;
    const size_t start = kept.size();
    kept.insert(kept.end(), marks.begin() + node.marks,
                marks.begin() + node.marks + node.mark_count);
    node.marks = static_cast<uint32_t>(start);
    node.mark_room = node.mark_count;
  }
  marks = std::move(kept);
  marks_unused = 0;
}

PageTree::PageTree(const CompiledPolicy& policy)
    : impl_(std::make_unique<Impl>(policy)), nodes_(&impl_->nodes) {}
PageTree::~PageTree() = default;
PageTree::PageTree(PageTree&&) noexcept = default;
PageTree& PageTree::operator=(PageTree&&) noexcept = default;

void PageTree::SetPolicy(const CompiledPolicy& policy) { impl_->SetPolicy(policy); }

void PageTree::BeginSnapshot() { impl_->BeginSnapshot(); }
void PageTree::BeginPage() { impl_->BeginPage(); }
void PageTree::BeginMutation() { impl_->BeginMutation(); }
PageTree::Ref PageTree::Find(int32_t id) const { return impl_->Find(id); }

PageTree::Ref PageTree::Insert(int32_t id, NodeKind kind, Ref parent, Ref next,
                               bool shadow) {
  return impl_->Insert(id, kind, parent, next, shadow);
}

PageTree::Ref PageTree::InsertNew(int32_t id, NodeKind kind, Ref parent, Ref next,
                                  bool shadow) {
  return impl_->InsertNew(id, kind, parent, next, shadow);
}

void PageTree::SetTag(Ref node, std::string_view tag) {
  if (impl_->Valid(node)) impl_->SetTag(node, tag);
}
void PageTree::SetAttribute(Ref node, std::string_view name, std::string_view value) {
  if (impl_->Valid(node)) impl_->SetAttribute(node, name, value);
}
void PageTree::RemoveAttribute(Ref node, std::string_view name) {
  if (impl_->Valid(node)) impl_->RemoveAttribute(node, name);
}
PageTree::Element PageTree::ElementOf(Ref node) const { return impl_->ElementOf(node); }
void PageTree::SetElement(Ref node, const Element& element) {
  if (impl_->Valid(node)) impl_->SetElement(node, element);
}
uint32_t PageTree::Judge(Ref node) { return impl_->Valid(node) ? impl_->Judge(node) : 0; }
void PageTree::Taint(Ref node) {
  if (impl_->Valid(node)) impl_->Taint(node);
}
void PageTree::Remove(Ref node) { impl_->Remove(node); }

bool PageTree::in_shadow(Ref node) const {
  return (impl_->nodes[node].facts & kFactShadow) != 0;
}
const std::vector<PageTree::Ref>& PageTree::newly_censored() const {
  return impl_->newly_censored;
}

void PageTree::AddSensitiveSelectors(std::string_view selector_list) {
  impl_->AddSensitiveSelectors(selector_list);
}
void PageTree::SetOneDigit(Ref node, bool one_digit) {
  if (impl_->Valid(node)) impl_->SetOneDigit(node, one_digit);
}
bool PageTree::InKeypad(Ref node) { return impl_->Valid(node) && impl_->InKeypad(node); }

size_t PageTree::node_count() const { return impl_->live; }
size_t PageTree::memory_bytes() const { return impl_->bytes(); }
void PageTree::Save(std::string& out) const { impl_->Save(out); }
bool PageTree::Restore(std::string_view& bytes) { return impl_->Restore(bytes); }

}  // namespace footfall::capture
