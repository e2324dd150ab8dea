// Runs recordings through the filter.
#ifndef FOOTFALL_TESTS_PRIVACY_RECORDING_RUN_H_
#define FOOTFALL_TESTS_PRIVACY_RECORDING_RUN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "capture/policy.h"
#include "capture/recording_filter.h"

namespace footfall::capture {

// Fails the test when the policy is refused.
Policy PolicyOf(const base::Json& json);

struct OutputEvent {
  uint64_t index = 0;  // Of the input event.
  std::string json;
};

struct Collected : RecordingSink {
  std::vector<OutputEvent> events;
  FilterCounters counters;

  void OnRecordingEvent(std::string_view json, const InputPosition& position) override {
    events.push_back({position.index, std::string(json)});
  }

  // The events as lines.
  std::string Text() const;
};

// Lines as a stream.
std::string Joined(const std::vector<std::string>& lines);

// Filters `stream` in pieces of `piece` bytes.
Collected FilterStream(const Policy& policy, const std::string& stream, size_t piece);
// As a whole.
Collected FilterStream(const Policy& policy, const std::string& stream);

}  // namespace footfall::capture

#endif  // FOOTFALL_TESTS_PRIVACY_RECORDING_RUN_H_
