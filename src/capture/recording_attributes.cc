// What of an element's attributes may leave.
#include <algorithm>

#include "capture/recording_writer.h"

namespace footfall::capture {

namespace {

// True for nodes of which no attribute may show a text: pages copy what is typed.
bool HidesTexts(uint32_t flags) {
  if ((flags & (kNodeMasked | kNodeSensitive)) != 0) return true;
  return (flags & kNodeTakesText) != 0 && (flags & kNodeValueAllowed) == 0;
}

bool IsFragmentName(std::string_view name) {
  constexpr size_t kSizeMax = 40;
  return name.size() <= kSizeMax && std::all_of(name.begin(), name.end(), [](char c) {
           const char lower = static_cast<char>(c | 0x20);
           return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

}  // namespace

using Token = JsonIndex::Token;

AttributeKind RecordingWriter::KindOf(std::string_view name) const {
  const AttributeKind kind = KindOfAttribute(name);
  if (kind != AttributeKind::kUnknown) return kind;
  const auto& allowed = policy_->attributes_allow;
  return std::find(allowed.begin(), allowed.end(), name) == allowed.end()
             ? AttributeKind::kUnknown
             : AttributeKind::kText;
}

// Returns how many stay.
size_t RecordingWriter::Attributes(Token attributes, Ref node) {
  own_value_ = {};
  if ((page_.tree.flags(node) & (kNodeTakesText | kNodeValueAllowed)) == kNodeTakesText) {
    const Token value = FindMember(index_, attributes, "value");
    if (value != kAbsent && index_.is_string(value)) Decode(value, own_value_);
  }
  ListEdit list(edit_, index_.begin(attributes) + 1);
  for (Members m(index_, attributes); m.Next();) {
    list.Keep(m.begin(), m.end());
    const size_t before = edit_.out().size();
    bool keep = Attribute(m.key(), m.value(), node);
    if (keep && changing_ && !ShowsNew(node, m.key(), before)) {
      Count(Rule::kCoalesced, m.value());
      keep = false;
    }
    if (!keep) list.DropKept();
  }
  list.End(index_.end(attributes) - 1);
  own_value_ = {};
  return list.count();
}

// Returns false when the attribute goes.
bool RecordingWriter::Attribute(std::string_view name, Token value, Ref node) {
  const AttributeKind kind = KindOf(name);
  switch (kind) {
    case AttributeKind::kUnknown:
      Count(Rule::kAttribute, value);
      return false;
    case AttributeKind::kCode:
      Count(Rule::kScript, value);
      return false;
    case AttributeKind::kPixels:
      Count(Rule::kPixels, value);
      return false;
    case AttributeKind::kContent:
      Count(Rule::kMeta, value);
      return false;
    default:
      break;
  }
  const Tag tag = page_.tree.tag(node);
  if (tag == Tag::kScript || tag == Tag::kNoscript) {
    Count(Rule::kScript, value);
    return false;
  }
  switch (index_.kind(value)) {
    case '"':
      return AttributeString(kind, value, node);
    case 'n':  // The attribute was taken away.
      return kind != AttributeKind::kValue && kind != AttributeKind::kState;
    case '{':
      return kind == AttributeKind::kStyle && StyleObject(value);
    case '[':
      return false;
    default:
      break;
  }
  switch (kind) {
    case AttributeKind::kState:
    case AttributeKind::kValue:
      return FieldValue(kind, value, node);
    case AttributeKind::kPlain:
    case AttributeKind::kText:
    case AttributeKind::kGeometry:
    case AttributeKind::kMetric:
    case AttributeKind::kPaint:
      return index_.is_bool(value) || IsPlainNumber(value);
    default:
      Count(Rule::kAttribute, value);
      return false;
  }
}

// A number that is neither long enough to be an account's nor a copy of a secret.
bool RecordingWriter::IsPlainNumber(Token token) {
  if (!index_.is_number(token)) return false;
  const std::string_view text = index_.raw(token);
  if (CleanText(text, token, TypedMemory::Place::kText) == text) return true;
  return false;
}

bool RecordingWriter::FieldValue(AttributeKind kind, Token value, Ref node) {
  const uint32_t flags = page_.tree.flags(node);
  const bool allowed = (flags & kNodeValueAllowed) != 0 &&
                       (flags & (kNodeSensitive | kNodeHiddenInput)) == 0;
  // What is typed leaves by the input event, when the field has been left.
  if (allowed && changing_) return false;
  if (allowed && !index_.is_string(value)) {
    return index_.is_bool(value) || IsPlainNumber(value);
  }
  if (allowed) {
    std::string_view text;
    if (!Decode(value, text)) return false;
    PutString(value, text, CleanText(text, value, TypedMemory::Place::kText));
    return true;
  }
  const Tag tag = page_.tree.tag(node);
  const bool field = tag == Tag::kInput || tag == Tag::kTextarea || tag == Tag::kButton;
  if (kind == AttributeKind::kValue && field && (flags & kNodeHiddenInput) == 0) {
    PutMask(value, Rule::kValue);
    return true;
  }
  Count(Rule::kValue, value);
  return false;
}

bool RecordingWriter::DropAttribute(Token value) {
  Count(Rule::kAttribute, value);
  return false;
}

bool RecordingWriter::AttributeString(AttributeKind kind, Token value, Ref node) {
  std::string_view text;
  std::string_view cleaned;
  switch (kind) {
    case AttributeKind::kValue:
    case AttributeKind::kState:
      return FieldValue(kind, value, node);
    case AttributeKind::kSheet:
      return Sheet(value);
    case AttributeKind::kReference:
    case AttributeKind::kUrl:
      if (!Decode(value, text)) return false;
      cleaned = CleanLink(text, value, page_.tree.tag(node));
      break;
    case AttributeKind::kUrlList:
      if (!Decode(value, text)) return false;
      cleaned = CleanUrlList(text, value);
      break;
    case AttributeKind::kText:
      if (HidesTexts(page_.tree.flags(node))) {
        if (!Decode(value, text)) return false;
        PutMask(value, Rule::kMasked);
        return true;
      }
      [[fallthrough]];
    default:
      return Remembered(value, static_cast<uint64_t>(kind),
                        [&] { return PlainString(kind, value); });
  }
  if (cleaned.empty() && !text.empty()) return false;
  PutString(value, text, cleaned);
  return true;
}

// A string of which it depends on nothing but the policy and what was typed what becomes
// of it.
bool RecordingWriter::PlainString(AttributeKind kind, Token value) {
  std::string_view text;
  if (!Decode(value, text)) return false;
  std::string_view cleaned;
  switch (kind) {
    case AttributeKind::kName:
      cleaned = CleanText(text, value, TypedMemory::Place::kName);
      break;
    case AttributeKind::kGeometry:
      return IsGeometry(text) || DropAttribute(value);
    case AttributeKind::kMetric:
      return IsMetric(text) || DropAttribute(value);
    case AttributeKind::kTheme:
      return IsThemeWord(text) || DropAttribute(value);
    case AttributeKind::kWord:
      return IsStateWord(text) || DropAttribute(value);
    case AttributeKind::kPaint:
      cleaned = CleanCss(text, CssKind::kValue, value);
      break;
    case AttributeKind::kStyle:
      cleaned = CleanCss(text, CssKind::kDeclarations, value);
      break;
    default:
      cleaned = CleanText(text, value, TypedMemory::Place::kText);
  }
  PutString(value, text, cleaned);
  return true;
}

// A reference into the same document, as SVG has, names a part of the page's own code.
// The fragment of a link may hold anything.
std::string_view RecordingWriter::CleanLink(std::string_view link, Token where, Tag tag) {
  if (link.empty() || link[0] != '#') {
    const bool asset = tag == Tag::kLink || tag == Tag::kImg || tag == Tag::kSource ||
                       tag == Tag::kVideo || tag == Tag::kAudio;
    return CleanUrl(link, where, asset);
  }
  if (tag != Tag::kPlain && IsFragmentName(link.substr(1)) &&
      CleanText(link, where, TypedMemory::Place::kName) == link) {
    return link;
  }
  if (link.size() > 1) Count(Rule::kUrlFragment, where);
  return "#";
}

}  // namespace footfall::capture
