// The second pass over an event of a recording: writes what may leave of it.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_RECORDING_WRITER_H_
#define FOOTFALL_CAPTURE_RECORDING_WRITER_H_

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/attribute_rules.h"
#include "capture/clean_memo.h"
#include "capture/cleaner.h"
#include "capture/css_filter.h"
#include "capture/json_edit.h"
#include "capture/recording_event.h"
#include "capture/recording_observer.h"
#include "capture/recording_page.h"
#include "capture/sheet_cache.h"

namespace footfall::capture {

// Not thread-safe.
class RecordingWriter {
 public:
  using Token = JsonIndex::Token;

  RecordingWriter(const JsonIndex& index, RecordingNodes& nodes, RecordingPage& page,
                  Cleaner& cleaner, JsonEdit& edit)
      : index_(index), nodes_(nodes), page_(page), cleaner_(cleaner), edit_(edit) {}

  // `policy` outlives the writer, or the next call.
  void SetPolicy(const CompiledPolicy& policy) {
    policy_ = &policy;
    sheets_.Clear();
    memo_.Clear();
  }
  // Makes rules be counted with their place in the event.
  void SetTraced(bool traced) { traced_ = traced; }

  // Starts an event.
  void Begin() {
    broken_ = kAbsent;
    security_selectors_.clear();
    new_places_.clear();
  }
  // Starts writing the same event once more.
  void BeginAgain() {
    for (const auto& [id, name] : new_places_) page_.ShowPlace(id, name);
    Begin();
  }

  // Each writes the `data` of one kind of event and returns false when nothing of it may
  // leave; what was written is then of no use.
  bool Empty(Token data);
  bool Meta(Token data);
  bool FullSnapshot(Token data);
  bool Mutation(Token data, const MutationEffect& effect);
  bool Positions(Token data);
  bool MouseInteraction(Token data);
  bool Scroll(Token data);
  bool Resize(Token data);
  bool Media(Token data);
  bool StyleSheetRule(Token data);
  bool StyleDeclaration(Token data);
  bool AdoptedStyleSheet(Token data);
  bool Selection(Token data);
  bool CustomElement(Token data);
  bool Custom(Token data);

  // An input event with its text and choice masked.
  bool MaskedInput(Token data);
  // What an allowed field holds, as it may leave.
  std::string_view AllowedValue(Token text);

  size_t memory_bytes() const { return sheets_.memory_bytes() + memo_.memory_bytes(); }

  // A string with a malformed escape, which makes the event malformed; else kAbsent.
  Token broken() const { return broken_; }

  void Count(Rule rule, Token where);

  // The selectors of the event's style sheets that hide what is typed; see FilterCss.
  const std::vector<std::string_view>& security_selectors() const {
    return security_selectors_;
  }

 private:
  using Ref = PageTree::Ref;

  // What a member of an object may be.
  enum class Want : uint8_t {
    kNumber,
    kBool,
    kNumberOrNull,
    kNumbers,  // A number or an array of numbers.
    kSheet,    // A string of CSS rules.
  };
  struct MemberRule {
    std::string_view key;
    Want want;
  };

  // Strings.
  bool Decode(Token string, std::string_view& text);
  void Put(Token value, std::string_view text);
  void PutString(Token value, std::string_view before, std::string_view after);
  void PutMask(Token value, Rule rule);
  void PutJson(Token value, std::string_view json);
  std::string_view CleanText(std::string_view text, Token where, TypedMemory::Place place,
                             Cleaner::Source source = Cleaner::Source::kData);
  std::string_view CleanUrl(std::string_view url, Token where, bool asset = false);
  std::string_view CleanLink(std::string_view link, Token where, Tag tag);
  bool CssRepeats(std::string_view css, CssKind kind);
  std::string_view CleanCss(std::string_view css, CssKind kind, Token where);
  std::string_view CleanUrlList(std::string_view list, Token where);

  // Calls `write`, which writes a string and returns whether it stays, unless the same
  // string left as it was before. `context` tells strings apart that are treated apart.
  template <typename Write>
  bool Remembered(Token value, uint64_t context, Write write);

  // Objects of fixed members.
  bool Simple(Token object, std::span<const MemberRule> rules);
  bool SimpleMember(Token value, Want want);
  bool Shown(uint32_t flags, Rule rule, Token where);
  bool NodeOf(Token object, Ref& node, Token where);

  // Nodes.
  void Node(const NodeTokens& node, Token token, Ref ref);
  void PlainNode(const NodeTokens& node, Ref ref);
  void Head(const NodeTokens& node, Ref ref);
  bool KnownHead(const NodeTokens& node);
  void LearnHead(const NodeTokens& node, std::string_view written,
                 const RuleCounts::Counts* before);
  bool KeepsBlanks(Ref parent) const;
  void PutTagName(Token value, std::string_view name);
  bool NodeMember(std::string_view key, Token value, const NodeTokens& node, Ref ref);
  void Children(const NodeTokens& node, Ref parent);
  void Child(const NodeTokens& child, Token token, Ref parent, size_t begin, size_t end,
             ListEdit& list);
  bool JoinTexts(Token children);
  bool StyleText(Ref node, Token token);
  bool Sheet(Token token);
  uint64_t SheetContext() const;
  void NodeText(Token text, NodeKind kind, Ref ref);
  bool TextOf(Ref node, Token text);
  bool PageText(Ref node, Tag tag, Token token);
  void CensoredNode(const NodeTokens& node, Token token);
  void CensoredAttributes(Token attributes);

  // Attributes.
  size_t Attributes(Token attributes, Ref node);
  bool Attribute(std::string_view name, Token value, Ref node);
  bool IsPlainNumber(Token token);
  bool DropAttribute(Token value);
  bool AttributeString(AttributeKind kind, Token value, Ref node);
  bool PlainString(AttributeKind kind, Token value);
  bool FieldValue(AttributeKind kind, Token value, Ref node);
  bool StyleObject(Token style);
  bool StyleProperty(std::string_view property, Token value);
  AttributeKind KindOf(std::string_view name) const;

  // Mutations.
  size_t Removes(Token list, const MutationEffect& effect);
  size_t Adds(Token list, const MutationEffect& effect);
  bool Add(Token add, Ref node);
  bool IsNodeOf(Ref node, Token add) const;
  size_t AttributeMutations(Token list);
  size_t TextMutations(Token list);
  void Neighbour(Token token, bool next);
  bool ShowsNew(Ref node, std::string_view attribute, size_t before);
  bool TextMutation(Token entry, Ref node);
  void PlaceholderRemove(Ref node, std::string& out) const;
  void PlaceholderAdd(Ref node, std::string& out) const;

  // Other sources.
  bool PointerShown(Ref node, Token where);
  bool SheetShown(Token data);
  bool SheetList(Token list, std::span<const MemberRule> rules);
  bool AdoptedStyles(Token styles);
  bool StyleSet(Token set);
  bool StyleRemove(Token remove);
  bool IsPropertyName(Token token);
  bool IsPriority(Token token) const;
  bool SelectionEnd(Token range, std::string_view key);
  void AllowedPayload(Token payload, const std::vector<std::string>& keys);

  const JsonIndex& index_;
  RecordingNodes& nodes_;
  RecordingPage& page_;
  Cleaner& cleaner_;
  JsonEdit& edit_;
  const CompiledPolicy* policy_ = nullptr;
  bool traced_ = false;
  std::string place_;
  Token broken_ = kAbsent;
  SheetCache sheets_;
  CleanMemo memo_;
  bool used_page_ = false;  // What was written depends on the page's address.
  std::vector<std::string_view> security_selectors_;
  // The texts of the style element whose children are being written, taken together.
  bool joined_texts_ = false;
  std::string_view joined_;
  std::vector<std::pair<int32_t, uint64_t>>
      new_places_;         // Of page_.masked_places, by this event.
  bool changing_ = false;  // The attributes being written are changes.
  // The value of the field whose attributes are being written.
  std::string_view own_value_;
};

template <typename Write>
bool RecordingWriter::Remembered(Token value, uint64_t context, Write write) {
  if (traced_ || !own_value_.empty()) return write();
  const uint64_t key =
      memo_.KeyOf(index_.raw_string(value), context << 32 ^ page_.typed.version());
  if (memo_.Has(key)) return true;
  const uint64_t rules = cleaner_.counts().added();
  const size_t written = edit_.out().size();
  const bool used_page = std::exchange(used_page_, false);
  const bool stays = write();
  const bool same = stays && !used_page_ && edit_.out().size() == written &&
                    cleaner_.counts().added() == rules;
  if (same) memo_.Add(key);
  used_page_ = used_page_ || used_page;
  return stays;
}

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_RECORDING_WRITER_H_
