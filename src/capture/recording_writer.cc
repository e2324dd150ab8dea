#include "capture/recording_writer.h"

#include <algorithm>
#include <optional>

#include "capture/css_address.h"
#include "capture/css_tokenizer.h"
#include "capture/secret_memory.h"
#include "capture/url.h"

namespace footfall::capture {
namespace {

using Token = JsonIndex::Token;

// Contexts of Remembered; those of attributes are their kinds.
constexpr uint64_t kPageText = 0x100;
constexpr uint64_t kTitleText = 0x101;

bool IsBlank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

// Dots or asterisks in place of characters: their number is the length of a secret.
bool IsDots(std::string_view text) {
  constexpr std::string_view kDots[] = {"\u2022", "\u25CF", "\u2B24", "\u2219",
                                        "\u00B7", "\u25E6", "\u26AB", "*"};
  size_t asterisks = 0;
  bool any = false;
  for (size_t pos = 0; pos < text.size();) {
    if (static_cast<unsigned char>(text[pos]) <= ' ') {
      ++pos;
      continue;
    }
    const std::string_view* const dot =
        std::find_if(std::begin(kDots), std::end(kDots),
                     [&](std::string_view d) { return text.substr(pos, d.size()) == d; });
    if (dot == std::end(kDots)) return false;
    asterisks += *dot == "*";
    any = any || *dot != "*";
    pos += dot->size();
  }
  // One asterisk marks a field as required.
  return any || asterisks > 1;
}

// Elements that load or hold something of their own, or that only a script explains.
bool IsReplacedWhenCensored(Tag tag) {
  switch (tag) {
    case Tag::kCustom:
    case Tag::kInput:
    case Tag::kTextarea:
    case Tag::kSelect:
    case Tag::kIframe:
    case Tag::kFrame:
    case Tag::kObject:
    case Tag::kEmbed:
    case Tag::kCanvas:
    case Tag::kImg:
    case Tag::kVideo:
    case Tag::kAudio:
    case Tag::kScript:
    case Tag::kNoscript:
      return true;
    default:
      return false;
  }
}

// White space inside a list of choices lies between elements.
bool KeepsBlankText(Tag tag) {
  return tag == Tag::kSelect || tag == Tag::kOptgroup || tag == Tag::kDatalist;
}

// Nothing, or what stands behind an address in srcset: "2x", "1.5x", "640w", "640w 480h".
bool IsImageSize(std::string_view text) {
  constexpr size_t kNumberMax = 6;
  const auto skip_spaces = [&] {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  };
  skip_spaces();
  for (int numbers = 0; !text.empty(); ++numbers) {
    const size_t size = std::min(text.find_first_not_of("0123456789."), text.size() - 1);
    const char unit = text[size];
    if (numbers == 2 || size == 0 || size > kNumberMax ||
        (unit != 'w' && unit != 'x' && unit != 'h')) {
      return false;
    }
    text.remove_prefix(size + 1);
    if (!text.empty() && text[0] != ' ') return false;
    skip_spaces();
  }
  return true;
}

// Data and scripts are for the URL rule proper.
bool MayBeAsset(std::string_view url) {
  const size_t colon = url.find(':');
  return colon == std::string_view::npos || url.substr(0, colon) == "http" ||
         url.substr(0, colon) == "https";
}

// The name of an element, also of a custom one and of those of other vocabularies.
bool IsTagName(std::string_view name) {
  constexpr size_t kSizeMax = 64;
  const auto is_letter = [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'z';
  };
  return !name.empty() && name.size() <= kSizeMax && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                  c == ':' || c == '.';
         });
}

}  // namespace

void RecordingWriter::Count(Rule rule, Token where) {
  if (traced_) {
    place_ = PathOf(index_, where);
    cleaner_.counts().At(place_);
  }
  cleaner_.counts().Add(rule);
}

// Strings.

bool RecordingWriter::Decode(Token string, std::string_view& text) {
  if (DecodeJsonString(index_.raw_string(string), cleaner_.arena(), text)) return true;
  if (broken_ == kAbsent) broken_ = string;
  return false;
}

void RecordingWriter::Put(Token value, std::string_view text) {
  edit_.KeepTo(index_.begin(value));
  AppendJsonText(edit_.out(), text);
  edit_.SkipTo(index_.end(value));
}

// `before` is what the string holds, and `after` what of it may leave.
void RecordingWriter::PutString(Token value, std::string_view before,
                                std::string_view after) {
  if (before != after) Put(value, after);
}

void RecordingWriter::PutMask(Token value, Rule rule) {
  Count(rule, value);
  Put(value, kMask);
}

std::string_view RecordingWriter::CleanText(std::string_view text, Token where,
                                            TypedMemory::Place place,
                                            Cleaner::Source source) {
  const bool copies_own = own_value_.size() >= kSecretCharactersMin &&
                          text.find(own_value_) != std::string_view::npos;
  if (copies_own || page_.typed.Repeats(text, place, cleaner_.arena())) {
    Count(Rule::kRawCopy, where);
    return kMask;
  }
  if (traced_) {
    place_ = PathOf(index_, where);
    cleaner_.counts().At(place_);
  }
  return cleaner_.Text(text, source);
}

std::string_view RecordingWriter::CleanUrl(std::string_view url, Token where,
                                           bool asset) {
  if (traced_) {
    place_ = PathOf(index_, where);
    cleaner_.counts().At(place_);
  }
  Arena& arena = cleaner_.arena();
  const std::string_view filtered =
      asset && MayBeAsset(url)
          ? FilterAssetUrl(url, policy_->url.drop, arena, cleaner_.counts())
          : FilterUrl(url, policy_->url, arena, cleaner_.counts());
  if (filtered.empty() || page_.typed.empty()) return filtered;
  return MaskUrlSegments(
      filtered, cleaner_.arena(), [this, where](std::string_view part, UrlPart kind) {
        const auto place = kind == UrlPart::kOrigin ? TypedMemory::Place::kField
                                                    : TypedMemory::Place::kText;
        const bool hide = page_.typed.Repeats(part, place, cleaner_.arena());
        if (hide) Count(Rule::kRawCopy, where);
        return hide;
      });
}

// Source: HTML, "parsing a srcset attribute": white space ends an address, which commas
// may follow; what follows else, up to a comma, describes the image.
std::string_view RecordingWriter::CleanUrlList(std::string_view list, Token where) {
  constexpr std::string_view kSpace = " \t\r\n\f";
  std::string cleaned;
  while (true) {
    const size_t begin = list.find_first_not_of(" \t\r\n\f,");
    if (begin == std::string_view::npos) break;
    list.remove_prefix(begin);
    const size_t space = std::min(list.find_first_of(kSpace), list.size());
    std::string_view address = list.substr(0, space);
    list.remove_prefix(space);
    std::string_view descriptor;
    if (address.back() == ',') {
      address = address.substr(0, address.find_last_not_of(',') + 1);
    } else {
      const size_t comma = std::min(list.find(','), list.size());
      descriptor = list.substr(0, comma);
      list.remove_prefix(comma);
    }
    const std::string_view url = CleanUrl(address, where);
    if (url.empty()) continue;
    if (!cleaned.empty()) cleaned.append(", ");
    cleaned.append(url);
    if (IsImageSize(descriptor)) cleaned.append(descriptor);
  }
  return cleaner_.arena().Copy(cleaned);
}

// Nodes.

void RecordingWriter::Node(const NodeTokens& node, Token token, Ref ref) {
  if ((page_.tree.flags(ref) & kNodeCensored) != 0) return CensoredNode(node, token);
  if (node.plain) return PlainNode(node, ref);
  ListEdit members(edit_, index_.begin(token) + 1);
  for (Members m(index_, token); m.Next();) {
    members.Keep(m.begin(), m.end());
    if (!NodeMember(m.key(), m.value(), node, ref)) members.DropKept();
  }
  members.End(index_.end(token) - 1);
}

// What NodeMember does for each member of a plain node.
void RecordingWriter::PlainNode(const NodeTokens& node, Ref ref) {
  if (node.text != kAbsent) {
    constexpr uint32_t kHides = kNodeTakesText | kNodeSensitive;
    const bool blank = node.blank && (page_.tree.flags(ref) & kHides) == 0;
    if (!blank || !KeepsBlanks(page_.tree.parent(ref))) TextOf(ref, node.text);
    return;
  }
  Head(node, ref);
  Children(node, ref);
}

// True when white space inside `parent` leaves as it is, unless it is restricted itself.
bool RecordingWriter::KeepsBlanks(Ref parent) const {
  return (page_.tree.flags(parent) & (kNodeTakesText | kNodeSensitive)) == 0 &&
         page_.tree.tag(parent) != Tag::kStyle && policy_->patterns.empty();
}

// Writes the tag and the attributes.
void RecordingWriter::Head(const NodeTokens& node, Ref ref) {
  constexpr uint32_t kJudgedApart = kNodeTakesText | kNodeSensitive | kNodeMasked |
                                    kNodeValueAllowed | kNodeHiddenInput;
  const bool kept = node.head != HeadCache::kNone && !traced_ &&
                    (page_.tree.flags(ref) & kJudgedApart) == 0;
  if (kept && KnownHead(node)) return;
  if (kept) edit_.KeepTo(index_.begin(node.tag));
  const size_t begin = edit_.out().size();
  const uint64_t rules = cleaner_.counts().added();
  const RuleCounts::Counts before = cleaner_.counts().counts();
  used_page_ = false;
  std::string_view tag;
  if (Decode(node.tag, tag)) PutTagName(node.tag, tag);
  Attributes(node.attributes, ref);
  if (!kept || used_page_) return;
  edit_.KeepTo(index_.end(node.attributes));
  LearnHead(node, std::string_view(edit_.out()).substr(begin),
            cleaner_.counts().added() == rules ? nullptr : &before);
}

// Writes a head of which it is known what becomes of it; false when it is not, also in
// view of what was typed since.
bool RecordingWriter::KnownHead(const NodeTokens& node) {
  HeadCache& heads = nodes_.heads();
  const std::optional<HeadCache::Verdict> verdict = heads.FindVerdict(node.head);
  if (!verdict.has_value()) return false;
  uint64_t& version = heads.typed_version(node.head);
  uint64_t& beginnings = heads.typed_beginnings(node.head);
  if (version != page_.typed.version() && beginnings != page_.typed.beginnings()) {
    const std::string_view bytes = heads.bytes(node.head);
    // Addresses are compared without their percent-encoding, and without what goes.
    if (bytes.find('%') != bytes.npos || page_.typed.MayRepeat(bytes) ||
        page_.typed.MayRepeat(verdict->json)) {
      return false;
    }
    version = page_.typed.version();
    beginnings = page_.typed.beginnings();
  }
  for (const auto& [rule, count] : verdict->counts) cleaner_.counts().Add(rule, count);
  if (!verdict->changed) return true;
  edit_.KeepTo(index_.begin(node.tag));
  edit_.out().append(verdict->json);
  edit_.SkipTo(index_.end(node.attributes));
  return true;
}

// Keeps what became of a head for the next one; `before` are the counts before it, null
// when they have not changed.
void RecordingWriter::LearnHead(const NodeTokens& node, std::string_view written,
                                const RuleCounts::Counts* before) {
  const RuleCounts::Counts& counts = cleaner_.counts().counts();
  std::array<HeadCache::RuleCount, kRuleCount> added;
  size_t size = 0;
  for (size_t i = 0; before != nullptr && i < counts.size(); ++i) {
    const auto rule = static_cast<Rule>(i);
    if (counts[i] == (*before)[i]) continue;
    // What repeats something that was typed does so for a while only.
    if (rule == Rule::kRawCopy) return;
    added[size++] = {rule, counts[i] - (*before)[i]};
  }
  HeadCache& heads = nodes_.heads();
  heads.typed_version(node.head) = page_.typed.version();
  if (heads.FindVerdict(node.head).has_value()) return;
  const size_t begin = index_.begin(node.tag);
  HeadCache::Verdict verdict;
  verdict.changed =
      written != index_.text().substr(begin, index_.end(node.attributes) - begin);
  if (verdict.changed) verdict.json = written;
  verdict.counts = {added.data(), size};
  heads.SetVerdict(node.head, verdict);
}

void RecordingWriter::PutTagName(Token value, std::string_view name) {
  const bool plain =
      IsTagName(name) && CleanText(name, value, TypedMemory::Place::kName) == name;
  PutString(value, name, plain ? name : "div");
}

bool RecordingWriter::NodeMember(std::string_view key, Token value,
                                 const NodeTokens& node, Ref ref) {
  if (key == "type" || key == "id") return true;
  if (key == "rootId") return index_.is_number(value);
  if (key == "isShadow" || key == "isShadowHost" || key == "isSVG" || key == "isStyle" ||
      key == "isCustom") {
    return index_.is_bool(value);
  }
  const auto kind = static_cast<NodeKind>(node.kind);
  const bool holds = kind == NodeKind::kElement || kind == NodeKind::kDocument;
  if (key == "childNodes" && holds) {
    if (value != node.children) return false;
    Children(node, ref);
    return true;
  }
  if (key == "attributes" && kind == NodeKind::kElement) {
    if (value != node.attributes) return false;
    Attributes(value, ref);
    return true;
  }
  if (key == "textContent" && !holds && kind != NodeKind::kDoctype) {
    if (value == node.text) {
      NodeText(value, kind, ref);
    } else {
      Count(Rule::kUnknownKey, value);
      Put(value, "");
    }
    return true;
  }
  if (key == "tagName" && index_.is_string(value)) {
    std::string_view text;
    if (!Decode(value, text)) return false;
    PutTagName(value, text);
    return true;
  }
  const bool name = kind == NodeKind::kDoctype
                        ? key == "name" || key == "publicId" || key == "systemId"
                        : kind == NodeKind::kDocument && key == "compatMode";
  if (name && index_.is_string(value)) {
    std::string_view text;
    if (!Decode(value, text)) return false;
    PutString(value, text, CleanText(text, value, TypedMemory::Place::kName));
    return true;
  }
  // Says that the recorder left the content out, which shows in what is there.
  if (key == "needBlock" || key == "needMask") return false;
  Count(Rule::kUnknownKey, value);
  return false;
}

void RecordingWriter::Children(const NodeTokens& node, Ref parent) {
  const Token children = node.children;
  if (page_.tree.tag(parent) == Tag::kStyle) joined_texts_ = JoinTexts(children);
  ListEdit list(edit_, index_.begin(children) + 1);
  if (node.solid) {
    const bool keeps_blanks = KeepsBlanks(parent);
    nodes_.ForEachInside(node, [&](const NodeTokens& child) {
      const bool stays = child.blank && keeps_blanks && child.ref != PageTree::kNone &&
                         page_.tree.parent(child.ref) == parent &&
                         page_.tree.flags(child.ref) == 0;
      if (stays) return list.Keep(child.begin_byte, child.end_byte);
      Child(child, child.token, parent, child.begin_byte, child.end_byte, list);
    });
  } else {
    for (Elements e(index_, children); e.Next();) {
      Child(nodes_.At(index_, e.value()), e.value(), parent, e.begin(), e.end(), list);
    }
  }
  list.End(index_.end(children) - 1);
  joined_texts_ = false;
}

// Writes the node at [begin, end) of the text, one of `parent`.
void RecordingWriter::Child(const NodeTokens& child, Token token, Ref parent,
                            size_t begin, size_t end, ListEdit& list) {
  const Ref ref = child.ref;
  if (ref == PageTree::kNone || page_.tree.parent(ref) != parent) {
    Count(Rule::kUnknownEvent, token);
    list.Drop();
  } else if ((page_.tree.flags(ref) & kNodeHidden) != 0) {
    const Tag tag = page_.tree.tag(parent);
    Count(tag == Tag::kNoscript ? Rule::kNoscript
          : tag == Tag::kScript ? Rule::kScript
                                : Rule::kCensored,
          token);
    list.Drop();
  } else {
    list.Keep(begin, end);
    Node(child, token, ref);
  }
}

void RecordingWriter::PutJson(Token value, std::string_view json) {
  edit_.KeepTo(index_.begin(value));
  edit_.out().append(json);
  edit_.SkipTo(index_.end(value));
}

void RecordingWriter::NodeText(Token text, NodeKind kind, Ref ref) {
  if (kind == NodeKind::kText) {
    TextOf(ref, text);
  } else if (!index_.raw_string(text).empty()) {
    Count(Rule::kComment, text);
    Put(text, "");
  }
}

// Writes the text of a text node. Returns false when it is malformed.
bool RecordingWriter::TextOf(Ref node, Token token) {
  const Ref parent = page_.tree.parent(node);
  const uint32_t flags = page_.tree.flags(parent) | page_.tree.flags(node);
  const Tag tag = page_.tree.tag(parent);
  constexpr uint32_t kHides = kNodeTakesText | kNodeSensitive | kNodeMasked;
  if (tag == Tag::kStyle && (flags & kHides) == 0) return StyleText(node, token);
  if ((flags & kHides) == 0 && policy_->text != TextMode::kMask) {
    const uint64_t context = tag == Tag::kTitle ? kTitleText : kPageText;
    return Remembered(token, context, [&] { return PageText(node, tag, token); });
  }
  std::string_view text;
  if (!Decode(token, text)) return false;
  Rule rule;
  if ((flags & (kNodeTakesText | kNodeSensitive)) != 0) {
    const bool allowed =
        (flags & kNodeValueAllowed) != 0 && (flags & kNodeSensitive) == 0;
    if (!allowed && !(KeepsBlankText(tag) && IsBlank(text))) {
      page_.altered.insert(page_.tree.id(node));
      PutMask(token, Rule::kValue);
      return true;
    }
    rule = Rule::kValue;
  } else {
    rule = (flags & kNodeMasked) != 0 ? Rule::kMasked : Rule::kText;
  }
  if (rule != Rule::kValue) {
    if (IsBlank(text)) return true;
    page_.altered.insert(page_.tree.id(node));
    PutMask(token, rule);
    return true;
  }
  PutString(token, text, CleanText(text, token, TypedMemory::Place::kText));
  return true;
}

// Writes a text that no rule hides for where it stands.
bool RecordingWriter::PageText(Ref node, Tag tag, Token token) {
  std::string_view text;
  if (!Decode(token, text)) return false;
  if (IsDots(text)) {
    page_.altered.insert(page_.tree.id(node));
    PutMask(token, Rule::kValue);
    return true;
  }
  const auto source =
      tag == Tag::kTitle ? Cleaner::Source::kData : Cleaner::Source::kPage;
  const std::string_view cleaned =
      CleanText(text, token, TypedMemory::Place::kText, source);
  if (cleaned != text) page_.altered.insert(page_.tree.id(node));
  PutString(token, text, cleaned);
  return true;
}

// An element of which nothing is shown but the room it takes.
void RecordingWriter::CensoredNode(const NodeTokens& node, Token token) {
  Count(Rule::kCensored, token);
  const Tag tag = page_.tree.tag(page_.tree.Find(static_cast<int32_t>(node.id)));
  ListEdit members(edit_, index_.begin(token) + 1);
  for (Members m(index_, token); m.Next();) {
    const std::string_view key = m.key();
    const Token value = m.value();
    members.Keep(m.begin(), m.end());
    bool keep = key == "type" || key == "id" ||
                (key == "rootId" && index_.is_number(value)) ||
                ((key == "isShadow" || key == "isSVG") && index_.is_bool(value));
    if (key == "tagName" && index_.is_string(value)) {
      std::string_view text;
      keep = Decode(value, text);
      if (keep && IsReplacedWhenCensored(tag)) {
        Put(value, "div");
      } else if (keep) {
        PutTagName(value, text);
      }
    } else if (key == "childNodes") {
      keep = true;
      edit_.KeepTo(index_.begin(value));
      edit_.out().append("[]");
      edit_.SkipTo(index_.end(value));
    } else if (key == "attributes" && value == node.attributes) {
      keep = true;
      CensoredAttributes(value);
    }
    if (!keep) members.DropKept();
  }
  members.End(index_.end(token) - 1);
}

void RecordingWriter::CensoredAttributes(Token attributes) {
  ListEdit list(edit_, index_.begin(attributes) + 1);
  for (Members m(index_, attributes); m.Next();) {
    const std::string_view name = m.key();
    const bool size = name == "rr_width" || name == "rr_height";
    const bool identity = policy_->censored_identity && (name == "class" || name == "id");
    if ((!size && !identity) || !index_.is_string(m.value())) {
      list.Drop();
      continue;
    }
    list.Keep(m.begin(), m.end());
    std::string_view text;
    if (!Decode(m.value(), text)) continue;
    if (size && !IsGeometry(text)) {
      list.DropKept();
    } else {
      PutString(m.value(), text, CleanText(text, m.value(), TypedMemory::Place::kName));
    }
  }
  list.End(index_.end(attributes) - 1);
}

}  // namespace footfall::capture
