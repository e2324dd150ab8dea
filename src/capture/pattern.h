// The patterns that a policy adds to the scan of texts: a subset of regular expressions
// that is matched in linear time.
#ifndef FOOTFALL_CAPTURE_PATTERN_H_
#define FOOTFALL_CAPTURE_PATTERN_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::capture {

// Bytes [begin, end) of a text.
struct PatternMatch {
  size_t begin;
  size_t end;
};

// A set of the places in a pattern that stand for one character.
class PatternSet {
 public:
  static constexpr size_t kSize = 128;

  void Add(size_t i) { words_[i / 64] |= uint64_t{1} << (i % 64); }
  bool Has(size_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
  bool empty() const { return (words_[0] | words_[1]) == 0; }
  PatternSet& operator|=(const PatternSet& other) {
    words_[0] |= other.words_[0];
    words_[1] |= other.words_[1];
    return *this;
  }
  PatternSet operator&(const PatternSet& other) const {
    PatternSet both;
    both.words_ = {words_[0] & other.words_[0], words_[1] & other.words_[1]};
    return both;
  }
  // Calls visit(i) for each member.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t word = words_[i]; word != 0; word &= word - 1) {
        visit(i * 64 + static_cast<size_t>(std::countr_zero(word)));
      }
    }
  }

 private:
  std::array<uint64_t, 2> words_{};
};

// A compiled pattern. Immutable once parsed; thread-safe.
//
// The language, over the characters of UTF-8 text:
//   x          a character that is none of .^$*+?()[]{}|\ and stands for itself
//   \.         a backslash before one of those, or before - or /, takes its meaning away
//   \n \r \t   line end, carriage return, tab
//   .          any character but a line end
//   \d \w \s   [0-9], [0-9A-Za-z_], [\t\n\f\r ]; \D \W \S every other character
//   [a-z_\d]   one of these; [^...] every other character
//   \b         between a character of \w and one that is none; not with a quantifier
//   (...)      a group; (?:...) the same
//   ab  a|b    one after the other; either
//   ? * + {m} {m,} {m,n}   how often, with m and n up to 100; as much as possible
// Letters are compared with their case. There are no anchors, no references back and no
// look-around. Of the matches that begin first the longest counts, and the next one
// begins after it. A pattern that matches the empty string is refused.
class Pattern {
 public:
  static constexpr size_t kPatternBytesMax = 512;

  // Returns an empty string, or what is wrong with the pattern and at which byte of it;
  // `pattern` is then unchanged.
  static std::string Parse(std::string_view text, Pattern& pattern);

  // The matches from left to right; none overlaps another. Takes time linear in the text,
  // and about 40 bytes per character when there is a match.
  std::vector<PatternMatch> FindAll(std::string_view text) const;

 private:
  friend class PatternCompiler;

  // The places of the characters from `first` up to the next range.
  struct Range {
    char32_t first;
    PatternSet places;
  };
  // Which places come next or before, without a condition and at a word boundary only.
  struct Edges {
    PatternSet always;
    PatternSet at_boundary;
    PatternSet At(bool boundary) const;
  };

  const PatternSet& PlacesOf(char32_t c) const;
  bool HasMatch(std::string_view text) const;

  std::array<PatternSet, 128> ascii_;  // The places of each ASCII character.
  std::vector<Range> ranges_;          // Ascending, the first one at 0.
  std::vector<Edges> next_;            // By place.
  std::vector<Edges> previous_;
  Edges start_;
  Edges final_;
  std::array<bool, 256> begins_{};  // By the first byte of a match.
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_PATTERN_H_
