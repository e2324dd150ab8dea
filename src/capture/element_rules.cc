#include "capture/element_rules.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

#include "capture/hash.h"
#include "capture/url.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool Is(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

template <size_t N>
bool IsOneOf(std::string_view text, const std::string_view (&list)[N]) {
  return std::any_of(std::begin(list), std::end(list),
                     [text](std::string_view entry) { return Is(text, entry); });
}

constexpr std::string_view kButtonTypes[] = {"button", "submit", "reset", "image"};

// Elements that hold no secret of their own, whatever they are called: a link with the id
// "reset-password" is no password field.
constexpr std::string_view kPlainTags[] = {
    "a",  "button", "form", "label", "legend",  "fieldset", "summary", "details", "nav",
    "h1", "h2",     "h3",   "h4",    "h5",      "h6",       "img",     "svg",     "path",
    "i",  "body",   "html", "main",  "section", "header",   "footer",  "dialog"};

constexpr std::string_view kTextTags[] = {"textarea", "select",   "option",
                                          "optgroup", "datalist", "output"};

bool IsButton(const model::Element& element) {
  return Is(element.tag, "input") && IsOneOf(element.type, kButtonTypes);
}

bool IsTyping(model::EventType type) {
  return type == model::EventType::kInput || type == model::EventType::kKeystroke;
}

bool IsEditable(const model::Element& element) {
  return Is(element.type, "contenteditable") || Is(element.type, "textbox");
}

// A field takes text when it is one of the known ones, or when typing is seen on it.
bool TakesText(const model::Event& event) {
  const model::Element& element = event.element;
  if (IsTyping(event.type) && event.type == model::EventType::kInput) return true;
  if (Is(element.tag, "input")) return !IsButton(element);
  return IsEditable(element) || IsOneOf(element.tag, kTextTags);
}

// Custom elements and embedded documents may hold fields that the event does not show.
bool TakesKeys(const model::Element& element) {
  return Is(element.tag, "input") || IsEditable(element) ||
         IsOneOf(element.tag, kTextTags) || Is(element.tag, "iframe") ||
         Is(element.tag, "object") || Is(element.tag, "embed") ||
         element.tag.find('-') != std::string_view::npos;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') {
    text.remove_suffix(1);
  }
  return text;
}

bool IsOneDigit(std::string_view text) {
  text = Trim(text);
  return text.size() == 1 && IsDigit(text[0]);
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
  if (Is(Trim(element.type), "password")) return true;
  if (!element.autocomplete.empty() && IsSecretAutocomplete(element.autocomplete))
    return true;
  if (!IsTyping(event.type) && (IsOneOf(element.tag, kPlainTags) || IsButton(element))) {
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

bool ElementRules::AnyMatches(const std::vector<ElementRule>& rules,
                              Selector::Unseen unseen, bool or_ancestor) const {
  return std::any_of(rules.begin(), rules.end(), [&](const ElementRule& rule) {
    return rule.all || rule.selector.Matches(nodes_, unseen, or_ancestor);
  });
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

  if (policy_.censor.empty() && policy_.mask.empty() && policy_.allow_values.empty() &&
      policy_.allow_keystrokes.empty()) {
    return verdict;
  }
  nodes_.clear();
  for (const model::PathEntry& entry : element.path) {
    nodes_.push_back({entry.tag, entry.id, entry.css_class, nullptr});
  }
  nodes_.push_back({element.tag, element.id, element.css_class, &element});
  // An attribute that the event does not carry must not weaken a restriction.
  verdict.censored |= AnyMatches(policy_.censor, Selector::Unseen::kMatches, true);
  verdict.masked |= AnyMatches(policy_.mask, Selector::Unseen::kMatches, true);
  const bool open = !verdict.sensitive && !verdict.censored && !verdict.masked;
  // What a hidden input holds was never seen by the person, so nothing releases it.
  verdict.value_allowed =
      open && !Is(element.type, "hidden") &&
      AnyMatches(policy_.allow_values, Selector::Unseen::kDoesNotMatch, false);
  verdict.keystroke_allowed = open && AnyMatches(policy_.allow_keystrokes,
                                                 Selector::Unseen::kDoesNotMatch, false);
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
