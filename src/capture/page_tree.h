// The recorder's tree of one page, without its texts: what the privacy rules need to know
// of every node of a recording.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_PAGE_TREE_H_
#define FOOTFALL_CAPTURE_PAGE_TREE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/policy_internal.h"

namespace footfall::capture {

// Numbers of rrweb.
enum class NodeKind : uint8_t {
  kDocument = 0,
  kDoctype = 1,
  kElement = 2,
  kText = 3,
  kCdata = 4,
  kComment = 5,
};

// The tags that rules treat specially.
enum class Tag : uint8_t {
  kOther,
  kCustom,  // Holds a dash.
  kInput,
  kTextarea,
  kSelect,
  kOption,
  kOptgroup,
  kDatalist,
  kOutput,
  kButton,
  kPlain,  // Holds no secret of its own, whatever it is called: a, form, label, h1, ...
  kScript,
  kNoscript,
  kStyle,
  kLink,
  kMeta,
  kTitle,
  kBase,
  kIframe,
  kFrame,
  kObject,
  kEmbed,
  kCanvas,
  kImg,
  kVideo,
  kAudio,
  kSource,
  kTrack,
};

// `name` in any case.
Tag TagOf(std::string_view name);

// What holds of a node. All are inherited by what is inside the node, but for those that
// say "itself".
//
// All but the two allowances are sticky: once set, a flag stays while the node stands in
// the tree, also when the attribute that set it goes, or what surrounded the node.
//
// The restrictions (kNodeSensitive, kNodeSensitiveInside, kNodeCensored, kNodeHidden,
// kNodeMasked, kNodeIgnored) belong to the node's id as well, so that a node that is
// taken out and comes back, wherever that is, has them again. So does kNodeTakesText of a
// text whose field's value is not allowed. Of them a new full snapshot (BeginSnapshot)
// leaves to an id
// - both kinds of sensitivity, always;
// - of the others those that only the past explains: neither the node's attributes nor
//   what was around it said so when the snapshot began, or when the node was taken out.
//   This is content that was moved out of a censored element or of a field, or an element
//   whose class was taken away. What SetPolicy brought about is not of the kind: it
//   ends here.
// The rest is judged anew, since after a reload the same ids may be those of other nodes.
// Another page (BeginPage) starts with nothing.
enum NodeFlag : uint32_t {
  // A sensitive field, now or ever, or inside one. Also an element that is no field but
  // named like a secret, with the text directly inside it and nothing else.
  kNodeSensitive = 1u << 0,
  // Matched by a censorship rule: itself. It stands in the filtered recording as an empty
  // element.
  kNodeCensored = 1u << 1,
  // Inside a censored element, or content that is never recorded (of script, of noscript
  // and of an iframe that had `srcdoc` at any time since it was inserted, whose document
  // was handed over as text): no part of the filtered recording.
  kNodeHidden = 1u << 2,
  // It or an element around it is matched by a mask rule.
  kNodeMasked = 1u << 3,
  // Its text or value is typed or chosen: a field, or inside one. What is marked as not
  // editable inside an editable region is part of it.
  kNodeTakesText = 1u << 4,
  // Keystrokes on it are input.
  kNodeTakesKeys = 1u << 5,
  // Class rr-ignore: itself.
  kNodeIgnored = 1u << 6,
  // A rule of allow_values holds and nothing that restricts does. Never inherited but by
  // what is inside a field.
  kNodeValueAllowed = 1u << 7,
  kNodeKeysAllowed = 1u << 8,
  // input type=hidden: itself.
  kNodeHiddenInput = 1u << 9,
  // Sensitive with everything that is inside it.
  kNodeSensitiveInside = 1u << 10,
};

// Not thread-safe.
class PageTree {
 public:
  // A node; valid until the node is removed.
  using Ref = uint32_t;
  static constexpr Ref kNone = 0;

  // Bounds. None of them lets more through when it is reached.
  // Nodes in the tree. Insert returns kNone from then on: what is not in the tree does
  // not pass the filter.
  static constexpr size_t kNodesMax = size_t{1} << 18;
  // Of one node: classes, and attributes that rules may look at. A node with more is
  // taken to match every compound of a restricting rule that its tag does not rule out.
  static constexpr size_t kMarksMax = 64;
  // Ids whose restrictions are remembered without a node. When there are more, all but
  // sensitivity is forgotten, and each node that comes with an id up to the highest of
  // them is hidden; if still more than half of them are sensitive, every field is
  // sensitive until the next page.
  static constexpr size_t kRememberedMax = size_t{1} << 16;
  // Names and ids of sensitive fields, and selectors that hide what is typed. With more,
  // every field is sensitive until the next page.
  static constexpr size_t kSecretNamesMax = size_t{1} << 14;
  static constexpr size_t kSecuritySelectorsMax = 256;
  // Fields taken out by one mutation. With more, each field that it adds is sensitive but
  // for those that it took out.
  static constexpr size_t kRemovedFieldsMax = size_t{1} << 14;

  // `policy` outlives the tree, or the next SetPolicy.
  explicit PageTree(const CompiledPolicy& policy);
  ~PageTree();
  PageTree(PageTree&&) noexcept;
  PageTree& operator=(PageTree&&) noexcept;

  // Judges every node anew under another policy; restrictions stay until the next
  // snapshot. The values that the new one asks of attributes are known from their next
  // SetAttribute on; until then a restricting rule takes them for any, an allowing one
  // for none.
  void SetPolicy(const CompiledPolicy& policy);

  // Forgets the nodes for a new full snapshot. Kept are the restrictions by id that
  // NodeFlag tells of, the names of sensitive fields and the sensitive selectors.
  void BeginSnapshot();
  // Forgets all of that too: another page, whose ids are others.
  void BeginPage();
  // Starts the scope of newly_censored, and that in which an added field takes over the
  // sensitivity of a removed one, by its place: the adds and removes of one mutation
  // event.
  void BeginMutation();

  Ref Find(int32_t id) const;

  // Adds the node `id` inside `parent` (kNone for a top document), in front of `next`, a
  // child of `parent`, or as the last when that is kNone. A node that has the id already
  // goes, with everything inside it. For an element, SetTag, SetAttribute for each
  // attribute and Judge follow. Returns kNone when a bound is reached, when `id` is not
  // positive, or when `parent` is kNone and the kind is not kDocument.
  // `shadow`: the node is a child of its parent's shadow root.
  Ref Insert(int32_t id, NodeKind kind, Ref parent, Ref next, bool shadow);
  // The same, but that it returns kNone when a node has the id already.
  Ref InsertNew(int32_t id, NodeKind kind, Ref parent, Ref next, bool shadow);
  void SetTag(Ref node, std::string_view tag);
  // `value` is the attribute's text ("" for true). Sets aside what rules look at, as
  // hashes, never the text. `value` of value-like attributes is not looked at.
  void SetAttribute(Ref node, std::string_view name, std::string_view value);
  void RemoveAttribute(Ref node, std::string_view name);
  // What SetTag, SetAttribute and SetOneDigit set aside of an element, to be given to new
  // ones with the same tag and attributes, as long as the policy is the same.
  struct Element {
    uint32_t tag_hash = 0;
    uint32_t facts = 0;
    Tag tag = Tag::kOther;
    std::span<const uint64_t> marks;
  };
  // Between the last SetAttribute and the first Judge; lives until the tree changes.
  Element ElementOf(Ref node) const;
  void SetElement(Ref node, const Element& element);
  // Works out the node's flags, and those of what is inside it when they change. Returns
  // the flags that the node got by this.
  uint32_t Judge(Ref node);
  // The node has been seen to hold a secret: sensitive from now on, with everything that
  // is or comes inside it.
  void Taint(Ref node);

  // Takes the node out, with everything inside it; their ids keep the restrictions.
  void Remove(Ref node);

  uint32_t flags(Ref node) const { return (*nodes_)[node].flags; }
  NodeKind kind(Ref node) const { return (*nodes_)[node].kind; }
  Tag tag(Ref node) const { return (*nodes_)[node].tag; }
  int32_t id(Ref node) const { return (*nodes_)[node].id; }
  Ref parent(Ref node) const { return (*nodes_)[node].parent; }
  Ref next(Ref node) const { return (*nodes_)[node].next; }
  Ref first_child(Ref node) const { return (*nodes_)[node].first; }
  // A child of its parent's shadow root.
  bool in_shadow(Ref node) const;

  // The nodes that became censored since BeginMutation, after they had been judged
  // without that, and are still there; some may be inside each other.
  const std::vector<Ref>& newly_censored() const;

  // Selectors of style rules that hide what is typed (-webkit-text-security), as they
  // stand in the style sheet. Elements that the last compound of one may match are
  // sensitive from now on; one that cannot be read makes every field sensitive.
  void AddSensitiveSelectors(std::string_view selector_list);

  // Tells whether the text node or the attributes of `node` show one digit and nothing
  // else, for InKeypad.
  void SetOneDigit(Ref node, bool one_digit);
  // True inside an on-screen keypad: the nearest element around `node` that holds a
  // sensitive field and ten or more elements with one digit, or that is named like a
  // keypad and holds one.
  bool InKeypad(Ref node);

  size_t node_count() const;
  size_t memory_bytes() const;

  // The tree as bytes, to go on with in another process, between two mutations: no text
  // of the page is in it.
  void Save(std::string& out) const;
  // Takes up what Save wrote, from the front of `bytes`, which is moved behind it. Under
  // another policy, what the one before restricted is taken for restricted by the past.
  // Returns false when it is malformed; the tree is then empty.
  bool Restore(std::string_view& bytes);

 private:
  struct Node {
    Ref parent = kNone;
    Ref next = kNone;
    Ref prev = kNone;
    Ref first = kNone;
    Ref last = kNone;
    int32_t id = 0;  // 0 when the node is free; `next` is then the next free one.
    uint32_t marks = 0;
    uint32_t tag_hash = 0;
    uint32_t facts = 0;
    uint16_t flags = 0;
    uint16_t own = 0;  // Without what is inherited and what was.
    NodeKind kind = NodeKind::kDocument;
    Tag tag = Tag::kOther;
    uint8_t mark_count = 0;
    uint8_t mark_room = 0;
  };
  struct Impl;
  std::unique_ptr<Impl> impl_;
  const std::vector<Node>* nodes_;  // Of `impl_`; what is asked of every node is inline.
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_PAGE_TREE_H_
