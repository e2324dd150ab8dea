// Keyed hashes of identifiers. The key is drawn when a store is made and never leaves it,
// so that a hash tells nothing to who does not have the store.
#ifndef FOOTFALL_STORE_HASHING_H_
#define FOOTFALL_STORE_HASHING_H_

#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace footfall::store {

struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const Hash128&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const Hash128& hash) {
    return H::combine(std::move(h), hash.low);
  }
};

using HashKey = std::array<unsigned char, crypto_shorthash_siphashx24_KEYBYTES>;

inline Hash128 HashBytes(const HashKey& key, std::string_view bytes) {
  unsigned char out[crypto_shorthash_siphashx24_BYTES];
  crypto_shorthash_siphashx24(out, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size(), key.data());
  Hash128 hash;
  for (int i = 0; i < 8; ++i) hash.high = hash.high << 8 | out[i];
  for (int i = 8; i < 16; ++i) hash.low = hash.low << 8 | out[i];
  return hash;
}

// Of a person's id (`kind` 0) or an anonymous one (1): never the same for both.
inline Hash128 HashIdentifier(const HashKey& key, uint32_t kind, std::string_view id) {
  std::string text(1, kind == 0 ? 'p' : 'a');
  text += id;
  return HashBytes(key, text);
}

// Of a host's session id; never 0, which stands for no session.
inline uint64_t HashSession(const HashKey& key, std::string_view session) {
  const uint64_t hash = HashBytes(key, session).low;
  return hash == 0 ? 1 : hash;
}

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_HASHING_H_
