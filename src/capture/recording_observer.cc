#include "capture/recording_observer.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "capture/ascii.h"
#include "capture/element_facts.h"
#include "capture/page_rules.h"
#include "capture/secret_memory.h"
#include "capture/url.h"

namespace footfall::capture {
namespace {

// As a property of CSS or of a style object.
bool HoldsTextSecurity(std::string_view property) {
  if (property.size() < std::string_view("textsecurity").size()) return false;
  std::string lower;
  for (const char c : property) {
    if (c != '-') lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
  }
  return lower.find("textsecurity") != std::string::npos;
}

bool HasUpperCase(std::string_view name) {
  return std::any_of(name.begin(), name.end(),
                     [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Attributes that stand on a key of an on-screen keypad in place of a text.
bool ShowsText(std::string_view name) {
  return name == "alt" || name == "aria-label" || name == "value" || name == "title" ||
         name.substr(0, 5) == "data-";
}

// Fields of which the value is typed; of a list it is one of many that the page names.
bool IsTypedInto(Tag tag) {
  switch (tag) {
    case Tag::kSelect:
    case Tag::kOption:
    case Tag::kOptgroup:
    case Tag::kDatalist:
    case Tag::kOutput:
      return false;
    default:
      return true;
  }
}

}  // namespace

void IdSet::Clear() {
  size_ = 0;
  if (++event_ != 0) return;
  slots_.clear();  // Their numbers begin anew.
  event_ = 1;
}

bool IdSet::Insert(int32_t id) {
  constexpr size_t kSlotsMin = 64;
  if ((size_ + 1) * 2 > slots_.size()) {
    std::vector<uint64_t> old(std::max(kSlotsMin, slots_.size() * 2));
    old.swap(slots_);
    size_ = 0;
    for (const uint64_t slot : old) {
      if (slot >> 32 == event_) Insert(static_cast<int32_t>(slot));
    }
  }
  const uint64_t entry = uint64_t{event_} << 32 | static_cast<uint32_t>(id);
  const size_t mask = slots_.size() - 1;
  size_t i = (static_cast<uint32_t>(id) * 0x9E3779B1u) & mask;
  for (; slots_[i] >> 32 == event_; i = (i + 1) & mask) {
    if (slots_[i] == entry) return false;
  }
  slots_[i] = entry;
  ++size_;
  return true;
}

std::string_view RecordingObserver::Decode(Token string) {
  std::string_view text;
  // A malformed escape rejects the event when it is written; nothing is learned from it.
  if (!DecodeJsonString(index_.raw_string(string), arena_, text)) return {};
  return text;
}

// The address that a Meta event names; false when it names none.
bool RecordingObserver::ReadHref(Token data, std::string_view& url) {
  const Token href = FindMember(index_, data, "href");
  if (href == kAbsent || !index_.is_string(href)) return false;
  url = Decode(href);
  return true;
}

bool RecordingObserver::IsOtherPage(Token data) {
  std::string_view url;
  if (!ReadHref(data, url)) return false;
  std::string before_buffer;
  std::string now_buffer;
  return PageOf(page_.url, before_buffer) != PageOf(url, now_buffer);
}

void RecordingObserver::Meta(Token data) {
  std::string_view url;
  if (!ReadHref(data, url)) return;
  if (IsOtherPage(data)) {
    page_.tree.BeginPage();
    page_.ForgetNodes();
    page_.security_selectors.clear();
    ++page_.page_number;
  }
  page_.url.assign(url);
}

void RecordingObserver::FullSnapshot(Token data) {
  page_.tree.BeginSnapshot();
  page_.ForgetNodes();
  live_ = false;
  const Token root = FindMember(index_, data, "node");
  if (root == kAbsent) return;
  Add(nodes_.Read(index_, root), PageTree::kNone, PageTree::kNone);
}

RecordingObserver::Ref RecordingObserver::Add(RecordingNodes::Number number, Ref parent,
                                              Ref next) {
  nodes_.SetRef(number, PageTree::kNone);
  const NodeTokens& node = nodes_.node(number);  // Until another one is read.
  if (!node.valid) return PageTree::kNone;
  const auto kind = static_cast<NodeKind>(node.kind);
  const int32_t id = node.id;
  // A second node with the id of one that came with this event would share its flags. A
  // snapshot begins with an empty tree.
  if (live_ && !arrived_.Insert(id)) return PageTree::kNone;
  if (live_) new_ids_.push_back(id);
  const Ref ref = live_ ? page_.tree.Insert(id, kind, parent, next, node.shadow)
                        : page_.tree.InsertNew(id, kind, parent, next, node.shadow);
  if (ref == PageTree::kNone) return ref;
  nodes_.SetRef(number, ref);
  page_.ForgetNode(id);
  if (kind == NodeKind::kElement) {
    Element(node, ref);
  } else {
    page_.tree.Judge(ref);
    const bool says = kind == NodeKind::kText && node.text != kAbsent && !node.blank;
    if (says) Text(ref, node.text, live_);
  }
  if (node.solid) {
    const RecordingNodes::Number end = node.end;
    for (RecordingNodes::Number i = number + 1; i < end; i = nodes_.node(i).end) {
      Add(i, ref, PageTree::kNone);
    }
    return ref;
  }
  const bool holds = kind == NodeKind::kElement || kind == NodeKind::kDocument;
  if (holds && node.children != kAbsent) {
    for (Elements child(index_, node.children); child.Next();) {
      Add(nodes_.Read(index_, child.value()), ref, PageTree::kNone);
    }
  }
  return ref;
}

void RecordingObserver::Element(const NodeTokens& node, Ref ref) {
  HeadCache& heads = nodes_.heads();
  const bool kept = node.head != HeadCache::kNone;
  std::optional<PageTree::Element> known;
  if (kept) known = heads.FindElement(node.head);
  if (known.has_value()) {
    page_.tree.SetElement(ref, *known);
  } else {
    page_.tree.SetTag(ref, Decode(node.tag));
    const bool tainted = node.attributes != kAbsent && Attributes(ref, node.attributes);
    if (kept && !tainted) heads.SetElement(node.head, page_.tree.ElementOf(ref));
  }
  page_.tree.Judge(ref);
  // What is kept has no value.
  if (node.attributes != kAbsent && !kept) ValueAttribute(ref, node.attributes, false);
}

// Returns whether they tainted the node.
bool RecordingObserver::Attributes(Ref node, Token attributes) {
  bool odd = false;
  for (Members m(index_, attributes); m.Next();) {
    std::string_view name;
    if (!DecodeJsonString(m.key(), arena_, name)) continue;
    Attribute(node, name, m.value());
    odd = odd || name.size() != m.key().size() || HasUpperCase(name);
  }
  const bool twice = odd && NamesTwice(attributes);
  if (!twice) return false;
  page_.tree.Taint(node);
  // What the spelling of browsers says holds, such as a class that censors.
  for (Members m(index_, attributes); m.Next();) {
    std::string_view name;
    if (!DecodeJsonString(m.key(), arena_, name) || HasUpperCase(name)) continue;
    Attribute(node, name, m.value());
  }
  return true;
}

// True when two attributes are spelled apart and the same to HTML: only the later one has
// been looked at.
bool RecordingObserver::NamesTwice(Token attributes) {
  names_.clear();
  for (Members m(index_, attributes); m.Next();) {
    std::string_view name;
    if (!DecodeJsonString(m.key(), arena_, name)) return true;
    names_.push_back(HashName(name));
  }
  std::sort(names_.begin(), names_.end());
  return std::adjacent_find(names_.begin(), names_.end()) != names_.end();
}

// What the attribute `value` says of a field.
void RecordingObserver::ValueAttribute(Ref node, Token attributes, bool typed) {
  const Token value = FindMember(index_, attributes, "value");
  if (value == kAbsent) return;
  EachScalar(value, [&](std::string_view text) { FieldValue(node, text, typed); });
}

// Calls `act` with the strings and numbers of a value: one, but in events that rrweb does
// not write.
template <typename Act>
void RecordingObserver::EachScalar(Token value, Act act) {
  const Token after = index_.after(value);
  for (Token token = value; token < after; ++token) {
    if (index_.is_string(token)) {
      act(Decode(token));
    } else if (index_.is_number(token)) {
      act(index_.raw(token));
    }
  }
}

void RecordingObserver::Attribute(Ref node, std::string_view name, Token value) {
  switch (index_.kind(value)) {
    case '"':
      // A style sheet is nothing that a rule looks at.
      if (name == "_cssText") return;
      page_.tree.SetAttribute(node, name, Decode(value));
      if (ShowsText(name)) page_.tree.SetOneDigit(node, IsOneDigit(Decode(value)));
      return;
    case 'n':
    case 'f':
      page_.tree.RemoveAttribute(node, name);
      return;
    case '{':
      if (name == "style") Style(node, value);
      return;
    case 't':
      page_.tree.SetAttribute(node, name, "");
      return;
    default:
      page_.tree.SetAttribute(node, name, index_.raw(value));
  }
}

void RecordingObserver::Style(Ref node, Token style) {
  for (Members m(index_, style); m.Next();) {
    // The property alone is reason enough, whatever its value.
    std::string_view property;
    if (!DecodeJsonString(m.key(), arena_, property) || HoldsTextSecurity(property)) {
      page_.tree.Taint(node);
    }
  }
}

// `typed`: the text was not there when the page was first seen.
void RecordingObserver::Text(Ref node, Token text, bool typed) {
  const Ref parent = page_.tree.parent(node);
  const bool typed_into = (page_.tree.flags(parent) & kNodeTakesText) != 0;
  if (page_.tree.tag(parent) == Tag::kStyle && !typed_into) return;
  const std::string_view decoded = Decode(text);
  if (IsOneDigit(decoded)) {
    page_.tree.SetOneDigit(node, true);
  } else if (typed) {
    page_.tree.SetOneDigit(node, false);
  }
  FieldValue(parent, decoded, typed);
}

// `node` holds `value` as its attribute or inside it.
void RecordingObserver::FieldValue(Ref node, std::string_view value, bool typed) {
  const uint32_t flags = page_.tree.flags(node);
  if ((flags & (kNodeSensitive | kNodeTakesText)) == 0 || TrimSpace(value).empty())
    return;
  bool sensitive = (flags & kNodeSensitive) != 0;
  if (!sensitive && page_.typed.Repeats(value, TypedMemory::Place::kField, arena_)) {
    // A copy of a field that holds what was typed into the other one.
    page_.tree.Taint(node);
    sensitive = true;
  }
  const bool typed_into = typed && IsTypedInto(page_.tree.tag(node)) &&
                          (flags & (kNodeHiddenInput | kNodeValueAllowed)) == 0;
  if (!sensitive && !typed_into) return;
  page_.typed.Remember(page_.FieldKey(page_.tree.id(node)), value, sensitive);
}

void RecordingObserver::Input(Token data) {
  int32_t id;
  // No node is known by an id that cannot be read either.
  if (!FindId(index_, data, "id", id)) id = -1;
  const Token text = FindMember(index_, data, "text");
  if (text == kAbsent) return;
  EachScalar(text, [&](std::string_view value) { Typed(id, value); });
}

// `value` was typed into the node `id`.
void RecordingObserver::Typed(int32_t id, std::string_view value) {
  const Ref node = page_.tree.Find(id);
  if (node == PageTree::kNone) {
    // Typed into something that comes to be known later, or never: any field.
    page_.typed.Remember(page_.FieldKey(id), value, true);
    return;
  }
  const uint32_t flags = page_.tree.flags(node);
  const bool sensitive = (flags & kNodeSensitive) != 0;
  const bool allowed = (flags & kNodeValueAllowed) != 0;
  if (sensitive || (!allowed && IsTypedInto(page_.tree.tag(node)))) {
    page_.typed.Remember(page_.FieldKey(id), value, sensitive);
  }
  if (sensitive) Box(id, value);
}

// The characters of a code may be typed into a box each, and shown together.
void RecordingObserver::Box(int32_t id, std::string_view value) {
  auto& boxes = page_.boxes;
  const auto known = std::find_if(boxes.begin(), boxes.end(),
                                  [id](const auto& box) { return box.first == id; });
  const bool one = PrefixOfCharacters(value, 1) == value.size() && !value.empty();
  if (!one) {
    if (known != boxes.end()) {
      Zeroise(known->second.data(), known->second.size());
      boxes.erase(known);
    }
    return;
  }
  if (known != boxes.end()) {
    known->second.assign(value);
  } else if (boxes.size() < RecordingPage::kBoxesMax) {
    boxes.emplace_back(id, value);
  }
  if (boxes.size() < 2) return;
  std::string code;
  for (const auto& [unused, text] : boxes) code.append(text);
  page_.typed.Remember(page_.FieldKey(-1), code, true);
  Zeroise(code.data(), code.size());
}

void RecordingObserver::Mutation(Token data) {
  live_ = true;
  effect_.removed_shown.clear();
  effect_.censored.clear();
  effect_.added.clear();
  page_.tree.BeginMutation();
  arrived_.Clear();
  // In the order of rrweb's player, whatever their order in the event.
  Token removes = kAbsent;
  Token adds = kAbsent;
  Token attributes = kAbsent;
  Token texts = kAbsent;
  for (Members m(index_, data); m.Next();) {
    if (!index_.is_array(m.value())) continue;
    if (m.Is("removes")) removes = m.value();
    if (m.Is("adds")) adds = m.value();
    if (m.Is("attributes")) attributes = m.value();
    if (m.Is("texts")) texts = m.value();
  }
  if (removes != kAbsent) Removes(removes);
  if (adds != kAbsent) Adds(adds);
  if (attributes != kAbsent) AttributeMutations(attributes);
  if (texts != kAbsent) TextMutations(texts);
  if (page_.tree.newly_censored().empty()) return;
  std::vector<Ref> added = effect_.added;
  std::sort(added.begin(), added.end());
  for (const Ref node : page_.tree.newly_censored()) {
    // One that came with this event is written as censored where it stands.
    const bool shown = page_.tree.parent(node) != PageTree::kNone &&
                       (page_.tree.flags(node) & kNodeHidden) == 0;
    if (shown && !std::binary_search(added.begin(), added.end(), node)) {
      effect_.censored.push_back(node);
    }
  }
}

void RecordingObserver::Removes(Token removes) {
  for (Elements e(index_, removes); e.Next();) {
    int32_t id;
    const Ref node =
        FindId(index_, e.value(), "id", id) ? page_.tree.Find(id) : PageTree::kNone;
    const bool known = node != PageTree::kNone;
    effect_.removed_shown.push_back(known && (page_.tree.flags(node) & kNodeHidden) == 0);
    if (!known) continue;
    page_.ForgetNode(id);
    page_.tree.Remove(node);
  }
}

// A parent or the next sibling may come behind what needs it: each add waits for the node
// that it lacks. A sibling that never comes leaves the node at the end.
void RecordingObserver::Adds(Token adds) {
  adds_.clear();
  waiting_.clear();
  for (Elements e(index_, adds); e.Next();) adds_.push_back(e.value());
  effect_.added.assign(adds_.size(), PageTree::kNone);
  for (size_t i = 0; i < adds_.size(); ++i) AddWithWaiting(i, false);
  std::vector<size_t> left;
  for (const auto& [id, i] : waiting_) left.push_back(i);
  std::sort(left.begin(), left.end());
  waiting_.clear();
  for (const size_t i : left) {
    if (effect_.added[i] == PageTree::kNone) AddWithWaiting(i, true);
  }
}

// Adds number `first`, and what waited for it, and so on.
void RecordingObserver::AddWithWaiting(size_t first, bool any_place) {
  ready_.assign(1, first);
  while (!ready_.empty()) {
    const size_t i = ready_.back();
    ready_.pop_back();
    int32_t missing = 0;
    if (!AddOne(adds_[i], i, any_place, missing)) {
      waiting_.emplace(missing, i);
      continue;
    }
    if (waiting_.empty()) continue;
    for (const int32_t id : new_ids_) {
      const auto [begin, end] = waiting_.equal_range(id);
      for (auto it = begin; it != end; ++it) ready_.push_back(it->second);
      waiting_.erase(begin, end);
    }
  }
}

// Returns false when the parent is not known yet, or the next sibling while not
// `any_place`; `missing` is then its id.
bool RecordingObserver::AddOne(Token add, size_t i, bool any_place, int32_t& missing) {
  new_ids_.clear();
  int32_t parent_id;
  int32_t next_id = 0;
  Token node;
  const AddTokens* const plain = nodes_.PlainAdd(index_, add);
  if (plain != nullptr) {
    parent_id = plain->parent_id;
    next_id = plain->next_id;
    node = plain->node;
  } else {
    if (!FindId(index_, add, "parentId", parent_id)) return true;
    if (!FindId(index_, add, "nextId", next_id)) next_id = 0;
    node = FindMember(index_, add, "node");
  }
  const Ref parent = page_.tree.Find(parent_id);
  if (parent == PageTree::kNone) {
    missing = parent_id;
    return false;
  }
  const NodeKind kind = page_.tree.kind(parent);
  if (kind != NodeKind::kElement && kind != NodeKind::kDocument) return true;
  const bool has_next = next_id > 0;
  Ref next = has_next ? page_.tree.Find(next_id) : PageTree::kNone;
  if (next != PageTree::kNone && page_.tree.parent(next) != parent) {
    next = PageTree::kNone;
  }
  if (has_next && next == PageTree::kNone && !any_place) {
    missing = next_id;
    return false;
  }
  if (node == kAbsent) return true;
  effect_.added[i] = Add(nodes_.Read(index_, node), parent, next);
  return true;
}

void RecordingObserver::AttributeMutations(Token list) {
  bool any_value = false;
  for (Elements e(index_, list); e.Next();) {
    int32_t id;
    if (!FindId(index_, e.value(), "id", id)) continue;
    const Ref node = page_.tree.Find(id);
    const Token attributes = FindMember(index_, e.value(), "attributes");
    if (node == PageTree::kNone || attributes == kAbsent ||
        !index_.is_object(attributes)) {
      continue;
    }
    Attributes(node, attributes);
    page_.tree.Judge(node);
    any_value = any_value || FindMember(index_, attributes, "value") != kAbsent;
  }
  if (!any_value) return;
  // What fields hold counts once every change of what they are is known.
  for (Elements e(index_, list); e.Next();) {
    int32_t id;
    if (!FindId(index_, e.value(), "id", id)) continue;
    const Ref node = page_.tree.Find(id);
    const Token attributes = FindMember(index_, e.value(), "attributes");
    if (node == PageTree::kNone || attributes == kAbsent) continue;
    ValueAttribute(node, attributes, true);
  }
}

void RecordingObserver::TextMutations(Token list) {
  for (Elements e(index_, list); e.Next();) {
    int32_t id;
    if (!FindId(index_, e.value(), "id", id)) continue;
    const Ref node = page_.tree.Find(id);
    const Token value = FindMember(index_, e.value(), "value");
    if (node == PageTree::kNone || value == kAbsent || !index_.is_string(value)) continue;
    Text(node, value, true);
  }
}

}  // namespace footfall::capture
