#include "capture/element_rules.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "capture/ascii.h"
#include "capture/element_facts.h"
#include "capture/hash.h"
#include "capture/url.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

bool IsButton(const model::Element& element) {
  return EqualsLower(element.tag, "input") && IsButtonType(element.type);
}

bool IsTyping(model::EventType type) {
  return type == model::EventType::kInput || type == model::EventType::kKeystroke;
}

bool IsEditable(const model::Element& element) {
  return EqualsLower(element.type, "contenteditable") ||
         EqualsLower(element.type, "textbox");
}

// A field takes text when it is one of the known ones, or when typing is seen on it.
bool TakesText(const model::Event& event) {
  const model::Element& element = event.element;
  if (IsTyping(event.type) && event.type == model::EventType::kInput) return true;
  if (EqualsLower(element.tag, "input")) return !IsButton(element);
  return IsEditable(element) || IsTextTag(element.tag);
}

bool TakesKeys(const model::Element& element) {
  return EqualsLower(element.tag, "input") || IsEditable(element) ||
         IsTextTag(element.tag) || MayHoldFields(element.tag);
}

// True for names such as "key-7" or "btn3": exactly one digit.
bool HasOneDigit(std::string_view text) {
  size_t count = 0;
  ForEachWord(text, [&count](uint64_t word) { count += CountTops(Digits(word)); });
  return count == 1;
}

// A needle that most class lists do not hold.
bool MayHoldMark(std::string_view classes) {
  return classes.size() >= 7 && classes.find("rr-") != std::string_view::npos;
}

}  // namespace

bool ElementRules::IsSensitive(const model::Event& event) const {
  const model::Element& element = event.element;
  if (EqualsLower(TrimSpace(element.type), "password")) return true;
  if (!element.autocomplete.empty() && IsSecretAutocomplete(element.autocomplete))
    return true;
  if (!IsTyping(event.type) && (IsPlainTag(element.tag) || IsButton(element))) {
    return false;
  }
  return vocabulary_.IsSecret(element.name) || vocabulary_.IsSecret(element.id) ||
         vocabulary_.IsSecret(element.autocomplete);
}

bool ElementRules::IsKeypadKey(const model::Element& element) const {
  const bool digit = IsOneDigit(element.text) || IsOneDigit(element.label) ||
                     IsOneDigit(element.value) || HasOneDigit(element.id) ||
                     HasOneDigit(element.name) || HasOneDigit(element.css_class);
  if (!digit) return false;
  const auto names_keypad = [](std::string_view id, std::string_view classes) {
    return IsKeypadName(id) || IsKeypadName(classes);
  };
  if (names_keypad(element.id, element.css_class)) return true;
  return std::any_of(element.path.begin(), element.path.end(),
                     [&](const model::PathEntry& entry) {
                       return names_keypad(entry.id, entry.css_class);
                     });
}

int ElementRules::FindMatch(const std::vector<ElementRule>& rules,
                            Selector::Unseen unseen, bool or_ancestor) const {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const ElementRule& rule) {
        return rule.all || rule.selector.Matches(nodes_, unseen, or_ancestor);
      });
  return found == rules.end() ? -1 : static_cast<int>(found - rules.begin());
}

ElementVerdict ElementRules::Judge(const model::Event& event) {
  const model::Element& element = event.element;
  ElementVerdict verdict;
  verdict.sensitive = IsSensitive(event);
  verdict.keypad = event.type != model::EventType::kSubmit && IsKeypadKey(element);
  verdict.takes_text = TakesText(event);
  verdict.takes_keys = TakesKeys(element);

  const auto marks = [&verdict](std::string_view classes, bool itself) {
    if (!MayHoldMark(classes)) return;
    verdict.censored |= HasClass(classes, "rr-block");
    verdict.masked |= HasClass(classes, "rr-mask");
    verdict.ignored |= itself && HasClass(classes, "rr-ignore");
  };
  for (const model::PathEntry& entry : element.path) marks(entry.css_class, false);
  marks(element.css_class, true);

  if (policy_->censor.empty() && policy_->mask.empty() && policy_->allow_values.empty() &&
      policy_->allow_keystrokes.empty()) {
    return verdict;
  }
  nodes_.clear();
  for (const model::PathEntry& entry : element.path) {
    nodes_.push_back({entry.tag, entry.id, entry.css_class, nullptr});
  }
  nodes_.push_back({element.tag, element.id, element.css_class, &element});
  // An attribute that the event does not carry must not weaken a restriction.
  verdict.censor_rule = FindMatch(policy_->censor, Selector::Unseen::kMatches, true);
  verdict.mask_rule = FindMatch(policy_->mask, Selector::Unseen::kMatches, true);
  verdict.censored |= verdict.censor_rule >= 0;
  verdict.masked |= verdict.mask_rule >= 0;
  const bool open = !verdict.sensitive && !verdict.censored && !verdict.masked;
  // What a hidden input holds was never seen by the person, so nothing releases it.
  const auto allows = [this](const std::vector<ElementRule>& rules) {
    return FindMatch(rules, Selector::Unseen::kDoesNotMatch, false) >= 0;
  };
  verdict.value_allowed =
      open && !EqualsLower(element.type, "hidden") && allows(policy_->allow_values);
  verdict.keystroke_allowed = open && allows(policy_->allow_keystrokes);
  return verdict;
}

uint64_t SessionKey(const model::Event& event) {
  if (event.session.data() != nullptr) return HashBytes(event.session, 1);
  if (event.person.data() != nullptr) return HashBytes(event.person, 2);
  return HashBytes(event.anonymous, 3);
}

uint64_t PageKey(uint64_t session, const model::Event& event) {
  std::string buffer;
  return HashBytes(PageOf(event.url, buffer), session);
}

uint64_t FieldKey(uint64_t page, const model::Event& event) {
  const model::Element& element = event.element;
  if (!element.id.empty()) return HashBytes(element.id, page);
  // Classes come and go while a page is used, so they identify nothing.
  uint64_t key = HashBytes(element.name, page + 1);
  for (const model::PathEntry& entry : element.path) {
    key = HashBytes(entry.tag, key);
    key = HashBytes(entry.id, key);
  }
  return key;
}

uint64_t FieldNameKey(uint64_t page, const model::Event& event) {
  if (event.element.name.empty()) return 0;
  return HashBytes(event.element.name, page + 2);
}

}  // namespace footfall::capture
