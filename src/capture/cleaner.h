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
  explicit Cleaner(const CompiledPolicy& policy) : policy_(policy) {}

  void BeginEvent() {
    arena_.Reset();
    counts_.Clear();
    needles_.clear();
    searches_.clear();
  }

  Arena& arena() { return arena_; }
  RuleCounts& counts() { return counts_; }
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
  std::string_view Scan(std::string_view text);

  // As Scan, and the mask when the text repeats one of the needles.
  std::string_view Text(std::string_view text) {
    // Too short for a URL with anything to strip, and for every scanner.
    if (text.size() < kScannedBytesMin && searches_.empty()) return text;
    return LongText(text);
  }

  // The URL rule, with what repeats one of the needles masked: path segments, and the
  // host when it is a secret.
  std::string_view Url(std::string_view url);

  // True when a key, a string or a number in `json` repeats one of the needles. `json` is
  // valid and was written by AppendJsonText.
  bool JsonRepeats(std::string_view json);

 private:
  static constexpr size_t kScannedBytesMin = 6;

  std::string_view LongText(std::string_view text);
  std::string_view ScanInto(std::string_view text, RuleCounts& counts);
  bool RepeatsSecret(std::string_view text);

  const CompiledPolicy& policy_;
  Arena arena_;
  RuleCounts counts_;
  VocabularyCache vocabulary_;
  std::vector<Needle> needles_;
  std::vector<NeedleSearch> searches_;
};

// Appends `text`, valid UTF-8, as a JSON string with quotes.
void AppendJsonText(std::string& out, std::string_view text);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_CLEANER_H_
