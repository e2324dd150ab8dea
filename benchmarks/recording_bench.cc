// The privacy filter over recordings, DEFAULT policy, beside a full walk of the same
// bytes by simdjson On-Demand, in one process. FOOTFALL_BENCH_RECORDING names a file of
// rrweb events as NDJSON.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "benchmark/benchmark.h"
#include "capture/policy.h"
#include "capture/recording_filter.h"
#include "simdjson.h"
#include "simdjson_walk.h"

namespace footfall::benchmarks {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr size_t kPieceBytes = size_t{1} << 20;

const simdjson::padded_string& Recording() {
  static const simdjson::padded_string* const bytes = [] {
    const char* path = std::getenv("FOOTFALL_BENCH_RECORDING");
    std::ifstream file(path == nullptr ? "" : path, std::ios::binary);
    return new simdjson::padded_string(
        std::string((std::istreambuf_iterator<char>(file)), {}));
  }();
  return *bytes;
}

void SetRate(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(Recording().size()));
}

// Visits each line, as text that simdjson can read beyond.
template <typename Visit>
bool ForEachLine(Visit visit) {
  const simdjson::padded_string& bytes = Recording();
  const std::string_view text(bytes.data(), bytes.size());
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const size_t capacity = text.size() + simdjson::SIMDJSON_PADDING - at;
    if (end > at &&
        !visit(simdjson::padded_string_view(text.data() + at, end - at, capacity))) {
      return false;
    }
    at = end + 1;
  }
  return !text.empty();
}

void BM_SimdjsonWalk(benchmark::State& state) {
  ondemand::parser parser;
  for (auto _ : state) {
    const bool walked = ForEachLine([&parser](simdjson::padded_string_view line) {
      ondemand::document document;
      ondemand::value value;
      return !parser.iterate(line).get(document) && !document.get_value().get(value) &&
             Walk(value) > 0;
    });
    if (!walked) return state.SkipWithError("simdjson cannot walk the recording");
  }
  SetRate(state);
}
BENCHMARK(BM_SimdjsonWalk)->Unit(benchmark::kMillisecond);

void BM_SimdjsonDom(benchmark::State& state) {
  simdjson::dom::parser parser;
  for (auto _ : state) {
    const bool parsed = ForEachLine([&parser](simdjson::padded_string_view line) {
      simdjson::dom::element element;
      // The copy is avoided: the line is padded by what follows.
      return !parser.parse(line.data(), line.size(), false).get(element);
    });
    if (!parsed) return state.SkipWithError("simdjson cannot parse the recording");
  }
  SetRate(state);
}
BENCHMARK(BM_SimdjsonDom)->Unit(benchmark::kMillisecond);

struct Sink : capture::RecordingSink {
  std::string out;
  void OnRecordingEvent(std::string_view json, const capture::InputPosition&) override {
    out.append(json).push_back('\n');
    if (out.size() > kPieceBytes) out.clear();
  }
};

void BM_FilterRecording(benchmark::State& state) {
  const simdjson::padded_string& bytes = Recording();
  const std::string_view text(bytes.data(), bytes.size());
  const capture::Policy policy;
  size_t memory = 0;
  Sink sink;  // As simdjson's parser, it keeps its memory.
  for (auto _ : state) {
    capture::RecordingFilter filter(policy, {}, sink);
    for (size_t at = 0; at < text.size(); at += kPieceBytes) {
      filter.Write(text.substr(at, kPieceBytes));
    }
    filter.Finish();
    memory = filter.memory_bytes();
    if (filter.counters().rejected != 0 || filter.counters().passed == 0) {
      return state.SkipWithError("the filter does not read the recording");
    }
  }
  SetRate(state);
  state.counters["page_bytes"] = static_cast<double>(memory);
}
BENCHMARK(BM_FilterRecording)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace footfall::benchmarks

BENCHMARK_MAIN();
