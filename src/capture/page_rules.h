// The rules of a policy for the nodes of a recorded page.
//
// What a rule looks at is kept of each node as marks, which are hashes: the page's texts
// never stay. Two names with the same hash would be taken for each other, which at 32
// bits for each of name and value does not happen by accident.
#ifndef FOOTFALL_CAPTURE_PAGE_RULES_H_
#define FOOTFALL_CAPTURE_PAGE_RULES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/policy_internal.h"

namespace footfall::capture {

// The hash of a name in the high half, that of a value in the low half, which is 0 when
// the value is not known.
using Mark = uint64_t;

// Neither is ever 0.
uint32_t HashName(std::string_view name);  // ASCII letters in any case.
uint32_t HashValue(std::string_view value);

inline Mark MakeMark(uint32_t name, uint32_t value) {
  return static_cast<Mark>(name) << 32 | value;
}
inline uint32_t NameOf(Mark mark) { return static_cast<uint32_t>(mark >> 32); }
inline uint32_t ValueOf(Mark mark) { return static_cast<uint32_t>(mark); }

// Names of marks. A class attribute has a kClassMark for each token, and a kClassesMark
// for the whole of it when a rule asks for that.
inline constexpr uint32_t kIdMark = 1;
inline constexpr uint32_t kClassMark = 2;
inline constexpr uint32_t kClassesMark = 3;

// What a rule sees of an element.
struct MarkedNode {
  uint32_t tag = 0;  // HashName of it.
  const Mark* marks = nullptr;
  size_t count = 0;
  bool more = false;  // It has marks that were not kept.

  bool Has(Mark mark) const {
    for (size_t i = 0; i < count; ++i) {
      if (marks[i] == mark) return true;
    }
    return false;
  }
};

// One compound selector over marks.
class MarkCompound {
 public:
  enum class Unknown { kMatches, kDoesNotMatch };

  MarkCompound() = default;
  explicit MarkCompound(const Selector::Compound& compound);

  bool Matches(const MarkedNode& node, Unknown unknown) const;
  bool child() const { return child_; }
  bool operator==(const MarkCompound&) const = default;

  // As bytes, for PageTree::Save. Read returns false when they are malformed.
  void Save(std::string& out) const;
  bool Restore(std::string_view& bytes);

  // Calls visit(name) for the name of each mark that is looked at.
  template <typename Visit>
  void ForEachName(Visit visit) const {
    for (const Mark mark : marks_) visit(NameOf(mark));
    for (const Test& test : tests_) visit(test.name);
  }
  uint32_t tag() const { return tag_; }

 private:
  struct Test {
    uint32_t name = 0;
    uint32_t value = 0;  // 0 asks for presence.
    bool operator==(const Test&) const = default;
  };
  bool Holds(const Test& test, const MarkedNode& node, Unknown unknown) const;

  uint32_t tag_ = 0;  // 0 for any.
  bool child_ = false;
  std::vector<Mark> marks_;
  std::vector<Test> tests_;
};

enum RuleMatch : uint8_t {
  kCensorMatch = 1,
  kMaskMatch = 2,
  kValueMatch = 4,
  kKeysMatch = 8,
};

// Numbers as bytes: seven bits each, the lowest first.
void PutNumber(std::string& out, uint64_t number);
bool TakeNumber(std::string_view& bytes, uint64_t& number);

// Immutable; thread-safe.
class PageRules {
 public:
  explicit PageRules(const CompiledPolicy& policy);

  // No rule is for any node.
  bool empty() const { return always_ == 0 && rules_.empty(); }

  // True when marks of the attribute should know their value.
  bool KeepsValue(uint32_t name) const;

  // True when a change of the attribute may matter to what is inside the element.
  bool LooksOutward(uint32_t name) const;

  // The lists that have a rule for `node`, as bits of RuleMatch. `chain` is called at
  // most once, and returns the node's ancestors and the node, outermost first.
  template <typename Chain>
  uint8_t Match(const MarkedNode& node, Chain chain) const {
    uint8_t found = always_;
    if (rules_.empty()) return found;
    const std::vector<MarkedNode>* nodes = nullptr;
    for (const Compiled& rule : rules_) {
      if ((found & rule.match) != 0 || !MayMatch(rule, node)) continue;
      if (!rule.compounds.back().Matches(node, rule.unknown())) continue;
      if (rule.compounds.size() > 1) {
        if (nodes == nullptr) nodes = &chain();
        if (!MatchesChain(rule, *nodes)) continue;
      }
      found |= rule.match;
    }
    return found;
  }

 private:
  struct Compiled {
    uint8_t match = 0;
    std::vector<MarkCompound> compounds;
    MarkCompound::Unknown unknown() const {
      return (match & (kCensorMatch | kMaskMatch)) != 0
                 ? MarkCompound::Unknown::kMatches
                 : MarkCompound::Unknown::kDoesNotMatch;
    }
  };

  void Add(const std::vector<ElementRule>& rules, uint8_t match);
  static bool MayMatch(const Compiled& rule, const MarkedNode& node) {
    const uint32_t tag = rule.compounds.back().tag();
    return tag == 0 || tag == node.tag;
  }
  static bool MatchesChain(const Compiled& rule, const std::vector<MarkedNode>& nodes);

  uint8_t always_ = 0;
  std::vector<Compiled> rules_;
  std::vector<uint32_t> valued_names_;   // Sorted.
  std::vector<uint32_t> outward_names_;  // Sorted; of all compounds but the last.
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_PAGE_RULES_H_
