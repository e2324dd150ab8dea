#include "capture/selector.h"

#include <cstddef>
#include <utility>

#include "capture/ascii.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

bool IsNameStart(char c) {
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string LowerCopy(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = Lower(c);
  return result;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

void AppendUtf8(std::string& out, uint32_t c) {
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (c >> 6)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (c >> 12)));
    out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (c >> 18)));
    out.push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

// The value of an attribute of `node`; nullptr data when events do not carry it.
bool SeenAttribute(std::string_view name) {
  return name == "id" || name == "class" || name == "type" || name == "name" ||
         name == "autocomplete";
}

}  // namespace

bool HasClass(std::string_view classes, std::string_view name) {
  size_t pos = classes.find(name);
  while (pos != std::string_view::npos) {
    const size_t end = pos + name.size();
    if ((pos == 0 || IsHtmlSpace(classes[pos - 1])) &&
        (end == classes.size() || IsHtmlSpace(classes[end]))) {
      return true;
    }
    pos = classes.find(name, pos + 1);
  }
  return false;
}

// Reads one selector from left to right; the first mistake stops it.
class SelectorParser {
 public:
  SelectorParser(std::string_view text, Selector& out) : text_(text), out_(out) {}

  std::string Run() {
    SkipSpace();
    if (AtEnd()) return "the selector is empty";
    bool child = false;
    while (true) {
      if (out_.compounds_.size() == Selector::kCompoundsMax) {
        return "more than 32 compound selectors";
      }
      Selector::Compound compound;
      compound.child = child;
      std::string error = ReadCompound(compound);
      if (!error.empty()) return error;
      out_.compounds_.push_back(std::move(compound));
      const bool spaced = SkipSpace();
      if (AtEnd()) return "";
      child = text_[pos_] == '>';
      if (child) {
        ++pos_;
        SkipSpace();
        if (AtEnd()) return "the selector ends with `>`";
      } else if (!spaced) {
        return Unexpected();
      }
    }
  }

 private:
  bool AtEnd() const { return pos_ == text_.size(); }
  bool SkipSpace() {
    const size_t start = pos_;
    while (!AtEnd() && IsHtmlSpace(text_[pos_])) ++pos_;
    return pos_ != start;
  }
  std::string Unexpected() const {
    if (AtEnd()) return "the selector ends too early";
    const char c = text_[pos_];
    if (c == ',') return "selector lists are not supported; write one rule for each";
    if (c == '+' || c == '~') return "sibling combinators are not supported";
    if (c == ':') return "pseudo-classes are not supported";
    if (c == '*') return "the universal selector is not supported";
    return "unexpected character at offset " + std::to_string(pos_) + " of the selector";
  }

  std::string ReadCompound(Selector::Compound& compound) {
    const size_t start = pos_;
    if (!AtEnd() && StartsName()) {
      std::string error = ReadName(compound.tag);
      if (!error.empty()) return error;
      compound.tag = LowerCopy(compound.tag);
    }
    while (!AtEnd()) {
      std::string error;
      const char c = text_[pos_];
      if (c == '#') {
        ++pos_;
        error = ReadName(compound.ids.emplace_back());
      } else if (c == '.') {
        ++pos_;
        error = ReadName(compound.classes.emplace_back());
      } else if (c == '[') {
        ++pos_;
        error = ReadAttribute(compound.attributes.emplace_back());
      } else {
        break;
      }
      if (!error.empty()) return error;
    }
    if (pos_ == start) return Unexpected();
    return "";
  }

  bool StartsName() const {
    const char c = text_[pos_];
    if (IsNameStart(c) || c == '\\') return true;
    if (c != '-' || pos_ + 1 >= text_.size()) return false;
    const char next = text_[pos_ + 1];
    return IsNameStart(next) || next == '-' || next == '\\';
  }

  std::string ReadName(std::string& name) {
    if (AtEnd() || !StartsName()) return Unexpected();
    while (!AtEnd()) {
      const char c = text_[pos_];
      if (IsNameStart(c) || IsDigit(c) || c == '-') {
        name.push_back(c);
        ++pos_;
      } else if (c == '\\') {
        ++pos_;
        if (!ReadEscape(name)) return "an escape is not complete";
      } else {
        break;
      }
    }
    return "";
  }

  bool ReadEscape(std::string& out) {
    if (AtEnd() || text_[pos_] == '\n' || text_[pos_] == '\r' || text_[pos_] == '\f') {
      return false;
    }
    if (HexDigit(text_[pos_]) < 0) {
      out.push_back(text_[pos_++]);
      return true;
    }
    uint32_t value = 0;
    for (int i = 0; i < 6 && !AtEnd() && HexDigit(text_[pos_]) >= 0; ++i) {
      value = value * 16 + static_cast<uint32_t>(HexDigit(text_[pos_++]));
    }
    if (!AtEnd() && IsHtmlSpace(text_[pos_])) ++pos_;
    AppendUtf8(out, value);
    return true;
  }

  std::string ReadAttribute(Selector::Attribute& attribute) {
    SkipSpace();
    std::string error = ReadName(attribute.name);
    if (!error.empty()) return error;
    attribute.name = LowerCopy(attribute.name);
    SkipSpace();
    if (!AtEnd() && text_[pos_] == '=') {
      ++pos_;
      SkipSpace();
      attribute.has_value = true;
      error = ReadAttributeValue(attribute.value);
      if (!error.empty()) return error;
      SkipSpace();
    }
    if (AtEnd()) return "an attribute selector is not closed";
    if (text_[pos_] != ']') return "only [attr] and [attr=value] are supported";
    ++pos_;
    return "";
  }

  std::string ReadAttributeValue(std::string& value) {
    if (AtEnd()) return "an attribute selector is not closed";
    const char quote = text_[pos_];
    if (quote != '"' && quote != '\'') return ReadName(value);
    ++pos_;
    while (!AtEnd() && text_[pos_] != quote) {
      const char c = text_[pos_++];
      if (c != '\\') {
        value.push_back(c);
      } else if (!ReadEscape(value)) {
        return "an escape is not complete";
      }
    }
    if (AtEnd()) return "a quoted value is not closed";
    ++pos_;
    return "";
  }

  std::string_view text_;
  Selector& out_;
  size_t pos_ = 0;
};

std::string Selector::Parse(std::string_view text, Selector& selector) {
  Selector result;
  std::string error = SelectorParser(text, result).Run();
  if (error.empty()) selector = std::move(result);
  return error;
}

Selector Selector::ById(std::string_view id) {
  Selector result;
  result.compounds_.emplace_back().ids.emplace_back(id);
  return result;
}

Selector Selector::ByClass(std::string_view css_class) {
  Selector result;
  result.compounds_.emplace_back().classes.emplace_back(css_class);
  return result;
}

bool Selector::MatchesNode(const Compound& compound, const SelectorNode& node,
                           Unseen unseen) {
  if (!compound.tag.empty() && !EqualsIgnoringCase(node.tag, compound.tag)) return false;
  for (const std::string& id : compound.ids) {
    if (node.id != id) return false;
  }
  for (const std::string& name : compound.classes) {
    if (!HasClass(node.css_class, name)) return false;
  }
  for (const Attribute& attribute : compound.attributes) {
    std::string_view value;
    if (attribute.name == "id") {
      value = node.id;
    } else if (attribute.name == "class") {
      value = node.css_class;
    } else if (node.element != nullptr && SeenAttribute(attribute.name)) {
      value = attribute.name == "type"   ? node.element->type
              : attribute.name == "name" ? node.element->name
                                         : node.element->autocomplete;
    } else {
      if (unseen == Unseen::kDoesNotMatch) return false;
      continue;
    }
    // HTML compares the value of `type` without regard to case.
    const bool equal = attribute.name == "type"
                           ? EqualsIgnoringCase(value, LowerCopy(attribute.value))
                           : value == attribute.value;
    if (attribute.has_value ? !equal : value.empty()) return false;
  }
  return true;
}

bool Selector::Matches(std::span<const SelectorNode> nodes, Unseen unseen,
                       bool or_ancestor) const {
  // Bit k of `at` says that compounds 0..k match with k at the current node; `above`
  // gathers the bits of all nodes further out.
  uint64_t at = 0;
  uint64_t above = 0;
  const size_t count = compounds_.size();
  const uint64_t whole = uint64_t{1} << (count - 1);
  for (const SelectorNode& node : nodes) {
    const uint64_t parent = at;
    at = 0;
    for (size_t k = 0; k < count; ++k) {
      const uint64_t before =
          k == 0 ? 1 : (compounds_[k].child ? parent : above) >> (k - 1) & 1;
      if (before != 0 && MatchesNode(compounds_[k], node, unseen)) at |= uint64_t{1} << k;
    }
    above |= at;
  }
  return ((or_ancestor ? above : at) & whole) != 0;
}

std::string_view Selector::UnseenAttribute() const {
  for (size_t i = 0; i < compounds_.size(); ++i) {
    for (const Attribute& attribute : compounds_[i].attributes) {
      if (!SeenAttribute(attribute.name)) return attribute.name;
      const bool last = i + 1 == compounds_.size();
      if (!last && attribute.name != "id" && attribute.name != "class")
        return attribute.name;
    }
  }
  return {};
}

bool Selector::EndsWithId(std::string* id) const {
  if (compounds_.back().ids.empty()) return false;
  *id = compounds_.back().ids.front();
  return true;
}

bool Selector::EndsWithAttribute(std::string_view name, std::string_view value) const {
  for (const Attribute& attribute : compounds_.back().attributes) {
    if (attribute.name == name && attribute.has_value && attribute.value == value)
      return true;
  }
  return false;
}

bool Selector::WantsChildOfVoidElement() const {
  for (size_t i = 0; i + 1 < compounds_.size(); ++i) {
    const std::string& tag = compounds_[i].tag;
    if (tag == "input" || tag == "img" || tag == "br" || tag == "hr" || tag == "meta" ||
        tag == "link") {
      return true;
    }
  }
  return false;
}

}  // namespace footfall::capture
