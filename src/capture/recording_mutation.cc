// What of a snapshot and of a mutation may leave.
#include <algorithm>
#include <string>

#include "capture/recording_writer.h"

namespace footfall::capture {
using Token = JsonIndex::Token;

bool RecordingWriter::FullSnapshot(Token data) {
  ListEdit members(edit_, index_.begin(data) + 1);
  bool has_node = false;
  for (Members m(index_, data); m.Next();) {
    members.Keep(m.begin(), m.end());
    bool keep = false;
    if (m.key() == "node") {
      const NodeTokens& node = nodes_.At(index_, m.value());
      keep = has_node = node.ref != PageTree::kNone;
      if (keep) Node(node, m.value(), node.ref);
    } else if (m.key() == "initialOffset" && index_.is_object(m.value())) {
      constexpr MemberRule kRules[] = {{"left", Want::kNumber}, {"top", Want::kNumber}};
      keep = Simple(m.value(), kRules);
    } else {
      Count(Rule::kUnknownKey, m.value());
    }
    if (!keep) members.DropKept();
  }
  members.End(index_.end(data) - 1);
  return has_node;
}

bool RecordingWriter::Mutation(Token data, const MutationEffect& effect) {
  ListEdit members(edit_, index_.begin(data) + 1);
  size_t entries = 0;
  bool has_removes = false;
  bool has_adds = false;
  for (Members m(index_, data); m.Next();) {
    const std::string_view key = m.key();
    const Token value = m.value();
    members.Keep(m.begin(), m.end());
    if (key == "source") continue;
    if (key == "isAttachIframe" && index_.is_bool(value)) continue;
    if (!index_.is_array(value)) {
      Count(Rule::kUnknownKey, value);
      members.DropKept();
    } else if (key == "removes") {
      has_removes = true;
      entries += Removes(value, effect);
    } else if (key == "adds") {
      has_adds = true;
      entries += Adds(value, effect);
    } else if (key == "attributes") {
      entries += AttributeMutations(value);
    } else if (key == "texts") {
      entries += TextMutations(value);
    } else {
      Count(Rule::kUnknownKey, value);
      members.DropKept();
    }
  }
  if (!effect.censored.empty() && !has_removes) {
    std::string& out = members.Add().append("\"removes\":[");
    for (const Ref node : effect.censored) PlaceholderRemove(node, out);
    out.push_back(']');
  }
  if (!effect.censored.empty() && !has_adds) {
    std::string& out = members.Add().append("\"adds\":[");
    for (const Ref node : effect.censored) PlaceholderAdd(node, out);
    out.push_back(']');
  }
  members.End(index_.end(data) - 1);
  return entries + effect.censored.size() > 0;
}

size_t RecordingWriter::Removes(Token list, const MutationEffect& effect) {
  ListEdit entries(edit_, index_.begin(list) + 1);
  size_t i = 0;
  for (Elements e(index_, list); e.Next(); ++i) {
    constexpr MemberRule kRules[] = {
        {"parentId", Want::kNumber}, {"id", Want::kNumber}, {"isShadow", Want::kBool}};
    if (i >= effect.removed_shown.size() || !effect.removed_shown[i]) {
      Count(Rule::kUnknownNode, e.value());
      entries.Drop();
      continue;
    }
    entries.Keep(e.begin(), e.end());
    if (!Simple(e.value(), kRules)) entries.DropKept();
  }
  for (const Ref node : effect.censored) {
    std::string entry;
    PlaceholderRemove(node, entry);
    if (entry.front() == ',') entry.erase(0, 1);
    entries.Add().append(entry);
  }
  entries.End(index_.end(list) - 1);
  return entries.count();
}

size_t RecordingWriter::Adds(Token list, const MutationEffect& effect) {
  ListEdit entries(edit_, index_.begin(list) + 1);
  size_t i = 0;
  for (Elements e(index_, list); e.Next(); ++i) {
    const Ref node = i < effect.added.size() ? effect.added[i] : PageTree::kNone;
    const bool known = node != PageTree::kNone && IsNodeOf(node, e.value());
    if (!known) {
      Count(Rule::kUnknownNode, e.value());
      entries.Drop();
    } else if ((page_.tree.flags(node) & kNodeHidden) != 0) {
      Count(Rule::kCensored, e.value());
      entries.Drop();
    } else {
      entries.Keep(e.begin(), e.end());
      if (!Add(e.value(), node)) entries.DropKept();
    }
  }
  for (const Ref node : effect.censored) {
    std::string entry;
    PlaceholderAdd(node, entry);
    if (entry.front() == ',') entry.erase(0, 1);
    entries.Add().append(entry);
  }
  entries.End(index_.end(list) - 1);
  return entries.count();
}

// False when the node that an add brought was replaced by a later one of the same event.
bool RecordingWriter::IsNodeOf(Ref node, Token add) const {
  if (const AddTokens* const plain = nodes_.PlainAdd(index_, add)) {
    const NodeTokens& tokens = nodes_.At(index_, plain->node);
    return tokens.valid && page_.tree.Find(tokens.id) == node;
  }
  const Token token = FindMember(index_, add, "node");
  int32_t id;
  return token != kAbsent && FindId(index_, token, "id", id) &&
         page_.tree.Find(id) == node;
}

bool RecordingWriter::Add(Token add, Ref node) {
  if (const AddTokens* const plain = nodes_.PlainAdd(index_, add)) {
    if (plain->next_id != 0) Neighbour(plain->next, true);
    Node(nodes_.At(index_, plain->node), plain->node, node);
    return true;
  }
  ListEdit members(edit_, index_.begin(add) + 1);
  for (Members m(index_, add); m.Next();) {
    const std::string_view key = m.key();
    const Token value = m.value();
    members.Keep(m.begin(), m.end());
    if (key == "parentId") {
      continue;
    } else if (key == "nextId" || key == "previousId") {
      if (!index_.is_null(value)) Neighbour(value, key == "nextId");
    } else if (key == "node") {
      Node(nodes_.At(index_, value), value, node);
    } else {
      Count(Rule::kUnknownKey, value);
      members.DropKept();
    }
  }
  members.End(index_.end(add) - 1);
  return true;
}

// Writes the id of the sibling that an added node comes to stand beside, or null. A
// sibling that the replay does not have is replaced by the next one that it has.
void RecordingWriter::Neighbour(Token token, bool next) {
  int64_t id = 0;
  const bool read = index_.ReadInteger(token, id) && id > 0 && id <= INT32_MAX;
  const Ref named = read ? page_.tree.Find(static_cast<int32_t>(id)) : PageTree::kNone;
  Ref shown = named;
  constexpr int kStepsMax = 1000;  // Behind more than that, the end will do.
  for (int steps = 0;
       shown != PageTree::kNone && (page_.tree.flags(shown) & kNodeHidden) != 0;
       ++steps) {
    shown = next && steps < kStepsMax ? page_.tree.next(shown) : PageTree::kNone;
  }
  if (shown == named && shown != PageTree::kNone) return;
  edit_.KeepTo(index_.begin(token));
  if (shown == PageTree::kNone) {
    edit_.out().append("null");
  } else {
    edit_.out().append(std::to_string(page_.tree.id(shown)));
  }
  edit_.SkipTo(index_.end(token));
}

size_t RecordingWriter::AttributeMutations(Token list) {
  ListEdit entries(edit_, index_.begin(list) + 1);
  for (Elements e(index_, list); e.Next();) {
    Ref node;
    if (!NodeOf(e.value(), node, e.value()) ||
        page_.tree.kind(node) != NodeKind::kElement ||
        !Shown(page_.tree.flags(node), Rule::kCensored, e.value())) {
      entries.Drop();
      continue;
    }
    entries.Keep(e.begin(), e.end());
    size_t attributes = 0;
    ListEdit members(edit_, index_.begin(e.value()) + 1);
    for (Members m(index_, e.value()); m.Next();) {
      members.Keep(m.begin(), m.end());
      if (m.key() == "id") continue;
      if (m.key() == "attributes" && index_.is_object(m.value())) {
        changing_ = true;
        attributes = Attributes(m.value(), node);
        changing_ = false;
      } else {
        Count(Rule::kUnknownKey, m.value());
        members.DropKept();
      }
    }
    members.End(index_.end(e.value()) - 1);
    if (attributes == 0) entries.DropKept();
  }
  entries.End(index_.end(list) - 1);
  return entries.count();
}

size_t RecordingWriter::TextMutations(Token list) {
  ListEdit entries(edit_, index_.begin(list) + 1);
  for (Elements e(index_, list); e.Next();) {
    Ref node;
    if (!NodeOf(e.value(), node, e.value()) ||
        !Shown(page_.tree.flags(node), Rule::kCensored, e.value())) {
      entries.Drop();
      continue;
    }
    entries.Keep(e.begin(), e.end());
    if (!TextMutation(e.value(), node)) entries.DropKept();
  }
  entries.End(index_.end(list) - 1);
  return entries.count();
}

bool RecordingWriter::TextMutation(Token entry, Ref node) {
  ListEdit members(edit_, index_.begin(entry) + 1);
  bool has_value = false;
  for (Members m(index_, entry); m.Next();) {
    members.Keep(m.begin(), m.end());
    if (m.key() == "id") continue;
    if (m.key() != "value") {
      Count(Rule::kUnknownKey, m.value());
      members.DropKept();
      continue;
    }
    has_value = true;
    if (index_.is_null(m.value())) continue;
    if (!index_.is_string(m.value())) return false;
    const NodeKind kind = page_.tree.kind(node);
    if (kind == NodeKind::kElement || kind == NodeKind::kDocument) return false;
    const size_t before = edit_.out().size();
    NodeText(m.value(), kind, node);
    if (kind == NodeKind::kText && !ShowsNew(node, "", before)) {
      Count(Rule::kCoalesced, m.value());
      return false;
    }
  }
  members.End(index_.end(entry) - 1);
  return has_value;
}

// Notes whether what was written since the result had `before` bytes is the mask. Returns
// false when the same place showed it already: the number of such changes tells how much
// was typed.
bool RecordingWriter::ShowsNew(Ref node, std::string_view attribute, size_t before) {
  constexpr std::string_view kMaskJson = "\"***\"";
  const std::string_view written = std::string_view(edit_.out()).substr(before);
  const size_t front = written.size() - std::min(written.size(), kMaskJson.size());
  const bool masked =
      written.substr(front) == kMaskJson && (front == 0 || written[front - 1] != '\\');
  const int32_t id = page_.tree.id(node);
  const uint64_t name = HashBytes(attribute);
  if (!masked) {
    page_.ShowPlace(id, name);
    return true;
  }
  if (!page_.MaskPlace(id, name)) return false;
  new_places_.emplace_back(id, name);
  return true;
}

// An element that is censored from now on is taken out of the replay with what is in it,
// and an empty one takes its place.
void RecordingWriter::PlaceholderRemove(Ref node, std::string& out) const {
  if (!out.empty() && out.back() != '[') out.push_back(',');
  out.append("{\"parentId\":");
  out.append(std::to_string(page_.tree.id(page_.tree.parent(node))));
  out.append(",\"id\":");
  out.append(std::to_string(page_.tree.id(node)));
  if (page_.tree.in_shadow(node)) out.append(",\"isShadow\":true");
  out.push_back('}');
}

void RecordingWriter::PlaceholderAdd(Ref node, std::string& out) const {
  if (!out.empty() && out.back() != '[') out.push_back(',');
  out.append("{\"parentId\":");
  out.append(std::to_string(page_.tree.id(page_.tree.parent(node))));
  out.append(",\"nextId\":");
  Ref next = page_.tree.next(node);
  while (next != PageTree::kNone && (page_.tree.flags(next) & kNodeHidden) != 0) {
    next = page_.tree.next(next);
  }
  if (next == PageTree::kNone) {
    out.append("null");
  } else {
    out.append(std::to_string(page_.tree.id(next)));
  }
  out.append(",\"node\":{\"type\":2,\"tagName\":\"div\",\"attributes\":{},");
  out.append("\"childNodes\":[],\"id\":");
  out.append(std::to_string(page_.tree.id(node)));
  if (page_.tree.in_shadow(node)) out.append(",\"isShadow\":true");
  out.append("}}");
}

}  // namespace footfall::capture
