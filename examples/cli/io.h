// Files, standard streams and the terminal.
#ifndef FOOTFALL_EXAMPLES_CLI_IO_H_
#define FOOTFALL_EXAMPLES_CLI_IO_H_

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <footfall/footfall.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::cli {

class Compressor;

// True once SIGINT or SIGTERM arrived.
bool Interrupted();
// Makes SIGINT and SIGTERM request `cancel`, which must outlive the program's work; a
// second signal ends the process at once.
void InstallInterruptHandler(const Cancel& cancel);

// A file, or stdin for "-", read in pieces of bounded size. Names that end in .gz or
// .zst are decompressed on the way.
class Input {
 public:
  static Result<Input> Open(const std::string& path);
  Input(Input&&) noexcept;
  Input& operator=(Input&&) noexcept;
  ~Input();

  // The next piece, valid until the next call; empty at the end.
  Result<std::string_view> Read();
  // Bytes taken from the file so far, before decompression.
  uint64_t bytes_taken() const;

 private:
  struct Rep;
  explicit Input(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

// All of a file, or of stdin for "-"; refused beyond 64 MiB.
Result<std::string> ReadAll(const std::string& path);

// Bytes of all `paths` together, 0 when one of them is not a regular file. NOT_FOUND when
// one is absent, so that a misspelt name is found before anything is stored.
Result<uint64_t> TotalSize(const std::vector<std::string>& paths);

// Where results go: stdout for "", else a file that appears under its name only when it
// is complete. Names that end in .gz or .zst are compressed on the way.
class Output {
 public:
  static Result<Output> Open(const std::string& path);
  Output(Output&&) noexcept;
  Output& operator=(Output&&) = delete;
  ~Output();

  Status Write(std::string_view bytes);
  // Flushes, closes and gives the file its name.
  Status Commit();

 private:
  Output();
  Error Failure(const char* verb) const;
  Status Put(std::string_view bytes);
  Status Compress(std::string_view bytes, bool last);

  std::FILE* file_ = nullptr;
  std::unique_ptr<Compressor> compressor_;  // Null for plain files.
  std::string path_;
  std::string temporary_;  // Empty when written in place.
};

// Opens, writes and commits in one go.
Status WriteOutput(const std::string& path, std::string_view bytes);

bool StdoutIsTerminal();
// In cells; 0 where stdout is no terminal.
uint32_t TerminalWidth();
// Whether the locale of the environment writes UTF-8.
bool LocaleIsUtf8();

// A line on stderr that shows how far a long piece of work has come. Silent unless stderr
// is a terminal.
class Progress {
 public:
  // `total_bytes` is 0 when it is unknown.
  explicit Progress(uint64_t total_bytes);
  ~Progress();

  void Update(uint64_t bytes, uint64_t events);
  // Removes the line.
  void Clear();

 private:
  const bool enabled_;
  const uint64_t total_bytes_;
  const std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_;
  bool shown_ = false;
};

}  // namespace footfall::cli

#endif  // FOOTFALL_EXAMPLES_CLI_IO_H_
