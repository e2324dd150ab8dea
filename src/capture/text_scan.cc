#include "capture/text_scan.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "capture/text_scan_internal.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

constexpr size_t kScannedBytesMin = 6;
constexpr size_t kNumberDigitsMin = 6;
constexpr size_t kPrivateKeyBytesMin = 27;  // The first line alone.
constexpr size_t kSchemeBytesMin = 12;
constexpr int kRoundsMax = 4;

// What a text consists of, which tells for most texts that nothing can be found.
struct Survey {
  size_t digits = 0;         // ASCII digits, and bytes that may begin another digit.
  bool at_sign = false;      // An '@', or a '%' that may be part of an escaped one.
  bool long_run = false;     // 16 bytes without white space, which runs of 23 have.
  bool capital_run = false;  // 8 bytes without white space and lower-case letters.
  bool scheme = false;       // A 'b' or 'B', as in `Bearer` and `Basic`.
};

// True for a byte that begins the UTF-8 of a decimal digit beyond ASCII.
bool BeginsDigit(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0xD9 || byte == 0xDB || byte == 0xDF || byte == 0xE0 || byte == 0xE1 ||
         byte == 0xEA || byte == 0xEF || byte == 0xF0;
}

Survey SurveyText(std::string_view text) {
  // The digits of a sum of so many words fit in a byte.
  constexpr int kWordsPerSum = 31;
  Survey survey;
  uint64_t all = 0;
  uint64_t at = 0;
  uint64_t b = 0;
  uint64_t solid = 0;  // Bit i: the word i before the last holds no white space.
  uint64_t pairs = 0;  // The same of any two neighbours so far.
  uint64_t capitals = 0;
  uint64_t sum = 0;
  int words = 0;
  for (size_t pos = 0; pos < text.size(); pos += sizeof(uint64_t)) {
    const size_t left = text.size() - pos;
    const char* p = text.data() + pos;
    const uint64_t word = left >= sizeof(uint64_t) ? LoadWord(p) : LoadPart(p, left);
    all |= word;
    at |= HasByte(word, '@') | HasByte(word, '%');
    b |= HasByte(word | kOnes * 0x20, 'b');
    solid = solid << 1 | (HasLess(word, 0x21) == 0 ? 1 : 0);
    pairs |= solid & solid >> 1;
    // Both bits are set in lower-case letters only.
    if ((word & word << 1 & kOnes * 0x40) == 0) capitals |= solid;
    sum += Digits(word) >> 7;
    if (++words == kWordsPerSum) {
      survey.digits += sum * kOnes >> 56;
      sum = 0;
      words = 0;
    }
  }
  survey.digits += sum * kOnes >> 56;
  if ((all & kTops) != 0) {
    for (const char c : text) survey.digits += BeginsDigit(c) ? 1 : 0;
  }
  survey.at_sign = at != 0;
  survey.long_run = (pairs & 1) != 0;
  survey.capital_run = (capitals & 1) != 0;
  survey.scheme = b != 0 && text.size() >= kSchemeBytesMin;
  return survey;
}

struct Hit {
  Span span;
  Rule rule;
};

// Runs scanners over a text, one after the other, each over what the last one left.
class Masker {
 public:
  Masker(std::string_view text, Arena& arena, RuleCounts& counts)
      : text_(text), arena_(arena), counts_(counts) {}

  std::string_view text() const { return text_; }

  // Masks what `find` finds; `rule` may be changed by it.
  template <typename Find>
  void Mask(Rule rule, Find find) {
    hits_.clear();
    Hit hit{{}, rule};
    for (size_t pos = 0; find(text_, pos, &hit.span, &hit.rule); pos = hit.span.end) {
      hits_.push_back(hit);
    }
    Replace();
  }

  void Mask(Rule rule, bool (*find)(std::string_view, size_t, Span*)) {
    Mask(rule, [find](std::string_view text, size_t pos, Span* span, Rule*) {
      return find(text, pos, span);
    });
  }

  // The same for a scanner of folded text.
  void MaskFolded(Rule rule, bool (*find)(std::string_view, size_t, Span*)) {
    hits_.clear();
    const FoldedText folded(text_, arena_);
    Span span;
    for (size_t pos = 0; find(folded.text(), pos, &span); pos = span.end) {
      hits_.push_back({folded.Original(span), rule});
    }
    Replace();
  }

  void MaskSpans(Rule rule, const std::vector<PatternMatch>& matches) {
    hits_.clear();
    for (const PatternMatch& match : matches) {
      hits_.push_back({{match.begin, match.end}, rule});
    }
    Replace();
  }

 private:
  void Replace() {
    if (hits_.empty()) return;
    size_t masked = 0;
    for (const Hit& hit : hits_) masked += hit.span.end - hit.span.begin;
    const size_t size = text_.size() - masked + hits_.size() * kMask.size();
    char* out = arena_.Allocate(size);
    size_t written = 0;
    size_t pos = 0;
    const auto write = [&](std::string_view part) {
      if (!part.empty()) std::memcpy(out + written, part.data(), part.size());
      written += part.size();
    };
    for (const Hit& hit : hits_) {
      write(text_.substr(pos, hit.span.begin - pos));
      write(kMask);
      pos = hit.span.end;
      counts_.Add(hit.rule);
    }
    write(text_.substr(pos));
    text_ = {out, size};
  }

  std::string_view text_;
  Arena& arena_;
  RuleCounts& counts_;
  std::vector<Hit> hits_;
};

void MaskEverything(Masker& masker, const Survey& survey) {
  if (masker.text().size() >= kPrivateKeyBytesMin) {
    masker.Mask(Rule::kPrivateKey, FindPrivateKey);
  }
  if (survey.scheme) masker.Mask(Rule::kBearerToken, FindBearer);
  if (survey.long_run || survey.capital_run) masker.Mask(Rule::kRandomToken, FindToken);
  const bool numbers = survey.digits >= kNumberDigitsMin;
  if (numbers) masker.MaskFolded(Rule::kIban, FindIban);
  if (survey.digits >= kCardDigitsMin) masker.Mask(Rule::kCard, FindCard);
  if (survey.at_sign) masker.Mask(Rule::kEmail, FindEmail);
  if (numbers) {
    // First the ids, whose check digits tell more than the groups of a phone number.
    masker.MaskFolded(Rule::kNationalId, FindNationalId);
    masker.MaskFolded(Rule::kPhone, FindPhone);
  }
}

}  // namespace

bool HasCard(std::string_view text) {
  Span unused;
  return SurveyText(text).digits >= kCardDigitsMin && FindCard(text, 0, &unused);
}

std::string_view ScanPatterns(std::string_view text, const std::vector<Pattern>& patterns,
                              Arena& arena, RuleCounts& counts) {
  Masker masker(text, arena, counts);
  for (const Pattern& pattern : patterns) {
    const std::vector<PatternMatch> matches = pattern.FindAll(masker.text());
    if (!matches.empty()) masker.MaskSpans(Rule::kPattern, matches);
  }
  return masker.text();
}

std::string_view ScanText(std::string_view text, const TextScan& scan, Arena& arena,
                          RuleCounts& counts) {
  if (text.size() >= kScannedBytesMin) {
    const Survey survey = SurveyText(text);
    Masker masker(text, arena, counts);
    if (scan.everything) {
      // A mask may part what hid another secret, such as two numbers without a space.
      const char* before = nullptr;
      for (int round = 0; round < kRoundsMax && before != masker.text().data(); ++round) {
        before = masker.text().data();
        MaskEverything(masker, survey);
      }
    } else if (survey.digits >= kCardDigitsMin) {
      masker.Mask(Rule::kCard, FindCard);
    }
    text = masker.text();
  }
  if (scan.patterns == nullptr) return text;
  return ScanPatterns(text, *scan.patterns, arena, counts);
}

}  // namespace footfall::capture
