#include "capture/leak_search.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <utility>

#include "base/strings.h"
#include "capture/leak_text.h"

namespace footfall::capture {
namespace {

// A text whose separators were taken out meets unrelated text by chance when it is short.
constexpr size_t kCompactMin = 8;
constexpr size_t kPatternMin = 4;

constexpr std::string_view kFormNames[] = {
    "plain",          "case_folded",   "separators_removed",
    "reversed",       "hex",           "base64",
    "base64url",      "utf16le",       "utf16be",
    "percent",        "percent_twice", "html",
    "unicode_escape", "mixed",         "pieces"};

std::string FoldedCopy(std::string_view text) {
  std::string out;
  Fold(text, out);
  return out;
}

std::string CompactCopy(std::string_view folded) {
  std::string out;
  RemoveSeparators(folded, out);
  return out;
}

std::string WithPlusForSpace(std::string text) {
  std::replace(text.begin(), text.end(), ' ', '+');
  return text;
}

uint64_t Mix(uint64_t a, uint64_t b) {
  uint64_t mixed = (a ^ (b * 0x9E3779B97F4A7C15U)) * 0xBF58476D1CE4E5B9U;
  return mixed ^ (mixed >> 29);
}

uint64_t HashOf(std::string_view text) { return std::hash<std::string_view>()(text); }

// An integer as JSON writes it; -1 for anything else.
int64_t IntegerOf(std::string_view text) {
  int64_t value = -1;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ptr == text.data() + text.size() && end.ec == std::errc() ? value : -1;
}

}  // namespace

std::string_view LeakFormName(LeakForm form) {
  return kFormNames[static_cast<size_t>(form)];
}

uint32_t LeakPatterns::Set::Head(const char* bytes) {
  uint32_t head = 0;
  std::memcpy(&head, bytes, sizeof(head));
  return head;
}

void LeakPatterns::Set::Add(Pattern pattern) {
  if (pattern.bytes.size() >= kPatternMin) patterns_.push_back(std::move(pattern));
}

void LeakPatterns::Set::Seal() {
  const auto head_of = [](const Pattern& pattern) { return Head(pattern.bytes.data()); };
  std::stable_sort(
      patterns_.begin(), patterns_.end(),
      [&](const Pattern& a, const Pattern& b) { return head_of(a) < head_of(b); });
  for (uint32_t i = 0; i < patterns_.size(); ++i) {
    const uint32_t head = head_of(patterns_[i]);
    starts_.set(Slot(head));
    ranges_.try_emplace(head, i, i).first->second.second = i + 1;
  }
}

LeakPatterns::LeakPatterns(const std::vector<Canary>& canaries) {
  for (const Canary& canary : canaries) texts_.push_back(canary.text);
  for (uint32_t i = 0; i < texts_.size(); ++i) AddCanary(i);
  folded_.Seal();
  compact_.Seal();
}

void LeakPatterns::AddCanary(uint32_t number) {
  const std::string& text = texts_[number];
  const std::string folded = FoldedCopy(text);
  const std::string compact = CompactCopy(folded);
  bytes_max_ = std::max(bytes_max_, folded.size());
  const auto add = [&](std::string bytes, LeakForm form) {
    folded_.Add({std::move(bytes), number, form, {}});
  };
  add(folded, LeakForm::kPlain);
  if (compact != folded && compact.size() >= kCompactMin) {
    add(compact, LeakForm::kSeparators);
  }
  if (folded.find(' ') != std::string::npos) {
    add(WithPlusForSpace(folded), LeakForm::kPercent);
  }
  if (const std::string reversed = Reversed(folded); reversed != folded) {
    add(reversed, LeakForm::kReversed);
  }
  add(base::Hex(text), LeakForm::kHex);
  add(FoldedCopy(Utf16AsCharacters(text, false)), LeakForm::kUtf16Le);
  add(FoldedCopy(Utf16AsCharacters(text, true)), LeakForm::kUtf16Be);
  for (int skipped = 0; skipped < 3; ++skipped) {
    const std::string plain = Base64Core(text, skipped, false);
    const std::string url = Base64Core(text, skipped, true);
    folded_.Add({FoldedCopy(plain), number, LeakForm::kBase64, plain});
    if (url != plain) folded_.Add({FoldedCopy(url), number, LeakForm::kBase64Url, url});
  }
  if (compact.size() >= kCompactMin) {
    compact_.Add({compact, number, LeakForm::kSeparators, {}});
    compact_.Add({base::Hex(text), number, LeakForm::kHex, {}});
  }
}

LeakSearch::LeakSearch(const LeakPatterns& patterns, LeakSink& sink)
    : patterns_(patterns), sink_(sink) {}

void LeakSearch::Search(std::string_view event) {
  ReadOwners(event);
  JsonWalk walk(event);
  for (auto piece = walk.Next(); piece != JsonWalk::Piece::kEnd; piece = walk.Next()) {
    if (piece == JsonWalk::Piece::kScalar) {
      SearchText(walk, piece, walk.raw());
    } else {
      SearchText(walk, piece, UnescapeJson(walk.raw(), unescaped_));
    }
  }
}

void LeakSearch::ReadOwners(std::string_view event) {
  owners_.clear();
  session_ = 0;
  JsonWalk walk(event);
  for (auto piece = walk.Next(); piece != JsonWalk::Piece::kEnd; piece = walk.Next()) {
    owners_.resize(walk.parents().size());
    if (piece == JsonWalk::Piece::kKey || walk.object() == JsonWalk::kNoObject) continue;
    Owner& owner = owners_[walk.object()];
    if (piece == JsonWalk::Piece::kString) {
      if (walk.object() == 0 && walk.key() == "session") session_ = HashOf(walk.raw());
    } else if (walk.key() == "id") {
      owner.id = IntegerOf(walk.raw());
    } else if (walk.key() == "parentId") {
      owner.parent = IntegerOf(walk.raw());
    }
  }
  above_ = walk.parents();
  owners_.resize(above_.size());
}

void LeakSearch::SearchText(const JsonWalk& walk, JsonWalk::Piece piece,
                            std::string_view text) {
  found_.clear();
  Fold(text, folded_[0]);
  size_t levels = 1;
  if (Decode(text, kAllEscapes, decoded_[0])) {
    Fold(decoded_[0], folded_[levels++]);
    if (Decode(decoded_[0], kAllEscapes, decoded_[1])) {
      Fold(decoded_[1], folded_[levels++]);
    }
  }
  // A form that needs less said about it comes first: the string is reported once.
  for (size_t i = 0; i < levels; ++i) SearchLevel(text, i);
  for (size_t i = 0; i < levels; ++i) SearchCompact(folded_[i]);
  if (piece == JsonWalk::Piece::kString) SearchPieces(walk, folded_[0]);
  if (!found_.empty()) Report(walk, piece == JsonWalk::Piece::kKey);
}

void LeakSearch::SearchLevel(std::string_view text, size_t level) {
  const std::string_view unfolded = level == 0 ? text : decoded_[level - 1];
  patterns_.FindFolded(folded_[level], [&](const LeakPatterns::Pattern& pattern, size_t) {
    LeakForm form = pattern.form;
    if (!pattern.exact.empty() && unfolded.find(pattern.exact) == text.npos) return;
    if (level > 0 && (form == LeakForm::kPlain || form == LeakForm::kPercent)) {
      form = EscapesOf(text, pattern.canary);
    } else if (form == LeakForm::kPlain &&
               unfolded.find(patterns_.text(pattern.canary)) == text.npos) {
      form = LeakForm::kFolded;
    }
    Note(pattern.canary, form);
  });
}

void LeakSearch::SearchCompact(std::string_view folded) {
  if (folded.size() < kCompactMin) return;
  RemoveSeparators(folded, compact_);
  if (compact_.size() == folded.size()) return;
  patterns_.FindCompact(compact_, [&](const LeakPatterns::Pattern& pattern, size_t) {
    Note(pattern.canary, pattern.form);
  });
}

LeakForm LeakSearch::EscapesOf(std::string_view text, uint32_t canary) const {
  const std::string wanted = FoldedCopy(patterns_.text(canary));
  const auto holds = [&](std::string_view decoded) {
    return FoldedCopy(decoded).find(wanted) != std::string::npos;
  };
  std::string once;
  std::string twice;
  if (Decode(text, kPercentEscapes, once)) {
    if (holds(once)) return LeakForm::kPercent;
    if (Decode(once, kPercentEscapes, twice) && holds(twice)) {
      return LeakForm::kPercentTwice;
    }
  }
  for (const auto& [kinds, form] : {std::pair(kHtmlEscapes, LeakForm::kHtml),
                                    std::pair(kBackslashEscapes, LeakForm::kBackslash)}) {
    if (!Decode(text, kinds, once)) continue;
    if (holds(once) || (Decode(once, kinds, twice) && holds(twice))) return form;
  }
  return LeakForm::kMixed;
}

void LeakSearch::SearchPieces(const JsonWalk& walk, std::string_view folded) {
  if (folded.empty()) return;
  const uint64_t key = Mix(session_, HashOf(walk.key()));
  int64_t id = -1;
  int64_t parent = -1;
  for (uint32_t at = walk.object(); at != JsonWalk::kNoObject; at = above_[at]) {
    if (id < 0) id = owners_[at].id;
    if (parent < 0) parent = owners_[at].parent;
  }
  SearchJoined(Mix(key, 1), folded);
  if (id >= 0) SearchJoined(Mix(Mix(key, 2), static_cast<uint64_t>(id)), folded);
  if (parent >= 0) SearchJoined(Mix(Mix(key, 3), static_cast<uint64_t>(parent)), folded);
}

void LeakSearch::SearchJoined(uint64_t slot, std::string_view folded) {
  constexpr size_t kEndsBytesMax = size_t{16} << 20;
  constexpr size_t kEntryBytes = 96;  // What the table needs for each entry, about.
  const size_t window = patterns_.bytes_max();
  if (ends_bytes_ > kEndsBytesMax) {
    ends_.clear();
    ends_bytes_ = 0;
  }
  const auto [found, is_new] = ends_.try_emplace(slot);
  std::string& end = found->second;
  if (is_new) ends_bytes_ += kEntryBytes;
  const size_t before = end.size();
  if (before > 0) {
    joined_ = end;
    joined_ += folded.substr(0, window);
    const auto across = [this](size_t border) {
      return [this, border](const LeakPatterns::Pattern& pattern, size_t at) {
        if (!pattern.exact.empty() || at >= border) return;
        if (at + pattern.bytes.size() > border) Note(pattern.canary, LeakForm::kPieces);
      };
    };
    patterns_.FindFolded(joined_, across(before));
    RemoveSeparators(end, compact_);
    RemoveSeparators(joined_, joined_compact_);
    patterns_.FindCompact(joined_compact_, across(compact_.size()));
  }
  end += folded.size() > window ? folded.substr(folded.size() - window) : folded;
  if (end.size() > window) end.erase(0, end.size() - window);
  ends_bytes_ += end.size() - std::min(end.size(), before);
}

void LeakSearch::Note(uint32_t canary, LeakForm form) {
  for (const Found& found : found_) {
    if (found.canary == canary) return;
  }
  found_.push_back({canary, form});
}

bool LeakSearch::HoldsCanary(std::string_view text) const {
  bool holds = false;
  const auto hit = [&](const LeakPatterns::Pattern&, size_t) { holds = true; };
  std::string plain(text);
  for (int round = 0; round < 3; ++round) {
    const std::string folded = FoldedCopy(plain);
    patterns_.FindFolded(folded, hit);
    patterns_.FindCompact(CompactCopy(folded), hit);
    std::string decoded;
    if (!Decode(plain, kAllEscapes, decoded)) break;
    plain = std::move(decoded);
  }
  return holds;
}

void LeakSearch::Report(const JsonWalk& walk, bool is_key) {
  std::string path = walk.Path([&](std::string_view raw) {
    std::string buffer;
    const std::string_view key = UnescapeJson(raw, buffer);
    return HoldsCanary(key) ? std::string("***") : std::string(key);
  });
  if (HoldsCanary(path)) path = "***";
  if (is_key) path += path.empty() ? "***" : ".***";
  for (const Found& found : found_) sink_.OnLeak(found.canary, found.form, path);
}

}  // namespace footfall::capture
