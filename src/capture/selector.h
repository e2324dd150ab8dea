// The subset of CSS selectors that policies may use.
#ifndef FOOTFALL_CAPTURE_SELECTOR_H_
#define FOOTFALL_CAPTURE_SELECTOR_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/event.h"

namespace footfall::capture {

// What a selector sees of an element or one of its ancestors.
struct SelectorNode {
  std::string_view tag;
  std::string_view id;
  std::string_view css_class;
  // The element itself: the source of the attributes `type`, `name` and `autocomplete`.
  // Ancestors have none.
  const model::Element* element = nullptr;
};

// A complex selector: type, #id, .class, [attr], [attr=value], joined by child (>) and
// descendant combinators. Ids and classes are case-sensitive, types and attribute names
// are not. Immutable; thread-safe.
class Selector {
 public:
  // At most this many compounds, so that a match is one machine word of state.
  static constexpr int kCompoundsMax = 32;

  // Returns an empty string and fills `selector`, or says what is wrong.
  static std::string Parse(std::string_view text, Selector& selector);
  static Selector ById(std::string_view id);
  static Selector ByClass(std::string_view css_class);

  struct Attribute {
    std::string name;  // Lower case.
    bool has_value = false;
    std::string value;
    bool operator==(const Attribute&) const = default;
  };
  struct Compound {
    std::string tag;  // Lower case; empty for any.
    std::vector<std::string> ids;
    std::vector<std::string> classes;
    std::vector<Attribute> attributes;
    bool child = false;  // Joined to the compound before by `>`, else by descent.
    bool operator==(const Compound&) const = default;
  };
  // Outermost first; empty only when nothing was parsed.
  const std::vector<Compound>& compounds() const { return compounds_; }

  // What to assume of an attribute that events do not carry.
  enum class Unseen { kMatches, kDoesNotMatch };

  // True when the selector matches the last of `nodes` (outermost first), or, with
  // `or_ancestor`, any of them.
  bool Matches(std::span<const SelectorNode> nodes, Unseen unseen,
               bool or_ancestor) const;

  // The first attribute named that interaction events do not carry; empty when there is
  // none.
  std::string_view UnseenAttribute() const;

  // The last compound, for lint.
  bool EndsWithId(std::string* id) const;
  bool EndsWithAttribute(std::string_view name, std::string_view value) const;
  // True when a child or descendant of an `input` is asked for, which has none.
  bool WantsChildOfVoidElement() const;

  bool operator==(const Selector&) const = default;

 private:
  friend class SelectorParser;

  static bool MatchesNode(const Compound& compound, const SelectorNode& node,
                          Unseen unseen);

  std::vector<Compound> compounds_;
};

// True when the space-separated list `classes` holds `name`.
bool HasClass(std::string_view classes, std::string_view name);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_SELECTOR_H_
