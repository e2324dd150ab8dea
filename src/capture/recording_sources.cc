// What of events that are neither a snapshot nor a mutation may leave.
#include <algorithm>

#include "capture/recording_writer.h"
#include "capture/url.h"

namespace footfall::capture {

using Token = JsonIndex::Token;

// True for nodes that the filtered recording shows and that are not censored.
bool RecordingWriter::Shown(uint32_t flags, Rule rule, Token where) {
  if ((flags & (kNodeHidden | kNodeCensored)) == 0) return true;
  Count(rule, where);
  return false;
}

// The node that the member `id` names; counted when it is not known.
bool RecordingWriter::NodeOf(Token object, Ref& node, Token where) {
  int32_t id;
  node = FindId(index_, object, "id", id) ? page_.tree.Find(id) : PageTree::kNone;
  if (node != PageTree::kNone) return true;
  Count(Rule::kUnknownNode, where);
  return false;
}

// Keeps the members that `rules` names and that are what it wants; false when none is.
bool RecordingWriter::Simple(Token object, std::span<const MemberRule> rules) {
  if (!index_.is_object(object)) return false;
  ListEdit members(edit_, index_.begin(object) + 1);
  for (Members m(index_, object); m.Next();) {
    const auto rule =
        std::find_if(rules.begin(), rules.end(),
                     [&m](const MemberRule& entry) { return entry.key == m.key(); });
    if (rule == rules.end()) {
      Count(Rule::kUnknownKey, m.value());
      members.Drop();
      continue;
    }
    members.Keep(m.begin(), m.end());
    if (!SimpleMember(m.value(), rule->want)) members.DropKept();
  }
  members.End(index_.end(object) - 1);
  return members.count() > 0;
}

bool RecordingWriter::SimpleMember(Token value, Want want) {
  switch (want) {
    case Want::kNumber:
      return index_.is_number(value);
    case Want::kBool:
      return index_.is_bool(value);
    case Want::kNumberOrNull:
      return index_.is_number(value) || index_.is_null(value);
    case Want::kNumbers: {
      if (!index_.is_array(value)) return index_.is_number(value);
      for (Elements e(index_, value); e.Next();) {
        if (!index_.is_number(e.value())) return false;
      }
      return true;
    }
    case Want::kSheet: {
      if (index_.is_null(value)) return true;
      std::string_view text;
      if (!index_.is_string(value) || !Decode(value, text)) return false;
      const std::string_view cleaned = CleanCss(text, CssKind::kSheet, value);
      // Rules are found by their number, so one has to stand here.
      PutString(value, text, cleaned.empty() && !text.empty() ? "x{}" : cleaned);
      return true;
    }
  }
  return false;
}

bool RecordingWriter::Empty(Token data) {
  edit_.KeepTo(index_.begin(data));
  edit_.out().append("{}");
  edit_.SkipTo(index_.end(data));
  return true;
}

bool RecordingWriter::Meta(Token data) {
  ListEdit members(edit_, index_.begin(data) + 1);
  for (Members m(index_, data); m.Next();) {
    const Token value = m.value();
    members.Keep(m.begin(), m.end());
    bool keep = (m.key() == "width" || m.key() == "height") && index_.is_number(value);
    std::string_view text;
    if (m.key() == "href" && index_.is_string(value) && Decode(value, text)) {
      keep = true;
      PutString(value, text, CleanUrl(text, value));
    }
    if (keep) continue;
    Count(Rule::kUnknownKey, value);
    members.DropKept();
  }
  members.End(index_.end(data) - 1);
  return true;
}

bool RecordingWriter::Positions(Token data) {
  ListEdit members(edit_, index_.begin(data) + 1);
  size_t positions = 0;
  for (Members m(index_, data); m.Next();) {
    members.Keep(m.begin(), m.end());
    if (m.key() == "source") continue;
    if (m.key() != "positions" || !index_.is_array(m.value())) {
      Count(Rule::kUnknownKey, m.value());
      members.DropKept();
      continue;
    }
    ListEdit list(edit_, index_.begin(m.value()) + 1);
    for (Elements e(index_, m.value()); e.Next();) {
      constexpr MemberRule kRules[] = {{"x", Want::kNumber},
                                       {"y", Want::kNumber},
                                       {"id", Want::kNumber},
                                       {"timeOffset", Want::kNumber}};
      Ref node;
      if (!NodeOf(e.value(), node, e.value()) || !PointerShown(node, e.value())) {
        list.Drop();
        continue;
      }
      list.Keep(e.begin(), e.end());
      if (!Simple(e.value(), kRules)) list.DropKept();
    }
    list.End(index_.end(m.value()) - 1);
    positions += list.count();
  }
  members.End(index_.end(data) - 1);
  return positions > 0;
}

bool RecordingWriter::PointerShown(Ref node, Token where) {
  if (!Shown(page_.tree.flags(node), Rule::kPointer, where)) return false;
  if (!page_.tree.InKeypad(node)) return true;
  Count(Rule::kPointer, where);
  return false;
}

bool RecordingWriter::MouseInteraction(Token data) {
  constexpr MemberRule kRules[] = {
      {"source", Want::kNumber}, {"type", Want::kNumber}, {"id", Want::kNumber},
      {"x", Want::kNumber},      {"y", Want::kNumber},    {"pointerType", Want::kNumber}};
  Ref node;
  int32_t type;
  if (!FindId(index_, data, "type", type) || type < 0 || type > kMouseTypeMax) {
    Count(Rule::kUnknownEvent, data);
    return false;
  }
  return NodeOf(data, node, data) && PointerShown(node, data) && Simple(data, kRules);
}

bool RecordingWriter::Scroll(Token data) {
  constexpr MemberRule kRules[] = {{"source", Want::kNumber},
                                   {"id", Want::kNumber},
                                   {"x", Want::kNumber},
                                   {"y", Want::kNumber}};
  Ref node;
  if (!NodeOf(data, node, data)) return false;
  const uint32_t flags = page_.tree.flags(node);
  if (!Shown(flags, Rule::kScroll, data)) return false;
  // How far a field scrolls tells how much it holds.
  const bool allowed = (flags & kNodeValueAllowed) != 0 && (flags & kNodeSensitive) == 0;
  if (!allowed && (flags & (kNodeTakesText | kNodeSensitive)) != 0) {
    Count(Rule::kScroll, data);
    return false;
  }
  return Simple(data, kRules);
}

bool RecordingWriter::Resize(Token data) {
  constexpr MemberRule kRules[] = {
      {"source", Want::kNumber}, {"width", Want::kNumber}, {"height", Want::kNumber}};
  return Simple(data, kRules);
}

bool RecordingWriter::Media(Token data) {
  constexpr MemberRule kRules[] = {
      {"source", Want::kNumber}, {"type", Want::kNumber},
      {"id", Want::kNumber},     {"currentTime", Want::kNumber},
      {"volume", Want::kNumber}, {"muted", Want::kBool},
      {"loop", Want::kBool},     {"playbackRate", Want::kNumber}};
  Ref node;
  return NodeOf(data, node, data) &&
         Shown(page_.tree.flags(node), Rule::kCensored, data) && Simple(data, kRules);
}

// An offset into a text that is not shown as it is tells its length.
bool RecordingWriter::SelectionEnd(Token range, std::string_view key) {
  int32_t id;
  const Ref node = FindId(index_, range, key, id) ? page_.tree.Find(id) : PageTree::kNone;
  if (node == PageTree::kNone) return false;
  const uint32_t flags =
      page_.tree.flags(node) | page_.tree.flags(page_.tree.parent(node));
  constexpr uint32_t kNever = kNodeHidden | kNodeCensored | kNodeSensitive | kNodeMasked;
  if ((flags & kNever) != 0) return false;
  if ((flags & kNodeTakesText) != 0 && (flags & kNodeValueAllowed) == 0) return false;
  if (page_.tree.kind(node) != NodeKind::kText) return true;
  return policy_->text != TextMode::kMask && page_.altered.count(id) == 0 &&
         page_.altered.size() < RecordingPage::kAlteredMax;
}

bool RecordingWriter::Selection(Token data) {
  constexpr MemberRule kRules[] = {{"start", Want::kNumber},
                                   {"startOffset", Want::kNumber},
                                   {"end", Want::kNumber},
                                   {"endOffset", Want::kNumber}};
  ListEdit members(edit_, index_.begin(data) + 1);
  bool any = false;
  for (Members m(index_, data); m.Next();) {
    members.Keep(m.begin(), m.end());
    if (m.key() == "source") continue;
    if (m.key() != "ranges" || !index_.is_array(m.value())) {
      Count(Rule::kUnknownKey, m.value());
      members.DropKept();
      continue;
    }
    ListEdit ranges(edit_, index_.begin(m.value()) + 1);
    bool dropped = false;
    for (Elements e(index_, m.value()); e.Next();) {
      if (!SelectionEnd(e.value(), "start") || !SelectionEnd(e.value(), "end")) {
        Count(Rule::kSelection, e.value());
        ranges.Drop();
        dropped = true;
        continue;
      }
      ranges.Keep(e.begin(), e.end());
      if (!Simple(e.value(), kRules)) ranges.DropKept();
    }
    ranges.End(index_.end(m.value()) - 1);
    // No range at all takes the selection away.
    any = ranges.count() > 0 || !dropped;
  }
  members.End(index_.end(data) - 1);
  return any;
}

bool RecordingWriter::CustomElement(Token data) {
  const Token define = FindMember(index_, data, "define");
  if (define == kAbsent || !index_.is_object(define)) return false;
  ListEdit members(edit_, index_.begin(data) + 1);
  for (Members m(index_, data); m.Next();) {
    members.Keep(m.begin(), m.end());
    if (m.key() == "source") continue;
    if (m.value() != define) {
      Count(Rule::kUnknownKey, m.value());
      members.DropKept();
      continue;
    }
    ListEdit inner(edit_, index_.begin(define) + 1);
    for (Members d(index_, define); d.Next();) {
      std::string_view name;
      inner.Keep(d.begin(), d.end());
      if (d.key() != "name" || !index_.is_string(d.value()) || !Decode(d.value(), name)) {
        inner.DropKept();
        continue;
      }
      PutString(d.value(), name, CleanText(name, d.value(), TypedMemory::Place::kName));
    }
    inner.End(index_.end(define) - 1);
  }
  members.End(index_.end(data) - 1);
  return true;
}

bool RecordingWriter::Custom(Token data) {
  const Token tag = FindMember(index_, data, "tag");
  const Token payload = FindMember(index_, data, "payload");
  std::string_view name;
  if (tag == kAbsent || payload == kAbsent || !index_.is_string(tag) ||
      !Decode(tag, name) || !index_.is_object(payload)) {
    Count(Rule::kCustom, data);
    return false;
  }
  const auto& allowed = policy_->custom_allow;
  const auto rule = std::find_if(allowed.begin(), allowed.end(),
                                 [name](const auto& r) { return r.tag == name; });
  if (rule == allowed.end()) {
    Count(Rule::kCustom, data);
    return false;
  }
  ListEdit members(edit_, index_.begin(data) + 1);
  for (Members m(index_, data); m.Next();) {
    members.Keep(m.begin(), m.end());
    if (m.value() == payload) {
      AllowedPayload(payload, rule->keys);
    } else if (m.value() != tag) {
      Count(Rule::kUnknownKey, m.value());
      members.DropKept();
    }
  }
  members.End(index_.end(data) - 1);
  return true;
}

void RecordingWriter::AllowedPayload(Token payload,
                                     const std::vector<std::string>& keys) {
  ListEdit members(edit_, index_.begin(payload) + 1);
  for (Members m(index_, payload); m.Next();) {
    const Token value = m.value();
    const bool nested = index_.is_object(value) || index_.is_array(value);
    if (nested || std::find(keys.begin(), keys.end(), m.key()) == keys.end()) {
      Count(Rule::kCustom, value);
      members.Drop();
      continue;
    }
    members.Keep(m.begin(), m.end());
    std::string_view text;
    if (index_.is_number(value) && !IsPlainNumber(value)) members.DropKept();
    if (!index_.is_string(value) || !Decode(value, text)) continue;
    PutString(value, text, CleanText(text, value, TypedMemory::Place::kText));
  }
  members.End(index_.end(payload) - 1);
}

bool RecordingWriter::MaskedInput(Token data) {
  constexpr MemberRule kRules[] = {
      {"source", Want::kNumber}, {"id", Want::kNumber}, {"userTriggered", Want::kBool}};
  ListEdit members(edit_, index_.begin(data) + 1);
  for (Members m(index_, data); m.Next();) {
    const Token value = m.value();
    members.Keep(m.begin(), m.end());
    if (m.key() == "text") {
      PutMask(value, Rule::kValue);
    } else if (m.key() == "isChecked") {
      edit_.KeepTo(index_.begin(value));
      edit_.out().append("false");
      edit_.SkipTo(index_.end(value));
    } else {
      const auto* const rule =
          std::find_if(std::begin(kRules), std::end(kRules),
                       [&m](const MemberRule& r) { return r.key == m.key(); });
      if (rule == std::end(kRules)) Count(Rule::kUnknownKey, value);
      if (rule == std::end(kRules) || !SimpleMember(value, rule->want)) {
        members.DropKept();
      }
    }
  }
  members.End(index_.end(data) - 1);
  return true;
}

std::string_view RecordingWriter::AllowedValue(Token text) {
  std::string_view value;
  if (!index_.is_string(text) || !Decode(text, value)) return {};
  return CleanText(value, text, TypedMemory::Place::kText);
}

}  // namespace footfall::capture
