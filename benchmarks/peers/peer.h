// An engine under measurement, the same few calls for each.
#ifndef FOOTFALL_BENCHMARKS_PEERS_PEER_H_
#define FOOTFALL_BENCHMARKS_PEERS_PEER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace footfall::benchmarks {

// Ends the program with a message: nothing that was measured beside a failure counts.
[[noreturn]] void Fail(std::string_view what, std::string_view why);

inline double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// One open database. Not thread-safe. Every failure ends the program.
class Peer {
 public:
  Peer() = default;
  virtual ~Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // Threads that a query may use, this one included.
  virtual void SetThreads(int count) = 0;

  // Runs `text` and takes the whole answer in the engine's own quickest form.
  virtual void Run(const std::string& text) = 0;

  // The answer to `text`, a line for each row: values parted by tabs, or, from Footfall,
  // JSON objects.
  virtual std::string Answer(const std::string& text) = 0;

  // Appends a batch of NDJSON events to `table` (Footfall has only one), durable on
  // return. Answers the seconds that it took, without parsing where the engine does not
  // parse itself.
  virtual double Ingest(const std::string& lines, const std::string& table) = 0;

  // What the engine says of the last Run or Answer, as JSON; "null" if nothing.
  virtual std::string Statistics() { return "null"; }
};

// `library` is the shared library of the engine, `directory` where its files are; both
// exist.
std::unique_ptr<Peer> OpenClickHouse(const std::string& library,
                                     const std::string& directory);
std::unique_ptr<Peer> OpenDuckDb(const std::string& library,
                                 const std::string& directory);
std::unique_ptr<Peer> OpenSqlite(const std::string& directory);
// Reports run as of `now_ms`. A query is a definition, or the name of a built-in report,
// a space and its parameters as JSON, or "compact". With `sealing_thread` the store seals
// in a thread of its own.
std::unique_ptr<Peer> OpenFootfall(const std::string& directory, int64_t now_ms,
                                   bool sealing_thread);

}  // namespace footfall::benchmarks

#endif  // FOOTFALL_BENCHMARKS_PEERS_PEER_H_
