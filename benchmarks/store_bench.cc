// Durable ingest and opening, through the C ABI, DEFAULT policy, level interactions.
//
// FOOTFALL_BENCH_EVENTS and FOOTFALL_BENCH_EVENTS_NO_IDS name the events with and without
// ids, FOOTFALL_BENCH_DIR a folder for the stores.
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "benchmark/benchmark.h"
#include "events_file.h"
#include "footfall/footfall.h"

namespace footfall::benchmarks {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int64_t kNowMs = 1'767'225'600'000;  // 2026-01-01T00:00:00Z

const EventsFile& File(bool with_ids) {
  static const EventsFile with("FOOTFALL_BENCH_EVENTS");
  static const EventsFile without("FOOTFALL_BENCH_EVENTS_NO_IDS");
  return with_ids ? with : without;
}

// A folder that is empty at first and gone afterwards.
class Folder {
 public:
  explicit Folder(const std::string& name) {
    const char* parent = std::getenv("FOOTFALL_BENCH_DIR");
    path_ = (parent != nullptr ? fs::path(parent) : fs::temp_directory_path()) /
            ("footfall-bench-" + name);
    fs::remove_all(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  std::string path() const { return path_.string(); }

  double bytes() const {
    double sum = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path_)) {
      if (entry.is_regular_file()) sum += static_cast<double>(entry.file_size());
    }
    return sum;
  }

 private:
  fs::path path_;
};

struct StoreFree {
  void operator()(footfall_store* store) const { footfall_store_free(store); }
};
using Store = std::unique_ptr<footfall_store, StoreFree>;

Store Open(const std::string& path, int32_t mode) {
  footfall_store_options options = FOOTFALL_STORE_OPTIONS_INIT;
  options.mode = mode;
  footfall_store* store = nullptr;
  footfall_store_open(path.c_str(), &options, &store, nullptr);
  return Store(store);
}

Store Create(const std::string& path) {
  Store store = Open(path, FOOTFALL_OPEN_READ_WRITE);
  if (store != nullptr && footfall_settings_set(store.get(), "level", "interactions",
                                                nullptr) != FOOTFALL_OK) {
    store.reset();
  }
  return store;
}

// Stores the first `events` events in batches, by `writers` threads that take the next
// batch in turn.
bool Ingest(footfall_store* store, const EventsFile& file, size_t events, size_t batch,
            int writers) {
  std::atomic<size_t> next{0};
  std::atomic<bool> ok{true};
  const auto write = [&] {
    std::string data;
    footfall_ingest_options options = FOOTFALL_INGEST_OPTIONS_INIT;
    options.now_ms = kNowMs;
    while (ok) {
      const size_t first = next.fetch_add(batch);
      if (first >= events) break;
      file.Read(first, std::min(batch, events - first), data);
      if (footfall_store_ingest(store, data.data(), data.size(), &options, nullptr,
                                nullptr) != FOOTFALL_OK) {
        ok = false;
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < writers; ++i) threads.emplace_back(write);
  write();
  for (std::thread& thread : threads) thread.join();
  return ok;
}

// Makes the peak that PeakRssMb answers the present size, without what the benchmark
// before left in the allocator.
void ResetPeakRss() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

double PeakRssMb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::atof(line.c_str() + 6) / 1024;
  }
  return 0;
}

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Arguments: events a batch, writers, whether events have ids. An iteration fills a new
// store.
void BM_Ingest(benchmark::State& state) {
  const size_t batch = static_cast<size_t>(state.range(0));
  const int writers = static_cast<int>(state.range(1));
  const EventsFile& file = File(state.range(2) != 0);
  // About as long for every size of batch: single events wait for the disk.
  const size_t events_max = batch == 1 ? 10'000 : batch == 100 ? 200'000 : 1'000'000;
  const size_t events = std::min(events_max, file.event_count());
  double peak_mb = 0;
  double bytes = 0;
  double batches = 0;
  for (auto _ : state) {
    const Folder folder("ingest");
    Store store = Create(folder.path());
    if (store == nullptr) return state.SkipWithError("cannot create a store");
    ResetPeakRss();
    const auto start = Clock::now();
    const bool ok = Ingest(store.get(), file, events, batch, writers);
    state.SetIterationTime(SecondsSince(start));
    footfall_store_metrics metrics = FOOTFALL_STORE_METRICS_INIT;
    if (!ok ||
        footfall_store_get_metrics(store.get(), &metrics, nullptr) != FOOTFALL_OK) {
      return state.SkipWithError("ingest failed");
    }
    if (metrics.events_accepted != events) {
      return state.SkipWithError("not all events were accepted");
    }
    batches += static_cast<double>(metrics.batches_committed);
    peak_mb = std::max(peak_mb, PeakRssMb());
    if (footfall_store_close(store.get(), nullptr) != FOOTFALL_OK) {
      return state.SkipWithError("close failed");
    }
    bytes = folder.bytes();
  }
  const auto iterations = static_cast<double>(state.iterations());
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(events));
  state.counters["events"] = static_cast<double>(events);
  state.counters["syncs"] = batches / iterations;
  state.counters["peak_rss_mb"] = peak_mb;
  state.counters["bytes_per_event"] = bytes / static_cast<double>(events);
}
BENCHMARK(BM_Ingest)
    ->ArgNames({"batch", "writers", "ids"})
    ->ArgsProduct({{1, 100, 10'000}, {1, 8}, {0, 1}})
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

// Argument: whether to open for writing. The store holds all events of the file.
void BM_Open(benchmark::State& state) {
  const EventsFile& file = File(true);
  const int32_t mode =
      state.range(0) != 0 ? FOOTFALL_OPEN_EXISTING : FOOTFALL_OPEN_READ_ONLY;
  const Folder folder("open");
  if (Store store = Create(folder.path());
      store == nullptr || !Ingest(store.get(), file, file.event_count(), 10'000, 1) ||
      footfall_store_close(store.get(), nullptr) != FOOTFALL_OK) {
    return state.SkipWithError("cannot fill a store");
  }
  ResetPeakRss();
  for (auto _ : state) {
    const auto start = Clock::now();
    const Store store = Open(folder.path(), mode);
    state.SetIterationTime(SecondsSince(start));
    if (store == nullptr) return state.SkipWithError("cannot open the store");
  }
  state.counters["events"] = static_cast<double>(file.event_count());
  state.counters["peak_rss_mb"] = PeakRssMb();
}
BENCHMARK(BM_Open)
    ->ArgName("write")
    ->Arg(0)
    ->Arg(1)
    ->Iterations(5)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace footfall::benchmarks

BENCHMARK_MAIN();
