// The key of the host under which secrets are kept in the store.
#ifndef FOOTFALL_RUNTIME_SECRETS_H_
#define FOOTFALL_RUNTIME_SECRETS_H_

#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/secret.h"

namespace footfall::runtime {

// Holds the key in memory only. Thread-safe.
class Secrets {
 public:
  // 32 bytes; an empty key takes the one there is away. INVALID_ARGUMENT.
  absl::Status SetKey(std::string_view key);

  // See base::Seal and base::Unseal. FAILED_PRECONDITION without a key.
  absl::StatusOr<std::string> Seal(std::string_view secret,
                                   std::string_view context) const;
  absl::StatusOr<base::SecretString> Unseal(std::string_view sealed,
                                            std::string_view context) const;

 private:
  absl::Status CheckKey() const;

  mutable std::mutex mutex_;
  base::SecretString key_;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_SECRETS_H_
