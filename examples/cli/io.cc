#include "io.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli.h"
#include "compress.h"

namespace footfall::cli {
namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;
constexpr size_t kReadAllMax = size_t{64} << 20;

volatile sig_atomic_t interrupted = 0;
const Cancel* interrupt_cancel = nullptr;

extern "C" void OnInterrupt(int signal_number) {
  if (interrupted != 0) _exit(128 + signal_number);
  interrupted = 1;
  interrupt_cancel->Request();
}

footfall_status StatusOfErrno(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return FOOTFALL_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
      return FOOTFALL_PERMISSION_DENIED;
    case ENOSPC:
    case EDQUOT:
      return FOOTFALL_RESOURCE_EXHAUSTED;
    case EISDIR:
      return FOOTFALL_INVALID_ARGUMENT;
    default:
      return FOOTFALL_UNAVAILABLE;
  }
}

Error ErrnoError(const char* verb, const std::string& path, int number) {
  return MakeError(StatusOfErrno(number), std::string("cannot ") + verb + " " + path +
                                              ": " + std::strerror(number));
}

Error CancelledError() { return MakeError(FOOTFALL_CANCELLED, "interrupted"); }

}  // namespace

bool Interrupted() { return interrupted != 0; }

void InstallInterruptHandler(const Cancel& cancel) {
  interrupt_cancel = &cancel;
  struct sigaction action = {};
  action.sa_handler = OnInterrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

struct Input::Rep {
  ~Rep() {
    if (fd > 0) close(fd);
  }

  // Fills `raw` with the next bytes of the file.
  Status Fill() {
    raw_size = 0;
    while (true) {
      // A signal that arrives just before a blocking read would go unnoticed, so the wait
      // is cut into short ones.
      pollfd waiting = {fd, POLLIN, 0};
      const int ready = poll(&waiting, 1, 200);
      if (Interrupted()) return CancelledError();
      if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
      const ssize_t size = read(fd, raw.data(), raw.size());
      if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (size < 0) return ErrnoError("read", name, errno);
      raw_size = static_cast<size_t>(size);
      taken += raw_size;
      return {};
    }
  }

  Result<std::string_view> ReadPlain() {
    if (Status status = Fill(); !status.ok()) return status.error();
    return std::string_view(raw.data(), raw_size);
  }

  Result<std::string_view> ReadCompressed() {
    while (true) {
      if (rest.empty() && !output_pending) {
        if (Status status = Fill(); !status.ok()) return status.error();
        if (raw_size == 0) {
          if (!decompressor->AtEnd()) {
            return MakeError(FOOTFALL_DATA_LOSS,
                             name + ": the compressed data ends too early");
          }
          return std::string_view();
        }
        rest = std::string_view(raw.data(), raw_size);
      }
      auto made = decompressor->Next(rest, plain.data(), plain.size());
      if (!made.ok()) {
        return MakeError(made.error().code, name + ": " + made.error().message);
      }
      // A full buffer may hide bytes that are ready.
      output_pending = *made == plain.size();
      if (*made > 0) return std::string_view(plain.data(), *made);
      if (Interrupted()) return CancelledError();
    }
  }

  std::string name;
  int fd = -1;
  std::vector<char> raw = std::vector<char>(kPieceBytes);
  size_t raw_size = 0;
  uint64_t taken = 0;

  std::unique_ptr<Decompressor> decompressor;  // Null for plain files.
  std::vector<char> plain;
  std::string_view rest;  // Of `raw`, not decompressed yet.
  bool output_pending = false;
};

Input::Input(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
Input::Input(Input&&) noexcept = default;
Input& Input::operator=(Input&&) noexcept = default;
Input::~Input() = default;

Result<Input> Input::Open(const std::string& path) {
  auto rep = std::make_unique<Rep>();
  if (path == "-") {
    rep->name = "standard input";
    rep->fd = STDIN_FILENO;
    return Input(std::move(rep));
  }
  rep->name = path;
  rep->fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (rep->fd < 0) return ErrnoError("open", path, errno);
  auto decompressor = MakeDecompressor(path);
  if (!decompressor.ok()) return decompressor.error();
  rep->decompressor = std::move(*decompressor);
  if (rep->decompressor != nullptr) rep->plain.resize(kPieceBytes);
  return Input(std::move(rep));
}

Result<std::string_view> Input::Read() {
  return rep_->decompressor == nullptr ? rep_->ReadPlain() : rep_->ReadCompressed();
}

uint64_t Input::bytes_taken() const { return rep_->taken; }

Result<std::string> ReadAll(const std::string& path) {
  auto input = Input::Open(path);
  if (!input.ok()) return input.error();
  std::string all;
  while (true) {
    auto piece = input->Read();
    if (!piece.ok()) return piece.error();
    if (piece->empty()) return all;
    if (all.size() + piece->size() > kReadAllMax) {
      return MakeError(FOOTFALL_INVALID_ARGUMENT, path + " is larger than 64 MiB");
    }
    all += *piece;
  }
}

Result<uint64_t> TotalSize(const std::vector<std::string>& paths) {
  uint64_t total = 0;
  bool known = true;
  for (const std::string& path : paths) {
    struct stat info = {};
    if (path != "-" && stat(path.c_str(), &info) != 0) {
      return ErrnoError("open", path, errno);
    }
    if (S_ISDIR(info.st_mode)) return ErrnoError("read", path, EISDIR);
    known = known && S_ISREG(info.st_mode);
    total += static_cast<uint64_t>(info.st_size);
  }
  return known ? total : 0;
}

Result<Output> Output::Open(const std::string& path) {
  Output output;
  if (path.empty()) {
    output.file_ = stdout;
    output.path_ = "standard output";
    return output;
  }
  output.path_ = path;
  auto compressor = MakeCompressor(path);
  if (!compressor.ok()) return compressor.error();
  output.compressor_ = std::move(*compressor);
  std::string target = path;
  struct stat info = {};
  // A device or a pipe has no name to give later.
  if (stat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode)) {
    output.temporary_ = path + ".part";
    target = output.temporary_;
  }
  output.file_ = std::fopen(target.c_str(), "wbe");
  if (output.file_ == nullptr) {
    output.temporary_.clear();
    return ErrnoError("write", path, errno);
  }
  return output;
}

Output::Output() = default;

Output::Output(Output&& other) noexcept
    : file_(std::exchange(other.file_, nullptr)),
      compressor_(std::move(other.compressor_)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, std::string())) {}

Output::~Output() {
  if (file_ != nullptr && file_ != stdout) std::fclose(file_);
  if (!temporary_.empty()) std::remove(temporary_.c_str());
}

Error Output::Failure(const char* verb) const { return ErrnoError(verb, path_, errno); }

Status Output::Put(std::string_view bytes) {
  errno = 0;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) {
    return Failure("write");
  }
  return {};
}

Status Output::Compress(std::string_view bytes, bool last) {
  std::string compressed;
  if (Status status = compressor_->Add(bytes, last, compressed); !status.ok()) {
    return status;
  }
  return Put(compressed);
}

Status Output::Write(std::string_view bytes) {
  return compressor_ == nullptr ? Put(bytes) : Compress(bytes, false);
}

Status Output::Commit() {
  if (compressor_ != nullptr) {
    if (Status status = Compress("", true); !status.ok()) return status;
  }
  if (std::fflush(file_) != 0) return Failure("write");
  if (file_ == stdout) return {};
  if (!temporary_.empty() && fsync(fileno(file_)) != 0) return Failure("write");
  if (std::fclose(std::exchange(file_, nullptr)) != 0) return Failure("write");
  if (temporary_.empty()) return {};
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return Failure("write");
  temporary_.clear();
  return {};
}

Status WriteOutput(const std::string& path, std::string_view bytes) {
  auto output = Output::Open(path);
  if (!output.ok()) return output.error();
  if (Status status = output->Write(bytes); !status.ok()) return status;
  return output->Commit();
}

bool StdoutIsTerminal() { return isatty(STDOUT_FILENO) == 1; }

uint32_t TerminalWidth() {
  winsize size = {};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool LocaleIsUtf8() {
  const locale_t locale = newlocale(LC_CTYPE_MASK, "", nullptr);
  if (locale == nullptr) return false;
  const bool is_utf8 = std::string_view(nl_langinfo_l(CODESET, locale)) == "UTF-8";
  freelocale(locale);
  return is_utf8;
}

Progress::Progress(uint64_t total_bytes)
    : enabled_(isatty(STDERR_FILENO) == 1),
      total_bytes_(total_bytes),
      start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() { Clear(); }

void Progress::Update(uint64_t bytes, uint64_t events) {
  if (!enabled_) return;
  const auto now = std::chrono::steady_clock::now();
  if (shown_ && now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(events) / seconds : 0;
  std::fputs("\r\033[K", stderr);
  if (total_bytes_ > 0) {
    constexpr int kWidth = 24;
    const double share =
        std::min(1.0, static_cast<double>(bytes) / static_cast<double>(total_bytes_));
    const int filled = static_cast<int>(share * kWidth);
    std::fprintf(stderr, "[%s%s] %3d%%  ", std::string(filled, '#').c_str(),
                 std::string(kWidth - filled, '.').c_str(),
                 static_cast<int>(share * 100));
  }
  std::fprintf(stderr, "%.1f MB  %llu events  %.0f events/s",
               static_cast<double>(bytes) / 1e6, static_cast<unsigned long long>(events),
               rate);
  std::fflush(stderr);
}

void Progress::Clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

}  // namespace footfall::cli
