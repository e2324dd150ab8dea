// What of style sheets and style attributes may leave.
#include <algorithm>
#include <utility>

#include "capture/css_tokenizer.h"
#include "capture/hash.h"
#include "capture/recording_writer.h"
#include "capture/url.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

// True when no string, comment or block is left open at the end.
bool IsWholeCss(std::string_view css) {
  CssTokenizer tokenizer(css);
  int64_t depth = 0;
  for (CssToken token = tokenizer.Next(); token.type != CssTokenType::kEnd;
       token = tokenizer.Next()) {
    if (!token.closed || token.type == CssTokenType::kBadString ||
        token.type == CssTokenType::kBadUrl) {
      return false;
    }
    if (token.type == CssTokenType::kFunction) ++depth;
    if (token.type != CssTokenType::kDelim) continue;
    const char c = css[token.begin];
    depth += c == '{' || c == '(' || c == '[';
    depth -= c == '}' || c == ')' || c == ']';
    if (depth < 0) return false;
  }
  return depth == 0;
}

// `text` itself when it has no percent-encoded byte.
std::string_view DecodePercents(std::string_view text, Arena& arena) {
  const auto encoded = [&text](size_t i) {
    return text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
           HexDigit(text[i + 2]) >= 0;
  };
  size_t first = text.find('%');
  while (first < text.size() && !encoded(first)) first = text.find('%', first + 1);
  if (first >= text.size()) return text;
  char* const out = arena.Allocate(text.size());
  size_t size = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!encoded(i)) {
      out[size++] = text[i];
      continue;
    }
    out[size++] = static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
    i += 2;
  }
  arena.Shrink(text.size() - size);
  return {out, size};
}

// True for CSS that may hide what is typed, also for a part of the property's name.
bool NamesTextSecurity(std::string_view css) {
  std::string lower(css);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return lower.find("-security") != std::string::npos ||
         lower.find("text-s") != std::string::npos;
}

// The name of a property, also of a custom one.
bool IsCssProperty(std::string_view name) {
  constexpr size_t kSizeMax = 80;
  return !name.empty() && name.size() <= kSizeMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           const char lower = static_cast<char>(c | 0x20);
           return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

}  // namespace

using Token = JsonIndex::Token;

// Addresses in CSS are often percent-encoded.
bool RecordingWriter::CssRepeats(std::string_view css, CssKind kind) {
  if (page_.typed.empty()) return false;
  const auto place =
      kind == CssKind::kSheet ? TypedMemory::Place::kSheet : TypedMemory::Place::kText;
  if (page_.typed.Repeats(css, place, cleaner_.arena())) return true;
  const std::string_view decoded = DecodePercents(css, cleaner_.arena());
  return decoded.size() < css.size() &&
         page_.typed.Repeats(decoded, place, cleaner_.arena());
}

std::string_view RecordingWriter::CleanCss(std::string_view css, CssKind kind,
                                           Token where) {
  if (CssRepeats(css, kind)) {
    Count(Rule::kRawCopy, where);
    return {};
  }
  if (traced_) {
    place_ = PathOf(index_, where);
    cleaner_.counts().At(place_);
  }
  CssOptions options;
  options.base_url = page_.url;
  options.used_base = &used_page_;
  options.asset_origins = &policy_->asset_origins;
  options.url = &policy_->url;
  options.attributes_allow = &policy_->attributes_allow;
  return FilterCss(css, kind, options, cleaner_.arena(), cleaner_.counts(),
                   kind == CssKind::kSheet ? &security_selectors_ : nullptr);
}

// The style sheet of an element is all its texts together: none of them can be read by
// itself. Returns false when there are not several.
bool RecordingWriter::JoinTexts(Token children) {
  std::string sheet;
  size_t count = 0;
  Token first = kAbsent;
  for (Elements e(index_, children); e.Next();) {
    const NodeTokens& child = nodes_.At(index_, e.value());
    std::string_view text;
    if (child.text == kAbsent || !Decode(child.text, text) || text.empty()) continue;
    if (count++ == 0) first = child.text;
    sheet.append(text);
  }
  if (count < 2) return false;
  joined_ = cleaner_.arena().Copy(
      CleanCss(cleaner_.arena().Copy(sheet), CssKind::kSheet, first));
  return true;
}

// Writes a text of a style element.
bool RecordingWriter::StyleText(Ref node, Token token) {
  if (joined_texts_) {
    // The first one takes them all.
    if (index_.raw_string(token).empty()) return true;
    Put(token, joined_);
    joined_ = {};
    return true;
  }
  // A text among others that are not at hand has to be whole rules.
  const bool alone = page_.tree.next(node) == PageTree::kNone &&
                     page_.tree.first_child(page_.tree.parent(node)) == node;
  std::string_view text;
  if (!alone && !Decode(token, text)) return false;
  // The selector may begin in the text before.
  if (!alone && NamesTextSecurity(text)) security_selectors_.push_back({});
  if (!alone && !IsWholeCss(text)) {
    Count(Rule::kCss, token);
    Put(token, "");
    return true;
  }
  return Sheet(token);
}

// Writes a whole style sheet. Returns false when it is malformed.
bool RecordingWriter::Sheet(Token token) {
  const std::string_view raw = index_.raw(token);
  // A sheet that left once may leave again: what was typed since is not in it but by
  // chance.
  const bool cached = raw.size() >= SheetCache::kSheetBytesMin && !traced_;
  SheetCache::Entry entry;
  if (cached) {
    entry.key = SheetCache::KeyOf(raw, SheetContext());
    if (const SheetCache::Entry* known = sheets_.Find(entry.key)) {
      cleaner_.counts().AddAll(known->counts);
      if (known->changed) PutJson(token, known->json);
      return true;
    }
    entry.counts = cleaner_.counts().counts();
  }
  std::string_view text;
  if (!Decode(token, text)) return false;
  const size_t selectors = security_selectors_.size();
  const std::string_view cleaned = CleanCss(text, CssKind::kSheet, token);
  entry.changed = cleaned != text;
  if (entry.changed) {
    AppendJsonText(entry.json, cleaned);
    PutJson(token, entry.json);
  }
  if (!cached || security_selectors_.size() != selectors) return true;
  const auto& counts = cleaner_.counts().counts();
  for (size_t i = 0; i < counts.size(); ++i)
    entry.counts[i] = counts[i] - entry.counts[i];
  const bool copy = entry.counts[static_cast<size_t>(Rule::kRawCopy)] > 0;
  if (!copy) sheets_.Add(std::move(entry));
  return true;
}

// What the filtering of a sheet depends on besides its text and the policy.
uint64_t RecordingWriter::SheetContext() const {
  std::string buffer;
  return HashBytes(OriginOf(page_.url, buffer));
}

// A style sheet belongs to a node, or is one of those that documents adopt.
bool RecordingWriter::SheetShown(Token data) {
  if (FindMember(index_, data, "id") == kAbsent) {
    return FindMember(index_, data, "styleId") != kAbsent;
  }
  Ref node;
  return NodeOf(data, node, data) && Shown(page_.tree.flags(node), Rule::kCensored, data);
}

bool RecordingWriter::SheetList(Token list, std::span<const MemberRule> rules) {
  if (!index_.is_array(list)) return false;
  ListEdit entries(edit_, index_.begin(list) + 1);
  for (Elements e(index_, list); e.Next();) {
    entries.Keep(e.begin(), e.end());
    if (!Simple(e.value(), rules)) entries.DropKept();
  }
  entries.End(index_.end(list) - 1);
  return true;
}

bool RecordingWriter::StyleSheetRule(Token data) {
  if (!SheetShown(data)) return false;
  constexpr MemberRule kAdds[] = {{"rule", Want::kSheet}, {"index", Want::kNumbers}};
  constexpr MemberRule kRemoves[] = {{"index", Want::kNumbers}};
  ListEdit members(edit_, index_.begin(data) + 1);
  for (Members m(index_, data); m.Next();) {
    const std::string_view key = m.key();
    const Token value = m.value();
    members.Keep(m.begin(), m.end());
    bool keep = false;
    if (key == "source" || key == "id" || key == "styleId") {
      keep = SimpleMember(value, Want::kNumberOrNull);
    } else if (key == "adds") {
      keep = SheetList(value, kAdds);
    } else if (key == "removes") {
      keep = SheetList(value, kRemoves);
    } else if (key == "replace" || key == "replaceSync") {
      keep = SimpleMember(value, Want::kSheet);
    } else {
      Count(Rule::kUnknownKey, value);
    }
    if (!keep) members.DropKept();
  }
  members.End(index_.end(data) - 1);
  return true;
}

bool RecordingWriter::StyleDeclaration(Token data) {
  if (!SheetShown(data)) return false;
  ListEdit members(edit_, index_.begin(data) + 1);
  bool changes = false;
  for (Members m(index_, data); m.Next();) {
    const std::string_view key = m.key();
    const Token value = m.value();
    members.Keep(m.begin(), m.end());
    bool keep = false;
    if (key == "source" || key == "id" || key == "styleId" || key == "index") {
      keep = index_.is_null(value) || SimpleMember(value, Want::kNumbers);
    } else if (key == "set") {
      keep = StyleSet(value);
      changes = changes || keep;
    } else if (key == "remove") {
      keep = StyleRemove(value);
      changes = changes || keep;
    } else {
      Count(Rule::kUnknownKey, value);
    }
    if (!keep) members.DropKept();
  }
  members.End(index_.end(data) - 1);
  return changes;
}

bool RecordingWriter::StyleSet(Token set) {
  const Token property = FindMember(index_, set, "property");
  std::string_view name;
  if (property == kAbsent || !IsPropertyName(property) || !Decode(property, name)) {
    return false;
  }
  // Which rule it is in, and so which fields it hides, is not known.
  if (NamesTextSecurity(name)) security_selectors_.push_back({});
  ListEdit members(edit_, index_.begin(set) + 1);
  bool has_value = false;
  for (Members m(index_, set); m.Next();) {
    const Token value = m.value();
    members.Keep(m.begin(), m.end());
    bool keep = value == property;
    if (m.key() == "value" && StyleProperty(name, value)) {
      keep = has_value = true;
    } else if (m.key() == "priority") {
      keep = IsPriority(value);
    }
    if (!keep) members.DropKept();
  }
  members.End(index_.end(set) - 1);
  return has_value;
}

bool RecordingWriter::StyleRemove(Token remove) {
  const Token property = FindMember(index_, remove, "property");
  if (property == kAbsent || !IsPropertyName(property)) return false;
  ListEdit members(edit_, index_.begin(remove) + 1);
  for (Members m(index_, remove); m.Next();) {
    if (m.value() == property) {
      members.Keep(m.begin(), m.end());
    } else {
      members.Drop();
    }
  }
  members.End(index_.end(remove) - 1);
  return true;
}

bool RecordingWriter::IsPropertyName(Token token) {
  std::string_view name;
  if (!index_.is_string(token) || !Decode(token, name)) return false;
  return CleanText(name, token, TypedMemory::Place::kName) == name;
}

bool RecordingWriter::IsPriority(Token token) const {
  if (!index_.is_string(token)) return index_.is_null(token);
  const std::string_view priority = index_.raw_string(token);
  return priority.empty() || priority == "important";
}

bool RecordingWriter::AdoptedStyleSheet(Token data) {
  if (!SheetShown(data)) return false;
  ListEdit members(edit_, index_.begin(data) + 1);
  for (Members m(index_, data); m.Next();) {
    const std::string_view key = m.key();
    members.Keep(m.begin(), m.end());
    bool keep = false;
    if (key == "source" || key == "id" || key == "styleIds") {
      keep = SimpleMember(m.value(), Want::kNumbers);
    } else if (key == "styles" && index_.is_array(m.value())) {
      keep = AdoptedStyles(m.value());
    } else {
      Count(Rule::kUnknownKey, m.value());
    }
    if (!keep) members.DropKept();
  }
  members.End(index_.end(data) - 1);
  return true;
}

bool RecordingWriter::AdoptedStyles(Token styles) {
  constexpr MemberRule kRules[] = {{"rule", Want::kSheet}, {"index", Want::kNumbers}};
  ListEdit list(edit_, index_.begin(styles) + 1);
  for (Elements e(index_, styles); e.Next();) {
    if (!index_.is_object(e.value())) {
      list.Drop();
      continue;
    }
    list.Keep(e.begin(), e.end());
    ListEdit members(edit_, index_.begin(e.value()) + 1);
    for (Members m(index_, e.value()); m.Next();) {
      members.Keep(m.begin(), m.end());
      const bool keep = m.key() == "styleId"
                            ? index_.is_number(m.value())
                            : m.key() == "rules" && SheetList(m.value(), kRules);
      if (!keep) members.DropKept();
    }
    members.End(index_.end(e.value()) - 1);
  }
  list.End(index_.end(styles) - 1);
  return true;
}

// The changed properties of a style attribute: a value, a value with its priority, or
// false for a property that is gone.
bool RecordingWriter::StyleObject(Token style) {
  ListEdit list(edit_, index_.begin(style) + 1);
  for (Members m(index_, style); m.Next();) {
    list.Keep(m.begin(), m.end());
    if (!StyleProperty(m.key(), m.value())) list.DropKept();
  }
  list.End(index_.end(style) - 1);
  return list.count() > 0;
}

bool RecordingWriter::StyleProperty(std::string_view property, Token value) {
  if (!IsCssProperty(property) ||
      CleanText(property, value, TypedMemory::Place::kName) != property) {
    return false;
  }
  if (index_.is_bool(value) || index_.is_null(value)) return true;
  if (index_.is_array(value)) {
    size_t i = 0;
    for (Elements e(index_, value); e.Next(); ++i) {
      if (i > 1 || !index_.is_string(e.value())) return false;
      if (i == 0 ? !StyleProperty(property, e.value()) : !IsPriority(e.value())) {
        return false;
      }
    }
    return i > 0;
  }
  if (!index_.is_string(value)) return false;
  if (property.substr(0, 2) != "--") {
    return Remembered(value, static_cast<uint64_t>(AttributeKind::kPaint),
                      [&] { return PlainString(AttributeKind::kPaint, value); });
  }
  std::string_view text;
  if (!Decode(value, text)) return false;
  // What a custom property may hold is judged with its name.
  std::string declaration(property);
  declaration.append(":").append(text);
  return CleanCss(declaration, CssKind::kDeclarations, value) == declaration;
}

}  // namespace footfall::capture
