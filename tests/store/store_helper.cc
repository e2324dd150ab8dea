// A process beside the test's own, started by it.
//
//   store_helper read PATH    For every line on standard input, writes how many events
//   the
//                             store shows, and the id of the newest, then a newline.
//   store_helper write PATH   Opens the store for writing; writes the error and how many
//                             lines the log got.
//   store_helper ingest PATH EVENTS BUDGET_MIB
//                             Makes a store of so many events and writes the peak of the
//                             process's memory in KiB.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "base/status.h"
#include "store/event_store.h"

#if defined(__SANITIZE_ADDRESS__)
// Freed memory is kept back for a while, by default more of it than the store may use.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options() {
  return "quarantine_size_mb=16";
}
#endif

namespace footfall::store {
namespace {

constexpr int64_t kNowMs = 1'763'712'000'000;

int Fail(const absl::Status& status) {
  std::cerr << status << "\n";
  return 1;
}

int Read(const std::string& path) {
  Options options;
  options.mode = OpenMode::kReadOnly;
  auto store = EventStore::Open(path, options);
  if (!store.ok()) return Fail(store.status());
  for (std::string line; std::getline(std::cin, line);) {
    auto snapshot = (*store)->TakeSnapshot();
    if (!snapshot.ok()) return Fail(snapshot.status());
    int events = 0;
    std::string newest;
    const absl::Status status =
        (*snapshot)->Scan({}, nullptr, [&](const StoredEvent& stored) {
          ++events;
          newest = std::string(stored.event.id);
          return absl::OkStatus();
        });
    if (!status.ok()) return Fail(status);
    std::cout << events << " " << newest << std::endl;
  }
  return 0;
}

int Write(const std::string& path) {
  int lines = 0;
  Options options;
  options.log = [&lines](LogSeverity, std::string_view) { ++lines; };
  const absl::Status status = EventStore::Open(path, options).status();
  std::cout << base::MessageOf(status) << "\nlines in the log: " << lines << "\n";
  return status.code() == absl::StatusCode::kFailedPrecondition ? 0 : 1;
}

int Ingest(const std::string& path, int events, uint64_t budget_mib) {
  Options options;
  options.memory_budget_bytes = budget_mib << 20;
  auto store = EventStore::Open(path, options);
  if (!store.ok()) return Fail(store.status());
  constexpr int kBatch = 500;
  for (int from = 0; from < events; from += kBatch) {
    Batch batch;
    for (int i = from; i < from + kBatch; ++i) {
      const std::string id = "event-" + std::to_string(i);
      const std::string person = "person-" + std::to_string(i * 7919LL % 40'000);
      const std::string session = person + "/" + std::to_string(i / 100'000);
      const std::string url = "https://app.example/page/" + std::to_string(i % 3000);
      model::Event event;
      event.type = model::EventType::kPageView;
      event.time_ms = kNowMs + i * 10;
      event.id = id;
      event.person = person;
      event.session = session;
      event.url = url;
      event.context.country = i % 3 == 0 ? "FR" : "DE";
      event.context.browser = "Firefox";
      batch.Add(event);
    }
    if (auto result = (*store)->Append(batch, kNowMs); !result.ok()) {
      return Fail(result.status());
    }
  }
  auto snapshot = (*store)->TakeSnapshot();
  if (!snapshot.ok()) return Fail(snapshot.status());
  int seen = 0;
  const absl::Status status = (*snapshot)->Scan({}, nullptr, [&](const StoredEvent&) {
    ++seen;
    return absl::OkStatus();
  });
  if (!status.ok() || seen != events) return Fail(status);
  std::ifstream self("/proc/self/status");
  for (std::string line; std::getline(self, line);) {
    if (line.rfind("VmHWM:", 0) == 0) std::cout << std::atoi(line.c_str() + 6) << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace footfall::store

int main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  if (mode == "read") return footfall::store::Read(argv[2]);
  if (mode == "write") return footfall::store::Write(argv[2]);
  if (mode == "ingest" && argc == 5) {
    return footfall::store::Ingest(argv[2], std::atoi(argv[3]),
                                   std::strtoull(argv[4], nullptr, 10));
  }
  return 2;
}
