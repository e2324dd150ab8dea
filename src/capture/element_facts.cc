#include "capture/element_facts.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "capture/ascii.h"

namespace footfall::capture {
namespace {

constexpr std::string_view kButtonTypes[] = {"button", "submit", "reset", "image"};

constexpr std::string_view kPlainTags[] = {
    "a",  "button", "form", "label", "legend",  "fieldset", "summary", "details", "nav",
    "h1", "h2",     "h3",   "h4",    "h5",      "h6",       "img",     "svg",     "path",
    "i",  "body",   "html", "main",  "section", "header",   "footer",  "dialog"};

constexpr std::string_view kTextTags[] = {"textarea", "select",   "option",
                                          "optgroup", "datalist", "output"};

template <size_t N>
bool IsOneOf(std::string_view text, const std::string_view (&list)[N]) {
  return std::any_of(std::begin(list), std::end(list),
                     [text](std::string_view entry) { return EqualsLower(text, entry); });
}

}  // namespace

bool IsButtonType(std::string_view type) { return IsOneOf(type, kButtonTypes); }
bool IsPlainTag(std::string_view tag) { return IsOneOf(tag, kPlainTags); }
bool IsTextTag(std::string_view tag) { return IsOneOf(tag, kTextTags); }

bool MayHoldFields(std::string_view tag) {
  return EqualsLower(tag, "iframe") || EqualsLower(tag, "object") ||
         EqualsLower(tag, "embed") || tag.find('-') != std::string_view::npos;
}

bool IsOneDigit(std::string_view text) {
  text = TrimSpace(text);
  return text.size() == 1 && IsDigit(text[0]);
}

}  // namespace footfall::capture
