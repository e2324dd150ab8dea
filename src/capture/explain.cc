#include "capture/explain.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "capture/cleaner.h"
#include "capture/element_rules.h"
#include "capture/event_parser.h"
#include "capture/filter.h"
#include "capture/json_index.h"
#include "capture/policy_internal.h"
#include "capture/recording_filter.h"
#include "capture/rules.h"
#include "capture/splitter.h"

namespace footfall::capture {
namespace {

// `text` is followed by simdjson's padding.
bool IsRecording(std::string_view text) {
  JsonIndex index;
  JsonIndex::Defect unused;
  if (!index.Build(text, RecordingOptions().depth_max, unused)) return false;
  if (!index.is_object(index.root())) return false;
  bool type = false;
  bool timestamp = false;
  for (Members member(index, index.root()); member.Next();) {
    if (!index.is_number(member.value())) continue;
    type = type || member.key() == "type";
    timestamp = timestamp || member.key() == "timestamp";
  }
  return type && timestamp;
}

// Of rules that take something away; all others put a mask in its place.
bool Removes(Rule rule) {
  switch (rule) {
    case Rule::kValue:
    case Rule::kRawCopy:
    case Rule::kMasked:
    case Rule::kText:
    case Rule::kUrlToken:
      return false;
    default:
      return rule < Rule::kPrivateKey || rule > Rule::kPattern;
  }
}

// Where the policy asks for a rule that has one place in it.
std::string_view PolicyPath(Rule rule) {
  switch (rule) {
    case Rule::kText:
      return "$.text";
    case Rule::kUrl:
      return "$.url.drop";
    case Rule::kExcludedUrl:
      return "$.exclude.urls";
    case Rule::kExcludedIp:
      return "$.exclude.ip";
    case Rule::kContext:
      return "$.context.drop";
    case Rule::kPattern:
      return "$.patterns";
    default:
      return "";
  }
}

// Tells which rule of the policy an interaction's element falls under.
class Responsible {
 public:
  explicit Responsible(const CompiledPolicy& policy)
      : cleaner_(policy),
        parser_(ParseLimits(), cleaner_),
        rules_(policy, cleaner_.vocabulary()) {}

  // `text` is followed by the padding that the parser reads.
  void Judge(std::string_view text) {
    cleaner_.BeginEvent();
    ParseError unused;
    verdict_ = ElementVerdict();
    if (parser_.Parse(text.data(), text.size(), parsed_, unused) &&
        parsed_.event.has_element) {
      verdict_ = rules_.Judge(parsed_.event);
    }
  }

  std::string PathOf(Rule rule) const {
    const int index = rule == Rule::kCensored ? verdict_.censor_rule
                      : rule == Rule::kMasked ? verdict_.mask_rule
                                              : -1;
    if (index < 0) return std::string(PolicyPath(rule));
    return (rule == Rule::kCensored ? "$.censor[" : "$.mask[") + std::to_string(index) +
           "]";
  }

 private:
  Cleaner cleaner_;
  EventParser parser_;
  ElementRules rules_;
  ParsedEvent parsed_;
  ElementVerdict verdict_;
};

class Explainer : public SplitterSink,
                  private RuleTrace,
                  private EventSink,
                  private RecordingSink {
 public:
  explicit Explainer(const Policy& policy)
      : policy_(policy), responsible_(policy.compiled()) {}

  std::vector<Explanation> Take() { return std::move(result_); }

 private:
  void OnEventText(std::string_view text, size_t, const EventPosition&) override {
    if (events_ == nullptr && recording_ == nullptr) Choose(text);
    Begin();
    if (recording_ != nullptr) {
      Filter(*recording_, text);
    } else {
      responsible_.Judge(text);
      Filter(*events_, text);
    }
  }

  void OnBadText(std::string_view reason, const EventPosition&) override {
    Begin();
    result_.back().outcome = "rejected";
    result_.back().error_reason = reason;
  }

  void OnRule(Rule rule, std::string_view place) override {
    applied_.emplace_back(rule, std::string(place));
  }
  void OnEvent(const model::Event&, const InputPosition&) override {}
  void OnRecordingEvent(std::string_view, const InputPosition&) override {}

  void Choose(std::string_view text) {
    if (IsRecording(text)) {
      RecordingSink& sink = *this;
      recording_ = std::make_unique<RecordingFilter>(policy_, RecordingOptions(), sink);
      recording_->SetTrace(this);
    } else {
      EventSink& sink = *this;
      events_ = std::make_unique<capture::Filter>(policy_, FilterOptions(), sink);
      events_->SetTrace(this);
    }
  }

  void Begin() {
    applied_.clear();
    result_.emplace_back();
    result_.back().index = result_.size() - 1;
  }

  // What the filter says of one more event.
  template <typename AnyFilter>
  void Filter(AnyFilter& filter, std::string_view text) {
    const FilterCounters before = filter.counters();
    // Line ends stand between tokens only, where a space means the same.
    std::string line(text);
    std::replace(line.begin(), line.end(), '\n', ' ');
    line.push_back('\n');
    filter.Write(line);
    const FilterCounters& after = filter.counters();
    Explanation& event = result_.back();
    if (after.rejected > before.rejected) {
      event.outcome = "rejected";
      if (after.errors.size() > before.errors.size()) {
        event.error_path = after.errors.back().path;
        event.error_reason = after.errors.back().reason;
      }
    } else if (after.dropped_level > before.dropped_level) {
      event.outcome = "dropped_level";
    } else if (after.dropped_policy > before.dropped_policy) {
      event.outcome = "dropped_policy";
      AddRules(event, true);
    } else {
      event.outcome = after.passed > before.passed ? "passed" : "held";
      AddRules(event, false);
    }
  }

  void AddRules(Explanation& event, bool dropped) {
    for (auto& [rule, place] : applied_) {
      const bool whole = place.empty() && rule != Rule::kUnknownKey;
      if (dropped && !whole && events_ != nullptr) continue;
      // Said of an earlier event, which this one made room for.
      if (!dropped && whole && events_ != nullptr) continue;
      AppliedRule applied;
      applied.path = std::move(place);
      applied.rule = kRuleNames[static_cast<size_t>(rule)];
      applied.effect = dropped ? "dropped" : Removes(rule) ? "removed" : "masked";
      applied.policy_path = responsible_.PathOf(rule);
      const auto& rules = event.rules;
      if (std::find(rules.begin(), rules.end(), applied) == rules.end()) {
        event.rules.push_back(std::move(applied));
      }
    }
  }

  const Policy& policy_;
  Responsible responsible_;
  // The one of them that the first event asks for.
  std::unique_ptr<capture::Filter> events_;
  std::unique_ptr<RecordingFilter> recording_;
  std::vector<std::pair<Rule, std::string>> applied_;  // To the event at hand.
  std::vector<Explanation> result_;
};

}  // namespace

std::vector<Explanation> Explain(const Policy& policy, std::string_view stream) {
  Explainer explainer(policy);
  Splitter splitter(RecordingOptions().event_bytes_max, explainer);
  splitter.Write(stream);
  splitter.Finish();
  return explainer.Take();
}

}  // namespace footfall::capture
