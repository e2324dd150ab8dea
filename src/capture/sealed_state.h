// The saved state of a recording's filter, encrypted under a key of the host. Not part of
// the capture core.
#ifndef FOOTFALL_CAPTURE_SEALED_STATE_H_
#define FOOTFALL_CAPTURE_SEALED_STATE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace footfall::capture {

inline constexpr size_t kSealKeyBytes = 32;

// A string that is overwritten before its memory is given back.
class SecretString {
 public:
  SecretString() = default;
  SecretString(SecretString&& other) noexcept { text.swap(other.text); }
  SecretString(const SecretString&) = delete;
  SecretString& operator=(const SecretString&) = delete;
  ~SecretString();

  std::string text;
};

// `state` as "FFRS", the version 1 as one byte, three bytes of zero, a random nonce of 24
// bytes and what XChaCha20-Poly1305 makes of the state, with the first eight bytes as
// associated data. INVALID_ARGUMENT unless `key` has 32 bytes.
absl::StatusOr<std::string> SealState(std::string_view state, std::string_view key);

// What SealState sealed. INVALID_ARGUMENT when the key is another one or has another
// size, or when the bytes were changed, which cannot be told apart; DATA_LOSS when they
// are no saved state, UNIMPLEMENTED when it is of a newer version.
absl::StatusOr<SecretString> OpenState(std::string_view sealed, std::string_view key);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_SEALED_STATE_H_
