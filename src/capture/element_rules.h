// What the policy says of the element that an event took place on.
#ifndef FOOTFALL_CAPTURE_ELEMENT_RULES_H_
#define FOOTFALL_CAPTURE_ELEMENT_RULES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "capture/policy_internal.h"
#include "capture/vocabulary.h"
#include "model/event.h"

namespace footfall::capture {

struct ElementVerdict {
  bool sensitive = false;  // By what the element is now; not by what it was before.
  bool keypad = false;     // A one-digit key of an on-screen keypad.
  bool censored = false;
  bool masked = false;
  bool ignored = false;     // Class rr-ignore.
  bool takes_text = false;  // Its text is a value: typed or chosen.
  bool takes_keys = false;  // Keystrokes on it are input.
  bool value_allowed = false;
  bool keystroke_allowed = false;
  // The rules of the policy that censor and mask it; -1 for none, as when a mark of the
  // page itself does.
  int censor_rule = -1;
  int mask_rule = -1;
};

// Judges elements under one policy. Not thread-safe.
class ElementRules {
 public:
  // Both outlive it; `policy` until the next SetPolicy.
  ElementRules(const CompiledPolicy& policy, VocabularyCache& vocabulary)
      : policy_(&policy), vocabulary_(vocabulary) {}

  void SetPolicy(const CompiledPolicy& policy) { policy_ = &policy; }

  // `event` has an element.
  ElementVerdict Judge(const model::Event& event);

 private:
  bool IsSensitive(const model::Event& event) const;
  bool IsKeypadKey(const model::Element& element) const;
  // The first rule that matches, or -1.
  int FindMatch(const std::vector<ElementRule>& rules, Selector::Unseen unseen,
                bool or_ancestor) const;

  const CompiledPolicy* policy_;
  VocabularyCache& vocabulary_;
  std::vector<SelectorNode> nodes_;
};

// The page that an event took place on, over the events of one session. `session` is
// SessionKey's.
uint64_t PageKey(uint64_t session, const model::Event& event);

// The identity of a field: the page, of PageKey, with the element's id, else with its
// name and path.
uint64_t FieldKey(uint64_t page, const model::Event& event);

// A second identity, by page and name, that a field keeps when it is swapped for a copy
// without its id; 0 when the element has no name.
uint64_t FieldNameKey(uint64_t page, const model::Event& event);

// The host's session, else the person's or anonymous activity.
uint64_t SessionKey(const model::Event& event);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_ELEMENT_RULES_H_
