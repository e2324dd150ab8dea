// The inside of Batch: events already in the form in which a log record holds them.
#ifndef FOOTFALL_STORE_BATCH_H_
#define FOOTFALL_STORE_BATCH_H_

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/event.h"
#include "store/event_store.h"
#include "store/string_table.h"

namespace footfall::store {

// The spaces of strings. Up to kDictionaryFields they are also the numbers of the store's
// dictionaries; all of them are part of the on-disk format.
enum Field : uint32_t {
  kFieldName = 1,
  kFieldUrl = 2,
  kFieldTitle = 3,
  kFieldApp = 4,
  kFieldEnvironment = 5,
  kFieldKey = 6,
  kFieldValue = 7,
  kFieldPropertyKey = 8,
  kFieldElement =
      9,  // 9 to 17: tag, id, class, type, name, text, label, value, autocomplete.
  kFieldContext =
      18,  // 18 to 25: country, region, city, browser, version, os, version, device.
  kFieldSession = 30,  // Never in a dictionary, nor is kFieldJson.
  kFieldJson = 31,
  kFieldPropertyValue = 64,  // Plus the number of the property's key.
};
inline constexpr int kElementFields = 9;
inline constexpr int kContextFields = 8;
// The fields of the context that people have as attributes, as offsets from
// kFieldContext.
inline constexpr int kLatestFields = 6;

// What committing needs to know of an event without decoding it.
struct EventFacts {
  int64_t time_ms = 0;
  int64_t seq = 0;
  uint32_t offset = 0;  // Of the encoded event in Rep::events.
  uint32_t size = 0;
  uint32_t id_offset = 0;
  uint32_t id_size = 0;
  uint32_t person = StringTable::kNone;        // In Rep::people.
  uint32_t anonymous = StringTable::kNone;     // In Rep::people.
  uint32_t session = StringTable::kNone;       // In Rep::strings.
  std::array<uint32_t, kLatestFields> latest;  // In Rep::strings.
  model::EventType type = model::EventType::kTrack;
  bool has_id = false;
};

// The spaces of Rep::people.
inline constexpr uint32_t kPersonId = 0;
inline constexpr uint32_t kAnonymousId = 1;

struct Batch::Rep {
  void Add(const model::Event& event);
  void Clear();
  size_t bytes() const;
  std::string_view encoded(const EventFacts& facts) const {
    return {events.data() + facts.offset, facts.size};
  }
  std::string_view id(const EventFacts& facts) const {
    return {events.data() + facts.id_offset, facts.id_size};
  }

  int64_t base_time_ms = 0;  // Of the first event; the encoded times are relative to it.
  StringTable strings;  // By Field; a property value's space is 64 + its key's index.
  StringTable people;   // kPersonId and kAnonymousId.
  std::vector<EventFacts> facts;
  std::vector<char> events;
  size_t used = 0;  // Of `events`.

 private:
  // Fields and values, each by its space, and keys by their places.
  static constexpr size_t kKeyGuesses = 32;
  static constexpr size_t kGuesses = 256;

  uint32_t Intern(uint32_t space, std::string_view text) {
    return strings.Intern(space, text, guesses_[space % kGuesses]);
  }
  uint32_t InternKey(size_t place, std::string_view key) {
    return strings.Intern(kFieldPropertyKey, key,
                          guesses_[kKeyGuesses + place % kKeyGuesses]);
  }
  char* Reserve(size_t size);
  char* PutString(char* out, uint32_t space, std::string_view text);
  char* PutElement(char* out, const model::Element& element);
  char* PutContext(char* out, const model::Context& context, EventFacts& facts);
  char* PutValue(char* out, uint32_t key, const model::Value& value);

  // The strings that were met last, of which many are met again in the next event.
  std::array<uint32_t, kGuesses> guesses_ = {};
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_BATCH_H_
