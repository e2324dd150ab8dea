// The words by which fields and properties give away that they hold a secret.
#ifndef FOOTFALL_CAPTURE_VOCABULARY_H_
#define FOOTFALL_CAPTURE_VOCABULARY_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "capture/hash.h"

namespace footfall::capture {

// True when `name` holds a word of the secret vocabulary (English, French, German,
// Spanish, Italian, Portuguese). Words are whole: they end at a change from lower to
// upper case, at
// `-`, `_`, digits and every other character that is no letter. Accents do not matter.
bool IsSecretName(std::string_view name);

// True for words that name the keys of an on-screen keypad.
bool IsKeypadName(std::string_view name);

// True when a token of the HTML `autocomplete` attribute stands for a secret.
bool IsSecretAutocomplete(std::string_view tokens);

// Remembers verdicts of IsSecretName for short names, since the same few come with every
// event. Not thread-safe.
class VocabularyCache {
 public:
  bool IsSecret(std::string_view name) { return IsSecret(name, HashBytes(name)); }
  // `hash` is HashBytes(name).
  bool IsSecret(std::string_view name, uint64_t hash);

 private:
  struct Entry {
    uint8_t size = 0xff;
    bool secret = false;
    char name[30];
  };
  std::array<Entry, 512> entries_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_VOCABULARY_H_
