// Secrets seen in sensitive fields, to be hidden wherever they turn up later.
#ifndef FOOTFALL_CAPTURE_SECRET_MEMORY_H_
#define FOOTFALL_CAPTURE_SECRET_MEMORY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "capture/cleaner.h"

namespace footfall::capture {

// Fewer characters than this say too little to be looked for.
inline constexpr size_t kSecretCharactersMin = 4;

// The size in bytes of the first `count` characters of `text`; 0 when it has fewer.
size_t PrefixOfCharacters(std::string_view text, size_t count);

// Overwrites memory in a way that the compiler keeps.
void Zeroise(char* data, size_t size);

// The secrets of each session. Bounded: the oldest sessions and secrets go first. Memory
// is overwritten before it is given back. Thread-safe.
class SecretMemory {
 public:
  SecretMemory() = default;
  SecretMemory(const SecretMemory&) = delete;
  SecretMemory& operator=(const SecretMemory&) = delete;
  ~SecretMemory();

  // A secret that continues one typed before takes its place.
  void Remember(uint64_t session, std::string_view secret);

  // Appends the session's secrets, copied into `arena`.
  void Collect(uint64_t session, Arena& arena, std::vector<Needle>& needles) const;

  bool empty() const { return empty_.load(std::memory_order_acquire); }

 private:
  static constexpr size_t kSessionsMax = 4096;
  static constexpr size_t kSecretsMax = 8;
  static constexpr size_t kSecretBytesMax = 256;

  // Fixed storage, since a string that grows leaves copies behind.
  struct Secret {
    uint16_t size = 0;
    char bytes[kSecretBytesMax];
    std::string_view view() const { return {bytes, size}; }
  };

  mutable std::mutex mutex_;
  std::atomic<bool> empty_{true};
  std::unordered_map<uint64_t, std::deque<Secret>> sessions_;
  std::deque<uint64_t> order_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_SECRET_MEMORY_H_
