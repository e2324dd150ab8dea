// What kinds of element there are, for the rules of interactions and of recordings alike.
#ifndef FOOTFALL_CAPTURE_ELEMENT_FACTS_H_
#define FOOTFALL_CAPTURE_ELEMENT_FACTS_H_

#include <cstddef>
#include <string_view>

namespace footfall::capture {

// True when `text`, in any case, is `lower`. It is called for every attribute and mostly
// decides by the size, the first letter, or what is lower case already.
inline bool EqualsLower(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == lower[i]) continue;
    if (c < 'A' || c > 'Z' || static_cast<char>(c | 0x20) != lower[i]) return false;
  }
  return true;
}

// The types of an input that is a button.
bool IsButtonType(std::string_view type);

// Elements that hold no secret of their own, whatever they are called: a link with the id
// "reset-password" is no password field.
bool IsPlainTag(std::string_view tag);

// Elements, other than input, whose text or value is typed or chosen.
bool IsTextTag(std::string_view tag);

// Elements in which fields may be that do not show: embedded documents and custom
// elements. Keystrokes on them are input.
bool MayHoldFields(std::string_view tag);

// True when `text` is one digit with nothing but white space around it.
bool IsOneDigit(std::string_view text);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_ELEMENT_FACTS_H_
