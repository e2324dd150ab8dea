// What was typed on a recorded page, to be hidden wherever the page shows it again.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_TYPED_MEMORY_H_
#define FOOTFALL_CAPTURE_TYPED_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "capture/arena.h"

namespace footfall::capture {

// The secrets and the masked values of one session. Bounded: the oldest go first, those
// of one field before others. Memory is overwritten before it is given back. Not
// thread-safe.
class TypedMemory {
 public:
  TypedMemory() = default;
  ~TypedMemory();
  TypedMemory(const TypedMemory&) = delete;
  TypedMemory& operator=(const TypedMemory&) = delete;

  // What `field` holds now. The value of a sensitive field is a secret: found also by its
  // first four or more characters at the end of a word. Any other one is found whole, and
  // like a secret while its field is the one that was typed into last. Values of fewer
  // than four characters are found where they are all of a text, but only secrets.
  void Remember(uint64_t field, std::string_view value, bool secret);

  void Clear();

  // The field that was typed into last has been left.
  void LeaveField() { current_ = 0; }

  // Another number when Repeats may answer true where it did not before.
  uint64_t version() const { return version_; }

  // Where a text stands. Names of classes and ids are often ordinary words, so there only
  // secrets and longer values count, and in style sheets only longer ones of both, whole.
  // In another field, only a whole secret counts.
  enum class Place : uint8_t { kText, kName, kSheet, kField };
  // True when `text` repeats something remembered. Uses `arena` for the time of the call.
  bool Repeats(std::string_view text, Place place, Arena& arena) const;
  // False when nothing of `text` repeats anything, wherever it stands, unless
  // in escapes.
  bool MayRepeat(std::string_view text) const;
  // Another number when MayRepeat may answer true where it did not before. Never 0.
  uint64_t beginnings() const { return beginnings_; }

  bool empty() const { return secret_count_ + typed_count_ == 0; }
  size_t memory_bytes() const { return entries_ == nullptr ? 0 : sizeof(Entries); }

  // In clear.
  void Save(std::string& out) const;
  bool Restore(std::string_view& bytes);

 private:
  static constexpr size_t kSecretsMax = 128;
  static constexpr size_t kTypedMax = 128;
  static constexpr size_t kBytesMax = 255;
  // Of one field, so that one that changes all the time does not push out the others.
  static constexpr size_t kOfFieldMax = 16;

  // Fixed storage, since a string that grows leaves copies behind.
  struct Entry {
    uint64_t field = 0;
    uint64_t age = 0;  // The number of the call that brought it.
    bool secret = false;
    uint8_t size = 0;
    // What is looked for begins here: behind short words, since white space may be
    // spelled in many ways and four bytes without any are needed to find a place by.
    uint8_t from = 0;
    uint8_t prefix = 0;  // Bytes of the first four characters from there; 0 for fewer.
    // The four bytes from there, to tell most places apart by; 0 when they do not.
    uint32_t first = 0;
    char bytes[kBytesMax];
    std::string_view view() const { return {bytes, size}; }
    std::string_view needle() const { return view().substr(from); }
  };
  struct Entries {
    Entry secrets[kSecretsMax];
    Entry typed[kTypedMax];
    // By the hash of four bytes in lower case: whether a value begins with them.
    uint64_t beginnings[1024];
    // The same for the four bytes at each of the first four places of a value that counts
    // in style sheets: looking at every fourth place of a sheet finds it.
    uint64_t insides[1024];
  };

  void RememberOne(uint64_t field, std::string_view value, bool secret);
  static size_t Common(std::string_view value, std::string_view text, size_t& at);
  bool Matches(const Entry& entry, std::string_view text, size_t at, Place place,
               size_t& work) const;
  bool IsShortSecret(std::string_view text, Arena& arena) const;
  bool FoundIn(std::string_view text, Place place) const;
  bool FoundInSheet(std::string_view text) const;
  Entry& PlaceFor(uint64_t field, std::string_view folded, bool secret);
  static void Fill(Entry& entry, uint64_t field, std::string_view folded, bool secret);
  static bool IsOdd(const Entry& entry);
  void IndexBeginning(const Entry& entry);
  void IndexBeginnings();
  template <typename Visit>
  bool AnyEntry(Visit visit) const;

  std::unique_ptr<Entries> entries_;
  size_t secret_count_ = 0;
  size_t typed_count_ = 0;
  uint64_t calls_ = 0;
  uint64_t version_ = 0;
  uint64_t beginnings_ = 1;
  Arena scratch_;            // Overwritten after each use.
  uint64_t current_ = 0;     // The field that was typed into last.
  bool any_short_ = false;   // A secret has fewer than four characters.
  bool any_spaced_ = false;  // One has white space in every four bytes of its beginning.
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_TYPED_MEMORY_H_
