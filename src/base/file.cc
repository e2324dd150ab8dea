#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/strings.h"

namespace footfall::base {
namespace {

absl::Status FromErrno(const std::string& path, int error) {
  const std::string message = Cat(path, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(Abs(message));
    case EEXIST:
    case ENOTEMPTY:
      return absl::AlreadyExistsError(Abs(message));
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(Abs(message));
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(Abs("the disk is full: " + message));
    default:
      return absl::InternalError(Abs(message));
  }
}

// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

absl::StatusOr<PathKind> KindOf(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return PathKind::kAbsent;
    return FromErrno(path, errno);
  }
  return S_ISDIR(info.st_mode) ? PathKind::kDirectory : PathKind::kFile;
}

absl::Status MakeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) != 0) return FromErrno(path, errno);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& path) {
  DIR* const directory = ::opendir(path.c_str());
  if (directory == nullptr) return FromErrno(path, errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(directory);
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::string> CanonicalPath(const std::string& path) {
  char* const resolved = ::realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return FromErrno(path, errno);
  std::string result = resolved;
  std::free(resolved);
  return result;
}

absl::Status CheckWritable(const std::string& directory) {
  if (::access(directory.c_str(), W_OK | X_OK) != 0) return FromErrno(directory, errno);
  return absl::OkStatus();
}

uint64_t DirectoryBytes(const std::string& path) {
  uint64_t total = 0;
  const auto names = ListDirectory(path);
  if (!names.ok()) return 0;
  for (const std::string& name : *names) total += FileBytes(Cat(path, "/", name));
  return total;
}

uint64_t FileBytes(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return 0;
  return static_cast<uint64_t>(info.st_size);
}

absl::Status CopyFile(const std::string& from, const std::string& to) {
  const Descriptor in(from, O_RDONLY);
  if (in.get() < 0) return FromErrno(from, errno);
  const Descriptor out(to, O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (out.get() < 0) return FromErrno(to, errno);
  std::string buffer(1 << 20, '\0');
  while (true) {
    const ssize_t got = ::read(in.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(from, errno);
    if (got == 0) break;
    for (ssize_t done = 0; done < got;) {
      const ssize_t put =
          ::write(out.get(), buffer.data() + done, static_cast<size_t>(got - done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return FromErrno(to, errno);
      done += put;
    }
  }
  if (::fsync(out.get()) != 0) return FromErrno(to, errno);
  return absl::OkStatus();
}

absl::Status SyncDirectory(const std::string& path) {
  const Descriptor directory(path, O_RDONLY | O_DIRECTORY);
  if (directory.get() < 0) return FromErrno(path, errno);
  if (::fsync(directory.get()) != 0) return FromErrno(path, errno);
  return absl::OkStatus();
}

absl::Status Rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return FromErrno(to, errno);
  return absl::OkStatus();
}

void RemoveTree(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

std::string ParentOf(const std::string& path) {
  size_t end = path.size();
  while (end > 1 && path[end - 1] == '/') --end;
  const size_t slash = path.rfind('/', end - 1);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

int64_t ProcessId() { return ::getpid(); }

}  // namespace footfall::base
