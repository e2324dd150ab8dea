// Files, directories and processes: the POSIX calls of the library.
#ifndef FOOTFALL_BASE_FILE_H_
#define FOOTFALL_BASE_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace footfall::base {

enum class PathKind { kAbsent, kFile, kDirectory };

// PERMISSION_DENIED when the path cannot be looked at.
absl::StatusOr<PathKind> KindOf(const std::string& path);

// Makes a directory; its parent must exist. ALREADY_EXISTS, PERMISSION_DENIED, NOT_FOUND,
// RESOURCE_EXHAUSTED.
absl::Status MakeDirectory(const std::string& path);

// Names in a directory, without "." and "..", sorted.
absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& path);

// The path without links, "." and ".."; it must exist.
absl::StatusOr<std::string> CanonicalPath(const std::string& path);

// PERMISSION_DENIED when files cannot be made in the directory.
absl::Status CheckWritable(const std::string& directory);

// Bytes of the files directly in a directory; files that vanish meanwhile count nothing.
uint64_t DirectoryBytes(const std::string& path);

// Bytes of one file; 0 when it is absent.
uint64_t FileBytes(const std::string& path);

// Copies a file to a new one and syncs it.
absl::Status CopyFile(const std::string& from, const std::string& to);

// Syncs the entries of a directory.
absl::Status SyncDirectory(const std::string& path);

// Renames within one file system.
absl::Status Rename(const std::string& from, const std::string& to);

// Removes a directory and all in it; absent is fine.
void RemoveTree(const std::string& path);

// The directory that holds `path`.
std::string ParentOf(const std::string& path);

int64_t ProcessId();

}  // namespace footfall::base

#endif  // FOOTFALL_BASE_FILE_H_
