// From the text of a pattern to its automaton.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "capture/pattern.h"
#include "capture/unicode.h"

namespace footfall::capture {
namespace {

constexpr char32_t kCharacterMax = 0x10FFFF;
constexpr int kRepeatMax = 100;
constexpr int kUnlimited = -1;

struct CharacterRange {
  char32_t first;
  char32_t last;
};
using CharacterClass = std::vector<CharacterRange>;  // Ascending, with gaps between.

CharacterClass Normalised(CharacterClass ranges) {
  std::sort(
      ranges.begin(), ranges.end(),
      [](const CharacterRange& a, const CharacterRange& b) { return a.first < b.first; });
  CharacterClass result;
  for (const CharacterRange& range : ranges) {
    if (!result.empty() && range.first <= result.back().last + 1) {
      result.back().last = std::max(result.back().last, range.last);
    } else {
      result.push_back(range);
    }
  }
  return result;
}

CharacterClass Negated(const CharacterClass& ranges) {
  CharacterClass result;
  char32_t next = 0;
  for (const CharacterRange& range : ranges) {
    if (range.first > next) result.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kCharacterMax) result.push_back({next, kCharacterMax});
  return result;
}

// The class that \d, \w, \s or their negation stands for; empty for another letter.
CharacterClass NamedClass(char32_t letter) {
  switch (letter) {
    case 'd':
      return {{'0', '9'}};
    case 'w':
      return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    case 's':
      return {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
    case 'D':
    case 'W':
    case 'S':
      return Negated(NamedClass(letter | 0x20));
    default:
      return {};
  }
}

// A part of a pattern.
struct Node {
  enum class Kind : uint8_t { kClass, kBoundary, kSequence, kChoice, kRepeat };
  Kind kind = Kind::kSequence;
  CharacterClass characters;
  std::vector<Node> parts;
  int min = 0;
  int max = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  // False when the pattern is refused; problem() says why.
  bool Run(Node& root) {
    if (!Choice(root, 0)) return false;
    return pos_ == text_.size() ||
           Refuse(pos_, "a closing bracket without an opening one");
  }

  const std::string& problem() const { return problem_; }

 private:
  static constexpr int kDepthMax = 32;

  bool Refuse(size_t byte, std::string_view message) {
    problem_ = std::string(message) + " (byte " + std::to_string(byte) + ")";
    return false;
  }

  bool At(char c) const { return pos_ < text_.size() && text_[pos_] == c; }
  bool Take(char c) {
    if (!At(c)) return false;
    ++pos_;
    return true;
  }

  bool Choice(Node& out, int depth) {
    if (depth > kDepthMax) return Refuse(pos_, "groups are nested more than 32 deep");
    out.kind = Node::Kind::kChoice;
    do {
      if (!Sequence(out.parts.emplace_back(), depth)) return false;
    } while (Take('|'));
    return true;
  }

  bool Sequence(Node& out, int depth) {
    while (pos_ < text_.size() && !At('|') && !At(')')) {
      Node node;
      if (!Atom(node, depth) || !Quantifier(node)) return false;
      out.parts.push_back(std::move(node));
    }
    return true;
  }

  bool Atom(Node& out, int depth) {
    const size_t begin = pos_;
    const char32_t c = DecodeUtf8(text_, &pos_);
    if (c == '(') return Group(out, begin, depth);
    if (c == '[') return Bracket(out, begin);
    if (c == '\\' && Take('b')) {
      out.kind = Node::Kind::kBoundary;
      return true;
    }
    out.kind = Node::Kind::kClass;
    if (c == '\\') return Escape(out.characters, begin);
    if (c == '.') {
      out.characters = Negated({{'\n', '\n'}});
      return true;
    }
    if (c == '*' || c == '+' || c == '?') return Refuse(begin, "nothing to repeat");
    if (c == '^' || c == '$') return Refuse(begin, "there are no anchors; escape it");
    if (c == '{' || c == '}' || c == ']') {
      return Refuse(begin, "a bracket that stands for itself needs a backslash");
    }
    out.characters = {{c, c}};
    return true;
  }

  bool Group(Node& out, size_t begin, int depth) {
    if (Take('?') && !Take(':')) {
      return Refuse(begin, "of the groups with a question mark only (?:...) is known");
    }
    if (!Choice(out, depth + 1)) return false;
    return Take(')') || Refuse(begin, "the group is not closed");
  }

  // What follows the backslash at `begin`.
  bool Escape(CharacterClass& out, size_t begin) {
    if (pos_ == text_.size()) return Refuse(begin, "nothing follows the backslash");
    const char32_t c = DecodeUtf8(text_, &pos_);
    out = NamedClass(c);
    if (!out.empty()) return true;
    char32_t meaning = 0;
    if (c == 'n') meaning = '\n';
    if (c == 'r') meaning = '\r';
    if (c == 't') meaning = '\t';
    constexpr std::string_view kEscaped = ".^$*+?()[]{}|\\-/";
    if (c < 0x80 && kEscaped.find(static_cast<char>(c)) != std::string_view::npos) {
      meaning = c;
    }
    if (meaning == 0) return Refuse(begin, "this character cannot be escaped");
    out = {{meaning, meaning}};
    return true;
  }

  bool Bracket(Node& out, size_t begin) {
    out.kind = Node::Kind::kClass;
    const bool negated = Take('^');
    CharacterClass ranges;
    while (!At(']')) {
      CharacterClass item;
      if (!BracketItem(item, begin)) return false;
      const bool range = At('-') && pos_ + 1 < text_.size() && text_[pos_ + 1] != ']';
      if (range) {
        const size_t dash = pos_++;
        CharacterClass last;
        if (!BracketItem(last, begin)) return false;
        if (!IsSingle(item) || !IsSingle(last) || item[0].first > last[0].first) {
          return Refuse(dash, "the range has no order");
        }
        item[0].last = last[0].last;
      }
      ranges.insert(ranges.end(), item.begin(), item.end());
    }
    ++pos_;
    if (ranges.empty()) return Refuse(begin, "the character class is empty");
    out.characters = Normalised(std::move(ranges));
    if (negated) out.characters = Negated(out.characters);
    return !out.characters.empty() || Refuse(begin, "the character class is empty");
  }

  static bool IsSingle(const CharacterClass& ranges) {
    return ranges.size() == 1 && ranges[0].first == ranges[0].last;
  }

  bool BracketItem(CharacterClass& out, size_t begin) {
    if (pos_ == text_.size()) return Refuse(begin, "the character class is not closed");
    const size_t at = pos_;
    const char32_t c = DecodeUtf8(text_, &pos_);
    if (c == '\\') return Escape(out, at);
    if (c == '[') return Refuse(at, "a bracket that stands for itself needs a backslash");
    out = {{c, c}};
    return true;
  }

  bool Quantifier(Node& node) {
    const size_t begin = pos_;
    int min = 0;
    int max = kUnlimited;
    if (Take('?')) {
      max = 1;
    } else if (Take('+')) {
      min = 1;
    } else if (Take('{')) {
      if (!Bounds(begin, &min, &max)) return false;
    } else if (!Take('*')) {
      return true;
    }
    if (node.kind == Node::Kind::kBoundary) return Refuse(begin, "nothing to repeat");
    if (At('?') || At('*') || At('+') || At('{')) {
      return Refuse(pos_, "one repetition directly after another");
    }
    Node repeat;
    repeat.kind = Node::Kind::kRepeat;
    repeat.min = min;
    repeat.max = max;
    repeat.parts.push_back(std::move(node));
    node = std::move(repeat);
    return true;
  }

  bool Bounds(size_t begin, int* min, int* max) {
    if (!Number(min)) return Refuse(begin, "expected {m}, {m,} or {m,n}");
    *max = *min;
    if (Take(',')) {
      *max = kUnlimited;
      if (!At('}') && !Number(max)) return Refuse(begin, "expected {m}, {m,} or {m,n}");
    }
    if (!Take('}')) return Refuse(begin, "expected {m}, {m,} or {m,n}");
    if (*min > kRepeatMax || *max > kRepeatMax) {
      return Refuse(begin, "more than 100 repetitions");
    }
    if (*max != kUnlimited && *max < *min)
      return Refuse(begin, "the bounds have no order");
    return true;
  }

  bool Number(int* out) {
    const size_t begin = pos_;
    *out = 0;
    while (pos_ < text_.size() && text_[pos_] >= '0' && text_[pos_] <= '9') {
      *out = std::min(*out * 10 + (text_[pos_++] - '0'), kRepeatMax + 1);
    }
    return pos_ > begin;
  }

  std::string_view text_;
  size_t pos_ = 0;
  std::string problem_;
};

}  // namespace

// Lays out the places of a pattern and which may follow which.
class PatternCompiler {
 public:
  explicit PatternCompiler(Pattern& out) : out_(out) {}

  // Returns what is wrong, or an empty string.
  std::string Run(const Node& root) {
    Part whole;
    if (!Add(root, whole)) {
      return "the pattern is too large: it stands for more than 128 characters (byte 0)";
    }
    if (whole.empty != Empty::kNever) {
      return "the pattern matches the empty string (byte 0)";
    }
    out_.start_ = whole.first;
    out_.final_ = whole.last;
    out_.previous_.resize(out_.next_.size());
    for (size_t i = 0; i < out_.next_.size(); ++i) {
      out_.next_[i].always.ForEach([&](size_t k) { out_.previous_[k].always.Add(i); });
      out_.next_[i].at_boundary.ForEach(
          [&](size_t k) { out_.previous_[k].at_boundary.Add(i); });
    }
    MakeTables();
    return "";
  }

 private:
  using Edges = Pattern::Edges;
  // Whether a part may match nothing.
  enum class Empty : uint8_t { kNever, kAtBoundary, kAlways };
  struct Part {
    Edges first;  // The places it may begin with.
    Edges last;   // The places it may end with.
    Empty empty = Empty::kAlways;
  };

  // Adds the edges of a neighbour that is reached over a part that may be empty.
  static void Reach(Edges& edges, const Edges& neighbour, Empty over) {
    if (over == Empty::kNever) return;
    if (over == Empty::kAlways) edges.always |= neighbour.always;
    if (over == Empty::kAtBoundary) edges.at_boundary |= neighbour.always;
    edges.at_boundary |= neighbour.at_boundary;
  }

  void Connect(const Edges& last, const Edges& first) {
    last.always.ForEach([&](size_t i) { Reach(out_.next_[i], first, Empty::kAlways); });
    last.at_boundary.ForEach(
        [&](size_t i) { Reach(out_.next_[i], first, Empty::kAtBoundary); });
  }

  // `part` becomes `part` followed by `more`.
  void Append(Part& part, const Part& more) {
    Connect(part.last, more.first);
    Reach(part.first, more.first, part.empty);
    Edges last = more.last;
    Reach(last, part.last, more.empty);
    part.last = last;
    part.empty = std::min(part.empty, more.empty);
  }

  bool Add(const Node& node, Part& part) {
    // Parts without characters could be repeated for ever otherwise.
    if (++steps_ > kStepsMax) return false;
    switch (node.kind) {
      case Node::Kind::kClass:
        return AddPlace(node.characters, part);
      case Node::Kind::kBoundary:
        part.empty = Empty::kAtBoundary;
        return true;
      case Node::Kind::kSequence:
        return AddSequence(node, part);
      case Node::Kind::kChoice:
        return AddChoice(node, part);
      case Node::Kind::kRepeat:
        return AddRepeat(node, part);
    }
    return false;
  }

  bool AddPlace(const CharacterClass& characters, Part& part) {
    const size_t place = out_.next_.size();
    if (place == PatternSet::kSize) return false;
    out_.next_.emplace_back();
    classes_.push_back(&characters);
    part.first.always.Add(place);
    part.last.always.Add(place);
    part.empty = Empty::kNever;
    return true;
  }

  bool AddSequence(const Node& node, Part& part) {
    for (const Node& item : node.parts) {
      Part more;
      if (!Add(item, more)) return false;
      Append(part, more);
    }
    return true;
  }

  bool AddChoice(const Node& node, Part& part) {
    part.empty = Empty::kNever;
    for (const Node& item : node.parts) {
      Part other;
      if (!Add(item, other)) return false;
      Reach(part.first, other.first, Empty::kAlways);
      Reach(part.last, other.last, Empty::kAlways);
      part.empty = std::max(part.empty, other.empty);
    }
    return true;
  }

  bool AddRepeat(const Node& node, Part& part) {
    const int copies = node.max == kUnlimited ? std::max(node.min, 1) : node.max;
    for (int i = 0; i < copies; ++i) {
      Part copy;
      if (!Add(node.parts[0], copy)) return false;
      if (node.max == kUnlimited && i + 1 == copies) Connect(copy.last, copy.first);
      if (i >= node.min) copy.empty = Empty::kAlways;
      Append(part, copy);
    }
    return true;
  }

  void MakeTables() {
    std::vector<char32_t> bounds = {0};
    for (const CharacterClass* characters : classes_) {
      for (const CharacterRange& range : *characters) {
        bounds.push_back(range.first);
        bounds.push_back(range.last + 1);
      }
    }
    std::sort(bounds.begin(), bounds.end());
    bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
    for (const char32_t bound : bounds) out_.ranges_.push_back({bound, PlacesAt(bound)});
    PatternSet starts = out_.start_.always;
    starts |= out_.start_.at_boundary;
    bool beyond_ascii = false;
    for (size_t i = 0; i < out_.ranges_.size(); ++i) {
      const Pattern::Range& range = out_.ranges_[i];
      const bool last = i + 1 == out_.ranges_.size();
      const char32_t end = last ? kCharacterMax + 1 : out_.ranges_[i + 1].first;
      const bool begins = !(range.places & starts).empty();
      for (char32_t c = range.first; c < std::min<char32_t>(end, 0x80); ++c) {
        out_.ascii_[c] = range.places;
        out_.begins_[c] = begins;
      }
      beyond_ascii = beyond_ascii || (begins && end > 0x80);
    }
    std::fill(out_.begins_.begin() + 0x80, out_.begins_.end(), beyond_ascii);
  }

  PatternSet PlacesAt(char32_t c) const {
    PatternSet places;
    for (size_t i = 0; i < classes_.size(); ++i) {
      const CharacterClass& ranges = *classes_[i];
      const auto after =
          std::upper_bound(ranges.begin(), ranges.end(), c,
                           [](char32_t value, const CharacterRange& range) {
                             return value < range.first;
                           });
      if (after != ranges.begin() && c <= (after - 1)->last) places.Add(i);
    }
    return places;
  }

  static constexpr int kStepsMax = 10000;

  Pattern& out_;
  std::vector<const CharacterClass*> classes_;  // By place.
  int steps_ = 0;
};

std::string Pattern::Parse(std::string_view text, Pattern& pattern) {
  if (text.size() > kPatternBytesMax) return "the pattern is longer than 512 bytes";
  Parser parser(text);
  Node root;
  if (!parser.Run(root)) return parser.problem();
  Pattern compiled;
  std::string problem = PatternCompiler(compiled).Run(root);
  if (problem.empty()) pattern = std::move(compiled);
  return problem;
}

}  // namespace footfall::capture
