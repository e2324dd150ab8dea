// The filter for recordings, over any bytes behind the beginning of a recording in which
// a password is typed: what passes is JSON and passes again, pieces and restarts make no
// difference, and the password is in nothing that passes.
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "capture/policy.h"
#include "capture/recording_filter.h"

namespace {

using footfall::capture::InputPosition;
using footfall::capture::Policy;
using footfall::capture::PolicyError;
using footfall::capture::RecordingFilter;
using footfall::capture::RecordingOptions;

constexpr std::string_view kPassword = "vq8-Marker-kz3";

constexpr std::string_view kBeginning =
    R"({"type":4,"timestamp":1,"data":{"href":"https://a.example/b","width":9,"height":9}})"
    "\n"
    R"({"type":2,"timestamp":2,"data":{"node":{"type":0,"id":1,"childNodes":[)"
    R"({"type":2,"id":2,"tagName":"html","attributes":{},"childNodes":[)"
    R"({"type":2,"id":3,"tagName":"div","attributes":{"class":"x"},"childNodes":[)"
    R"({"type":3,"id":4,"textContent":"Hello"}]},)"
    R"({"type":2,"id":5,"tagName":"input","attributes":{"type":"password"},)"
    R"("childNodes":[]},)"
    R"({"type":2,"id":6,"tagName":"input","attributes":{"type":"text"},"childNodes":[]},)"
    R"({"type":2,"id":7,"tagName":"section","attributes":{"class":"c"},"childNodes":[)"
    R"({"type":3,"id":8,"textContent":"Closed"}]}]}]},)"
    R"("initialOffset":{"left":0,"top":0}}})"
    "\n"
    R"({"type":3,"timestamp":3,"data":{"source":5,"text":"vq8-Marker-kz3",)"
    R"("isChecked":false,"id":5}})"
    "\n";

void Require(bool condition) {
  if (!condition) std::abort();
}

struct Collected : footfall::capture::RecordingSink {
  std::string output;
  uint64_t rejected = 0;
  void OnRecordingEvent(std::string_view json, const InputPosition&) override {
    Require(json.find('\n') == std::string_view::npos);
    output.append(json).push_back('\n');
  }
};

RecordingOptions Options() {
  RecordingOptions options;
  options.event_bytes_max = 4096;
  options.depth_max = 64;
  return options;
}

void Run(const Policy& policy, const std::string& stream, size_t piece,
         Collected& result) {
  RecordingFilter filter(policy, Options(), result);
  for (size_t pos = 0; pos < stream.size(); pos += piece) {
    filter.Write(std::string(stream, pos, piece));
  }
  filter.Finish();
  result.rejected = filter.counters().rejected;
}

// Goes on with another filter behind the line end at `cut`.
void RunRestarted(const Policy& policy, const std::string& stream, size_t cut,
                  Collected& result) {
  std::string state;
  RecordingFilter first(policy, Options(), result);
  first.Write(std::string(stream, 0, cut));
  first.Save(state);
  RecordingFilter second(policy, Options(), result);
  Require(second.Restore(state));
  second.Write(std::string(stream, cut));
  second.Finish();
}

Policy PolicyOf(std::string_view json) {
  Policy policy;
  PolicyError error;
  Require(Policy::Parse(json, policy, error));
  return policy;
}

void RequireJson(const std::string& lines) {
  simdjson::dom::parser parser;
  for (size_t pos = 0; pos < lines.size();) {
    const size_t end = lines.find('\n', pos);
    Require(parser.parse(lines.data() + pos, end - pos).error() == simdjson::SUCCESS);
    pos = end + 1;
  }
}

void Check(const Policy& policy, const std::string& stream) {
  Collected whole;
  Run(policy, stream, stream.size() + 1, whole);
  RequireJson(whole.output);
  Collected pieces;
  Run(policy, stream, 7, pieces);
  Require(pieces.output == whole.output && pieces.rejected == whole.rejected);
  Collected again;
  Run(policy, whole.output, whole.output.size() + 1, again);
  Require(again.rejected == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Policy policies[] = {
      Policy(),
      PolicyOf(R"({"allow_values":[{"all":true}],"text":"allow",)"
               R"("url":{"keep_query":["q"]},"attributes":{"allow":["value","title"]},)"
               R"("custom":{"allow":[{"tag":"t","keys":["k"]}]}})"),
      PolicyOf(R"({"censor":[{"selector":"div > [x] .y"},{"class":"c"}],)"
               R"("censored_identity":true,"mask":[{"id":"m"}],"text":"mask"})")};
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::string stream = std::string(kBeginning) + bytes;
  for (const Policy& policy : policies) {
    if (!bytes.empty() && bytes[0] == '[') Check(policy, bytes);
    Check(policy, stream);
    Collected whole;
    Run(policy, stream, stream.size() + 1, whole);
    if (bytes.find("Marker") == std::string::npos) {
      Require(whole.output.find(kPassword) == std::string::npos);
    }
    // A stream of its own would begin with anything else, such as the bracket of an
    // array.
    const size_t line_end = bytes.find("\n{", size / 2);
    if (line_end != std::string::npos) {
      Collected restarted;
      RunRestarted(policy, stream, kBeginning.size() + line_end + 1, restarted);
      Require(restarted.output == whole.output);
    }
    Collected unused;
    RecordingFilter(policy, Options(), unused).Restore(bytes);
  }
  return 0;
}
