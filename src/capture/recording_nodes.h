// The nodes of snapshots and adds, as tokens of their JSON.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_RECORDING_NODES_H_
#define FOOTFALL_CAPTURE_RECORDING_NODES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "capture/head_cache.h"
#include "capture/json_index.h"

namespace footfall::capture {

// A member that is absent; the root is never one.
inline constexpr JsonIndex::Token kAbsent = 0;

struct NodeTokens {
  NodeTokens() = default;
  NodeTokens(const JsonIndex& index, JsonIndex::Token node);

  JsonIndex::Token token = kAbsent;
  bool valid = false;  // With an id and a known kind; an element with a tag.
  bool shadow = false;
  // Written as rrweb writes elements and texts: members in its order, no other ones, no
  // white space. An element has a tag, attributes and children, a text its text.
  bool plain = false;
  bool blank = false;  // Of a plain text: nothing but white space.
  // Of a plain node: what is inside it is plain as well. Those nodes follow it, in the
  // order of the text, up to number `end`.
  bool solid = false;
  uint32_t end = 0;
  // Of a plain node: its place in the text.
  uint32_t begin_byte = 0;
  uint32_t end_byte = 0;
  int32_t id = 0;
  int32_t kind = -1;
  JsonIndex::Token tag = kAbsent;
  JsonIndex::Token attributes = kAbsent;
  JsonIndex::Token children = kAbsent;
  JsonIndex::Token text = kAbsent;
  // Of a plain element: how it begins, up to the end of its attributes. No style sheet,
  // no attribute `value` and no backslash is in it, and every attribute is a scalar.
  HeadCache::Number head = HeadCache::kNone;
  // In the page's tree; kNone as long as it is not there.
  PageTree::Ref ref = PageTree::kNone;
};

// An add as rrweb writes it, with nothing but these members.
struct AddTokens {
  int32_t parent_id = 0;
  int32_t next_id = 0;  // 0 for null.
  JsonIndex::Token next = kAbsent;
  JsonIndex::Token node = kAbsent;
};

// Recognises plain nodes and adds while the index of an event is built, which spares the
// check of each of their tokens, and reading them again. Not thread-safe.
class RecordingNodes {
 public:
  using Token = JsonIndex::Token;
  // The number of a node or of a plain add. Node 0 is one that is not valid.
  using Number = uint32_t;

  // Starts an event.
  void Begin() {
    nodes_.assign(1, {});
    others_ = 0;
    adds_.clear();
    heads_.ClearIfFull();
  }

  // For JsonIndex::Build. Each returns how many tokens it read, and 0 when what stands
  // there is not plain, well-formed or not.
  // A whole text node at `token`.
  size_t ReadText(const JsonIndex& index, Token token);
  // An element at `token` up to the opening bracket of its children.
  size_t ReadHead(const JsonIndex& index, Token token);
  // What follows the children of element `number` at `token`.
  size_t ReadTail(const JsonIndex& index, Token token, Number number);
  // An add at `token` up to its node, and what follows that.
  size_t ReadAdd(const JsonIndex& index, Token token);
  size_t ReadAddEnd(const JsonIndex& index, Token token) const;
  // For JsonIndex::Build as well: a value that is no plain node, nor read with one.
  void NoteOther() { ++others_; }
  // What was read last, or begun.
  Number last_node() const { return static_cast<Number>(nodes_.size() - 1); }
  Number last_add() const { return static_cast<Number>(adds_.size() - 1); }
  const NodeTokens& node(Number number) const { return nodes_[number]; }

  // The number of the node at `token`. One that is not plain is read, and kept.
  Number Read(JsonIndex& index, Token token) {
    const JsonIndex::Shape shape = index.shape(token);
    if (shape.kind == JsonIndex::Shape::Kind::kNode) return shape.number;
    if (shape.kind == JsonIndex::Shape::Kind::kAdd || !index.is_object(token)) return 0;
    nodes_.emplace_back(index, token);
    index.SetNode(token, last_node());
    return last_node();
  }
  // The node at `token`, one that is not valid when it has not been read. It lives until
  // another one is.
  const NodeTokens& At(const JsonIndex& index, Token token) const {
    const JsonIndex::Shape shape = index.shape(token);
    return nodes_[shape.kind == JsonIndex::Shape::Kind::kNode ? shape.number : 0];
  }
  // Calls visit(node) for each node directly inside one that is solid.
  template <typename Visit>
  void ForEachInside(const NodeTokens& solid, Visit visit) const {
    const NodeTokens* const end = nodes_.data() + solid.end;
    for (const NodeTokens* node = &solid + 1; node != end;
         node = nodes_.data() + node->end) {
      visit(*node);
    }
  }
  void SetRef(Number number, PageTree::Ref ref) { nodes_[number].ref = ref; }
  // The add at `token`; null when it is not plain.
  const AddTokens* PlainAdd(const JsonIndex& index, Token token) const;

  HeadCache& heads() { return heads_; }
  const HeadCache& heads() const { return heads_; }

 private:
  HeadCache::Number HeadOf(std::string_view bytes, const JsonIndex& index,
                           Token attributes, Token close, bool& well_formed);

  std::vector<NodeTokens> nodes_;
  std::vector<AddTokens> adds_;
  uint32_t others_ = 0;  // Values so far that are no plain nodes.
  HeadCache heads_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_RECORDING_NODES_H_
