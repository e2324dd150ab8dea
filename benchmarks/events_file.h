// The generated events that the benchmarks read.
#ifndef FOOTFALL_BENCHMARKS_EVENTS_FILE_H_
#define FOOTFALL_BENCHMARKS_EVENTS_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace footfall::benchmarks {

// An NDJSON file, read piece by piece: what the benchmarks hold in memory is not to count
// as the library's.
class EventsFile {
 public:
  // Ends the program with a message when the file that the environment `variable` names
  // cannot be read.
  explicit EventsFile(const char* variable);
  ~EventsFile();
  EventsFile(const EventsFile&) = delete;
  EventsFile& operator=(const EventsFile&) = delete;

  size_t event_count() const { return starts_.size() - 1; }

  // Replaces `out` with the lines of events [first, first + count), which exist.
  // Thread-safe.
  void Read(size_t first, size_t count, std::string& out) const;

 private:
  int file_ = -1;
  std::vector<int64_t> starts_;  // Of each line, and the end of the file.
};

}  // namespace footfall::benchmarks

#endif  // FOOTFALL_BENCHMARKS_EVENTS_FILE_H_
