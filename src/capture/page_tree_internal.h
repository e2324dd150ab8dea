// The inside of PageTree, for its own sources only.
#ifndef FOOTFALL_CAPTURE_PAGE_TREE_INTERNAL_H_
#define FOOTFALL_CAPTURE_PAGE_TREE_INTERNAL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/hash.h"
#include "capture/page_rules.h"
#include "capture/page_tree.h"
#include "capture/vocabulary.h"

namespace footfall::capture {

// What a node's attributes say, each bit by one attribute only, so that a change of that
// attribute takes it back.
enum Fact : uint32_t {
  kFactPassword = 1u << 0,  // type
  kFactHidden = 1u << 1,
  kFactButton = 1u << 2,
  kFactNoText = 1u << 3,  // A type in which no single character is typed.
  kFactRole = 1u << 4,    // role of a field
  kFactEditable = 1u << 5,
  kFactAutocomplete = 1u << 7,
  kFactSecretName = 1u << 8,
  kFactSecretId = 1u << 9,
  kFactOneChar = 1u << 10,  // maxlength
  kFactNumeric = 1u << 11,  // inputmode
  kFactList = 1u << 12,
  kFactSecurity = 1u << 13,    // style with -webkit-text-security
  kFactIsPassword = 1u << 14,  // data-rr-is-password
  kFactBlock = 1u << 15,       // class
  kFactMask = 1u << 16,
  kFactIgnore = 1u << 17,
  kFactKeypadClass = 1u << 18,
  kFactKeypadId = 1u << 19,
  kFactSecretAutocomplete = 1u << 20,  // By the vocabulary.
  // No change of an attribute takes this one back: the document was handed over as text.
  kFactSrcdoc = 1u << 21,
  // Another policy took away what had censored or masked it.
  kFactUncensored = 1u << 22,
  kFactUnmasked = 1u << 23,
  // Of no attribute.
  kFactOutward = 1u << 26,  // An attribute changed that rules for what is inside look at.
  kFactOneDigit = 1u << 27,
  kFactMoreMarks = 1u << 28,
  kFactJudged = 1u << 29,
  kFactShadow = 1u << 30,
};

// A set of numbers other than 0, by open addressing.
class NumberSet {
 public:
  bool Has(uint64_t number) const;
  void Add(uint64_t number);
  void Clear();
  size_t size() const { return size_; }
  size_t bytes() const { return slots_.capacity() * sizeof(uint64_t); }
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const uint64_t number : slots_) {
      if (number != 0) visit(number);
    }
  }

 private:
  void Grow();
  std::vector<uint64_t> slots_;
  size_t size_ = 0;
};

// What ids keep of nodes that are gone, or of the snapshot before.
class Tombstones {
 public:
  uint16_t Find(int32_t id) const;
  // `lasting`, a part of `flags`, outlives snapshots.
  void Add(int32_t id, uint16_t flags, uint16_t lasting);
  void KeepLasting();
  // Keeps only these flags.
  void Keep(uint16_t flags);
  void Clear();
  size_t size() const { return size_; }
  size_t bytes() const { return slots_.capacity() * sizeof(Slot); }
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Slot& slot : slots_) {
      if (slot.id != 0) visit(slot.id, slot.flags, slot.lasting);
    }
  }

 private:
  struct Slot {
    int32_t id = 0;
    uint16_t flags = 0;
    uint16_t lasting = 0;
  };
  size_t Place(int32_t id) const;
  void Rebuild(size_t slots, uint16_t keep);
  std::vector<Slot> slots_;
  size_t size_ = 0;
};

struct PageTree::Impl {
  static constexpr uint32_t kAllowances = kNodeValueAllowed | kNodeKeysAllowed;
  static constexpr uint32_t kKeypadFacts = kFactKeypadClass | kFactKeypadId;
  static constexpr uint16_t kSensitivity = kNodeSensitive | kNodeSensitiveInside;
  // See NodeFlag.
  static constexpr uint16_t kRestrictions =
      kSensitivity | kNodeCensored | kNodeHidden | kNodeMasked | kNodeIgnored;
  static constexpr int kSwapDepthMax = 3;

  explicit Impl(const CompiledPolicy& policy) : rules(policy) { Clear(); }

  // Structure.
  void Clear();
  void BeginSnapshot();
  void BeginPage();
  void BeginMutation();
  bool Valid(Ref ref) const { return ref < nodes.size() && nodes[ref].id != 0; }
  Ref Find(int32_t id) const;
  size_t TablePlace(int32_t id) const;
  void TableAdd(Ref ref, size_t place);
  void TableErase(int32_t id);
  size_t TableHome(int32_t id) const {
    return (static_cast<uint32_t>(id) * 0x9E3779B1u) & (table.size() - 1);
  }
  void TableGrow();
  Ref NewNode();
  Ref Insert(int32_t id, NodeKind kind, Ref parent, Ref next, bool shadow);
  Ref InsertNew(int32_t id, NodeKind kind, Ref parent, Ref next, bool shadow);
  void Link(Ref ref, Ref parent, Ref next);
  void Unlink(Ref ref);
  void Remove(Ref ref);
  void Bury(Ref ref, Ref top);
  // What the id of a node keeps when the node goes.
  static uint16_t Kept(const Node& node) {
    constexpr uint32_t kField = kNodeTakesText | kNodeValueAllowed;
    const bool value =
        node.kind == NodeKind::kText && (node.flags & kField) == kNodeTakesText;
    const uint32_t kept = value ? kRestrictions | kNodeTakesText : kRestrictions;
    return static_cast<uint16_t>(node.flags & kept);
  }
  // What of it holds on a next snapshot too.
  uint16_t Lasting(const Node& node) const;
  void Remember(int32_t id, uint16_t flags, uint16_t lasting);
  bool IsInside(Ref ref, Ref around) const;
  // The node after `ref` in document order inside `top`; kNone at the end.
  Ref After(Ref ref, Ref top) const;
  size_t bytes() const;

  // Marks.
  void AddMark(Node& node, Mark mark);
  // To a node without any.
  void AddMarks(Node& node, std::span<const Mark> added);
  void EraseMarks(Node& node, uint32_t name);
  void CompactMarks();
  MarkedNode Marked(const Node& node) const {
    return {node.tag_hash, marks.data() + node.marks, node.mark_count,
            (node.facts & kFactMoreMarks) != 0};
  }

  // Judging.
  void SetTag(Ref ref, std::string_view tag);
  Tag KnownTag(std::string_view name, uint32_t hash);
  void SetAttribute(Ref ref, std::string_view name, std::string_view value);
  void RemoveAttribute(Ref ref, std::string_view name);
  Element ElementOf(Ref ref) const;
  void SetElement(Ref ref, const Element& element);
  uint32_t FactsOf(std::string_view name, std::string_view value, uint32_t* mask);
  bool IsField(const Node& node) const {
    return (node.own & kNodeTakesText) != 0 || node.tag == Tag::kCustom;
  }
  bool IsSecretName(std::string_view name);
  uint16_t Sensitivity(const Node& node) const;
  uint16_t Own(Ref ref);
  void JudgeItself(Ref ref);
  // What the parent says of the node: mostly nothing.
  uint16_t Inherited(const Node& node) const {
    if (node.parent == kNone) return 0;
    const Node& around = nodes[node.parent];
    const bool hides = around.tag == Tag::kScript || around.tag == Tag::kNoscript ||
                       around.tag == Tag::kIframe;
    return around.flags == 0 && !hides ? uint16_t{0} : InheritedFrom(around, node);
  }
  static uint16_t InheritedFrom(const Node& around, const Node& node);
  uint16_t Combined(const Node& node, uint16_t extra) const;
  void SetFlags(Ref ref, uint16_t flags);
  void Propagate(Ref top, bool all);
  void JudgeInside(Ref top);
  bool IsQuiet(const Node& node) const;
  uint32_t Judge(Ref ref);
  void JudgeAll();
  void SetPolicy(const CompiledPolicy& policy);
  void Taint(Ref ref);
  bool TakesOver(Ref ref) const;
  void RememberNames(const Node& node);
  bool IsBox(const Node& node) const;
  Ref BoxAmong(Ref ref, bool forward, int steps) const;
  Ref BoxBeside(Ref ref, bool forward) const;
  const std::vector<MarkedNode>& Chain(Ref ref);
  void AddSensitiveSelectors(std::string_view list);
  void SetOneDigit(Ref ref, bool one_digit);
  bool InKeypad(Ref ref);
  bool IsInKeypad(Ref ref, bool by_digits) const;
  void SetFacts(Node& node, uint32_t facts);
  bool IsDigitElement(Ref ref) const;
  // What is inside `top`, itself with it. False when there is too much of it.
  struct Holding {
    size_t nodes = 0;
    size_t digits = 0;
    size_t fields = 0;  // Sensitive ones.
  };
  bool Count(Ref top, Holding& holding) const;

  // State.
  void SaveNode(const Node& node, uint64_t parent_distance, std::string& out) const;
  bool RestoreNode(std::string_view& bytes);
  bool RestoreAll(std::string_view& bytes);
  void Save(std::string& out) const;
  bool Restore(std::string_view& bytes);

  struct KnownTagEntry {
    Tag tag = Tag::kOther;
    uint8_t size = 0;
    char name[14] = {};
  };

  // What is asked of an attribute by its name, of which a page has few.
  struct AttributeName {
    enum class Kind : uint8_t { kOther, kClass, kId, kType, kName };
    Kind kind = Kind::kOther;
    bool has_facts = false;  // See FactsOf.
    bool keeps_value = false;
    bool outward = false;  // See PageRules::LooksOutward.
    uint8_t size = 0;
    char name[23] = {};
    uint32_t mark = 0;
  };
  AttributeName ReadName(std::string_view name);
  AttributeName KnownName(std::string_view name);

  PageRules rules;
  std::array<KnownTagEntry, 64> known_tags;
  std::array<AttributeName, 128> known_names;  // Of `rules`.
  VocabularyCache vocabulary;
  std::vector<Node> nodes;  // The first is none.
  std::vector<Ref> table;   // By id, with linear probing.
  size_t live = 0;
  Ref free_list = kNone;
  std::vector<Mark> marks;
  size_t marks_unused = 0;  // Entries of `marks` that no node has.
  size_t sensitive_count = 0;
  size_t digit_count = 0;
  size_t keypad_count = 0;  // Elements that are named like a keypad.

  // Answers of InKeypad, each for a version of the tree; what they depend on starts
  // another one.
  struct KeypadAnswer {
    uint64_t version = 0;
    Ref ref = kNone;
    bool inside = false;
  };
  uint64_t version = 1;
  std::array<KeypadAnswer, 64> keypad_answers;

  Tombstones gone;
  // When restrictions had to be forgotten: an id that is not above this may have had any,
  // and one that is not above the second may have had lasting ones.
  int32_t forgotten_up_to = 0;
  int32_t lasting_forgotten_up_to = 0;
  NumberSet secret_names;  // Marks of id and name that sensitive fields had.
  bool all_fields_sensitive = false;
  bool judge_all_later = false;
  std::vector<MarkCompound> security_compounds;

  // Of the current mutation.
  NumberSet swapped;         // Where sensitive fields were; see SwapKey.
  NumberSet removed_fields;  // Ids of other fields that were removed.
  bool swapped_anywhere = false;
  std::vector<Ref> newly_censored;

  std::vector<MarkedNode> chain;
};

// The place `depth` levels inside the node `parent_id`.
inline uint64_t SwapKey(int32_t parent_id, int depth) {
  return static_cast<uint64_t>(parent_id) << 8 | static_cast<uint64_t>(depth);
}

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_PAGE_TREE_INTERNAL_H_
