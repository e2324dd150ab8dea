// What the tests of the capture core share.
#ifndef TESTS_CAPTURE_SUPPORT_H_
#define TESTS_CAPTURE_SUPPORT_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "capture/filter.h"
#include "capture/policy.h"

namespace footfall::capture {

struct Collected : EventSink {
  std::string output;
  std::vector<uint64_t> indexes;
  size_t unchanged = 0;
  FilterCounters counters;

  void OnEvent(const model::Event& event, const InputPosition& position) override {
    AppendEventJson(output, event);
    indexes.push_back(position.index);
  }

  // What is passed on in place of being written must be what would be written.
  void OnUnchanged(const model::Event& event, std::string_view json,
                   const InputPosition& position) override {
    ++unchanged;
    const size_t before = output.size();
    OnEvent(event, position);
    EXPECT_EQ(output.substr(before), std::string(json) + "\n");
  }
};

inline Policy MustParse(std::string_view json) {
  Policy policy;
  PolicyError error;
  EXPECT_TRUE(Policy::Parse(json, policy, error)) << error.path << ": " << error.message;
  return policy;
}

// Filters `stream`, handed over in pieces of `piece` bytes.
inline Collected RunFilter(std::string_view stream, const FilterOptions& options = {},
                           std::string_view policy_json = "{}", size_t piece = SIZE_MAX,
                           std::shared_ptr<CaptureMemory> memory = nullptr) {
  const Policy policy = MustParse(policy_json);
  Collected result;
  Filter filter(policy, options, result, std::move(memory));
  for (size_t pos = 0; pos < stream.size();) {
    // A copy of its own, so that a read beyond the piece is a read beyond the allocation.
    const std::string part(stream.substr(pos, piece));
    filter.Write(part);
    pos += part.size();
  }
  filter.Finish();
  result.counters = filter.counters();
  return result;
}

}  // namespace footfall::capture

#endif  // TESTS_CAPTURE_SUPPORT_H_
