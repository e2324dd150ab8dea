#include "capture/filter.h"

#include <array>
#include <iterator>
#include <utility>

#include "capture/capture_memory.h"
#include "capture/cleaner.h"
#include "capture/element_rules.h"
#include "capture/event_parser.h"
#include "capture/policy_internal.h"
#include "capture/rules.h"
#include "capture/splitter.h"
#include "capture/url.h"

namespace footfall::capture {
namespace {

using model::EventType;

constexpr size_t kErrorsMax = 100;
constexpr size_t kTextBytesMax = 200;
// How reports name an anonymous id; a person's id must not be mistaken for one.
constexpr std::string_view kAnonymousPrefix = "anonymous:";

bool IsNavigationKey(std::string_view key) {
  constexpr std::string_view kKeys[] = {"Tab",        "Enter",     "Escape",
                                        "ArrowUp",    "ArrowDown", "ArrowLeft",
                                        "ArrowRight", "PageUp",    "PageDown"};
  for (const std::string_view known : kKeys) {
    if (key == known) return true;
  }
  return false;
}

bool IsInteraction(EventType type) {
  return model::LevelOf(type) == model::Level::kInteractions;
}

std::string_view TrimEnd(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') {
    text.remove_suffix(1);
  }
  return text;
}

// An IPv4 address may come in the notation of IPv6.
std::string_view PlainAddress(std::string_view ip) {
  constexpr std::string_view kMapped = "::ffff:";
  if (ip.size() > kMapped.size() && GlobMatches(kMapped, ip.substr(0, kMapped.size())) &&
      ip.find('.') != std::string_view::npos) {
    return ip.substr(kMapped.size());
  }
  return ip;
}

}  // namespace

class Filter::Impl : public SplitterSink {
 public:
  Impl(const Policy& policy, const FilterOptions& options, EventSink& sink,
       std::shared_ptr<CaptureMemory> memory)
      : policy_(policy.compiled()),
        options_(options),
        sink_(sink),
        memory_(memory != nullptr ? std::move(memory) : MakeCaptureMemory()),
        cleaner_(policy_),
        parser_({options.depth_max, options.keys_max}, cleaner_),
        rules_(policy_, cleaner_.vocabulary()),
        splitter_(options.event_bytes_max, *this) {}

  void Write(std::string_view bytes) { splitter_.Write(bytes); }

  void Finish() {
    splitter_.Finish();
    for (const auto& [session, run] : runs_.TakeAll()) {
      if (run.held != nullptr) {
        Release(run);
      } else {
        memory_->runs.Keep(session, run.kind, run.field);
      }
    }
  }

  const FilterCounters& counters() const {
    counters_.rules.clear();
    for (size_t i = 0; i < totals_.size(); ++i) {
      if (totals_[i] > 0) counters_.rules.emplace(kRuleNames[i], totals_[i]);
    }
    return counters_;
  }

 private:
  // Who an event belongs to and what its element is.
  struct Subject {
    uint64_t session = 0;
    uint64_t field = 0;
    bool sensitive = false;
    ElementVerdict verdict;
  };

  void OnEventText(std::string_view text, size_t capacity,
                   const EventPosition& position) override {
    if (Parse(text, capacity)) return Accept(position);
    // Objects on one line, with nothing or something broken between them.
    size_t size = FirstObjectSize(text);
    if (size == text.size()) return RejectParsed(position);
    EventPosition here = position;
    for (std::string_view rest = text;;) {
      if (Parse(TrimEnd(rest.substr(0, size)), capacity)) {
        Accept(here);
      } else {
        RejectParsed(here);
      }
      rest.remove_prefix(size);
      if (rest.empty()) return;
      capacity -= size;
      here.byte += size;
      size = FirstObjectSize(rest);
    }
  }

  bool Parse(std::string_view text, size_t capacity) {
    cleaner_.BeginEvent();
    return parser_.Parse(text.data(), text.size(), capacity, parsed_, error_);
  }

  void RejectParsed(const EventPosition& position) {
    const uint64_t defect = error_.byte < 0 ? 0 : static_cast<uint64_t>(error_.byte);
    Reject(position.line, position.byte + defect, std::move(error_.path),
           std::move(error_.reason));
  }

  // Filters the event that was parsed.
  void Accept(const EventPosition& position) {
    if (parsed_.event.person.substr(0, kAnonymousPrefix.size()) == kAnonymousPrefix) {
      Reject(position.line, position.byte, "person",
             "must not begin with 'anonymous:', which names anonymous people");
      return;
    }
    const int64_t time = parsed_.event.time_ms;
    if (time < options_.time_min_ms || time > options_.time_max_ms) {
      Reject(position.line, position.byte, "time",
             time < options_.time_min_ms ? "earlier than events are accepted"
                                         : "later than events are accepted");
      return;
    }
    input_ = {index_++, position.line, position.byte};
    Process();
  }

  void OnBadText(std::string_view reason, const EventPosition& position) override {
    Reject(position.line, position.byte, "", std::string(reason));
  }

  void Reject(uint64_t line, uint64_t byte, std::string path, std::string reason) {
    ++counters_.rejected;
    if (counters_.errors.size() < kErrorsMax) {
      counters_.errors.push_back(
          {index_, line, byte, std::move(path), std::move(reason)});
    } else {
      ++counters_.errors_omitted;
    }
    ++index_;
  }

  void Process() {
    model::Event& event = parsed_.event;
    Subject subject;
    const bool remembers = !memory_->secrets.empty() || !memory_->runs.empty();
    if (event.has_element || event.type == EventType::kInput || !runs_.empty() ||
        remembers) {
      subject.session = SessionKey(event);
    }
    if (event.has_element) Examine(subject);
    if (model::LevelOf(event.type) > options_.level) {
      ++counters_.dropped_level;
      return;
    }
    const bool interaction = IsInteraction(event.type);
    const bool typing =
        event.type == EventType::kInput || event.type == EventType::kKeystroke;
    Run* run = runs_.Find(subject.session);
    Run earlier;
    if (run == nullptr && !memory_->runs.empty() &&
        memory_->runs.Take(subject.session, &earlier)) {
      run = &runs_.Start(subject.session, std::move(earlier));
    }
    const bool same_field =
        run != nullptr && event.has_element && run->field == subject.field;
    if (same_field && subject.sensitive && run->kind == Run::Kind::kHeld) {
      // The field turned out to be sensitive before it was left.
      runs_.Take(subject.session);
      ++counters_.dropped_policy;
      run = nullptr;
    }
    // Whatever is no typing into the same field ends the run, even if it is dropped
    // below.
    if (run != nullptr && !(same_field && typing)) {
      EndRun(subject.session);
      run = nullptr;
    }

    if (interaction && subject.sensitive) {
      // Counted once for a row of events, whose number would tell the secret's length.
      const bool counted = run != nullptr && run->kind == Run::Kind::kSensitive;
      if (typing && !counted) StartRun(subject, Run::Kind::kSensitive, nullptr);
      if (!counted) Count(Rule::kPassword);
      ++counters_.dropped_policy;
      return;
    }
    if (Excluded(event)) return;
    if (interaction && subject.verdict.ignored &&
        (typing || event.type == EventType::kSelect)) {
      return Drop(Rule::kIgnored);
    }
    if (event.type == EventType::kKeystroke && !KeepsKeystroke(subject)) {
      return Drop(Rule::kKeystroke);
    }
    const bool starts_run =
        event.type == EventType::kInput && event.has_element && !subject.verdict.censored;
    if (starts_run && run != nullptr) return Continue(subject, *run);

    Clean(subject);
    if (starts_run) {
      const bool held = subject.verdict.value_allowed;
      StartRun(subject, held ? Run::Kind::kHeld : Run::Kind::kMasked,
               held ? std::make_unique<HeldEvent>(event) : nullptr);
      AddTotals();
      if (held) return;
      ++counters_.passed;
      sink_.OnEvent(event, input_);
      return;
    }
    AddTotals();
    ++counters_.passed;
    sink_.OnEvent(event, input_);
  }

  // Finds out whether the element is sensitive, and remembers that and what it holds.
  void Examine(Subject& subject) {
    const model::Event& event = parsed_.event;
    const uint64_t page = PageKey(subject.session, event);
    subject.field = FieldKey(page, event);
    subject.verdict = rules_.Judge(event);
    const uint64_t name = FieldNameKey(page, event);
    if (subject.verdict.sensitive) {
      memory_->fields.Insert(subject.field);
      if (name != 0) memory_->fields.Insert(name);
      subject.sensitive = true;
    } else {
      subject.sensitive = subject.verdict.keypad ||
                          memory_->fields.Contains(subject.field) ||
                          (name != 0 && memory_->fields.Contains(name));
    }
    if (!subject.sensitive) return;
    subject.verdict.value_allowed = subject.verdict.keystroke_allowed = false;
    if (subject.verdict.keypad) return;
    memory_->secrets.Remember(subject.session, event.value);
    memory_->secrets.Remember(subject.session, event.element.value);
  }

  bool Excluded(const model::Event& event) {
    if (!policy_.exclude_urls.empty() && event.url.data() != nullptr) {
      const std::string_view bare = UrlWithoutQuery(event.url);
      for (const std::string& pattern : policy_.exclude_urls) {
        if (GlobMatches(pattern, event.url) || GlobMatches(pattern, bare)) {
          Drop(Rule::kExcludedUrl);
          return true;
        }
      }
    }
    if (!policy_.exclude_ips.empty() && !parsed_.ip.empty()) {
      const std::string_view plain = PlainAddress(parsed_.ip);
      for (const std::string& pattern : policy_.exclude_ips) {
        if (GlobMatches(pattern, parsed_.ip) || GlobMatches(pattern, plain)) {
          Drop(Rule::kExcludedIp);
          return true;
        }
      }
    }
    return false;
  }

  bool KeepsKeystroke(const Subject& subject) const {
    if (subject.verdict.keystroke_allowed) return true;
    return !subject.verdict.takes_keys && !subject.verdict.takes_text &&
           IsNavigationKey(parsed_.event.key);
  }

  // A further input event on the field that the session is typing into.
  void Continue(const Subject& subject, Run& run) {
    if (run.kind == Run::Kind::kHeld) {
      HeldEvent& held = *run.held;
      const size_t before = held.bytes();
      if (subject.verdict.value_allowed) {
        const model::Event& event = parsed_.event;
        CollectSecrets(subject);
        cleaner_.PrepareNeedles();
        held.SetValues(cleaner_.Text(event.value), cleaner_.Text(event.element.value),
                       cleaner_.Text(event.element.text));
      } else {
        held.MaskValues();
      }
      runs_.Resized(before, held.bytes());
      Overflow();
    }
    Drop(Rule::kCoalesced);
  }

  void StartRun(const Subject& subject, Run::Kind kind, std::unique_ptr<HeldEvent> held) {
    Run run;
    run.kind = kind;
    run.field = subject.field;
    run.position = input_;
    run.held = std::move(held);
    runs_.Start(subject.session, std::move(run));
    Overflow();
  }

  void EndRun(uint64_t session) {
    const std::unique_ptr<Run> run = runs_.Take(session);
    if (run->held != nullptr) Release(*run);
  }

  // Makes room. A value that has to go before its field is left goes masked.
  void Overflow() {
    uint64_t session;
    while (runs_.Overflows(&session)) {
      const std::unique_ptr<Run> run = runs_.Take(session);
      if (run->held == nullptr) continue;
      run->held->MaskValues();
      Count(Rule::kValue);
      Release(*run);
    }
  }

  void Release(const Run& run) {
    ++counters_.passed;
    sink_.OnEvent(run.held->event(), run.position);
  }

  void Drop(Rule rule) {
    ++counters_.dropped_policy;
    Count(rule);
  }

  void Count(Rule rule) { ++totals_[static_cast<size_t>(rule)]; }

  void AddTotals() {
    if (!cleaner_.counts().dirty()) return;
    const auto& counts = cleaner_.counts().counts();
    for (size_t i = 0; i < totals_.size(); ++i) totals_[i] += counts[i];
  }

  void CollectSecrets(const Subject& subject) {
    if (memory_->secrets.empty()) return;
    memory_->secrets.Collect(subject.session, cleaner_.arena(), cleaner_.needles());
  }

  void AddValueNeedle(std::string_view value) {
    if (!value.empty() && value != kMask) cleaner_.needles().push_back({value, false});
  }

  // Turns the event into what may leave.
  void Clean(const Subject& subject) {
    model::Event& event = parsed_.event;
    const bool interaction = IsInteraction(event.type);
    CollectSecrets(subject);
    // An input event says itself that its value was typed, also without an element.
    if (!subject.verdict.value_allowed &&
        (subject.verdict.takes_text || event.type == EventType::kInput ||
         event.type == EventType::kSelect)) {
      AddValueNeedle(event.value);
      if (event.element.value != event.value) AddValueNeedle(event.element.value);
    }
    if (!cleaner_.needles().empty()) cleaner_.PrepareNeedles();
    CleanUrl(event);
    if (event.key.data() != nullptr &&
        (event.type != EventType::kKeystroke || subject.verdict.censored)) {
      event.key = {};
      cleaner_.counts().Add(Rule::kKeystroke);
    }
    if (event.has_element &&
        (subject.verdict.censored || (!interaction && subject.sensitive))) {
      cleaner_.counts().Add(Rule::kCensored);
      RemoveElement(event);
      event.value = {};
      if (interaction) {
        event.name = event.title = {};
        event.properties = {};
        event.context = {};
        return;
      }
    }
    if (event.name.data() != nullptr) event.name = cleaner_.Text(event.name);
    CleanTitle(event);
    if (event.key.data() != nullptr) event.key = cleaner_.Text(event.key);
    CleanValue(event.value, subject.verdict.value_allowed);
    if (event.has_element) CleanElement(subject.verdict);
    CleanProperties();
    CleanContext(event.context);
  }

  void RemoveElement(model::Event& event) {
    const model::Element element = event.element;
    event.has_element = false;
    event.element = {};
    if (!policy_.censored_identity) return;
    event.element.id = cleaner_.Text(element.id);
    event.element.css_class = cleaner_.Text(element.css_class);
    event.has_element = !element.id.empty() || !element.css_class.empty();
  }

  void CleanUrl(model::Event& event) {
    if (event.url.data() == nullptr) return;
    event.url = policy_.url.drop ? std::string_view() : cleaner_.Url(event.url);
    if (policy_.url.drop) cleaner_.counts().Add(Rule::kUrl);
  }

  void CleanTitle(model::Event& event) {
    if (event.title.data() == nullptr) return;
    if (policy_.text == TextMode::kMask && !event.title.empty()) {
      event.title = kMask;
      cleaner_.counts().Add(Rule::kText);
    } else {
      event.title = cleaner_.Text(event.title);
    }
  }

  void CleanValue(std::string_view& value, bool allowed) {
    if (value.data() == nullptr) return;
    if (allowed) {
      value = cleaner_.Text(value);
      return;
    }
    // Also an empty value gets the mask, since its emptiness says something.
    value = kMask;
    cleaner_.counts().Add(Rule::kValue);
  }

  // The text or the label.
  void CleanWords(std::string_view& words, bool masked) {
    if (words.empty()) return;
    if (masked) {
      words = kMask;
      cleaner_.counts().Add(Rule::kMasked);
    } else if (policy_.text == TextMode::kMask) {
      words = kMask;
      cleaner_.counts().Add(Rule::kText);
    } else if (words.size() > kTextBytesMax) {
      words = {};
      cleaner_.counts().Add(Rule::kLongText);
    } else {
      words = cleaner_.Text(words);
    }
  }

  void CleanElement(const ElementVerdict& verdict) {
    model::Element& element = parsed_.event.element;
    CleanValue(element.value, verdict.value_allowed);
    if (verdict.takes_text) {
      // What stands in an editable element was typed.
      if (!element.text.empty()) CleanValue(element.text, verdict.value_allowed);
    } else {
      CleanWords(element.text, verdict.masked);
    }
    CleanWords(element.label, verdict.masked);
    for (std::string_view* text : {&element.tag, &element.id, &element.css_class,
                                   &element.type, &element.name, &element.autocomplete}) {
      *text = cleaner_.Text(*text);
    }
    for (model::PathEntry& entry : parsed_.path) {
      entry.tag = cleaner_.Text(entry.tag);
      entry.id = cleaner_.Text(entry.id);
      entry.css_class = cleaner_.Text(entry.css_class);
    }
  }

  void CleanProperties() {
    if (cleaner_.has_needles()) HideCopies();
    for (model::Property& property : parsed_.properties) {
      model::Value& value = property.value;
      if (value.kind == model::Value::Kind::kString) {
        value.text = cleaner_.Text(value.text);
      }
    }
  }

  // Drops the properties whose key repeats a needle, and masks the values that are no
  // strings and do.
  void HideCopies() {
    size_t kept = 0;
    for (model::Property& property : parsed_.properties) {
      if (cleaner_.Repeats(property.key)) {
        cleaner_.counts().Add(Rule::kSecretKey);
        continue;
      }
      if (ValueRepeats(property.value)) {
        cleaner_.counts().Add(Rule::kRawCopy);
        property.value = model::Value::String(kMask);
      }
      parsed_.properties[kept++] = property;
    }
    parsed_.properties.resize(kept);
    parsed_.event.properties = parsed_.properties;
  }

  bool ValueRepeats(const model::Value& value) {
    switch (value.kind) {
      case model::Value::Kind::kInt:
        return cleaner_.NumberRepeats(std::to_string(value.integer));
      case model::Value::Kind::kDouble:
        return cleaner_.NumberRepeats(value.text);
      case model::Value::Kind::kJson:
        return cleaner_.JsonRepeats(value.text);
      default:
        return false;
    }
  }

  void CleanContext(model::Context& context) {
    std::string_view* const fields[] = {
        &context.country,         &context.region, &context.city,       &context.browser,
        &context.browser_version, &context.os,     &context.os_version, &context.device};
    for (size_t i = 0; i < std::size(fields); ++i) {
      if (fields[i]->empty()) continue;
      if (policy_.Drops(static_cast<ContextField>(i))) {
        *fields[i] = {};
        cleaner_.counts().Add(Rule::kContext);
      } else {
        *fields[i] = cleaner_.Text(*fields[i]);
      }
    }
    if (context.https.has_value() && policy_.Drops(kHttps)) {
      context.https.reset();
      cleaner_.counts().Add(Rule::kContext);
    }
    if (!parsed_.ip.empty()) cleaner_.counts().Add(Rule::kIp);
  }

  const CompiledPolicy& policy_;
  const FilterOptions options_;
  EventSink& sink_;
  std::shared_ptr<CaptureMemory> memory_;
  Cleaner cleaner_;
  EventParser parser_;
  ElementRules rules_;
  Splitter splitter_;
  SessionRuns runs_;
  ParsedEvent parsed_;
  ParseError error_;
  InputPosition input_;  // Of the event at hand.
  uint64_t index_ = 0;
  std::array<uint64_t, kRuleCount> totals_{};
  mutable FilterCounters counters_;
};

std::shared_ptr<CaptureMemory> MakeCaptureMemory() {
  return std::make_shared<CaptureMemory>();
}

Filter::Filter(const Policy& policy, const FilterOptions& options, EventSink& sink,
               std::shared_ptr<CaptureMemory> memory)
    : impl_(std::make_unique<Impl>(policy, options, sink, std::move(memory))) {}

Filter::~Filter() = default;

void Filter::Write(std::string_view bytes) { impl_->Write(bytes); }
void Filter::Finish() { impl_->Finish(); }
const FilterCounters& Filter::counters() const { return impl_->counters(); }

}  // namespace footfall::capture
