// What is kept of a node's tag and attributes.
#include <algorithm>
#include <string>

#include "capture/ascii.h"
#include "capture/element_facts.h"
#include "capture/page_tree_internal.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

struct TagName {
  std::string_view name;
  Tag tag;
};

constexpr TagName kTags[] = {{"input", Tag::kInput},       {"textarea", Tag::kTextarea},
                             {"select", Tag::kSelect},     {"option", Tag::kOption},
                             {"optgroup", Tag::kOptgroup}, {"datalist", Tag::kDatalist},
                             {"output", Tag::kOutput},     {"button", Tag::kButton},
                             {"script", Tag::kScript},     {"noscript", Tag::kNoscript},
                             {"style", Tag::kStyle},       {"link", Tag::kLink},
                             {"meta", Tag::kMeta},         {"title", Tag::kTitle},
                             {"base", Tag::kBase},         {"iframe", Tag::kIframe},
                             {"frame", Tag::kFrame},       {"object", Tag::kObject},
                             {"embed", Tag::kEmbed},       {"canvas", Tag::kCanvas},
                             {"img", Tag::kImg},           {"video", Tag::kVideo},
                             {"audio", Tag::kAudio},       {"source", Tag::kSource},
                             {"track", Tag::kTrack}};

template <typename Visit>
void ForEachToken(std::string_view text, Visit visit) {
  size_t pos = 0;
  while (pos < text.size()) {
    while (pos < text.size() && IsHtmlSpace(text[pos])) ++pos;
    const size_t start = pos;
    while (pos < text.size() && !IsHtmlSpace(text[pos])) ++pos;
    if (pos > start) visit(text.substr(start, pos - start));
  }
}

uint32_t TypeFacts(std::string_view value) {
  constexpr std::string_view kNoTextTypes[] = {"checkbox", "radio", "file", "range",
                                               "color"};
  value = TrimSpace(value);
  if (EqualsLower(value, "password")) return kFactPassword;
  if (EqualsLower(value, "hidden")) return kFactHidden | kFactNoText;
  if (IsButtonType(value)) return kFactButton | kFactNoText;
  for (const std::string_view type : kNoTextTypes) {
    if (EqualsLower(value, type)) return kFactNoText;
  }
  return 0;
}

uint32_t RoleFacts(std::string_view value) {
  constexpr std::string_view kRoles[] = {"textbox", "searchbox", "combobox",
                                         "spinbutton"};
  uint32_t facts = 0;
  ForEachToken(value, [&](std::string_view token) {
    for (const std::string_view role : kRoles) {
      if (EqualsLower(token, role)) facts = kFactRole;
    }
  });
  return facts;
}

uint32_t EditableFacts(std::string_view value) {
  value = TrimSpace(value);
  const bool editable =
      value.empty() || EqualsLower(value, "true") || EqualsLower(value, "plaintext-only");
  return editable ? kFactEditable : 0u;
}

// Whether `text`, in any case, may hold `first` with `second` behind it. Every attribute
// is looked at, and most hold nothing of what is looked for.
bool MayHold(std::string_view text, char first, char second) {
  uint64_t found = 0;
  uint64_t before = 0;  // The firsts of the word before.
  ForEachWord(text, [&](uint64_t word) {
    const uint64_t lower = word | (kOnes * 0x20);
    const uint64_t firsts = HasByte(lower, first);
    found |= (firsts << 8 | before >> 56) & HasByte(lower, second);
    before = firsts;
  });
  return found != 0;
}

// As IsKeypadName, whose words all have a p in them.
bool NamesKeypad(std::string_view name) {
  uint64_t found = 0;
  ForEachWord(name,
              [&found](uint64_t word) { found |= HasByte(word | (kOnes * 0x20), 'p'); });
  return found != 0 && IsKeypadName(name);
}

uint32_t ClassFacts(std::string_view value) {
  uint32_t facts = NamesKeypad(value) ? kFactKeypadClass : 0u;
  if (!MayHold(value, 'r', '-')) return facts;
  if (HasClass(value, "rr-block")) facts |= kFactBlock;
  if (HasClass(value, "rr-mask")) facts |= kFactMask;
  if (HasClass(value, "rr-ignore")) facts |= kFactIgnore;
  return facts;
}

// Lower case, without comments and with the escapes of ASCII characters resolved.
std::string PlainCss(std::string_view css) {
  std::string out;
  size_t pos = 0;
  while (pos < css.size()) {
    if (css.compare(pos, 2, "/*") == 0) {
      const size_t end = css.find("*/", pos + 2);
      pos = end == std::string_view::npos ? css.size() : end + 2;
      continue;
    }
    if (css[pos] != '\\') {
      out.push_back(Lower(css[pos++]));
      continue;
    }
    ++pos;
    uint32_t code = 0;
    int digits = 0;
    while (digits < 6 && pos < css.size() && HexDigit(css[pos]) >= 0) {
      code = code * 16 + static_cast<uint32_t>(HexDigit(css[pos++]));
      ++digits;
    }
    if (digits == 0) {
      if (pos < css.size()) out.push_back(Lower(css[pos++]));
      continue;
    }
    if (pos < css.size() && IsHtmlSpace(css[pos])) ++pos;
    out.push_back(code > 0 && code < 0x80 ? Lower(static_cast<char>(code)) : '?');
  }
  return out;
}

// True when a declaration shows dots in place of what is typed.
bool HidesText(std::string_view style) {
  constexpr std::string_view kProperty = "text-security";
  // No style without one of these names the property.
  if (!MayHold(style, 'x', 't') && style.find('\\') == std::string_view::npos &&
      style.find('*') == std::string_view::npos) {
    return false;
  }
  const std::string css = PlainCss(style);
  for (size_t pos = css.find(kProperty); pos != std::string::npos;
       pos = css.find(kProperty, pos + 1)) {
    size_t at = pos + kProperty.size();
    while (at < css.size() &&
           (IsHtmlSpace(css[at]) || css[at] == ':' || css[at] == '"')) {
      ++at;
    }
    if (css.compare(at, 4, "none") != 0) return true;
  }
  return false;
}

// Values that are, or may be, what a person typed.
bool IsValueLike(std::string_view name) {
  return EqualsLower(name, "value") || EqualsLower(name, "placeholder") ||
         EqualsLower(name, "aria-valuetext") || EqualsLower(name, "aria-valuenow") ||
         EqualsLower(name.substr(0, 8), "data-rr-") ||
         EqualsLower(name.substr(0, 3), "rr_");
}

}  // namespace

Tag TagOf(std::string_view name) {
  if (name.find('-') != std::string_view::npos) return Tag::kCustom;
  if (name.size() > 2 && name.size() < 9) {
    for (const TagName& entry : kTags) {
      if (EqualsLower(name, entry.name)) return entry.tag;
    }
  }
  return IsPlainTag(name) ? Tag::kPlain : Tag::kOther;
}

// TagOf; a page has few tags, so that those of them that are short are remembered.
Tag PageTree::Impl::KnownTag(std::string_view name, uint32_t hash) {
  KnownTagEntry& entry = known_tags[hash % known_tags.size()];
  if (name.size() > sizeof(entry.name)) return TagOf(name);
  if (std::string_view(entry.name, entry.size) != name) {
    entry.size = static_cast<uint8_t>(name.size());
    std::copy(name.begin(), name.end(), entry.name);
    entry.tag = TagOf(name);
  }
  return entry.tag;
}

void PageTree::Impl::SetTag(Ref ref, std::string_view tag) {
  nodes[ref].tag_hash = HashName(tag);
  nodes[ref].tag = KnownTag(tag, nodes[ref].tag_hash);
  ++version;
}

// The vocabulary does not look at digits, so names that differ in nothing else share an
// entry of the cache.
bool PageTree::Impl::IsSecretName(std::string_view name) {
  char folded[32];
  if (name.size() > sizeof(folded)) return vocabulary.IsSecret(name);
  size_t size = 0;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit || size == 0 || folded[size - 1] != '0') folded[size++] = digit ? '0' : c;
  }
  return vocabulary.IsSecret({folded, size});
}

// `mask` gets the facts that are this attribute's to say.
uint32_t PageTree::Impl::FactsOf(std::string_view name, std::string_view value,
                                 uint32_t* mask) {
  const auto is = [&](std::string_view lower, uint32_t facts) {
    if (!EqualsLower(name, lower)) return false;
    *mask = facts;
    return true;
  };
  const auto secret = [&] { return IsSecretName(value); };
  switch (name.size()) {
    case 2:
      if (is("id", kFactSecretId | kFactKeypadId)) {
        return (secret() ? kFactSecretId : 0u) |
               (NamesKeypad(value) ? kFactKeypadId : 0u);
      }
      break;
    case 4:
      if (is("type", kFactPassword | kFactHidden | kFactButton | kFactNoText)) {
        return TypeFacts(value);
      }
      if (is("name", kFactSecretName)) return secret() ? kFactSecretName : 0u;
      if (is("role", kFactRole)) return RoleFacts(value);
      if (is("list", kFactList)) return kFactList;
      break;
    case 5:
      if (is("class", kFactBlock | kFactMask | kFactIgnore | kFactKeypadClass)) {
        return ClassFacts(value);
      }
      if (is("style", kFactSecurity)) return HidesText(value) ? kFactSecurity : 0u;
      break;
    case 6:
      if (is("srcdoc", 0)) return kFactSrcdoc;
      break;
    case 9:
      if (is("maxlength", kFactOneChar)) {
        return TrimSpace(value) == "1" ? kFactOneChar : 0u;
      }
      if (is("inputmode", kFactNumeric)) {
        return EqualsLower(TrimSpace(value), "numeric") ? kFactNumeric : 0u;
      }
      break;
    case 12:
      if (is("autocomplete", kFactAutocomplete | kFactSecretAutocomplete)) {
        return (IsSecretAutocomplete(value) ? kFactAutocomplete : 0u) |
               (secret() ? kFactSecretAutocomplete : 0u);
      }
      break;
    case 15:
      if (is("contenteditable", kFactEditable)) return EditableFacts(value);
      break;
    case 19:
      if (is("data-rr-is-password", kFactIsPassword)) return kFactIsPassword;
      break;
    default:
      break;
  }
  return 0;
}

PageTree::Impl::AttributeName PageTree::Impl::ReadName(std::string_view name) {
  using Kind = AttributeName::Kind;
  AttributeName read;
  if (EqualsLower(name, "class")) {
    read.kind = Kind::kClass;
    read.mark = kClassMark;
  } else if (EqualsLower(name, "id")) {
    read.kind = Kind::kId;
    read.mark = kIdMark;
  } else {
    if (EqualsLower(name, "type")) read.kind = Kind::kType;
    if (EqualsLower(name, "name")) read.kind = Kind::kName;
    read.mark = HashName(name);
  }
  uint32_t mask = 0;
  read.has_facts = FactsOf(name, "", &mask) != 0 || mask != 0;
  read.keeps_value = rules.KeepsValue(read.mark) && !IsValueLike(name);
  read.outward = rules.LooksOutward(read.mark);
  return read;
}

// ReadName; names that are short are remembered.
PageTree::Impl::AttributeName PageTree::Impl::KnownName(std::string_view name) {
  const size_t size = name.size();
  if (size == 0 || size > sizeof(AttributeName::name)) return ReadName(name);
  const auto byte = [name](size_t i) -> size_t {
    return static_cast<unsigned char>(name[i]);
  };
  AttributeName& entry =
      known_names[(size + byte(0) * 5 + byte(size / 2) * 11 + byte(size - 1) * 29) %
                  known_names.size()];
  if (std::string_view(entry.name, entry.size) != name) {
    entry = ReadName(name);
    entry.size = static_cast<uint8_t>(size);
    std::copy(name.begin(), name.end(), entry.name);
  }
  return entry;
}

void PageTree::Impl::SetAttribute(Ref ref, std::string_view name,
                                  std::string_view value) {
  using Kind = AttributeName::Kind;
  Node& node = nodes[ref];
  const AttributeName known = KnownName(name);
  if (known.has_facts) {
    uint32_t mask = 0;
    const uint32_t facts = FactsOf(name, value, &mask);
    if ((facts & ~node.facts & kFactSrcdoc) != 0) node.facts |= kFactOutward;
    SetFacts(node, (node.facts & ~mask) | facts);
  }
  if (known.outward) node.facts |= kFactOutward;
  EraseMarks(node, known.mark);
  if (known.kind == Kind::kClass) {
    EraseMarks(node, kClassesMark);
    bool any = false;
    ForEachToken(value, [&](std::string_view token) {
      AddMark(node, MakeMark(kClassMark, HashValue(token)));
      any = true;
    });
    if (!any) AddMark(node, MakeMark(kClassMark, 0));
    if (rules.KeepsValue(kClassesMark)) {
      AddMark(node, MakeMark(kClassesMark, HashValue(value)));
    }
    return;
  }
  uint32_t value_hash = 0;
  if (known.kind == Kind::kType) {
    value_hash = HashName(value);
  } else if (known.kind == Kind::kId || known.kind == Kind::kName || known.keeps_value) {
    value_hash = HashValue(value);
  }
  AddMark(node, MakeMark(known.mark, value_hash));
}

void PageTree::Impl::RemoveAttribute(Ref ref, std::string_view name) {
  Node& node = nodes[ref];
  uint32_t mask = 0;
  FactsOf(name, "", &mask);
  SetFacts(node, node.facts & ~mask);
  const uint32_t mark = EqualsLower(name, "class") ? kClassMark
                        : EqualsLower(name, "id")  ? kIdMark
                                                   : HashName(name);
  if (rules.LooksOutward(mark)) node.facts |= kFactOutward;
  EraseMarks(node, mark);
  if (mark == kClassMark) EraseMarks(node, kClassesMark);
}

PageTree::Element PageTree::Impl::ElementOf(Ref ref) const {
  const Node& node = nodes[ref];
  Element element;
  element.tag_hash = node.tag_hash;
  element.tag = node.tag;
  element.facts = node.facts & ~kFactShadow;
  element.marks = {marks.data() + node.marks, node.mark_count};
  return element;
}

void PageTree::Impl::SetElement(Ref ref, const Element& element) {
  Node& node = nodes[ref];
  node.tag_hash = element.tag_hash;
  node.tag = element.tag;
  ++version;
  SetFacts(node, node.facts | (element.facts & ~kFactOneDigit));
  SetOneDigit(ref, (element.facts & kFactOneDigit) != 0);
  if (!element.marks.empty()) AddMarks(node, element.marks);
}

}  // namespace footfall::capture
