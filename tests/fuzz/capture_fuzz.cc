// The filter, over any bytes: what it lets through passes again unchanged, pieces make no
// difference, and each input is counted.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "capture/filter.h"

namespace {

using footfall::capture::EventSink;
using footfall::capture::Filter;
using footfall::capture::FilterCounters;
using footfall::capture::FilterOptions;
using footfall::capture::InputPosition;
using footfall::capture::Policy;
using footfall::capture::PolicyError;

struct Collected : EventSink {
  std::string output;
  uint64_t events = 0;
  void OnEvent(const footfall::model::Event& event, const InputPosition&) override {
    footfall::capture::AppendEventJson(output, event);
    ++events;
  }
};

void Require(bool condition) {
  if (!condition) std::abort();
}

FilterCounters Run(const Policy& policy, const std::string& stream, size_t piece,
                   Collected& result) {
  FilterOptions options;
  options.event_bytes_max = 4096;
  Filter filter(policy, options, result);
  for (size_t pos = 0; pos < stream.size(); pos += piece) {
    filter.Write(std::string(stream, pos, piece));
  }
  filter.Finish();
  Require(filter.counters().passed == result.events);
  return filter.counters();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Policy default_policy;
  static const Policy open_policy = [] {
    Policy policy;
    PolicyError error;
    Require(Policy::Parse(
        R"({"allow_values":[{"all":true}],"allow_keystrokes":[{"all":true}],)"
        R"("text":"allow","url":{"keep_query":["q"]},)"
        R"("censor":[{"selector":"div > [x] .y"}]})",
        policy, error));
    return policy;
  }();
  const std::string stream(reinterpret_cast<const char*>(data), size);
  for (const Policy* policy : {&default_policy, &open_policy}) {
    Collected whole;
    const FilterCounters counters = Run(*policy, stream, size + 1, whole);
    Collected pieces;
    const FilterCounters cut = Run(*policy, stream, 7, pieces);
    Require(pieces.output == whole.output && cut.rules == counters.rules &&
            cut.rejected == counters.rejected);
    Collected again;
    Require(Run(*policy, whole.output, size + 1, again).rejected == 0);
  }
  return 0;
}
