#include "capture/sealed_state.h"

#include <sodium.h>

namespace footfall::capture {
namespace {

constexpr std::string_view kMagic = "FFRS";
constexpr char kVersion = 1;
constexpr size_t kHeaderBytes = 8;
constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kSealKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string Header() {
  std::string header(kMagic);
  header += kVersion;
  header.resize(kHeaderBytes, '\0');
  return header;
}

absl::Status CheckKey(std::string_view key) {
  if (key.size() != kSealKeyBytes) {
    return absl::InvalidArgumentError("the key must have 32 bytes");
  }
  if (sodium_init() < 0) return absl::InternalError("libsodium cannot start");
  return absl::OkStatus();
}

absl::Status CheckHeader(std::string_view sealed) {
  if (sealed.substr(0, kMagic.size()) != kMagic ||
      sealed.size() < kHeaderBytes + kNonceBytes + kTagBytes) {
    return absl::DataLossError("this is no saved state of a filter, or it was cut");
  }
  if (sealed[kMagic.size()] != kVersion) {
    return absl::UnimplementedError(
        "the state was saved by another version of the library");
  }
  return absl::OkStatus();
}

}  // namespace

SecretString::~SecretString() {
  if (!text.empty()) sodium_memzero(text.data(), text.size());
}

absl::StatusOr<std::string> SealState(std::string_view state, std::string_view key) {
  if (absl::Status status = CheckKey(key); !status.ok()) return status;
  std::string sealed = Header();
  sealed.resize(kHeaderBytes + kNonceBytes + state.size() + kTagBytes);
  unsigned char* const nonce = Bytes(sealed) + kHeaderBytes;
  randombytes_buf(nonce, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceBytes, nullptr, Bytes(state),
                                             state.size(), Bytes(sealed), kHeaderBytes,
                                             nullptr, nonce, Bytes(key));
  return sealed;
}

absl::StatusOr<SecretString> OpenState(std::string_view sealed, std::string_view key) {
  if (absl::Status status = CheckKey(key); !status.ok()) return status;
  if (absl::Status status = CheckHeader(sealed); !status.ok()) return status;
  const std::string_view nonce = sealed.substr(kHeaderBytes, kNonceBytes);
  const std::string_view locked = sealed.substr(kHeaderBytes + kNonceBytes);
  SecretString state;
  state.text.resize(locked.size() - kTagBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          Bytes(state.text), nullptr, nullptr, Bytes(locked), locked.size(),
          Bytes(sealed), kHeaderBytes, Bytes(nonce), Bytes(key)) != 0) {
    return absl::InvalidArgumentError(
        "the state was sealed with another key, or was changed since");
  }
  return state;
}

}  // namespace footfall::capture
