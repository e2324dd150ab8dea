// The privacy filter for interaction events: a stream of JSON in, filtered events out.
//
// Part of the capture core: standard library and simdjson only, no exceptions, so that
// the same code runs natively and in the browser.
#ifndef FOOTFALL_CAPTURE_FILTER_H_
#define FOOTFALL_CAPTURE_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capture/policy.h"
#include "capture/rules.h"
#include "model/event.h"

namespace footfall::capture {

// Where an input event stands in its stream.
struct InputPosition {
  uint64_t index = 0;  // 0-based number of the event.
  uint64_t line = 0;   // 1-based.
  uint64_t byte = 0;   // 0-based offset of its first byte.
};

// Receives what passes the filter, in order.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // `event` and everything it points to live until the call returns. An event that was
  // held back comes with the position that it had.
  virtual void OnEvent(const model::Event& event, const InputPosition& position) = 0;
  // Called in place of OnEvent for an event that nothing was changed in: `json` is what
  // AppendEventJson would write of it, but for the newline, and lives as long. For sinks
  // that write events out.
  virtual void OnUnchanged(const model::Event& event, std::string_view,
                           const InputPosition& position) {
    OnEvent(event, position);
  }
};

struct FilterOptions {
  model::Level level = model::Level::kPlayback;
  size_t event_bytes_max = size_t{1} << 20;
  int depth_max = 64;
  int keys_max = 1000;  // Over all objects of one event.
  // Events outside [time_min_ms, time_max_ms] are rejected.
  int64_t time_min_ms = INT64_MIN;
  int64_t time_max_ms = INT64_MAX;
};

// Why an input was rejected. Never holds any of its values.
struct Rejection {
  uint64_t index = 0;  // 0-based number of the input event.
  uint64_t line = 0;   // 1-based.
  uint64_t byte = 0;   // 0-based offset into the stream, of the defect where it is known.
  std::string path;    // "element.path[2].tag"; empty for the event as a whole.
  std::string reason;
};

struct FilterCounters {
  // Each input event is counted once, in this order of precedence. So dropped_policy
  // grows with every key stroke of a password too; the rules below do not.
  uint64_t rejected = 0;
  uint64_t dropped_level = 0;
  uint64_t dropped_policy = 0;
  uint64_t passed = 0;
  // What the rules removed or masked, by rule name ("password", "value", "url_query").
  std::map<std::string, uint64_t> rules;
  std::vector<Rejection> errors;  // The first 100.
  uint64_t errors_omitted = 0;
};

// What the filter remembers over many streams of one store: which fields were ever seen
// to be sensitive (hashes only), what was typed into them, and which fields were being
// typed into. Thread-safe; bounded; secrets are overwritten before their memory is given
// back.
class CaptureMemory;
std::shared_ptr<CaptureMemory> MakeCaptureMemory();

// Filters one stream, NDJSON or a JSON array, cut into pieces anywhere. Memory is bounded
// by event_bytes_max and the values held back until their field is left.
//
// Not thread-safe: all calls come from one thread at a time, SetPolicy's too.
class Filter {
 public:
  // `sink` outlives the filter; a null `memory` is one of its own.
  Filter(const Policy& policy, const FilterOptions& options, EventSink& sink,
         std::shared_ptr<CaptureMemory> memory = nullptr);
  ~Filter();

  void Write(std::string_view bytes);
  // Ends the stream; Write must not be called afterwards.
  void Finish();

  // The policy for all events from the next one on; an event of which only a part was
  // written falls under the new policy as a whole. Values that were held back under the
  // policy before are let go, masked. Must not be called by the sink.
  void SetPolicy(const Policy& policy);

  // Of each event that follows; null stops that. `trace` outlives the filter or the next
  // call.
  void SetTrace(RuleTrace* trace);

  const FilterCounters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Appends `event` as one line of NDJSON, keys in the documented order, with newline.
void AppendEventJson(std::string& out, const model::Event& event);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_FILTER_H_
