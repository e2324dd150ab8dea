#include "prove/explain_funnel.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "prove/attempts.h"
#include "prove/plan_json.h"
#include "prove/prove_run.h"

namespace footfall::prove {
namespace {

using base::Cat;

Json MemberOrNull(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr ? Json() : *value;
}

Json EventToRow(const Event& event) {
  Json json = Json::MakeObject();
  json.Set("time", base::FormatTime(event.time_ms));
  json.Set("session", event.session == nullptr ? Json() : Json(event.session->id));
  for (const char* key : {"type", "name", "url"}) {
    json.Set(key, MemberOrNull(*event.json, key));
  }
  return json;
}

std::string Describe(const Event& event) {
  const Json name = MemberOrNull(*event.json, "name");
  const Json& shown = name.is_string() ? name : *event.json->Find("type");
  return Cat("'", shown.as_string(), "' at ", base::FormatTime(event.time_ms));
}

// Tells of the events of one person that match a step why they are not the one taken.
class Explainer {
 public:
  Explainer(const Run& run, const Person& person)
      : run_(run), person_(person), attempts_(run, Existing(run, person)) {
    best_ = attempts_.Best();
  }

  size_t reached() const { return best_.size(); }

  Json Step(size_t step, const Json& definition) {
    Json refused = Json::MakeArray();
    uint64_t count = 0;
    for (const Event& event : person_.events) {
      if (!Holds(definition.Find("where"), ScopeOf(run_, event))) continue;
      const std::string reason = Reason(step, definition, event);
      if (reason.empty() || ++count > kRefusedMax) continue;
      Json row = EventToRow(event);
      row.Set("reason", reason);
      refused.Push(std::move(row));
    }
    Json json = Json::MakeObject();
    json.Set("step", static_cast<uint64_t>(step + 1));
    json.Set("name", *definition.Find("name"));
    json.Set("taken",
             step < best_.size() ? EventToRow(attempts_.event(best_[step])) : Json());
    json.Set("refused_count", count);
    json.Set("refused", std::move(refused));
    return json;
  }

 private:
  std::optional<size_t> PositionOf(const Event& event) const {
    for (size_t i = 0; i < attempts_.size(); ++i) {
      if (&attempts_.event(i) == &event) return i;
    }
    return std::nullopt;
  }

  // Empty for the event that is taken.
  std::string Reason(size_t step, const Json& definition, const Event& event) {
    if (!person_.in_segment) return "the person is not in the segment";
    if (!run_.InRange(event.time_ms)) return "is out of the range";
    const std::optional<size_t> position = PositionOf(event);
    if (!position.has_value()) return "does not satisfy the filter of the report";
    if (step < best_.size() && best_[step] == *position) return "";
    if (attempts_.order() == "any") return ReasonOfAny(step, *position);
    if (step > best_.size()) return Cat("step ", best_.size() + 1, " is not reached");
    return step == 0 ? ReasonOfStart(*position)
                     : ReasonOfFollower(step, definition, *position);
  }

  std::string ReasonOfStart(size_t position) {
    if (position > best_[0]) return "comes after the one that was taken";
    return Cat("leads no further than step ", attempts_.LongestFrom(position));
  }

  std::string ReasonOfFollower(size_t step, const Json& definition, size_t position) {
    const size_t before = best_[step - 1];
    const Event& event = attempts_.event(position);
    for (size_t i = 0; i < best_.size(); ++i) {
      if (best_[i] == position) return Cat("serves step ", i + 1, " already");
    }
    if (position < before) return Cat("comes before step ", step, " was taken");
    if (step < best_.size() && position > best_[step]) {
      return "comes after the one that was taken";
    }
    const int64_t after_first = event.time_ms - attempts_.event(best_[0]).time_ms;
    if (after_first > attempts_.window_ms()) {
      return Cat("comes ", after_first, " ms after step 1, more than the window of ",
                 attempts_.window_ms(), " ms");
    }
    const int64_t after = event.time_ms - attempts_.event(before).time_ms;
    const Json* within = definition.Find("within");
    if (within != nullptr && after > DurationMs(*within)) {
      return Cat("comes ", after, " ms after step ", step, ", more than the ",
                 DurationMs(*within), " ms of its within");
    }
    if (const auto excluded = attempts_.Interruption(best_[0], position)) {
      return Cat("the excluded event ", Describe(attempts_.event(*excluded)),
                 " lies before it");
    }
    if (attempts_.order() == "strict" && position > before + 1) {
      return Cat("is not the next event after step ", step, ": that is ",
                 Describe(attempts_.event(before + 1)));
    }
    return Cat("leads no further than step ", step + 1);
  }

  std::string ReasonOfAny(size_t step, size_t position) {
    if (best_.empty()) return "begins no window that serves step 1";
    const size_t start = *std::min_element(best_.begin(), best_.end());
    if (position < start) return "comes before the window that was taken";
    const int64_t after =
        attempts_.event(position).time_ms - attempts_.event(start).time_ms;
    if (after > attempts_.window_ms()) {
      return Cat("comes ", after, " ms after the window began, more than its ",
                 attempts_.window_ms(), " ms");
    }
    if (const auto excluded = attempts_.Interruption(start, position)) {
      return Cat("the excluded event ", Describe(attempts_.event(*excluded)),
                 " lies before it");
    }
    return step < best_.size() ? "comes after the one that was taken"
                               : Cat("step ", best_.size() + 1, " is not reached");
  }

  const Run& run_;
  const Person& person_;
  Attempts attempts_;
  std::vector<size_t> best_;
};

}  // namespace

absl::StatusOr<Json> ExplainFunnel(const store::Snapshot& snapshot,
                                   const query::Plan& plan, const model::Person& person,
                                   int64_t now_ms, const LoadOptions& options) {
  LoadOptions load = options;
  load.person = person.code;
  FOOTFALL_ASSIGN_OR_RETURN(const World world, LoadWorld(snapshot, load));
  const Json definition = DefinitionOf(plan);
  FOOTFALL_ASSIGN_OR_RETURN(const Run run, Prepare(world, definition, now_ms));
  const auto found = std::find_if(run.people.begin(), run.people.end(),
                                  [&](const auto& p) { return p->code == person.code; });
  if (found == run.people.end()) {
    return base::MakeError(absl::StatusCode::kNotFound, "the person has no events");
  }
  Explainer explainer(run, **found);
  Json steps = Json::MakeArray();
  const Json::Array& defined = definition.Find("steps")->as_array();
  for (size_t i = 0; i < defined.size(); ++i) {
    steps.Push(explainer.Step(i, defined[i]));
  }
  Json out = Json::MakeObject();
  out.Set("person", person.DisplayId());
  out.Set("in_segment", (*found)->in_segment);
  out.Set("order", *definition.Find("order"));
  out.Set("window_ms", *definition.Find("window"));
  out.Set("reached", static_cast<uint64_t>(explainer.reached()));
  out.Set("steps", std::move(steps));
  return out;
}

}  // namespace footfall::prove
