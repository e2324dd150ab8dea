// What may leave of one event.
#ifndef FOOTFALL_CAPTURE_EVENT_CLEANER_H_
#define FOOTFALL_CAPTURE_EVENT_CLEANER_H_

#include <string_view>

#include "capture/cleaner.h"
#include "capture/element_rules.h"
#include "capture/event_parser.h"
#include "capture/policy_internal.h"

namespace footfall::capture {

// True for what people do to the elements of a page.
bool IsInteraction(model::EventType type);

// Turns events into what may leave of them. What is changed is counted in the cleaner.
// Not thread-safe.
class EventCleaner {
 public:
  // Both outlive it; `policy` until the next SetPolicy.
  EventCleaner(const CompiledPolicy& policy, Cleaner& cleaner)
      : policy_(&policy), cleaner_(cleaner) {}

  void SetPolicy(const CompiledPolicy& policy) { policy_ = &policy; }

  // Cleans the event in place. `sensitive`: its element is or was a sensitive field. The
  // session's secrets are among the cleaner's needles already. New strings live in the
  // cleaner's arena.
  void Clean(ParsedEvent& parsed, const ElementVerdict& verdict, bool sensitive);

 private:
  void AddValueNeedles(const model::Event& event, const ElementVerdict& verdict);
  void RemoveElement(model::Event& event);
  void CleanUrl(model::Event& event);
  void CleanTitle(model::Event& event);
  void CleanKey(model::Event& event, bool censored);
  void CleanValue(std::string_view& value, std::string_view place, bool allowed);
  // The text or the label.
  void CleanWords(std::string_view& words, std::string_view place, bool masked);
  void CleanElement(ParsedEvent& parsed, const ElementVerdict& verdict);
  void CleanProperties(ParsedEvent& parsed);
  // Drops the properties whose key repeats a needle, and masks the values that are no
  // strings and do.
  void HideCopies(ParsedEvent& parsed);
  bool ValueRepeats(const model::Value& value);
  void CleanContext(ParsedEvent& parsed);

  const CompiledPolicy* policy_;
  Cleaner& cleaner_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_EVENT_CLEANER_H_
