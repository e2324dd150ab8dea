#include "tests/privacy/recording_run.h"

#include <gtest/gtest.h>

namespace footfall::capture {

using base::Json;

Policy PolicyOf(const Json& json) {
  Policy policy;
  PolicyError error;
  EXPECT_TRUE(Policy::Parse(json.Dump(), policy, error)) << error.path << error.message;
  return policy;
}

std::string Collected::Text() const {
  std::string text;
  for (const OutputEvent& event : events) text += event.json + "\n";
  return text;
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string stream;
  for (const std::string& line : lines) stream += line + "\n";
  return stream;
}

Collected FilterStream(const Policy& policy, const std::string& stream, size_t piece) {
  Collected result;
  RecordingFilter filter(policy, RecordingOptions(), result);
  for (size_t pos = 0; pos < stream.size(); pos += piece) {
    filter.Write(std::string_view(stream).substr(pos, piece));
  }
  filter.Finish();
  result.counters = filter.counters();
  return result;
}

Collected FilterStream(const Policy& policy, const std::string& stream) {
  return FilterStream(policy, stream, stream.size() + 1);
}

}  // namespace footfall::capture
