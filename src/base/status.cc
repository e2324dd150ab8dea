#include "base/status.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace footfall::base {
namespace {

constexpr char kPathUrl[] = "footfall/path";
constexpr char kByteUrl[] = "footfall/byte";

std::optional<std::string> PayloadOf(const absl::Status& status, const char* url) {
  auto payload = status.GetPayload(url);
  if (!payload.has_value()) return std::nullopt;
  return std::string(*payload);
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, std::string_view message) {
  return absl::Status(code, Abs(message));
}

absl::Status InvalidAt(std::string_view path, std::string_view message) {
  absl::Status status =
      MakeError(absl::StatusCode::kInvalidArgument, Cat(path, ": ", message));
  status.SetPayload(kPathUrl, absl::Cord(Abs(path)));
  return status;
}

absl::Status WithByte(absl::Status status, int64_t byte) {
  status.SetPayload(kByteUrl, absl::Cord(std::to_string(byte)));
  return status;
}

absl::Status WithPathPrefix(std::string_view prefix, const absl::Status& status) {
  if (status.ok()) return status;
  std::optional<std::string> path = PathOf(status);
  std::string message = MessageOf(status);
  std::string full(prefix);
  if (path.has_value()) {
    // The message starts with "path: "; the new error gets the longer one.
    if (message.rfind(*path + ": ", 0) == 0) message.erase(0, path->size() + 2);
    full += path->starts_with("$") ? path->substr(1) : *path;
  }
  absl::Status out(status.code(), Cat(full, ": ", message));
  out.SetPayload(kPathUrl, absl::Cord(full));
  if (std::optional<int64_t> byte = ByteOf(status)) out = WithByte(std::move(out), *byte);
  return out;
}

std::optional<std::string> PathOf(const absl::Status& status) {
  return PayloadOf(status, kPathUrl);
}

std::optional<int64_t> ByteOf(const absl::Status& status) {
  std::optional<std::string> text = PayloadOf(status, kByteUrl);
  int64_t byte = 0;
  if (!text.has_value() || !absl::SimpleAtoi(*text, &byte)) return std::nullopt;
  return byte;
}

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message());
}

}  // namespace footfall::base
