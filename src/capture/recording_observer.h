// The first pass over an event of a recording: brings what is known of the page up to
// date, before anything of the event is let through.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_RECORDING_OBSERVER_H_
#define FOOTFALL_CAPTURE_RECORDING_OBSERVER_H_

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "capture/arena.h"
#include "capture/recording_event.h"
#include "capture/recording_page.h"

namespace footfall::capture {

// What a mutation did to nodes that the filtered recording shows.
struct MutationEffect {
  // By the index in `removes`: whether the node was part of the filtered recording.
  std::vector<bool> removed_shown;
  // Shown before, and censored by this event.
  std::vector<PageTree::Ref> censored;
  // The nodes of `adds`, by index; kNone for one that could not be added.
  std::vector<PageTree::Ref> added;
};

// A set of ids that is emptied for each event and keeps its memory.
class IdSet {
 public:
  void Clear();
  // False when the id was there.
  bool Insert(int32_t id);

 private:
  // The number of the event in the high half, the id in the low half.
  std::vector<uint64_t> slots_;  // Open addressing; at most half full.
  uint32_t event_ = 0;
  size_t size_ = 0;
};

// Not thread-safe.
class RecordingObserver {
 public:
  RecordingObserver(JsonIndex& index, RecordingNodes& nodes, RecordingPage& page,
                    Arena& arena)
      : index_(index), nodes_(nodes), page_(page), arena_(arena) {}

  void Meta(JsonIndex::Token data);
  // True when a Meta event names another page than the one before.
  bool IsOtherPage(JsonIndex::Token data);
  void FullSnapshot(JsonIndex::Token data);
  void Mutation(JsonIndex::Token data);
  void Input(JsonIndex::Token data);

  // Of the latest mutation.
  const MutationEffect& effect() const { return effect_; }

 private:
  using Token = JsonIndex::Token;
  using Ref = PageTree::Ref;

  bool ReadHref(Token data, std::string_view& url);
  Ref Add(RecordingNodes::Number number, Ref parent, Ref next);
  void Element(const NodeTokens& node, Ref ref);
  bool Attributes(Ref node, Token attributes);
  void Attribute(Ref node, std::string_view name, Token value);
  bool NamesTwice(Token attributes);
  void ValueAttribute(Ref node, Token attributes, bool typed);
  template <typename Act>
  void EachScalar(Token value, Act act);
  void Typed(int32_t id, std::string_view value);
  void Style(Ref node, Token style);
  void Text(Ref node, Token text, bool typed);
  void FieldValue(Ref node, std::string_view value, bool typed);
  void Box(int32_t id, std::string_view value);
  void Removes(Token removes);
  void Adds(Token adds);
  void AddWithWaiting(size_t first, bool any_place);
  bool AddOne(Token add, size_t i, bool any_place, int32_t& missing);
  void AttributeMutations(Token list);
  void TextMutations(Token list);
  std::string_view Decode(Token string);

  JsonIndex& index_;
  RecordingNodes& nodes_;
  RecordingPage& page_;
  Arena& arena_;
  MutationEffect effect_;
  // Of the event at hand: its adds, those that wait for the node of an id, and the
  // ids that the latest add brought and all did.
  std::vector<Token> adds_;
  std::unordered_multimap<int32_t, size_t> waiting_;
  std::vector<size_t> ready_;
  std::vector<int32_t> new_ids_;
  std::vector<uint32_t> names_;
  IdSet arrived_;
  // True while a mutation is read: what fields hold then was typed.
  bool live_ = false;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_RECORDING_OBSERVER_H_
