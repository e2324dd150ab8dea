// What the native filter makes of the corpus and of the files that are named, for the
// comparison with the filter for browsers; see README.md.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "capture/counters_json.h"
#include "capture/policy.h"
#include "capture/stream_filter.h"
#include "tests/wasm/corpus.h"

namespace footfall::capture {
namespace {

using base::Json;

constexpr char kUsage[] =
    "Usage: wasm_reference corpus TESTS_DIR [events:FILE | rrweb:FILE]...\n"
    "       wasm_reference time REPETITIONS events:FILE | rrweb:FILE\n"
    "The first writes each case as a line of JSON that tells the sizes of what follows "
    "it:\n"
    "policy, input, next policy, output, counters. The second writes the milliseconds "
    "of\n"
    "each repetition as a JSON array.\n";

struct Collected : RecordingSink {
  std::string output;
  void OnRecordingEvent(std::string_view json, const InputPosition&) override {
    output.append(json).push_back('\n');
  }
};

struct Outcome {
  std::string output;    // What passes, or what is wrong with the policy.
  std::string counters;  // Empty when the policy is refused.
};

std::string ErrorText(const PolicyError& error) {
  Json json = Json::MakeObject();
  json.Set("path", error.path).Set("message", error.message);
  return json.Set("byte", error.byte < 0 ? Json() : Json(error.byte)).Dump();
}

// Parses what the corpus holds as a policy that is accepted.
Policy PolicyOf(std::string_view text) {
  Policy policy;
  PolicyError error;
  if (!Policy::Parse(text, policy, error)) std::abort();
  return policy;
}

Outcome Filtered(const CorpusCase& test) {
  Policy policy;
  PolicyError error;
  if (!Policy::Parse(test.policy, policy, error)) return {ErrorText(error), ""};
  Collected collected;
  StreamOptions options;
  options.format = test.recording ? InputFormat::kRrweb : InputFormat::kEvents;
  StreamFilter filter(policy, options, collected);
  const std::string_view input = test.input;
  if (test.next_policy.empty()) {
    filter.Write(input);
  } else {
    filter.Write(input.substr(0, test.swap_at));
    filter.SetPolicy(PolicyOf(test.next_policy));
    filter.Write(input.substr(test.swap_at));
  }
  filter.Finish();
  return {std::move(collected.output), CountersToJson(filter.counters(), "").Dump()};
}

void Put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void WriteCase(const CorpusCase& test) {
  const Outcome outcome = Filtered(test);
  Json head = Json::MakeObject();
  head.Set("group", test.group).Set("name", test.name);
  head.Set("format", test.recording ? "rrweb" : "events").Set("swap_at", test.swap_at);
  Json sizes = Json::MakeArray();
  for (const std::string* part : {&test.policy, &test.input, &test.next_policy,
                                  &outcome.output, &outcome.counters}) {
    sizes.Push(part->size());
  }
  Put(head.Set("sizes", sizes).Dump() + "\n");
  Put(test.policy);
  Put(test.input);
  Put(test.next_policy);
  Put(outcome.output);
  Put(outcome.counters);
}

// A case of group "files" from "events:FILE" or "rrweb:FILE".
CorpusCase FileCase(const std::string& argument) {
  const size_t colon = argument.find(':');
  const std::string format = argument.substr(0, colon);
  CorpusCase test;
  test.group = "files";
  test.recording = format == "rrweb";
  test.policy = "{}";
  if (colon != std::string::npos) test.name = argument.substr(colon + 1);
  std::ifstream file(test.name, std::ios::binary);
  if ((format != "rrweb" && format != "events") || !file) {
    std::fprintf(stderr, "no input: %s\n", argument.c_str());
    std::exit(2);
  }
  test.input.assign((std::istreambuf_iterator<char>(file)), {});
  return test;
}

void Time(int repetitions, const CorpusCase& test) {
  Json times = Json::MakeArray();
  for (int i = 0; i < repetitions; ++i) {
    const auto start = std::chrono::steady_clock::now();
    Filtered(test);
    const std::chrono::duration<double, std::milli> time =
        std::chrono::steady_clock::now() - start;
    times.Push(time.count());
  }
  Put(times.Dump() + "\n");
}

int Run(int argc, char** argv) {
  if (argc < 3) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  if (std::string_view(argv[1]) == "time" && argc == 4) {
    Time(std::atoi(argv[2]), FileCase(argv[3]));
  } else if (std::string_view(argv[1]) == "corpus") {
    for (const CorpusCase& test : ReadCorpus(argv[2])) WriteCase(test);
    for (int i = 3; i < argc; ++i) WriteCase(FileCase(argv[i]));
  } else {
    std::fputs(kUsage, stderr);
    return 2;
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace footfall::capture

int main(int argc, char** argv) { return footfall::capture::Run(argc, argv); }
