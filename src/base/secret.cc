#include "base/secret.h"

#include <sodium.h>

#include "absl/strings/escaping.h"
#include "base/status.h"
#include "base/strings.h"

namespace footfall::base {
namespace {

constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr size_t kHashBytes = 32;
static_assert(kSecretKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

absl::Status CheckKey(std::string_view key) {
  if (key.size() != kSecretKeyBytes) {
    return absl::InvalidArgumentError("the key must have 32 bytes");
  }
  if (sodium_init() < 0) return absl::InternalError("libsodium cannot start");
  return absl::OkStatus();
}

absl::Status CannotOpen() {
  return absl::InvalidArgumentError(
      "the secret was sealed with another key, or was changed since");
}

}  // namespace

SecretString::~SecretString() {
  if (!text.empty()) sodium_memzero(text.data(), text.size());
}

absl::StatusOr<std::string> Seal(std::string_view secret, std::string_view key,
                                 std::string_view context) {
  FOOTFALL_RETURN_IF_ERROR(CheckKey(key));
  std::string sealed(kNonceBytes + secret.size() + kTagBytes, '\0');
  unsigned char* const nonce = Bytes(sealed);
  randombytes_buf(nonce, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceBytes, nullptr, Bytes(secret),
                                             secret.size(), Bytes(context),
                                             context.size(), nullptr, nonce, Bytes(key));
  return absl::Base64Escape(Abs(sealed));
}

absl::StatusOr<SecretString> Unseal(std::string_view sealed, std::string_view key,
                                    std::string_view context) {
  FOOTFALL_RETURN_IF_ERROR(CheckKey(key));
  std::string bytes;
  if (!absl::Base64Unescape(Abs(sealed), &bytes) ||
      bytes.size() < kNonceBytes + kTagBytes) {
    return CannotOpen();
  }
  const std::string_view locked = std::string_view(bytes).substr(kNonceBytes);
  SecretString secret;
  secret.text.resize(locked.size() - kTagBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          Bytes(secret.text), nullptr, nullptr, Bytes(locked), locked.size(),
          Bytes(context), context.size(), Bytes(bytes), Bytes(key)) != 0) {
    return CannotOpen();
  }
  return secret;
}

std::string RandomToken() {
  std::string bytes(kHashBytes, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  std::string token = absl::WebSafeBase64Escape(Abs(bytes));
  // Padding says nothing.
  token.erase(token.find_last_not_of('=') + 1);
  return token;
}

std::string Fingerprint(std::string_view text) {
  std::string hash(kHashBytes, '\0');
  crypto_generichash(Bytes(hash), hash.size(), Bytes(text), text.size(), nullptr, 0);
  return Hex(hash);
}

bool EqualSecrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace footfall::base
