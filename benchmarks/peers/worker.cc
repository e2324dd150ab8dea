// footfall_peer_worker: holds one engine open and does what standard input says, one
// command a line, its parts parted by tabs; answers each with a line of JSON.
#include <malloc.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "peer.h"

namespace footfall::benchmarks {

void Fail(std::string_view what, std::string_view why) {
  std::cerr << "footfall_peer_worker: " << what << ": " << why << std::endl;
  std::_Exit(1);
}

namespace {

constexpr std::string_view kHelp =
    R"(Usage: footfall_peer_worker PEER DIRECTORY [LIBRARY|NOW_MS [sealing-thread]]

PEER is clickhouse or duckdb with its LIBRARY, sqlite, or footfall with NOW_MS.
Commands: threads N; run TEXT; answer FILE TEXT; ingest FILE BATCH EVENTS TABLE;
memory; reset-peak
)";

constexpr std::string_view kSealingThread = "sealing-thread";

using Clock = std::chrono::steady_clock;

std::unique_ptr<Peer> Open(const std::vector<std::string>& arguments) {
  const std::string& name = arguments[0];
  const std::string& directory = arguments[1];
  if (arguments.size() == 2 && name == "sqlite") return OpenSqlite(directory);
  const bool sealing_thread = arguments.size() == 4 && arguments[3] == kSealingThread;
  if (name == "footfall" && (arguments.size() == 3 || sealing_thread)) {
    return OpenFootfall(directory, std::atoll(arguments[2].c_str()), sealing_thread);
  }
  if (arguments.size() == 3) {
    if (name == "clickhouse") return OpenClickHouse(arguments[2], directory);
    if (name == "duckdb") return OpenDuckDb(arguments[2], directory);
  }
  return nullptr;
}

// Appends up to `count` lines to `out`, which it empties first; answers how many.
size_t ReadLines(std::istream& file, size_t count, std::string& out) {
  out.clear();
  std::string line;
  size_t read = 0;
  while (read < count && std::getline(file, line)) {
    out.append(line).push_back('\n');
    ++read;
  }
  return read;
}

std::string Milliseconds(double seconds) { return std::to_string(seconds * 1000); }

// Of all threads of this process.
double ProcessorSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::string Run(Peer& peer, const std::string& text) {
  const auto start = Clock::now();
  const double processor_start = ProcessorSeconds();
  peer.Run(text);
  const double processor = ProcessorSeconds() - processor_start;
  return "{\"ms\":" + Milliseconds(SecondsSince(start)) +
         ",\"processor_ms\":" + Milliseconds(processor) + "}";
}

std::string Answer(Peer& peer, const std::string& path, const std::string& text) {
  const std::string answer = peer.Answer(text);
  std::ofstream file(path, std::ios::binary);
  file << answer;
  if (!file.flush()) Fail(path, "cannot write the answer");
  return "{\"statistics\":" + peer.Statistics() + "}";
}

// Stores the first `events` events of the file (or pipe) at `path`.
std::string Ingest(Peer& peer, const std::string& path, size_t batch, size_t events,
                   const std::string& table) {
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail(path, "cannot be read");
  std::string lines;
  double seconds = 0;
  double processor = 0;
  size_t done = 0;
  while (done < events) {
    const size_t read = ReadLines(file, std::min(batch, events - done), lines);
    if (read == 0) break;
    processor -= ProcessorSeconds();
    seconds += peer.Ingest(lines, table);
    processor += ProcessorSeconds();
    done += read;
  }
  return "{\"events\":" + std::to_string(done) + ",\"ms\":" + Milliseconds(seconds) +
         ",\"processor_ms\":" + Milliseconds(processor) + "}";
}

// In bytes, from a line such as "VmHWM:   1234 kB".
int64_t StatusBytes(std::string_view key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key)) return std::atoll(line.c_str() + key.size()) * 1024;
  }
  return 0;
}

std::string Memory() {
  return "{\"peak_bytes\":" + std::to_string(StatusBytes("VmHWM:")) +
         ",\"bytes\":" + std::to_string(StatusBytes("VmRSS:")) + "}";
}

std::string ResetPeak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
  return "{}";
}

std::vector<std::string> Split(const std::string& line) {
  std::vector<std::string> parts;
  size_t at = 0;
  while (true) {
    const size_t tab = line.find('\t', at);
    parts.push_back(line.substr(at, tab - at));
    if (tab == std::string::npos) return parts;
    at = tab + 1;
  }
}

std::string Obey(Peer& peer, const std::vector<std::string>& command) {
  const std::string& verb = command[0];
  if (verb == "threads" && command.size() == 2) {
    peer.SetThreads(std::atoi(command[1].c_str()));
    return "{}";
  }
  if (verb == "run" && command.size() == 2) return Run(peer, command[1]);
  if (verb == "answer" && command.size() == 3)
    return Answer(peer, command[1], command[2]);
  if (verb == "ingest" && command.size() == 5) {
    return Ingest(peer, command[1], std::strtoull(command[2].c_str(), nullptr, 10),
                  std::strtoull(command[3].c_str(), nullptr, 10), command[4]);
  }
  if (verb == "memory") return Memory();
  if (verb == "reset-peak") return ResetPeak();
  Fail(verb, "is not a command");
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) {
    std::cerr << kHelp;
    return 2;
  }
  const auto start = Clock::now();
  const std::unique_ptr<Peer> peer = Open(arguments);
  if (peer == nullptr) {
    std::cerr << kHelp;
    return 2;
  }
  std::cout << "{\"ms\":" << Milliseconds(SecondsSince(start)) << "}" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << Obey(*peer, Split(line)) << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace footfall::benchmarks

int main(int argc, char** argv) {
  return footfall::benchmarks::Main({argv + 1, argv + argc});
}
