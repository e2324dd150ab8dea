#include "capture/typed_memory.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "capture/needle_search.h"
#include "capture/secret_memory.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

// An ordinary value of fewer bytes must stand as a word of its own.
constexpr size_t kInsideWordsMin = 6;
// Fewer bytes than this say nothing when a class or a style sheet holds them.
constexpr size_t kNameBytesMin = 8;
// How many comparisons of bytes a text is worth. An entry that does not match counts one.
constexpr size_t kWorkMin = size_t{1} << 16;
constexpr size_t kWorkPerByte = 512;

bool IsWordByte(char c) {
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

template <typename T>
void Put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
bool Take(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof(value)) return false;
  std::memcpy(&value, bytes.data(), sizeof(value));
  bytes.remove_prefix(sizeof(value));
  return true;
}

}  // namespace

TypedMemory::~TypedMemory() { Clear(); }

void TypedMemory::Clear() {
  if (entries_ == nullptr) return;
  Zeroise(reinterpret_cast<char*>(entries_.get()), sizeof(Entries));
  entries_.reset();
  secret_count_ = typed_count_ = 0;
  calls_ = current_ = 0;
  any_short_ = any_spaced_ = false;
}

namespace {

// Where four bytes without white space begin; 0 when there are none.
size_t FirstPlace(std::string_view folded) {
  size_t pos = 0;
  while (pos + 4 <= folded.size()) {
    const size_t space = folded.substr(pos, 4).rfind(' ');
    if (space == std::string_view::npos) return pos;
    pos += space + 1;
  }
  return 0;
}

// Moves `at` past white space; false when there is none.
bool SkipSpace(std::string_view text, size_t& at) {
  const size_t begin = at;
  while (at < text.size()) {
    size_t next = at;
    if (!IsFoldedSpace(text, next)) break;
    at = next;
  }
  return at > begin;
}

uint32_t LoadFour(const char* p) {
  uint32_t word;
  std::memcpy(&word, p, sizeof(word));
  return word;
}

// With ASCII letters in lower case.
uint32_t LoadLowerFour(const char* p) {
  const uint32_t word = LoadFour(p);
  return word | static_cast<uint32_t>(Capitals(word) >> 2);
}

// How many bytes two words, which differ, have in common from the first on.
size_t CommonBytes(uint32_t a, uint32_t b) {
  const uint32_t differs = a ^ b;
  const int bits = std::endian::native == std::endian::little ? std::countr_zero(differs)
                                                              : std::countl_zero(differs);
  return static_cast<size_t>(bits) / 8;
}

// Of four bytes in either case: the number of a bit in a set of 64 K.
uint32_t HashOf(const char* four_bytes) {
  return (LoadFour(four_bytes) | 0x20202020u) * 0x9e3779b1u >> 16;
}

void Set(uint64_t* bits, const char* four_bytes) {
  const uint32_t hash = HashOf(four_bytes);
  bits[hash >> 6] |= uint64_t{1} << (hash & 63);
}

bool Has(const uint64_t* bits, const char* four_bytes) {
  const uint32_t hash = HashOf(four_bytes);
  return (bits[hash >> 6] >> (hash & 63) & 1) != 0;
}

}  // namespace

template <typename Visit>
bool TypedMemory::AnyEntry(Visit visit) const {
  return std::any_of(entries_->secrets, entries_->secrets + secret_count_, visit) ||
         std::any_of(entries_->typed, entries_->typed + typed_count_, visit);
}

// True when it takes more than four bytes as they are to find the entry.
bool TypedMemory::IsOdd(const Entry& entry) {
  return entry.prefix == 0 || entry.needle().substr(0, 4).find(' ') != std::string::npos;
}

void TypedMemory::IndexBeginning(const Entry& entry) {
  any_short_ = any_short_ || entry.prefix == 0;
  if (entry.prefix == 0) return;
  any_spaced_ = any_spaced_ || IsOdd(entry);
  const std::string_view needle = entry.needle();
  Set(entries_->beginnings, needle.data());
  if (needle.size() < kNameBytesMin) return;
  for (size_t i = 0; i < 4; ++i) Set(entries_->insides, needle.data() + i);
}

void TypedMemory::IndexBeginnings() {
  std::memset(entries_->beginnings, 0, sizeof(entries_->beginnings));
  std::memset(entries_->insides, 0, sizeof(entries_->insides));
  any_short_ = any_spaced_ = false;
  AnyEntry([this](const Entry& entry) {
    IndexBeginning(entry);
    return false;
  });
}

// The entry that the value takes the place of: what the same field held before, when one
// of the two continues the other; else a new one, or the oldest.
TypedMemory::Entry& TypedMemory::PlaceFor(uint64_t field, std::string_view folded,
                                          bool secret) {
  Entry* const list = secret ? entries_->secrets : entries_->typed;
  size_t& count = secret ? secret_count_ : typed_count_;
  const size_t max = secret ? kSecretsMax : kTypedMax;
  size_t of_field = 0;
  Entry* oldest_of_field = nullptr;
  Entry* oldest = nullptr;
  for (Entry* entry = list; entry != list + count; ++entry) {
    if (oldest == nullptr || entry->age < oldest->age) oldest = entry;
    if (entry->field != field) continue;
    const std::string_view known = entry->view();
    const size_t common = std::min(known.size(), folded.size());
    if (known.substr(0, common) == folded.substr(0, common)) return *entry;
    ++of_field;
    if (oldest_of_field == nullptr || entry->age < oldest_of_field->age) {
      oldest_of_field = entry;
    }
  }
  if (of_field >= kOfFieldMax) return *oldest_of_field;
  return count < max ? list[count++] : *oldest;
}

void TypedMemory::Fill(Entry& entry, uint64_t field, std::string_view folded,
                       bool secret) {
  entry.field = field;
  entry.secret = secret;
  entry.size = static_cast<uint8_t>(folded.size());
  std::memcpy(entry.bytes, folded.data(), folded.size());
  entry.from = static_cast<uint8_t>(FirstPlace(folded));
  entry.prefix =
      static_cast<uint8_t>(PrefixOfCharacters(entry.needle(), kSecretCharactersMin));
  entry.first = IsOdd(entry) ? 0 : LoadFour(entry.needle().data());
}

void TypedMemory::Remember(uint64_t field, std::string_view value, bool secret) {
  constexpr size_t kLinesMax = 12;
  RememberOne(field, value, secret);
  // A page may show the lines of a value apart from each other.
  size_t pos = value.find_first_of("\r\n");
  if (pos == std::string_view::npos) return;
  pos = 0;
  for (size_t lines = 0; lines < kLinesMax && pos < value.size();) {
    const size_t end = std::min(value.find_first_of("\r\n", pos), value.size());
    const std::string_view line = value.substr(pos, end - pos);
    pos = end + 1;
    if (PrefixOfCharacters(line, kSecretCharactersMin) == 0) continue;
    RememberOne(field, line, secret);
    ++lines;
  }
}

void TypedMemory::RememberOne(uint64_t field, std::string_view value, bool secret) {
  if (current_ != field) ++version_;
  current_ = field;
  scratch_.Reset();
  const std::string_view whole = FoldText(value, scratch_);
  const std::string_view folded = whole.substr(0, kBytesMax);
  const size_t prefix = PrefixOfCharacters(folded, kSecretCharactersMin);
  if (!folded.empty() && (secret || prefix > 0)) {
    if (entries_ == nullptr) entries_ = std::make_unique<Entries>();
    Entry& entry = PlaceFor(field, folded, secret);
    // Of a secret the longest form stays, since its beginnings are found by it.
    const bool shorter = secret && entry.field == field && entry.size > folded.size() &&
                         entry.view().substr(0, folded.size()) == folded;
    if (!shorter) {
      // What a field held before its value grew may stay in the index.
      const bool grows = entry.size == 0 ||
                         (folded.substr(0, entry.size) == entry.view() && !IsOdd(entry));
      Fill(entry, field, folded, secret);
      entry.age = ++calls_;
      ++version_;
      const bool found =
          !IsOdd(entry) && Has(entries_->beginnings, entry.needle().data());
      if (!found) ++beginnings_;
      grows ? IndexBeginning(entry) : IndexBeginnings();
    }
  }
  Zeroise(const_cast<char*>(whole.data()), whole.size());
}

// Compares `text` from `at` on with the value, as if it were folded; see FoldText.
// Returns how many bytes of the value it begins with, and moves `at` behind them.
size_t TypedMemory::Common(std::string_view value, std::string_view text, size_t& at) {
  size_t i = 0;
  while (i < value.size() && at < text.size()) {
    if (value[i] != ' ') {
      const char c = text[at];
      const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
      if (lower != value[i]) break;
      ++at;
    } else if (!SkipSpace(text, at)) {
      break;
    }
    ++i;
  }
  return i;
}

bool TypedMemory::Matches(const Entry& entry, std::string_view text, size_t at,
                          Place place, size_t& work) const {
  if (entry.prefix == 0) return false;
  const std::string_view value = entry.needle();
  const size_t begin = at;
  const size_t common = Common(value, text, at);
  work += common + 1;
  if (common < entry.prefix) return false;
  if (place == Place::kField) return entry.secret && common == value.size();
  if (place == Place::kSheet || (place == Place::kName && !entry.secret)) {
    return common == value.size() && value.size() >= kNameBytesMin;
  }
  const bool word_ends = at == text.size() || !IsWordByte(text[at]);
  if (common == value.size()) {
    if (entry.secret || value.size() >= kInsideWordsMin) return true;
    return word_ends && (begin == 0 || !IsWordByte(text[begin - 1]));
  }
  return (entry.secret || entry.field == current_) && word_ends;
}

bool TypedMemory::IsShortSecret(std::string_view text, Arena& arena) const {
  constexpr size_t kTextMax = 64;
  if (!any_short_ || text.size() > kTextMax) return false;
  const std::string_view folded = FoldText(text, arena);
  const bool found = AnyEntry(
      [&](const Entry& entry) { return entry.prefix == 0 && entry.view() == folded; });
  arena.Shrink(folded.size());
  return found;
}

// A text that nearly repeats values all the time, as only one made for it does, is taken
// to repeat one: comparing on would take many times as long as reading it.
bool TypedMemory::FoundIn(std::string_view text, Place place) const {
  const size_t work_max = kWorkMin + kWorkPerByte * text.size();
  size_t work = 0;
  for (size_t i = 0; i + 4 <= text.size(); ++i) {
    if (!Has(entries_->beginnings, text.data() + i)) continue;
    const uint32_t four = LoadLowerFour(text.data() + i);
    const auto matches = [&](const Entry& entry) {
      if (entry.first == four || entry.first == 0) {
        return Matches(entry, text, i, place, work);
      }
      work += CommonBytes(entry.first, four) + 1;
      return false;
    };
    if (AnyEntry(matches) || work > work_max) return true;
  }
  return false;
}

bool TypedMemory::FoundInSheet(std::string_view text) const {
  const size_t work_max = kWorkMin + kWorkPerByte * text.size();
  size_t work = 0;
  for (size_t i = 0; i + 4 <= text.size(); i += 4) {
    if (!Has(entries_->insides, text.data() + i)) continue;
    for (size_t back = 0; back < 4 && back <= i; ++back) {
      const auto matches = [&](const Entry& entry) {
        return Matches(entry, text, i - back, Place::kSheet, work);
      };
      if (AnyEntry(matches) || work > work_max) return true;
    }
  }
  return false;
}

bool TypedMemory::Repeats(std::string_view text, Place place, Arena& arena) const {
  if (empty() || text.empty()) return false;
  const bool short_too = place == Place::kText || place == Place::kName;
  if (short_too && IsShortSecret(text, arena)) return true;
  if (place == Place::kSheet) return FoundInSheet(text);
  if (!any_spaced_) return FoundIn(text, place);
  // White space among the first bytes of a value may be spelled in many ways in a text.
  const std::string_view folded = FoldText(text, arena);
  const bool found = FoundIn(folded, place);
  arena.Shrink(folded.size());
  return found;
}

bool TypedMemory::MayRepeat(std::string_view text) const {
  if (empty()) return false;
  if (any_short_ || any_spaced_) return true;
  for (size_t i = 0; i + 4 <= text.size(); ++i) {
    if (Has(entries_->beginnings, text.data() + i)) return true;
  }
  return false;
}

void TypedMemory::Save(std::string& out) const {
  Put(out, static_cast<uint32_t>(secret_count_));
  Put(out, static_cast<uint32_t>(typed_count_));
  Put(out, current_);
  Put(out, calls_);
  if (entries_ == nullptr) return;
  AnyEntry([&out](const Entry& entry) {
    Put(out, entry.field);
    Put(out, entry.age);
    Put(out, entry.size);
    out.append(entry.view());
    return false;
  });
}

bool TypedMemory::Restore(std::string_view& bytes) {
  Clear();
  ++version_;
  ++beginnings_;
  uint32_t secrets;
  uint32_t typed;
  if (!Take(bytes, secrets) || !Take(bytes, typed) || !Take(bytes, current_) ||
      !Take(bytes, calls_) || secrets > kSecretsMax || typed > kTypedMax) {
    return false;
  }
  if (secrets + typed == 0) return true;
  entries_ = std::make_unique<Entries>();
  for (uint32_t i = 0; i < secrets + typed; ++i) {
    const bool secret = i < secrets;
    uint64_t field;
    uint64_t age;
    uint8_t size;
    if (!Take(bytes, field) || !Take(bytes, age) || !Take(bytes, size) ||
        bytes.size() < size || size == 0) {
      return false;
    }
    Entry& entry =
        secret ? entries_->secrets[secret_count_++] : entries_->typed[typed_count_++];
    Fill(entry, field, bytes.substr(0, size), secret);
    entry.age = age;
    bytes.remove_prefix(size);
  }
  IndexBeginnings();
  return true;
}

}  // namespace footfall::capture
