// Secrets: memory that is wiped, sealing under a key of the host, random tokens.
#ifndef FOOTFALL_BASE_SECRET_H_
#define FOOTFALL_BASE_SECRET_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace footfall::base {

inline constexpr size_t kSecretKeyBytes = 32;

// A string that is overwritten before its memory is given back.
class SecretString {
 public:
  SecretString() = default;
  explicit SecretString(std::string_view secret) : text(secret) {}
  SecretString(SecretString&& other) noexcept { text.swap(other.text); }
  SecretString& operator=(SecretString&& other) noexcept {
    text.swap(other.text);
    return *this;
  }
  SecretString(const SecretString&) = delete;
  SecretString& operator=(const SecretString&) = delete;
  ~SecretString();

  std::string text;
};

// `secret` encrypted under `key` with XChaCha20-Poly1305, as base64 of a random nonce of
// 24 bytes and the sealed text. `context` says what it is for: it is not part of the
// result, and a secret sealed for one context does not open in another.
// INVALID_ARGUMENT unless `key` has kSecretKeyBytes.
absl::StatusOr<std::string> Seal(std::string_view secret, std::string_view key,
                                 std::string_view context);

// What Seal sealed. INVALID_ARGUMENT when the key or the context is another one, or the
// text was changed, which cannot be told apart.
absl::StatusOr<SecretString> Unseal(std::string_view sealed, std::string_view key,
                                    std::string_view context);

// 256 random bits as text that fits in a URL.
std::string RandomToken();

// BLAKE2b-256 of `text` as 64 hexadecimal digits.
std::string Fingerprint(std::string_view text);

// Compares texts of equal size in a time that does not depend on where they differ.
bool EqualSecrets(std::string_view a, std::string_view b);

}  // namespace footfall::base

#endif  // FOOTFALL_BASE_SECRET_H_
