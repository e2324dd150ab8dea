// One filter for both kinds of input: interaction events and recordings.
#ifndef FOOTFALL_CAPTURE_STREAM_FILTER_H_
#define FOOTFALL_CAPTURE_STREAM_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "capture/filter.h"
#include "capture/policy.h"
#include "capture/recording_filter.h"

namespace footfall::capture {

enum class InputFormat : uint8_t {
  kEvents,  // Interaction events.
  kRrweb,   // A recording.
  kAuto,    // What the first event is.
};

inline constexpr size_t kEventBytesLimit = size_t{64} << 20;
inline constexpr size_t kRecordingEventBytesLimit = size_t{256} << 20;

struct StreamOptions {
  InputFormat format = InputFormat::kEvents;
  // Recordings belong to Level::kPlayback; below it their events are dropped.
  model::Level level = model::Level::kPlayback;
  // 0 is the default of the format; at most its limit above.
  size_t event_bytes_max = 0;
};

// Whether the text of an event is one of rrweb: an object with a number as `type` and one
// as `timestamp`.
bool IsRrwebEvent(std::string_view text);

// Filters a stream of either format. Until the first event is complete, kAuto holds what
// was written, 1 MiB at most; beyond that the keys that came first decide. Not
// thread-safe.
class StreamFilter {
 public:
  // `sink` outlives the filter; it gets events of both kinds as JSON.
  StreamFilter(Policy policy, const StreamOptions& options, RecordingSink& sink);
  ~StreamFilter();

  void Write(std::string_view bytes);
  // Ends the stream; Write must not be called afterwards.
  void Finish();

  // The policy for all events from the next one on.
  void SetPolicy(const Policy& policy);

  const FilterCounters& counters() const;

  // The recording's filter; null for events and before it is known what the input is.
  RecordingFilter* recording() { return recording_.get(); }
  const RecordingFilter* recording() const { return recording_.get(); }

 private:
  class Probe;
  class Events;
  class Drop;

  // Goes on with the format that the input turned out to have.
  void Choose(InputFormat format);

  Policy policy_;
  const StreamOptions options_;
  RecordingSink& sink_;
  // One of them, or the probe while the format is open.
  std::unique_ptr<Probe> probe_;
  std::unique_ptr<Events> events_;
  std::unique_ptr<RecordingFilter> recording_;
  std::unique_ptr<Drop> drop_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_STREAM_FILTER_H_
