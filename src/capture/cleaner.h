// What is done to every string of an event, whatever its place.
#ifndef FOOTFALL_CAPTURE_CLEANER_H_
#define FOOTFALL_CAPTURE_CLEANER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/arena.h"
#include "capture/needle_search.h"
#include "capture/policy_internal.h"
#include "capture/rules.h"
#include "capture/vocabulary.h"
#include "capture/words.h"

namespace footfall::capture {

// A text that must not stand in any other string.
struct Needle {
  std::string_view text;
  // A secret, of which growing prefixes hide too. A typed value that is no secret hides
  // whole only.
  bool secret = false;
};

// Holds what filtering one event needs: its memory, its counts and the texts to hide. The
// results of its methods live until BeginEvent. Not thread-safe.
class Cleaner {
 public:
  // `policy` outlives it, or the next SetPolicy.
  explicit Cleaner(const CompiledPolicy& policy) : policy_(&policy) {}

  void SetPolicy(const CompiledPolicy& policy) {
    policy_ = &policy;
    clean_url_.clear();
  }
  void SetTrace(RuleTrace* trace) {
    counts_.SetTrace(trace);
    traced_ = trace != nullptr;
  }

  void BeginEvent() {
    arena_.Reset();
    counts_.Clear();
    needles_.clear();
    searches_.clear();
    changed_ = false;
  }

  Arena& arena() { return arena_; }
  RuleCounts& counts() { return counts_; }
  // Counts a rule that was applied at `place`; see RuleTrace.
  void Count(Rule rule, std::string_view place) {
    counts_.At(place);
    counts_.Add(rule);
  }
  // What comes next is done to the property `key`.
  void AtProperty(std::string_view key) {
    if (traced_) counts_.At(PropertyPlace(key));
  }
  // True when a rule was applied, or a string came out other than it went in.
  bool changed() const { return changed_ || counts_.dirty(); }
  VocabularyCache& vocabulary() { return vocabulary_; }
  std::vector<Needle>& needles() { return needles_; }
  // Makes the methods below look for the needles, and for the lines of long ones.
  void PrepareNeedles();
  bool has_needles() const { return !searches_.empty(); }

  // True for a property key of the secret vocabulary that the policy does not exempt, and
  // for one that Scan would change. `hash` is HashBytes(key).
  bool IsSecretKey(std::string_view key, uint64_t hash);

  // True when the text repeats one of the needles.
  bool Repeats(std::string_view text);
  // The same for a number, `text` being its JSON.
  bool NumberRepeats(std::string_view text);

  // The text without what the scanners find in it; a URL follows the URL rule.
  std::string_view Scan(std::string_view text) { return Scan(text, Source::kData); }

  // Where a text comes from. `text: allow` switches the scan off for what pages show.
  enum class Source : uint8_t { kData, kPage };

  // As Scan, and the mask when the text repeats one of the needles.
  std::string_view Text(std::string_view text, Source source = Source::kData) {
    return IsUntouched(text) ? text : LongText(text, source);
  }
  // The same for what stands at `place`.
  std::string_view TextAt(std::string_view text, std::string_view place,
                          Source source = Source::kData) {
    if (text.empty() || IsUntouched(text)) return text;
    counts_.At(place);
    return LongText(text, source);
  }
  // True only for a text that Scan would return as it is, without the policy's patterns:
  // too short for a URL with anything to strip and for every scanner, or a little longer
  // without what they look for. Most texts are, and this is all that they cost.
  static bool IsPlain(std::string_view text) {
    return IsShortWord(text) || IsPlainText(text);
  }

  // The URL rule, with what repeats one of the needles masked: path segments, and the
  // host when it is a secret.
  std::string_view Url(std::string_view url);
  // Not zero when `url` is the latest one that Url left as it was; then another number
  // for each change of the URL. Costs less than a look at the whole URL.
  uint64_t CleanUrlNumber(std::string_view url) const {
    return url.empty() || url != clean_url_ ? 0 : clean_url_number_;
  }

  // True when a key, a string or a number in `json` repeats one of the needles. `json` is
  // valid and was written by AppendJsonText.
  bool JsonRepeats(std::string_view json);

 private:
  bool IsUntouched(std::string_view text) const {
    return searches_.empty() && policy_->patterns.empty() && IsPlain(text);
  }
  // True for most names and plain texts: at most 16 bytes, nothing but letters and what
  // stands beside them in ASCII, such as underscores.
  static bool IsShortWord(std::string_view text);
  static bool IsPlainText(std::string_view text);
  std::string_view Scan(std::string_view text, Source source);
  std::string_view LongText(std::string_view text, Source source);
  std::string_view ScanInto(std::string_view text, Source source, RuleCounts& counts);
  bool RepeatsSecret(std::string_view text);
  std::string_view PropertyPlace(std::string_view key);
  // Notes whether `after` is the very string `before`.
  std::string_view Note(std::string_view before, std::string_view after) {
    changed_ |= before.data() != after.data() || before.size() != after.size();
    return after;
  }

  const CompiledPolicy* policy_;
  Arena arena_;
  RuleCounts counts_;
  VocabularyCache vocabulary_;
  std::vector<Needle> needles_;
  std::vector<NeedleSearch> searches_;
  bool changed_ = false;
  bool traced_ = false;
  // The latest URL that the rule left as it was, since events on one page come in a row.
  // Others are not kept: there may be secrets in them.
  std::string clean_url_;
  uint64_t clean_url_number_ = 0;
  std::string place_;
};

inline bool Cleaner::IsShortWord(std::string_view text) {
  constexpr size_t kBytesMax = 16;
  const size_t size = text.size();
  const char* const p = text.data();
  if (size == 0 || size > kBytesMax) return false;
  if (size < 8) return FromLetterA(LoadPart(p, size)) == kTops >> (64 - 8 * size);
  return (FromLetterA(LoadWord(p)) & FromLetterA(LoadWord(p + size - 8))) == kTops;
}

inline bool Cleaner::IsPlainText(std::string_view text) {
  constexpr size_t kDigitsMin = 6;
  constexpr size_t kSchemeBytesMin = 12;  // "Basic " and six characters.
  constexpr size_t kTokenBytesMin = 17;   // The shortest that has a capital letter.
  constexpr size_t kBytesMax = 22;        // The others are longer.
  const size_t size = text.size();
  if (size == 0) return true;
  if (size > kBytesMax || text[0] <= '/') return false;
  // The words may overlap, where a digit then counts twice.
  const char* const p = text.data();
  const uint64_t first = size < 8 ? LoadPart(p, size) : LoadWord(p);
  const uint64_t last = size < 8 ? 0 : LoadWord(p + size - 8);
  const uint64_t middle = size <= 16 ? 0 : LoadWord(p + 8);
  const auto any = [&](auto found) { return found(first) | found(last) | found(middle); };
  const uint64_t held = any([](uint64_t word) {
    return HasByte(word, '@') | HasByte(word, '%') | HasByte(word, ':') | (word & kTops);
  });
  const size_t digits =
      CountTops(Digits(first)) + CountTops(Digits(last)) + CountTops(Digits(middle));
  if (held != 0 || digits >= kDigitsMin) return false;
  if (size < kSchemeBytesMin) return true;
  const uint64_t b = any([](uint64_t w) { return HasByte(w | kOnes * 0x20, 'b'); });
  const auto blank = [](uint64_t w) { return HasLess(w, 0x21); };
  if (b != 0 && (blank(first) | blank(last) | (size > 16 ? blank(middle) : 0)) != 0) {
    return false;
  }
  return size < kTokenBytesMin || any(Capitals) == 0;
}

// Appends `text`, valid UTF-8, as a JSON string with quotes.
void AppendJsonText(std::string& out, std::string_view text);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_CLEANER_H_
