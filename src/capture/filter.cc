#include "capture/filter.h"

#include <array>
#include <iterator>
#include <utility>

#include "capture/capture_memory.h"
#include "capture/cleaner.h"
#include "capture/element_rules.h"
#include "capture/event_cleaner.h"
#include "capture/event_parser.h"
#include "capture/policy_internal.h"
#include "capture/rules.h"
#include "capture/splitter.h"
#include "capture/url.h"

namespace footfall::capture {
namespace {

using model::EventType;

constexpr size_t kErrorsMax = 100;
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

std::string_view TrimEnd(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') {
    text.remove_suffix(1);
  }
  return text;
}

// Asks for bytes that are about to be read. They need not be there.
void FetchAhead(const char* begin, size_t size) {
  constexpr size_t kCacheLineBytes = 64;
  for (size_t i = 0; i < size; i += kCacheLineBytes) __builtin_prefetch(begin + i);
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
      : policy_(policy),
        options_(options),
        sink_(sink),
        memory_(memory != nullptr ? std::move(memory) : MakeCaptureMemory()),
        cleaner_(policy_.compiled()),
        parser_({options.depth_max, options.keys_max}, cleaner_),
        rules_(policy_.compiled(), cleaner_.vocabulary()),
        event_cleaner_(policy_.compiled(), cleaner_),
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

  void SetPolicy(const Policy& policy) {
    // The runs go on, so that what is typed on adds nothing.
    for (auto& [session, run] : runs_.TakeAll()) {
      if (run.held != nullptr) ReleaseMasked(run);
      Run rest;
      rest.kind = run.kind == Run::Kind::kHeld ? Run::Kind::kMasked : run.kind;
      rest.field = run.field;
      rest.position = run.position;
      runs_.Start(session, std::move(rest));
    }
    policy_ = policy;
    cleaner_.SetPolicy(policy_.compiled());
    rules_.SetPolicy(policy_.compiled());
    event_cleaner_.SetPolicy(policy_.compiled());
  }

  void SetTrace(RuleTrace* trace) {
    trace_ = trace;
    cleaner_.SetTrace(trace);
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

  void OnEventText(std::string_view text, size_t,
                   const EventPosition& position) override {
    if (Parse(text)) return Accept(position);
    // Objects on one line, with nothing or something broken between them.
    size_t size = FirstObjectSize(text);
    if (size == text.size()) return RejectParsed(position);
    EventPosition here = position;
    for (std::string_view rest = text;;) {
      if (Parse(TrimEnd(rest.substr(0, size)))) {
        Accept(here);
      } else {
        RejectParsed(here);
      }
      rest.remove_prefix(size);
      if (rest.empty()) return;
      here.byte += size;
      size = FirstObjectSize(rest);
    }
  }

  bool TakesLines() const override { return true; }

  void OnLines(std::string_view lines, EventPosition& position) override {
    // A line that is parsed twice would be told of twice.
    if (trace_ != nullptr || !parser_.BeginLines(lines)) return;
    const uint64_t begin = position.byte;
    while (position.byte - begin < lines.size()) {
      cleaner_.BeginEvent();
      size_t line_size;
      const size_t size = parser_.ParseLine(parsed_, line_size);
      if (size == 0 || size > options_.event_bytes_max) return;
      // What stands as far into the next lines, which are read from memory meanwhile.
      FetchAhead(lines.data() + lines.size() + (position.byte - begin), line_size);
      Accept(position);
      position.byte += line_size;
      ++position.line;
    }
  }

  bool Parse(std::string_view text) {
    cleaner_.BeginEvent();
    return parser_.Parse(text.data(), text.size(), parsed_, error_);
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
      if (!counted) {
        Count(Rule::kPassword);
      } else if (trace_ != nullptr) {
        trace_->OnRule(Rule::kPassword, "");
      }
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

    CollectSecrets(subject);
    event_cleaner_.Clean(parsed_, subject.verdict, subject.sensitive);
    AddTotals();
    const bool held = starts_run && subject.verdict.value_allowed;
    if (starts_run) {
      StartRun(subject, held ? Run::Kind::kHeld : Run::Kind::kMasked,
               held ? std::make_unique<HeldEvent>(event) : nullptr);
    }
    if (!held) Pass();
  }

  void Pass() {
    ++counters_.passed;
    if (!parsed_.json.empty() && !cleaner_.changed()) {
      sink_.OnUnchanged(parsed_.event, parsed_.json, input_);
    } else {
      sink_.OnEvent(parsed_.event, input_);
    }
  }

  // PageKey of the event, which many events in a row share.
  uint64_t CurrentPage(uint64_t session) {
    const uint64_t url = cleaner_.CleanUrlNumber(parsed_.event.url);
    if (url == 0 || url != page_.url || session != page_.session) {
      page_ = {url, session, PageKey(session, parsed_.event)};
    }
    return page_.key;
  }

  // Finds out whether the element is sensitive, and remembers that and what it holds.
  void Examine(Subject& subject) {
    const model::Event& event = parsed_.event;
    const uint64_t page = CurrentPage(subject.session);
    subject.field = FieldKey(page, event);
    subject.verdict = rules_.Judge(event);
    const uint64_t name = FieldNameKey(page, event);
    const bool has_id = !event.element.id.empty();
    // A field that is seen without its id is the one whose id was seen with its name.
    const uint64_t known = has_id || name == 0 ? 0 : memory_->links.Other(name);
    if (known != 0) subject.field = known;
    subject.sensitive = subject.verdict.sensitive || subject.verdict.keypad;
    if (WasSensitive(subject, name, has_id)) subject.sensitive = true;
    if (!subject.sensitive) return;
    subject.verdict.value_allowed = subject.verdict.keystroke_allowed = false;
    if (subject.verdict.keypad) return;
    memory_->secrets.Remember(subject.session, event.value);
    memory_->secrets.Remember(subject.session, event.element.value);
  }

  // Whether a field was ever sensitive, under its id, its name, or one that it once had
  // beside them. What it is now is remembered under all of them.
  bool WasSensitive(const Subject& subject, uint64_t name, bool has_id) {
    if (has_id && name != 0) memory_->links.Link(subject.field, name);
    const uint64_t ids[] = {subject.field, name, memory_->links.Other(subject.field)};
    bool sensitive = subject.verdict.sensitive;
    for (const uint64_t id : ids) {
      sensitive = sensitive || (id != 0 && memory_->fields.Contains(id));
    }
    for (const uint64_t id : ids) {
      if (sensitive && id != 0) memory_->fields.Insert(id);
    }
    return sensitive;
  }

  bool Excluded(const model::Event& event) {
    const CompiledPolicy& policy = policy_.compiled();
    if (!policy.exclude_urls.empty() && event.url.data() != nullptr) {
      const std::string_view bare = UrlWithoutQuery(event.url);
      for (const std::string& pattern : policy.exclude_urls) {
        if (GlobMatches(pattern, event.url) || GlobMatches(pattern, bare)) {
          Drop(Rule::kExcludedUrl);
          return true;
        }
      }
    }
    if (!policy.exclude_ips.empty() && !parsed_.ip.empty()) {
      const std::string_view plain = PlainAddress(parsed_.ip);
      for (const std::string& pattern : policy.exclude_ips) {
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
      if (run->held != nullptr) ReleaseMasked(*run);
    }
  }

  void ReleaseMasked(const Run& run) {
    run.held->MaskValues();
    Count(Rule::kValue);
    Release(run);
  }

  void Release(const Run& run) {
    ++counters_.passed;
    sink_.OnEvent(run.held->event(), run.position);
  }

  void Drop(Rule rule) {
    ++counters_.dropped_policy;
    Count(rule);
  }

  void Count(Rule rule) {
    ++totals_[static_cast<size_t>(rule)];
    if (trace_ != nullptr) trace_->OnRule(rule, "");
  }

  void AddTotals() {
    if (!cleaner_.counts().dirty()) return;
    const auto& counts = cleaner_.counts().counts();
    for (size_t i = 0; i < totals_.size(); ++i) totals_[i] += counts[i];
  }

  void CollectSecrets(const Subject& subject) {
    if (memory_->secrets.empty()) return;
    memory_->secrets.Collect(subject.session, cleaner_.arena(), cleaner_.needles());
  }

  Policy policy_;
  const FilterOptions options_;
  EventSink& sink_;
  std::shared_ptr<CaptureMemory> memory_;
  Cleaner cleaner_;
  EventParser parser_;
  ElementRules rules_;
  // The latest page; `url` is the cleaner's number of its URL.
  struct {
    uint64_t url = 0;
    uint64_t session = 0;
    uint64_t key = 0;
  } page_;
  EventCleaner event_cleaner_;
  Splitter splitter_;
  SessionRuns runs_;
  ParsedEvent parsed_;
  ParseError error_;
  InputPosition input_;  // Of the event at hand.
  uint64_t index_ = 0;
  std::array<uint64_t, kRuleCount> totals_{};
  RuleTrace* trace_ = nullptr;
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
void Filter::SetPolicy(const Policy& policy) { impl_->SetPolicy(policy); }
void Filter::SetTrace(RuleTrace* trace) { impl_->SetTrace(trace); }
const FilterCounters& Filter::counters() const { return impl_->counters(); }

}  // namespace footfall::capture
