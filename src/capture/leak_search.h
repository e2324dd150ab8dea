// Looks for planted secrets, canaries, in filtered events.
#ifndef FOOTFALL_CAPTURE_LEAK_SEARCH_H_
#define FOOTFALL_CAPTURE_LEAK_SEARCH_H_

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "capture/filter.h"
#include "capture/json_walk.h"

namespace footfall::capture {

struct Canary {
  std::string id;    // What reports call it; never its text.
  std::string text;  // UTF-8, at least 4 characters.
};

// How a canary stands where it was found.
enum class LeakForm : uint8_t {
  kPlain,       // As it is.
  kFolded,      // In other letter case.
  kSeparators,  // With separators added or taken out.
  kReversed,
  kHex,
  kBase64,
  kBase64Url,
  kUtf16Le,
  kUtf16Be,
  kPercent,
  kPercentTwice,
  kHtml,
  kBackslash,  // \uXXXX and its like.
  kMixed,      // More than one kind of escape.
  kPieces,     // In consecutive strings of one node.
};
std::string_view LeakFormName(LeakForm form);

// The forms of all canaries that are found by comparing bytes, in one pass over a text
// however many there are. Immutable; thread-safe.
class LeakPatterns {
 public:
  struct Pattern {
    std::string bytes;
    uint32_t canary = 0;
    LeakForm form = LeakForm::kPlain;
    std::string exact;  // With the letter case that it must have; empty for any.
  };

  explicit LeakPatterns(const std::vector<Canary>& canaries);

  size_t canaries() const { return texts_.size(); }
  const std::string& text(uint32_t canary) const { return texts_[canary]; }
  // Bytes of the longest canary.
  size_t bytes_max() const { return bytes_max_; }

  // Calls hit(pattern, position) for each pattern that stands in `text`: folded text, or
  // folded text without separators.
  template <typename Hit>
  void FindFolded(std::string_view text, const Hit& hit) const {
    folded_.Find(text, hit);
  }
  template <typename Hit>
  void FindCompact(std::string_view text, const Hit& hit) const {
    compact_.Find(text, hit);
  }

 private:
  // Patterns of four or more bytes, found by the hash of their first four.
  class Set {
   public:
    void Add(Pattern pattern);
    void Seal();

    template <typename Hit>
    void Find(std::string_view text, const Hit& hit) const {
      if (patterns_.empty()) return;
      for (size_t at = 0; at + kHead <= text.size(); ++at) {
        const uint32_t head = Head(text.data() + at);
        if (!starts_.test(Slot(head))) continue;
        const auto range = ranges_.find(head);
        if (range == ranges_.end()) continue;
        for (uint32_t i = range->second.first; i < range->second.second; ++i) {
          const Pattern& pattern = patterns_[i];
          if (text.compare(at, pattern.bytes.size(), pattern.bytes) == 0) {
            hit(pattern, at);
          }
        }
      }
    }

   private:
    static constexpr size_t kHead = 4;
    static constexpr int kSlotBits = 18;

    static uint32_t Head(const char* bytes);
    static uint32_t Slot(uint32_t head) {
      return (head * 0x9E3779B1U) >> (32 - kSlotBits);
    }

    std::vector<Pattern> patterns_;  // Sorted by head.
    std::bitset<size_t{1} << kSlotBits> starts_;
    std::unordered_map<uint32_t, std::pair<uint32_t, uint32_t>> ranges_;
  };

  void AddCanary(uint32_t number);

  std::vector<std::string> texts_;
  size_t bytes_max_ = 0;
  Set folded_;
  Set compact_;
};

class LeakSink {
 public:
  virtual ~LeakSink() = default;
  // `path` names a string of the event and never holds a canary.
  virtual void OnLeak(uint32_t canary, LeakForm form, std::string_view path) = 0;
};

// Searches the events of one stream, in order. Memory is bounded by the largest event and
// 32 MiB. Not thread-safe.
class LeakSearch {
 public:
  // Both outlive the search.
  LeakSearch(const LeakPatterns& patterns, LeakSink& sink);

  // Looks at all keys, strings and numbers of an event, which may be malformed JSON.
  void Search(std::string_view event);

 private:
  // What identifies the node that an object describes.
  struct Owner {
    int64_t id = -1;
    int64_t parent = -1;  // `parentId`.
  };

  void ReadOwners(std::string_view event);
  // Looks at one string of the event.
  void SearchText(const JsonWalk& walk, JsonWalk::Piece piece, std::string_view text);
  // Looks for patterns in `text` after so many rounds of decoding.
  void SearchLevel(std::string_view text, size_t level);
  void SearchCompact(std::string_view folded);
  // Looks for what began in earlier strings of the same node.
  void SearchPieces(const JsonWalk& walk, std::string_view folded);
  void SearchJoined(uint64_t slot, std::string_view folded);

  void Note(uint32_t canary, LeakForm form);
  void Report(const JsonWalk& walk, bool is_key);
  // By which escapes a canary that stands in the decoded text is hidden.
  LeakForm EscapesOf(std::string_view text, uint32_t canary) const;
  bool HoldsCanary(std::string_view text) const;

  const LeakPatterns& patterns_;
  LeakSink& sink_;

  std::vector<Owner> owners_;    // By number of the object.
  std::vector<uint32_t> above_;  // The object around each object.
  uint64_t session_ = 0;         // Of an interaction event: a hash.

  // What was found in the string at hand.
  struct Found {
    uint32_t canary;
    LeakForm form;
  };
  std::vector<Found> found_;

  // The ends of the latest strings, by node and key.
  std::unordered_map<uint64_t, std::string> ends_;
  size_t ends_bytes_ = 0;

  // Scratch: the string at hand as it stands, decoded once and decoded twice, and so on.
  std::string unescaped_, decoded_[2], folded_[3], compact_;
  std::string joined_, joined_compact_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_LEAK_SEARCH_H_
