#include "prove/attempts.h"

#include <algorithm>

#include "base/time.h"

namespace footfall::prove {

int64_t DurationMs(const Json& json) {
  return json.is_int() ? json.as_int() : base::ParseDuration(json.as_string()).value();
}

Attempts::Attempts(const Run& run, std::vector<const Event*> events)
    : run_(run), events_(std::move(events)) {
  const Json& funnel = *run.definition;
  steps_ = funnel.Find("steps")->as_array();
  window_ms_ = DurationMs(*funnel.Find("window"));
  order_ =
      funnel.Find("order") == nullptr ? "sequential" : funnel.Find("order")->as_string();
  // Asked of the rules once, as chains ask the same many times.
  const auto holds = [this](const Json* rule) {
    std::vector<bool> verdicts;
    for (const Event* event : events_) {
      verdicts.push_back(Holds(rule, ScopeOf(run_, *event)));
    }
    return verdicts;
  };
  for (const Json& step : steps_) matches_.push_back(holds(step.Find("where")));
  const Json* exclude = funnel.Find("exclude");
  excluded_ = exclude == nullptr ? std::vector<bool>(events_.size()) : holds(exclude);
}

size_t Attempts::LengthMax() const {
  const auto never = [](const std::vector<bool>& verdicts) {
    return std::find(verdicts.begin(), verdicts.end(), true) == verdicts.end();
  };
  return static_cast<size_t>(std::find_if(matches_.begin(), matches_.end(), never) -
                             matches_.begin());
}

std::vector<size_t> Attempts::Best() {
  for (size_t length = LengthMax(); length > 0; --length) {
    for (size_t start = 0; start < events_.size(); ++start) {
      std::vector<size_t> chain;
      failed_.clear();
      if (order_ == "any" ? Window(start, length, &chain)
                          : Matches(0, start) && Extend(start, length, {start}, &chain))
        return chain;
    }
  }
  return {};
}

size_t Attempts::LongestFrom(size_t start) {
  for (size_t length = LengthMax(); length > 0; --length) {
    std::vector<size_t> chain;
    failed_.clear();
    if (Matches(0, start) && Extend(start, length, {start}, &chain)) return length;
  }
  return 0;
}

std::optional<size_t> Attempts::FirstStart() const {
  for (size_t i = 0; i < events_.size(); ++i) {
    if (Matches(0, i)) return i;
  }
  return std::nullopt;
}

std::optional<size_t> Attempts::LastStart() const {
  for (size_t i = events_.size(); i-- > 0;) {
    if (Matches(0, i)) return i;
  }
  return std::nullopt;
}

std::optional<size_t> Attempts::Interruption(size_t from, size_t to) const {
  for (size_t i = from + 1; i < to; ++i) {
    if (excluded_[i]) return i;
  }
  return std::nullopt;
}

bool Attempts::Extend(size_t start, size_t length, std::vector<size_t> so_far,
                      std::vector<size_t>* chain) {
  if (so_far.size() == length) {
    *chain = so_far;
    return true;
  }
  const size_t last = so_far.back();
  // What can follow depends on nothing else but the start.
  if (failed_.contains({so_far.size(), last})) return false;
  const Json* within = steps_[so_far.size()].Find("within");
  const int64_t within_ms = within == nullptr ? INT64_MAX : DurationMs(*within);
  for (size_t next = last + 1; next < events_.size(); ++next) {
    if (order_ == "strict" && next > last + 1) break;
    const int64_t time_ms = events_[next]->time_ms;
    // Times rise.
    if (time_ms - events_[start]->time_ms > window_ms_) break;
    const bool fits = Matches(so_far.size(), next) &&
                      time_ms - events_[last]->time_ms <= within_ms &&
                      !Interruption(start, next);
    if (!fits) continue;
    so_far.push_back(next);
    if (Extend(start, length, so_far, chain)) return true;
    so_far.pop_back();
  }
  failed_.insert({so_far.size(), last});
  return false;
}

bool Attempts::Window(size_t start, size_t length, std::vector<size_t>* chain) const {
  for (size_t step = 0; step < length; ++step) {
    size_t at = start;
    while (at < events_.size() && !Matches(step, at)) ++at;
    if (at == events_.size() ||
        events_[at]->time_ms - events_[start]->time_ms > window_ms_ ||
        Interruption(start, at)) {
      return false;
    }
    chain->push_back(at);
  }
  return std::find(chain->begin(), chain->end(), start) != chain->end();
}

}  // namespace footfall::prove
