// The policy parser and the linter, over any bytes: a refusal says why, and an accepted
// policy can be linted and used.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "capture/filter.h"
#include "capture/policy.h"

namespace {

struct Ignored : footfall::capture::EventSink {
  void OnEvent(const footfall::model::Event&,
               const footfall::capture::InputPosition&) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using footfall::capture::Policy;
  Policy policy;
  footfall::capture::PolicyError error;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!Policy::Parse(text, policy, error)) {
    if (error.message.empty()) std::abort();
    return 0;
  }
  policy.Lint();
  Ignored sink;
  footfall::capture::Filter filter(policy, {}, sink);
  filter.Write(
      R"({"time":1,"person":"p","type":"click","url":"https://a.example/b?c=d","element":)"
      R"({"tag":"a","id":"b","class":"c d","path":[{"tag":"div"},{"tag":"p","id":"x"}]}})");
  filter.Finish();
  if (filter.counters().rejected != 0) std::abort();
  return 0;
}
