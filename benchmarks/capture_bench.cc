// The privacy filter over generated interactions, beside a full walk of the same bytes by
// simdjson On-Demand, in one process. FOOTFALL_BENCH_EVENTS names the events.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "benchmark/benchmark.h"
#include "capture/filter.h"
#include "capture/policy.h"
#include "events_file.h"
#include "simdjson.h"
#include "simdjson_walk.h"

namespace footfall::benchmarks {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr size_t kEventsMax = 200'000;
constexpr size_t kPieceBytes = size_t{1} << 20;

struct Input {
  size_t events = 0;
  // Padded, so that simdjson need not copy it.
  simdjson::padded_string bytes;
};

const Input& Events() {
  static const Input* const input = [] {
    const EventsFile file("FOOTFALL_BENCH_EVENTS");
    auto* read = new Input;
    read->events = std::min(kEventsMax, file.event_count());
    std::string bytes;
    file.Read(0, read->events, bytes);
    read->bytes = simdjson::padded_string(bytes);
    return read;
  }();
  return *input;
}

void SetRates(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(Events().bytes.size()));
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(Events().events));
}

void BM_SimdjsonWalk(benchmark::State& state) {
  const Input& input = Events();
  ondemand::parser parser;
  parser.threaded = false;  // The filter runs on one thread too.
  for (auto _ : state) {
    size_t documents = 0;
    ondemand::document_stream stream;
    if (parser.iterate_many(input.bytes, kPieceBytes).get(stream)) {
      return state.SkipWithError("simdjson refuses the stream");
    }
    for (auto document : stream) {
      ondemand::value value;
      if (document.get_value().get(value) || Walk(value) < 10) {
        return state.SkipWithError("simdjson cannot walk an event");
      }
      ++documents;
    }
    if (documents != input.events) {
      return state.SkipWithError("simdjson does not see all events");
    }
  }
  SetRates(state);
}
BENCHMARK(BM_SimdjsonWalk)->Unit(benchmark::kMillisecond);

// Takes events, as the store does, or writes them out, as `footfall filter` does.
class Sink : public capture::EventSink {
 public:
  explicit Sink(bool write) : write_(write) {}

  void OnEvent(const model::Event& event, const capture::InputPosition&) override {
    ++events_;
    benchmark::DoNotOptimize(event.time_ms);
    if (!write_) return;
    capture::AppendEventJson(out_, event);
    Flush();
  }

  void OnUnchanged(const model::Event& event, std::string_view json,
                   const capture::InputPosition&) override {
    ++events_;
    benchmark::DoNotOptimize(event.time_ms);
    if (!write_) return;
    out_.append(json).push_back('\n');
    Flush();
  }

  size_t events() const { return events_; }

 private:
  void Flush() {
    if (out_.size() > kPieceBytes) out_.clear();
  }

  const bool write_;
  size_t events_ = 0;
  std::string out_;
};

void RunFilter(benchmark::State& state, bool write) {
  const Input& input = Events();
  const capture::Policy policy;
  const std::string_view bytes(input.bytes.data(), input.bytes.size());
  for (auto _ : state) {
    Sink sink(write);
    capture::Filter filter(policy, {}, sink);
    for (size_t at = 0; at < bytes.size(); at += kPieceBytes) {
      filter.Write(bytes.substr(at, kPieceBytes));
    }
    filter.Finish();
    if (sink.events() != input.events || filter.counters().rejected != 0) {
      return state.SkipWithError("the filter does not pass all events");
    }
  }
  SetRates(state);
}

void BM_Filter(benchmark::State& state) { RunFilter(state, false); }
BENCHMARK(BM_Filter)->Unit(benchmark::kMillisecond);

void BM_FilterToNdjson(benchmark::State& state) { RunFilter(state, true); }
BENCHMARK(BM_FilterToNdjson)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace footfall::benchmarks

BENCHMARK_MAIN();
