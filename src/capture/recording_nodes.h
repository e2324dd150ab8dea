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
  int32_t id = 0;
  int32_t kind = -1;
  JsonIndex::Token tag = kAbsent;
  JsonIndex::Token attributes = kAbsent;
  JsonIndex::Token children = kAbsent;
  JsonIndex::Token text = kAbsent;
  // Of a plain element: how it begins, up to the end of its attributes. No style sheet,
  // no attribute `value` and no backslash is in it, and every attribute is a scalar.
  HeadCache::Number head = HeadCache::kNone;
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
  // The number of a plain node or of a plain add.
  using Number = uint32_t;

  // Starts an event.
  void Begin() {
    nodes_.clear();
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
  // What was read last, or begun.
  Number last_node() const { return static_cast<Number>(nodes_.size() - 1); }
  Number last_add() const { return static_cast<Number>(adds_.size() - 1); }
  const NodeTokens& node(Number number) const { return nodes_[number]; }

  // The node at `token`, also one that is not plain.
  NodeTokens Read(const JsonIndex& index, Token token) const {
    const JsonIndex::Shape shape = index.shape(token);
    const bool plain = shape.kind == JsonIndex::Shape::Kind::kNode;
    return plain ? nodes_[shape.number] : NodeTokens(index, token);
  }
  // The add at `token`; null when it is not plain.
  const AddTokens* PlainAdd(const JsonIndex& index, Token token) const;

  HeadCache& heads() { return heads_; }
  const HeadCache& heads() const { return heads_; }

 private:
  HeadCache::Number HeadOf(std::string_view bytes, const JsonIndex& index,
                           Token attributes, Token close, bool& well_formed);

  std::vector<NodeTokens> nodes_;
  std::vector<AddTokens> adds_;
  HeadCache heads_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_RECORDING_NODES_H_
