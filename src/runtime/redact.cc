#include "runtime/redact.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "capture/filter.h"
#include "runtime/same_event.h"

namespace footfall::runtime {
namespace {

// What was stored was small enough once.
constexpr size_t kEventBytesMax = size_t{1} << 30;

capture::FilterOptions FilterAll() {
  capture::FilterOptions options;
  options.level = model::Level::kPlayback;
  options.event_bytes_max = kEventBytesMax;
  return options;
}

// A keystroke on a censored element: the filter let it through for its key, a key to move
// about with, and took that away.
bool IsCensoredKeystroke(const model::Event& event) {
  const model::Element& element = event.element;
  return event.type == model::EventType::kKeystroke && event.key.data() == nullptr &&
         element.tag.empty() && element.name.empty() && element.type.empty();
}

bool IsTyping(model::EventType type) {
  return type == model::EventType::kInput || type == model::EventType::kKeystroke;
}

class PolicyRedactor : public store::Redactor,
                       private capture::EventSink,
                       private capture::RuleTrace {
 public:
  explicit PolicyRedactor(const capture::Policy& policy)
      : filter_(policy, FilterAll(), *this) {
    filter_.SetTrace(this);
  }

  absl::StatusOr<Fate> Redact(const model::Event& event,
                              absl::FunctionRef<void(const model::Event&)> replace,
                              store::RuleTotals& rules) override {
    Begin(event, replace);
    WriteEvent(event);
    // An allowed value is held back until something else happens in the session.
    if (IsTyping(event.type)) EndTyping();
    if (fate_ == Fate::kDropped) FOOTFALL_RETURN_IF_ERROR(CheckRead());
    if (fate_ == Fate::kSame) return fate_;
    for (const Applied& applied : applied_) {
      if (!applied.again) ++rules[std::string(NameOf(applied.rule))];
    }
    return fate_;
  }

 private:
  struct Applied {
    capture::Rule rule;
    std::string place;
    bool again = false;  // It hid what was hidden before.
  };

  static std::string_view NameOf(capture::Rule rule) {
    return capture::kRuleNames[static_cast<size_t>(rule)];
  }

  // Both live as long as the event is at hand.
  void Begin(const model::Event& event,
             const absl::FunctionRef<void(const model::Event&)>& replace) {
    event_ = &event;
    replace_ = &replace;
    fate_ = Fate::kDropped;
    applied_.clear();
    tracing_ = true;
    // A session of its own keeps what the filter remembers away from the other events:
    // what was repeated is stored once already, and what was taken away is gone.
    session_ = base::Cat("s", ++sessions_);
  }

  void WriteEvent(const model::Event& event) {
    model::Event alone = event;
    alone.id = {};
    alone.session = session_;
    if (IsCensoredKeystroke(event)) alone.key = "Tab";
    json_.clear();
    capture::AppendEventJson(json_, alone);
    index_ = next_index_++;
    filter_.Write(json_);
    tracing_ = false;
  }

  void EndTyping() {
    ++next_index_;
    filter_.Write(base::Cat(R"({"time":0,"person":"0","session":")", session_,
                            "\",\"type\":\"track\"}\n"));
  }

  // A dropped event must not be one that could not be read.
  absl::Status CheckRead() {
    const capture::FilterCounters& counters = filter_.counters();
    if (counters.rejected == 0) return absl::OkStatus();
    const capture::Rejection& error = counters.errors.front();
    return base::MakeError(
        absl::StatusCode::kDataLoss,
        base::Cat("has an event that the filter refuses: ",
                  error.path.empty() ? "" : error.path + ": ", error.reason));
  }

  void OnUnchanged(const model::Event&, std::string_view,
                   const capture::InputPosition& position) override {
    if (position.index == index_) fate_ = Fate::kSame;
  }

  void OnEvent(const model::Event& filtered,
               const capture::InputPosition& position) override {
    if (position.index != index_) return;  // Of EndTyping.
    model::Event stored = filtered;
    stored.id = event_->id;
    stored.session = event_->session;
    stored.person = event_->person;
    stored.anonymous = event_->anonymous;
    if (IsCensoredKeystroke(*event_)) stored.key = {};
    fate_ = SameEvent(*event_, stored) ? Fate::kSame : Fate::kChanged;
    if (fate_ == Fate::kSame) return;
    for (Applied& applied : applied_) {
      applied.again = SameAt(applied.place, *event_, stored);
    }
    (*replace_)(stored);
  }

  void OnRule(capture::Rule rule, std::string_view place) override {
    if (tracing_) applied_.push_back({rule, std::string(place)});
  }

  // Of the event at hand.
  const model::Event* event_ = nullptr;
  const absl::FunctionRef<void(const model::Event&)>* replace_ = nullptr;
  Fate fate_ = Fate::kDropped;
  std::vector<Applied> applied_;
  bool tracing_ = false;
  std::string session_;
  std::string json_;
  uint64_t index_ = 0;

  uint64_t next_index_ = 0;
  uint64_t sessions_ = 0;
  capture::Filter filter_;
};

}  // namespace

std::unique_ptr<store::Redactor> MakeRedactor(const capture::Policy& policy) {
  return std::make_unique<PolicyRedactor>(policy);
}

absl::StatusOr<base::Json> Redact(Instance& instance, const RedactOptions& options) {
  // White space tells no policies apart.
  FOOTFALL_ASSIGN_OR_RETURN(const base::Json policy,
                            base::Json::Parse(options.policy_text));
  const std::string key = policy.Dump();
  const std::unique_ptr<store::Redactor> redactor = MakeRedactor(options.policy);
  FOOTFALL_ASSIGN_OR_RETURN(
      const store::RedactReport report,
      instance.store().Redact(
          {.key = key, .dry_run = options.dry_run, .cancel = options.cancel}, *redactor));
  base::Json rules = base::Json::MakeObject();
  for (const auto& [rule, count] : report.rules) rules.Set(rule, count);
  base::Json out = base::Json::MakeObject();
  out.Set("examined", report.examined);
  out.Set("changed", report.changed);
  out.Set("dropped", report.dropped);
  out.Set("rules", std::move(rules));
  out.Set("done", report.done);
  out.Set("records_done", report.records_done);
  out.Set("records", report.records);
  return out;
}

}  // namespace footfall::runtime
