#include "events_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace footfall::benchmarks {
namespace {

[[noreturn]] void Fail(const char* variable, const char* what) {
  std::fprintf(stderr, "%s: %s\n", variable, what);
  std::exit(1);
}

}  // namespace

EventsFile::EventsFile(const char* variable) {
  const char* path = std::getenv(variable);
  if (path == nullptr) Fail(variable, "is not set to a file of events");
  file_ = open(path, O_RDONLY | O_CLOEXEC);
  if (file_ < 0) Fail(variable, "cannot open the file of events");
  std::vector<char> piece(1 << 20);
  starts_.push_back(0);
  int64_t at = 0;
  while (true) {
    const ssize_t size = read(file_, piece.data(), piece.size());
    if (size < 0) Fail(variable, "cannot read the file of events");
    if (size == 0) break;
    for (ssize_t i = 0; i < size; ++i, ++at) {
      if (piece[static_cast<size_t>(i)] == '\n') starts_.push_back(at + 1);
    }
  }
  if (starts_.size() < 2 || starts_.back() != at) {
    Fail(variable, "the file of events is empty or its last line is not complete");
  }
}

EventsFile::~EventsFile() { close(file_); }

void EventsFile::Read(size_t first, size_t count, std::string& out) const {
  const int64_t begin = starts_[first];
  out.resize(static_cast<size_t>(starts_[first + count] - begin));
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t size = pread(file_, out.data() + done, out.size() - done,
                               begin + static_cast<int64_t>(done));
    if (size <= 0) Fail("pread", "cannot read the file of events");
    done += static_cast<size_t>(size);
  }
}

}  // namespace footfall::benchmarks
