#include "capture/secret_memory.h"

#include <cstring>

namespace footfall::capture {

size_t PrefixOfCharacters(std::string_view text, size_t count) {
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (characters++ == count) return i;
  }
  return characters >= count ? text.size() : 0;
}

void Zeroise(char* data, size_t size) {
  if (size == 0) return;
  std::memset(data, 0, size);
  // The compiler must take the bytes for read here.
  __asm__ volatile("" : : "r"(data) : "memory");
}

SecretMemory::~SecretMemory() {
  for (auto& [session, secrets] : sessions_) {
    for (Secret& secret : secrets) Zeroise(secret.bytes, secret.size);
  }
}

void SecretMemory::Remember(uint64_t session, std::string_view secret) {
  if (PrefixOfCharacters(secret, kSecretCharactersMin) == 0) return;
  secret = secret.substr(0, kSecretBytesMax);
  const std::lock_guard<std::mutex> lock(mutex_);
  empty_.store(false, std::memory_order_release);
  auto [it, inserted] = sessions_.try_emplace(session);
  if (inserted) {
    order_.push_back(session);
    if (order_.size() > kSessionsMax) {
      auto oldest = sessions_.find(order_.front());
      for (Secret& old : oldest->second) Zeroise(old.bytes, old.size);
      sessions_.erase(oldest);
      order_.pop_front();
    }
  }
  std::deque<Secret>& secrets = it->second;
  Secret* place = nullptr;
  for (Secret& known : secrets) {
    if (known.view().substr(0, secret.size()) == secret) return;
    if (secret.substr(0, known.size) == known.view()) place = &known;
  }
  if (place == nullptr) {
    if (secrets.size() == kSecretsMax) {
      Zeroise(secrets.front().bytes, secrets.front().size);
      secrets.pop_front();
    }
    place = &secrets.emplace_back();
  }
  place->size = static_cast<uint16_t>(secret.size());
  std::memcpy(place->bytes, secret.data(), secret.size());
}

void SecretMemory::Collect(uint64_t session, Arena& arena,
                           std::vector<Needle>& needles) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto it = sessions_.find(session);
  if (it == sessions_.end()) return;
  for (const Secret& secret : it->second)
    needles.push_back({arena.Copy(secret.view()), true});
}

}  // namespace footfall::capture
