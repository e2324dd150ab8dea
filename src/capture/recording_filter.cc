#include "capture/recording_filter.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "capture/cleaner.h"
#include "capture/hash.h"
#include "capture/json_edit.h"
#include "capture/json_index.h"
#include "capture/policy_internal.h"
#include "capture/recording_event.h"
#include "capture/recording_observer.h"
#include "capture/recording_page.h"
#include "capture/recording_writer.h"
#include "capture/secret_memory.h"
#include "capture/splitter.h"

namespace footfall::capture {
namespace {

using Token = JsonIndex::Token;

constexpr size_t kErrorsMax = 100;
}  // namespace

class RecordingFilter::Impl : public SplitterSink {
 public:
  Impl(const Policy& policy, const RecordingOptions& options, RecordingSink& sink)
      : policy_(policy),
        options_(options),
        sink_(sink),
        page_(policy_.compiled()),
        cleaner_(policy_.compiled()),
        writer_(index_, nodes_, page_, cleaner_, edit_),
        splitter_(options.event_bytes_max, *this) {
    writer_.SetPolicy(policy_.compiled());
  }

  void Write(std::string_view bytes) { splitter_.Write(bytes); }

  void Finish() {
    splitter_.Finish();
    Release();
  }

  void SetPolicy(const Policy& policy) {
    const Policy before = policy_;  // Lives until nothing refers to it.
    policy_ = policy;
    const CompiledPolicy& compiled = policy_.compiled();
    page_.tree.SetPolicy(compiled);
    nodes_.heads().Clear();
    cleaner_.SetPolicy(compiled);
    writer_.SetPolicy(compiled);
    page_.excluded = IsExcluded();
  }

  void SetTrace(RuleTrace* trace) {
    cleaner_.counts().SetTrace(trace);
    writer_.SetTraced(trace != nullptr);
  }

  const FilterCounters& counters() const {
    counters_.rules.clear();
    for (size_t i = 0; i < totals_.size(); ++i) {
      if (totals_[i] > 0) counters_.rules.emplace(kRuleNames[i], totals_[i]);
    }
    return counters_;
  }

  bool BetweenEvents() const { return splitter_.between_events(); }

  void Save(std::string& out) const { page_.Save(out); }
  bool Restore(std::string_view bytes) {
    if (!page_.Restore(bytes)) return false;
    page_.excluded = IsExcluded();
    return true;
  }

  size_t memory_bytes() const {
    return page_.memory_bytes() + writer_.memory_bytes() + nodes_.heads().memory_bytes();
  }

 private:
  // What becomes of an event.
  enum class Outcome {
    kPasses,
    kKeptBack,  // Counted when it leaves.
    kDropped,
    kRejected,
  };

  // The parts of an event's envelope.
  struct Envelope {
    int64_t type = -1;
    Token data = kAbsent;
    Token timestamp = kAbsent;
  };

  void OnEventText(std::string_view text, size_t capacity,
                   const EventPosition& position) override {
    cleaner_.BeginEvent();
    writer_.Begin();
    nodes_.Begin();
    position_ = {counted_, position.line, position.byte};
    JsonIndex::Defect defect;
    if (!Index(text, capacity, defect)) {
      return Reject(position.byte + defect.byte, std::move(defect.path), defect.reason);
    }
    if (index_.is_string(index_.root())) {
      return Reject(position.byte, "", "a packed event; unpack it before it is filtered");
    }
    Envelope envelope;
    if (!ReadEnvelope(envelope)) return;
    switch (Filter(envelope)) {
      case Outcome::kPasses:
        ++counters_.passed;
        break;
      case Outcome::kDropped:
        ++counters_.dropped_policy;
        break;
      case Outcome::kKeptBack:
        break;
      case Outcome::kRejected:
        return;
    }
    ++counted_;
    AddTotals();
  }

  void OnBadText(std::string_view reason, const EventPosition& position) override {
    position_ = {counted_, position.line, position.byte};
    Reject(position.byte, "", std::string(reason));
  }

  bool Index(std::string_view text, size_t capacity, JsonIndex::Defect& defect) {
    if (capacity < text.size() + simdjson::SIMDJSON_PADDING) text = Copy(text);
    if (!index_.Build(text, options_.depth_max, defect, &nodes_)) return false;
    // An output event is one line. Line ends are between the tokens, since a string that
    // holds one is malformed.
    const auto holds = [text](char c) {
      return std::memchr(text.data(), c, text.size()) != nullptr;
    };
    if ((splitter_.in_lines() || !holds('\n')) && !holds('\r')) return true;
    text = Copy(text);
    nodes_.Begin();
    for (char& c : line_) {
      if (c == '\n' || c == '\r') c = ' ';
    }
    return index_.Build(text, options_.depth_max, defect, &nodes_);
  }

  std::string_view Copy(std::string_view text) {
    line_.assign(text).append(simdjson::SIMDJSON_PADDING, ' ');
    return std::string_view(line_).substr(0, text.size());
  }

  void Reject(uint64_t byte, std::string path, std::string reason) {
    ++counters_.rejected;
    if (counters_.errors.size() < kErrorsMax) {
      counters_.errors.push_back(
          {counted_, position_.line, byte, std::move(path), std::move(reason)});
    } else {
      ++counters_.errors_omitted;
    }
    ++counted_;
  }

  void RejectAt(Token token, std::string path, std::string reason) {
    Reject(position_.byte + index_.begin(token), std::move(path), std::move(reason));
  }

  bool ReadEnvelope(Envelope& envelope) {
    const Token root = index_.root();
    if (!index_.is_object(root)) {
      RejectAt(root, "", "expected an object");
      return false;
    }
    Token type = kAbsent;
    for (Members m(index_, root); m.Next();) {
      if (m.Is("type")) type = m.value();
      if (m.Is("timestamp")) envelope.timestamp = m.value();
      if (m.Is("data")) envelope.data = m.value();
    }
    if (type == kAbsent || !index_.ReadInteger(type, envelope.type)) {
      RejectAt(type, "type", "expected the number of an rrweb event type");
      return false;
    }
    if (envelope.timestamp == kAbsent || !index_.is_number(envelope.timestamp)) {
      RejectAt(envelope.timestamp, "timestamp", "expected a number of milliseconds");
      return false;
    }
    if (envelope.data == kAbsent || !index_.is_object(envelope.data)) {
      const bool packed = envelope.data != kAbsent && index_.is_string(envelope.data);
      RejectAt(envelope.data, "data",
               packed ? "packed; unpack it before it is filtered" : "expected an object");
      return false;
    }
    return true;
  }

  Outcome Filter(const Envelope& envelope) {
    const uint64_t rejected = counters_.rejected;
    page_.timestamp.assign(index_.raw(envelope.timestamp));
    Observe(envelope);
    if (page_.excluded) {
      cleaner_.counts().Add(Rule::kExcludedUrl);
      DropHeld();
      return Outcome::kDropped;
    }
    bool passes = WriteEnvelope(envelope);
    if (LearnSecuritySelectors()) {
      // Fields of this very event may be sensitive by its style sheets.
      if (envelope.type == static_cast<int64_t>(RecordingType::kFullSnapshot)) {
        observer_.FullSnapshot(envelope.data);
      }
      cleaner_.counts().Clear();
      writer_.BeginAgain();
      passes = WriteEnvelope(envelope);
    }
    if (writer_.broken() != kAbsent) {
      RejectAt(writer_.broken(), PathOf(index_, writer_.broken()), "a malformed escape");
    }
    if (counters_.rejected != rejected) return Outcome::kRejected;
    if (!passes) return kept_back_ ? Outcome::kKeptBack : Outcome::kDropped;
    sink_.OnRecordingEvent(edit_.out(), position_);
    return Outcome::kPasses;
  }

  // The first pass: what the event says of the page.
  void Observe(const Envelope& envelope) {
    RecordingObserver& observer = observer_;
    switch (static_cast<RecordingType>(envelope.type)) {
      case RecordingType::kMeta:
        // A snapshot of the same page may show that the field is sensitive.
        if (observer.IsOtherPage(envelope.data)) Release();
        observer.Meta(envelope.data);
        page_.excluded = IsExcluded();
        return;
      case RecordingType::kFullSnapshot:
        observer.FullSnapshot(envelope.data);
        Release();
        return;
      case RecordingType::kIncremental:
        break;
      default:
        return;
    }
    switch (SourceOf(envelope.data)) {
      case RecordingSource::kMutation:
        observer.Mutation(envelope.data);
        return ReviewHeld();
      case RecordingSource::kInput:
        observer.Input(envelope.data);
        return LeaveField(envelope.data, false);
      case RecordingSource::kMouseInteraction:
        return LeaveField(envelope.data, true);
      case RecordingSource::kUnreadable:
        // It may have been typing.
        return observer.Input(envelope.data);
      default:
        return;
    }
  }

  // Returns true when the style sheets just written hide fields that were not known to
  // be sensitive.
  bool LearnSecuritySelectors() {
    std::string lists;
    bool learned = false;
    bool unreadable = false;
    for (const std::string_view list : writer_.security_selectors()) {
      const bool full =
          page_.security_selectors.size() >= RecordingPage::kSecuritySheetsMax;
      if (!full && !page_.security_selectors.insert(HashBytes(list)).second) continue;
      if (full && learned) continue;
      unreadable = unreadable || full || list.empty();
      lists.append(lists.empty() ? "" : ",").append(list);
      learned = true;
    }
    // All at once, since every node is judged anew.
    if (learned) page_.tree.AddSensitiveSelectors(unreadable ? "" : lists);
    return learned;
  }

  RecordingSource SourceOf(Token data) const {
    int32_t source;
    return FindId(index_, data, "source", source) ? static_cast<RecordingSource>(source)
                                                  : RecordingSource::kUnreadable;
  }

  bool IsExcluded() const {
    const auto& patterns = policy_.compiled().exclude_urls;
    const std::string_view bare = UrlWithoutQuery(page_.url);
    for (const std::string& pattern : patterns) {
      if (GlobMatches(pattern, page_.url) || GlobMatches(pattern, bare)) return true;
    }
    return false;
  }

  // Ends the run of input events on a field when something happens elsewhere.
  void LeaveField(Token data, bool pointer) {
    int32_t id;
    int32_t type;
    if (!FindId(index_, data, "id", id)) return;
    const bool blur = pointer && FindId(index_, data, "type", type) && type == kMouseBlur;
    // What a page does by itself to other fields does not leave the one being typed into.
    auto& masked = page_.masked_inputs;
    const bool same = std::find(masked.begin(), masked.end(), id) != masked.end();
    if (pointer && (blur || !same)) {
      masked.clear();
      page_.typed.LeaveField();
    }
    if (!page_.held.has_value() || (!blur && id == page_.held->id)) return;
    // What is typed into a sensitive field shows in nothing, not in copies of it either.
    const PageTree::Ref node = page_.tree.Find(id);
    const bool seen =
        node != PageTree::kNone && (page_.tree.flags(node) & kNodeSensitive) == 0;
    if (pointer || seen) Release();
  }

  // Writes the event into `edit_`; returns false when it does not leave.
  bool WriteEnvelope(const Envelope& envelope) {
    edit_.Start(index_.text());
    kept_back_ = false;
    ListEdit members(edit_, index_.begin(index_.root()) + 1);
    for (Members m(index_, index_.root()); m.Next();) {
      members.Keep(m.begin(), m.end());
      if (m.value() == envelope.data) {
        if (!WriteData(envelope)) return false;
        continue;
      }
      const bool known = m.key() == "type" || m.key() == "timestamp" ||
                         (m.key() == "delay" && index_.is_number(m.value()));
      if (known) continue;
      writer_.Count(Rule::kUnknownKey, m.value());
      members.DropKept();
    }
    members.End(index_.end(index_.root()) - 1);
    edit_.KeepTo(index_.text().size());
    return true;
  }

  bool WriteData(const Envelope& envelope) {
    const Token data = envelope.data;
    switch (static_cast<RecordingType>(envelope.type)) {
      case RecordingType::kDomContentLoaded:
      case RecordingType::kLoad:
        return writer_.Empty(data);
      case RecordingType::kFullSnapshot:
        return writer_.FullSnapshot(data);
      case RecordingType::kIncremental:
        return WriteIncremental(data);
      case RecordingType::kMeta:
        return writer_.Meta(data);
      case RecordingType::kCustom:
        return writer_.Custom(data);
      case RecordingType::kPlugin:
        return Drop(Rule::kPlugin, data);
      case RecordingType::kAsset:
        return Drop(Rule::kPixels, data);
      case RecordingType::kAnnotation:
        return Drop(Rule::kAnnotation, data);
    }
    return Drop(Rule::kUnknownEvent, data);
  }

  bool WriteIncremental(Token data) {
    switch (SourceOf(data)) {
      case RecordingSource::kMutation:
        return writer_.Mutation(data, observer_.effect());
      case RecordingSource::kMouseMove:
      case RecordingSource::kTouchMove:
      case RecordingSource::kDrag:
        return writer_.Positions(data);
      case RecordingSource::kMouseInteraction:
        return writer_.MouseInteraction(data);
      case RecordingSource::kScroll:
        return writer_.Scroll(data);
      case RecordingSource::kViewportResize:
        return writer_.Resize(data);
      case RecordingSource::kInput:
        return WriteInput(data);
      case RecordingSource::kMediaInteraction:
        return writer_.Media(data);
      case RecordingSource::kStyleSheetRule:
        return writer_.StyleSheetRule(data);
      case RecordingSource::kCanvas:
      case RecordingSource::kFont:
        return Drop(Rule::kPixels, data);
      case RecordingSource::kLog:
        return Drop(Rule::kPlugin, data);
      case RecordingSource::kStyleDeclaration:
        return writer_.StyleDeclaration(data);
      case RecordingSource::kSelection:
        return writer_.Selection(data);
      case RecordingSource::kAdoptedStyleSheet:
        return writer_.AdoptedStyleSheet(data);
      case RecordingSource::kCustomElement:
        return writer_.CustomElement(data);
      case RecordingSource::kUnreadable:
        break;
    }
    return Drop(Rule::kUnknownEvent, data);
  }

  bool Drop(Rule rule, Token where) {
    writer_.Count(rule, where);
    return false;
  }

  bool WriteInput(Token data) {
    int32_t id;
    const PageTree::Ref node =
        FindId(index_, data, "id", id) ? page_.tree.Find(id) : PageTree::kNone;
    if (node == PageTree::kNone) return Drop(Rule::kUnknownNode, data);
    const uint32_t flags = page_.tree.flags(node);
    if ((flags & (kNodeHidden | kNodeCensored)) != 0) return Drop(Rule::kCensored, data);
    if ((flags & kNodeSensitive) != 0) {
      if (page_.held.has_value() && page_.held->id == id) DropHeld();
      // Counted once for a row of events, whose number would tell the secret's length.
      if (!BeginsMaskedInput(id)) return false;
      return Drop(Rule::kPassword, data);
    }
    if ((flags & kNodeIgnored) != 0) return Drop(Rule::kIgnored, data);
    const bool allowed =
        (flags & kNodeValueAllowed) != 0 && (flags & kNodeHiddenInput) == 0;
    if (allowed) return Hold(data, id);
    if (!BeginsMaskedInput(id)) return Drop(Rule::kCoalesced, data);
    return writer_.MaskedInput(data);
  }

  // False for a further input event of a field that has not been left.
  bool BeginsMaskedInput(int32_t id) {
    auto& masked = page_.masked_inputs;
    if (std::find(masked.begin(), masked.end(), id) != masked.end()) return false;
    if (masked.size() == RecordingPage::kMaskedInputsMax) masked.erase(masked.begin());
    masked.push_back(id);
    return true;
  }

  bool Hold(Token data, int32_t id) {
    const bool again = page_.held.has_value() && page_.held->id == id;
    if (!again) {
      page_.held.emplace();
      page_.held->id = id;
      held_position_ = position_;
    }
    const Token text = FindMember(index_, data, "text");
    const Token checked = FindMember(index_, data, "isChecked");
    page_.held->text.assign(text == kAbsent ? std::string_view()
                                            : writer_.AllowedValue(text));
    page_.held->checked = checked != kAbsent && index_.kind(checked) == 't';
    if (again) return Drop(Rule::kCoalesced, data);
    kept_back_ = true;
    return false;
  }

  // The field may have turned out to be sensitive.
  void ReviewHeld() {
    if (!page_.held.has_value()) return;
    const PageTree::Ref node = page_.tree.Find(page_.held->id);
    if (node == PageTree::kNone || (page_.tree.flags(node) & kNodeSensitive) == 0) return;
    page_.typed.Remember(page_.FieldKey(page_.held->id), page_.held->text, true);
    DropHeld();
  }

  void DropHeld() {
    if (page_.held.has_value()) ++counters_.dropped_policy;
    page_.held.reset();
  }

  // Lets out the value of a field that was left, unless the field turned out to be one
  // whose value must not leave.
  void Release() {
    ReviewHeld();
    if (!page_.held.has_value()) return;
    const PageTree::Ref node = page_.tree.Find(page_.held->id);
    const uint32_t flags =
        node == PageTree::kNone ? kNodeSensitive : page_.tree.flags(node);
    constexpr uint32_t kNever =
        kNodeSensitive | kNodeHidden | kNodeCensored | kNodeIgnored;
    if ((flags & kNever) != 0) return DropHeld();
    const bool allowed = (flags & kNodeValueAllowed) != 0 &&
                         !page_.typed.Repeats(page_.held->text, TypedMemory::Place::kText,
                                              cleaner_.arena());
    std::string& out = released_;
    out.assign("{\"type\":3,\"data\":{\"source\":5,\"text\":");
    AppendJsonText(out, allowed ? std::string_view(page_.held->text) : kMask);
    out.append(",\"isChecked\":")
        .append(allowed && page_.held->checked ? "true" : "false");
    out.append(",\"id\":");
    out.append(std::to_string(page_.held->id));
    out.append("},\"timestamp\":").append(page_.timestamp).append("}");
    page_.held.reset();
    ++counters_.passed;
    sink_.OnRecordingEvent(out, held_position_);
    Zeroise(out.data(), out.size());
  }

  void AddTotals() {
    if (!cleaner_.counts().dirty()) return;
    const auto& counts = cleaner_.counts().counts();
    for (size_t i = 0; i < totals_.size(); ++i) totals_[i] += counts[i];
  }

  Policy policy_;
  const RecordingOptions options_;
  RecordingSink& sink_;
  RecordingPage page_;
  JsonIndex index_;
  RecordingNodes nodes_;
  JsonEdit edit_;
  Cleaner cleaner_;
  RecordingObserver observer_{index_, nodes_, page_, cleaner_.arena()};
  RecordingWriter writer_;
  Splitter splitter_;
  bool kept_back_ = false;  // The event at hand is held.
  std::string released_;
  std::string line_;
  InputPosition position_;       // Of the event at hand.
  InputPosition held_position_;  // Of the event that is held.
  uint64_t counted_ = 0;
  std::array<uint64_t, kRuleCount> totals_{};
  mutable FilterCounters counters_;
};

RecordingFilter::RecordingFilter(const Policy& policy, const RecordingOptions& options,
                                 RecordingSink& sink)
    : impl_(std::make_unique<Impl>(policy, options, sink)) {}

RecordingFilter::~RecordingFilter() = default;

void RecordingFilter::Write(std::string_view bytes) { impl_->Write(bytes); }
void RecordingFilter::Finish() { impl_->Finish(); }
void RecordingFilter::SetPolicy(const Policy& policy) { impl_->SetPolicy(policy); }
void RecordingFilter::SetTrace(RuleTrace* trace) { impl_->SetTrace(trace); }
const FilterCounters& RecordingFilter::counters() const { return impl_->counters(); }
bool RecordingFilter::BetweenEvents() const { return impl_->BetweenEvents(); }
void RecordingFilter::Save(std::string& out) const { impl_->Save(out); }
bool RecordingFilter::Restore(std::string_view bytes) { return impl_->Restore(bytes); }
size_t RecordingFilter::memory_bytes() const { return impl_->memory_bytes(); }

}  // namespace footfall::capture
