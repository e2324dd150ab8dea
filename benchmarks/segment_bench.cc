// How long it takes to tell whether one person is in a segment, from the path of a host's
// request: random people of a store with a million, alone and beside ingest.
//
// Usage: segment_bench FOLDER [PEOPLE [TESTS]]. The store is made in FOLDER and removed.
// Prints one JSON document.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "runtime/instance.h"

namespace footfall::benchmarks {
namespace {

using base::Cat;
using Clock = std::chrono::steady_clock;

constexpr int64_t kNow = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
constexpr int64_t kDay = 24 * 60 * 60 * 1000;
constexpr int kNames = 60;
constexpr int kEventsEach = 8;

struct Segment {
  const char* name;
  const char* where;
};
constexpr Segment kSegments[] = {
    {"attributes", R"({"all":[{"field":"person.plan","op":"is","value":"plan2"},
                              {"field":"person.seats","op":">","value":10},
                              {"field":"person.country","op":"in","value":["c1","c7"]}]})"},
    {"did", R"({"did":{"where":{"field":"event.name","op":"is","value":"name7"},
                       "within":"30d"}})"},
    {"nested", R"({"any":[{"all":[{"segment":"attributes"},
                                  {"did":{"where":{"field":"event.name","op":"in",
                                                   "value":["name1","name2","name3"]},
                                          "count":{"op":">","value":1},"within":"90d"}}]},
                          {"not":{"did":{"within":"60d"}}},
                          {"segment":"did"}]})"}};

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "segment_bench: %s\n", status.ToString().c_str());
  std::exit(1);
}

std::string PersonId(uint64_t number) { return Cat("person", number, "@example.com"); }

// Events of people in [first, end), each with an identify event.
void AddPeople(runtime::Instance& instance, uint64_t first, uint64_t end,
               std::mt19937_64& random) {
  store::Batch batch;
  for (uint64_t i = first; i < end; ++i) {
    const std::string id = PersonId(i);
    const std::string plan = Cat("plan", i % 4);
    const std::string country = Cat("c", i % 50);
    const model::Property properties[] = {
        {"plan", model::Value::String(plan)},
        {"seats", model::Value::Int(static_cast<int64_t>(i % 40))}};
    model::Event identify;
    identify.type = model::EventType::kIdentify;
    identify.person = id;
    identify.time_ms = kNow - 300 * kDay;
    identify.properties = properties;
    batch.Add(identify);
    for (int n = 0; n < kEventsEach; ++n) {
      const std::string name = Cat("name", random() % kNames);
      model::Event event;
      event.person = id;
      event.name = name;
      event.context.country = country;
      event.time_ms = kNow - static_cast<int64_t>(random() % (300 * kDay));
      batch.Add(event);
    }
  }
  Check(instance.store().Append(batch, kNow).status());
}

// Appends events of random people until it is told to stop.
uint64_t Ingest(runtime::Instance& instance, uint64_t people,
                const std::atomic<bool>& stop) {
  constexpr int kBatch = 1'000;
  std::mt19937_64 random(99);
  uint64_t events = 0;
  while (!stop) {
    store::Batch batch;
    for (int i = 0; i < kBatch; ++i) {
      const std::string id = PersonId(random() % people);
      const std::string name = Cat("name", random() % kNames);
      model::Event event;
      event.person = id;
      event.name = name;
      event.time_ms = kNow - static_cast<int64_t>(random() % 1'000);
      batch.Add(event);
    }
    Check(instance.store().Append(batch, kNow).status());
    events += kBatch;
  }
  return events;
}

// The times of `tests` tests of random people, in ns.
std::vector<int64_t> Test(runtime::Instance& instance, const char* segment,
                          uint64_t people, size_t tests, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<int64_t> times;
  times.reserve(tests);
  for (size_t i = 0; i < tests; ++i) {
    const std::string id = PersonId(random() % people);
    const Clock::time_point start = Clock::now();
    Check(instance.segments().Test(segment, id, kNow).status());
    times.push_back((Clock::now() - start).count());
  }
  return times;
}

double Microseconds(const std::vector<int64_t>& sorted, double share) {
  return static_cast<double>(sorted[static_cast<size_t>(
             share * static_cast<double>(sorted.size() - 1))]) /
         1000;
}

void Measure(runtime::Instance& instance, const char* segment, uint64_t people,
             size_t tests, int threads, bool ingest, bool is_first) {
  std::atomic<bool> stop{false};
  uint64_t ingested = 0;
  std::thread writer;
  const Clock::time_point start = Clock::now();
  if (ingest) {
    writer = std::thread([&] { ingested = Ingest(instance, people, stop); });
  }
  std::vector<std::vector<int64_t>> parts(static_cast<size_t>(threads));
  std::vector<std::thread> testers;
  for (int i = 0; i < threads; ++i) {
    testers.emplace_back([&, i] {
      parts[static_cast<size_t>(i)] =
          Test(instance, segment, people, tests, 1 + static_cast<uint64_t>(i));
    });
  }
  for (std::thread& tester : testers) tester.join();
  const std::chrono::duration<double> elapsed = Clock::now() - start;
  stop = true;
  if (writer.joinable()) writer.join();
  std::vector<int64_t> times;
  for (const auto& part : parts) times.insert(times.end(), part.begin(), part.end());
  std::sort(times.begin(), times.end());
  std::printf(
      "%s\n  {\"segment\":\"%s\",\"threads\":%d,\"ingest\":%s,\"tests\":%zu,"
      "\"p50_us\":%.2f,\"p90_us\":%.2f,\"p99_us\":%.2f,\"p999_us\":%.2f,"
      "\"max_us\":%.1f,\"events_per_second\":%.0f}",
      is_first ? "" : ",", segment, threads, ingest ? "true" : "false", times.size(),
      Microseconds(times, 0.5), Microseconds(times, 0.9), Microseconds(times, 0.99),
      Microseconds(times, 0.999), Microseconds(times, 1),
      static_cast<double>(ingested) / elapsed.count());
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "Usage: segment_bench FOLDER [PEOPLE [TESTS]]\n");
    return 2;
  }
  const std::string folder = std::string(argv[1]) + "/segment-bench";
  const uint64_t people = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  const size_t tests = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 100'000;
  std::filesystem::remove_all(folder);
  auto opened = runtime::Instance::Open(folder, {});
  Check(opened.status());
  const std::shared_ptr<runtime::Instance> instance = *opened;
  std::mt19937_64 random(42);
  for (uint64_t i = 0; i < people; i += 2'000) {
    AddPeople(*instance, i, std::min(people, i + 2'000), random);
  }
  for (const Segment& segment : kSegments) {
    Check(instance->segments().Save(Cat(R"({"version":1,"name":")", segment.name,
                                        R"(","where":)", segment.where, "}")));
  }
  std::printf("{\"people\":%llu,\"first_tests_ms\":{",
              static_cast<unsigned long long>(people));
  for (const Segment& segment : kSegments) {
    const Clock::time_point start = Clock::now();
    Check(instance->segments().Test(segment.name, PersonId(0), kNow).status());
    const std::chrono::duration<double, std::milli> elapsed = Clock::now() - start;
    std::printf("%s\"%s\":%.1f", &segment == kSegments ? "" : ",", segment.name,
                elapsed.count());
  }
  std::printf("},\"memory_bytes\":%zu,\"runs\":[", instance->segments().bytes());
  bool is_first = true;
  for (const bool ingest : {false, true}) {
    for (const int threads : {1, 2}) {
      for (const Segment& segment : kSegments) {
        Measure(*instance, segment.name, people, tests, threads, ingest, is_first);
        is_first = false;
      }
    }
  }
  std::printf("\n]}\n");
  Check(instance->Close());
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace footfall::benchmarks

int main(int argc, char** argv) { return footfall::benchmarks::Main(argc, argv); }
