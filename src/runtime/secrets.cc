#include "runtime/secrets.h"

#include "base/status.h"

namespace footfall::runtime {

absl::Status Secrets::SetKey(std::string_view key) {
  if (!key.empty() && key.size() != base::kSecretKeyBytes) {
    return absl::InvalidArgumentError("the key must have 32 bytes");
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  key_ = base::SecretString(key);
  return absl::OkStatus();
}

absl::Status Secrets::CheckKey() const {
  if (!key_.text.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "secrets are kept under a key of the host, and none was given");
}

absl::StatusOr<std::string> Secrets::Seal(std::string_view secret,
                                          std::string_view context) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  FOOTFALL_RETURN_IF_ERROR(CheckKey());
  return base::Seal(secret, key_.text, context);
}

absl::StatusOr<base::SecretString> Secrets::Unseal(std::string_view sealed,
                                                   std::string_view context) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  FOOTFALL_RETURN_IF_ERROR(CheckKey());
  return base::Unseal(sealed, key_.text, context);
}

}  // namespace footfall::runtime
