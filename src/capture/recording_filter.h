// The privacy filter for recordings: rrweb events in, filtered rrweb events out.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_RECORDING_FILTER_H_
#define FOOTFALL_CAPTURE_RECORDING_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "capture/filter.h"
#include "capture/policy.h"
#include "capture/rules.h"

namespace footfall::capture {

class RecordingSink {
 public:
  virtual ~RecordingSink() = default;
  // One rrweb event as JSON, without line ends. It lives until the call returns.
  virtual void OnRecordingEvent(std::string_view json, const InputPosition& position) = 0;
};

struct RecordingOptions {
  size_t event_bytes_max = size_t{64} << 20;
  int depth_max = 1024;  // Of the JSON; an element of a page takes two levels.
};

// Filters the rrweb events of one session's tab, NDJSON or a JSON array, cut into pieces
// anywhere. Events of rrweb 1.1, the 2.0 alphas and 2.x are understood. Memory is bounded
// by event_bytes_max and by the size of the page.
//
// Not thread-safe.
class RecordingFilter {
 public:
  // `sink` outlives the filter.
  RecordingFilter(const Policy& policy, const RecordingOptions& options,
                  RecordingSink& sink);
  ~RecordingFilter();

  void Write(std::string_view bytes);
  // Ends the stream; Write must not be called afterwards.
  void Finish();

  // The policy for all events from the next one on. What the earlier one hid stays hidden
  // until the page's next full snapshot.
  void SetPolicy(const Policy& policy);

  // Of each event that reaches it; null stops that. Outlives the filter or the next call.
  void SetTrace(RuleTrace* trace);

  const FilterCounters& counters() const;

  // The page and the secrets seen so far, to go on with in another process, where the
  // event after the last one written comes next. Secrets are in it in clear: seal it
  // before it is stored, and overwrite it.
  void Save(std::string& out) const;
  // Takes up what Save wrote, before the first Write. Returns false when it is malformed;
  // the filter is then as new.
  bool Restore(std::string_view bytes);

  // Whether all bytes so far belong to complete events, so that Save misses none.
  bool BetweenEvents() const;

  // What the filter holds of the page now.
  size_t memory_bytes() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_RECORDING_FILTER_H_
