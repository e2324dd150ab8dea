// The leak test: whether canaries, planted in recordings or events, survive the filter.
// Not part of the capture core.
#ifndef FOOTFALL_CAPTURE_LEAK_TEST_H_
#define FOOTFALL_CAPTURE_LEAK_TEST_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/json.h"
#include "capture/leak_search.h"
#include "capture/policy.h"
#include "capture/stream_filter.h"

namespace footfall::capture {

// Reads a JSON array of strings or of {"id", "text"}; a string is called "#1" and so on
// by its place. INVALID_ARGUMENT with the path of what is no canary: under 4 characters
// or over 8 KiB, an id that was there before or that holds a canary. Errors never repeat
// a canary.
absl::StatusOr<std::vector<Canary>> ParseCanaries(std::string_view json);

// Filters one recording, or stream of events, and looks for every canary in what came in
// and in what passed. Memory is bounded by the filter and the largest event; of the
// places found the first 1,000 are kept. Not thread-safe.
class LeakTest {
 public:
  LeakTest(const Policy& policy, const StreamOptions& options,
           const std::vector<Canary>& canaries);
  ~LeakTest();

  // Takes the next bytes, cut anywhere.
  void Write(std::string_view bytes);
  // Ends the recording; Write must not be called afterwards.
  void Finish();

  // {"canaries", "survived": [ids], "places": [{"canary", "encoding", "event", "line",
  // "path"}], "places_omitted", "void": [ids], "counters": {...}}: the number of
  // canaries, those that survived, where, and those that the input does not hold at all.
  base::Json Report() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_LEAK_TEST_H_
