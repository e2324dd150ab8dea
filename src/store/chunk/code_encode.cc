// Writing arrays of codes. Sizes are estimated from histograms, as an entropy coder would
// reach them; only the promising forms are then made.
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "store/chunk/bit_packing.h"
#include "store/chunk/code_array.h"
#include "store/chunk/code_forms.h"

namespace footfall::store {
namespace {

// A form that is read faster may be larger by this factor, and by kFewBytes.
constexpr double kFastFactor = 1.1;
constexpr double kHotFactor = 1.5;
constexpr double kFewBytes = 16;
// Forms that are estimated to be worse than the best one by more are not tried.
constexpr double kHopeless = 1.2;
// Looking at other columns takes time: only for what takes more than a bit in 4 rows.
constexpr double kCheapBytesPerRow = 1.0 / 32;

using Codes = std::vector<uint32_t>;

// Bytes of `total` symbols with these counts, entropy coded.
double EntropyBytes(std::span<const uint32_t> counts, double total) {
  if (total == 0) return 0;
  double bits = 0;
  for (const uint32_t count : counts) {
    if (count != 0) bits += count * std::log2(total / count);
  }
  return bits / 8;
}

// The same for one of two symbols.
double FlagBytes(double ones, double total) {
  if (ones <= 0 || ones >= total) return 0;
  const double zeros = total - ones;
  return (ones * std::log2(total / ones) + zeros * std::log2(total / zeros)) / 8;
}

// What it takes to say where `marks` of `total` places are, by their distances.
double GapBytes(double marks, double total) {
  return marks == 0 ? 0 : marks * (std::log2(total / marks) + 1.6) / 8;
}

double PlaneBytes(std::span<const uint32_t> counts, double total) {
  const int planes = PlanesFor(static_cast<uint32_t>(counts.size()));
  double bytes = 0;
  for (int plane = 0; plane < planes; ++plane) {
    uint32_t of_byte[256] = {};
    for (size_t i = 0; i < counts.size(); ++i) {
      of_byte[i >> (8 * plane) & 255] += counts[i];
    }
    // Huffman codes have no fractions of bits.
    bytes += EntropyBytes(of_byte, total) * 1.02 + 8;
  }
  return bytes;
}

struct Prediction {
  bool pauses = false;
  std::vector<uint8_t> names;  // Per name code; empty when names tell nothing.
  size_t misses = 0;
};

bool Starts(std::span<const uint32_t> codes, size_t i) {
  return i == 0 || codes[i] != codes[i - 1];
}

// Which rows other columns make one expect to begin a run.
Prediction Predict(std::span<const uint32_t> codes, const CodeHints& hints) {
  const HintColumn& pauses = hints[Hint::kPause];
  const HintColumn& names = hints[Hint::kName];
  Prediction result;
  const uint32_t names_end = names.codes == nullptr ? 1 : names.end;
  // Per name, and at last for pauses: how often a run goes on, and how often one starts.
  Codes counts(2 * (size_t{names_end} + 1), 0);
  for (size_t i = 1; i < codes.size(); ++i) {
    const bool starts = codes[i] != codes[i - 1];
    const bool pause = pauses.codes != nullptr && pauses.codes[i] != 0;
    const uint32_t name = names.codes == nullptr ? 0 : names.codes[i];
    ++counts[2 * (pause ? names_end : name) + starts];
  }
  result.pauses = counts[2 * names_end + 1] > counts[2 * names_end];
  bool any = false;
  std::vector<uint8_t> expected(names_end);
  for (size_t k = 0; k <= names_end; ++k) {
    result.misses += std::min(counts[2 * k], counts[2 * k + 1]);
    if (k == names_end) break;
    expected[k] = counts[2 * k + 1] > counts[2 * k];
    any = any || expected[k] != 0;
  }
  if (any && names.codes != nullptr) result.names = std::move(expected);
  return result;
}

// Per code of a hint the values that occur beside it, the most frequent first.
class Ranks {
 public:
  Ranks(std::span<const uint32_t> codes, uint32_t end, const HintColumn& hint)
      : begins(hint.end + 1, 0) {
    // Rows by hint.
    Codes at(hint.end + 1, 0);
    for (size_t i = 0; i < codes.size(); ++i) ++at[hint.codes[i] + 1];
    for (uint32_t k = 0; k < hint.end; ++k) at[k + 1] += at[k];
    const Codes first = at;
    Codes grouped(codes.size());
    for (size_t i = 0; i < codes.size(); ++i) grouped[at[hint.codes[i]]++] = codes[i];
    Codes counts(end, 0);
    Codes seen;
    for (uint32_t k = 0; k < hint.end; ++k) {
      seen.clear();
      for (uint32_t i = first[k]; i < first[k + 1]; ++i) {
        if (counts[grouped[i]]++ == 0) seen.push_back(grouped[i]);
      }
      if (seen.size() > 1) {
        std::sort(seen.begin(), seen.end(), [&counts](uint32_t a, uint32_t b) {
          return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
        });
      }
      if (rank_counts.size() < seen.size()) rank_counts.resize(seen.size(), 0);
      for (size_t rank = 0; rank < seen.size(); ++rank) {
        rank_counts[rank] += counts[seen[rank]];
        counts[seen[rank]] = 0;
      }
      values.insert(values.end(), seen.begin(), seen.end());
      begins[k + 1] = static_cast<uint32_t>(values.size());
    }
  }
  uint32_t longest() const { return static_cast<uint32_t>(rank_counts.size()); }

  Codes begins;  // Per code of the hint, in `values`.
  Codes values;
  Codes rank_counts;  // How many rows have a rank.
};

class Encoder {
 public:
  explicit Encoder(BlockPacker& packer) : packer_(packer) {}

  std::string Encode(std::span<const uint32_t> codes, uint32_t end,
                     const CodeHints& hints, bool hot, int depth);
  std::string EncodeRuns(std::span<const uint32_t> codes, uint32_t end,
                         const CodeHints& hints, int depth);
  // First code that is given by first appearance; none otherwise.
  uint32_t fresh_from = UINT32_MAX;

 private:
  struct Candidate {
    CodeForm form;
    double bytes;
    Hint hint = Hint::kName;
    std::shared_ptr<const Ranks> ranks = nullptr;
  };
  std::vector<Candidate> Candidates(std::span<const uint32_t> codes, const Codes& counts,
                                    const CodeHints& hints, int depth);
  std::string Make(const Candidate& candidate, std::span<const uint32_t> codes,
                   uint32_t end, const CodeHints& hints, int depth);
  std::string Packed(std::span<const uint32_t> codes, uint32_t end);
  std::string Planes(std::span<const uint32_t> codes, uint32_t end);
  std::string Sparse(std::span<const uint32_t> codes, uint32_t end, int depth);
  std::string ByName(std::span<const uint32_t> codes, uint32_t end,
                     const CodeHints& hints, int depth);
  std::string Ranked(std::span<const uint32_t> codes, uint32_t end, Hint which,
                     const HintColumn& hint, const Ranks& ranks, int depth);
  std::string Fresh(std::span<const uint32_t> codes, uint32_t end, int depth);
  void PutPredictedStarts(std::span<const uint32_t> codes, const CodeHints& hints,
                          const Prediction& prediction, std::string& out);

  BlockPacker& packer_;
};

std::string Begin(CodeForm form) { return std::string(1, static_cast<char>(form)); }

std::string BitsOf(const std::vector<uint8_t>& flags) {
  std::string bits;
  PackBits(flags.data(), flags.size(), 1, bits);
  return bits;
}

std::string Encoder::Packed(std::span<const uint32_t> codes, uint32_t end) {
  std::string out = Begin(CodeForm::kPacked);
  PackBits(codes.data(), codes.size(), BitsFor(end - 1), out);
  return out;
}

std::string Encoder::Planes(std::span<const uint32_t> codes, uint32_t end) {
  std::string out = Begin(CodeForm::kPlanes);
  std::string plane(codes.size(), '\0');
  for (int k = 0; k < PlanesFor(end); ++k) {
    for (size_t i = 0; i < codes.size(); ++i) {
      plane[i] = static_cast<char>(codes[i] >> (8 * k));
    }
    packer_.Put(plane, out);
  }
  return out;
}

std::string Encoder::EncodeRuns(std::span<const uint32_t> codes, uint32_t end,
                                const CodeHints& hints, int depth) {
  std::string out = Begin(CodeForm::kRuns);
  Codes values;
  std::string lengths;
  size_t begin = 0;
  for (size_t i = 0; i <= codes.size(); ++i) {
    if (i < codes.size() && !Starts(codes, i)) continue;
    if (i > 0) PutVarint(lengths, i - begin - 1);
    if (i < codes.size()) values.push_back(codes[i]);
    begin = i;
  }
  const auto rows = static_cast<double>(codes.size());
  const Prediction prediction = Predict(codes, hints);
  const double predicted = FlagBytes(static_cast<double>(prediction.misses), rows) +
                           static_cast<double>(prediction.names.size()) / 8;
  if (GapBytes(static_cast<double>(values.size()), rows) <= predicted * kFastFactor + 4) {
    out.push_back(static_cast<char>(RunStarts::kLengths));
    PutVarint(out, values.size());
    packer_.Put(lengths, out);
  } else {
    out.push_back(static_cast<char>(RunStarts::kPredicted));
    PutPredictedStarts(codes, hints, prediction, out);
  }
  return out + (fresh_from != UINT32_MAX ? Fresh(values, end, depth + 1)
                                         : Encode(values, end, {}, false, depth + 1));
}

void Encoder::PutPredictedStarts(std::span<const uint32_t> codes, const CodeHints& hints,
                                 const Prediction& prediction, std::string& out) {
  out.push_back(static_cast<char>(prediction.pauses ? 1 : 0));
  PutVarint(out, prediction.names.size());
  out += BitsOf(prediction.names);
  std::vector<uint8_t> misses(codes.size(), 0);
  for (size_t i = 1; i < codes.size(); ++i) {
    const bool pause = prediction.pauses && hints[Hint::kPause].codes[i] != 0;
    const bool name =
        !prediction.names.empty() && prediction.names[hints[Hint::kName].codes[i]] != 0;
    misses[i] = (codes[i] != codes[i - 1]) != (pause || name);
  }
  packer_.Put(BitsOf(misses), out);
}

std::string Encoder::Sparse(std::span<const uint32_t> codes, uint32_t end, int depth) {
  std::string out = Begin(CodeForm::kSparse);
  std::string gaps;
  Codes values;
  size_t next = 0;
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == 0) continue;
    PutVarint(gaps, i - next);
    next = i + 1;
    values.push_back(codes[i] - 1);
  }
  PutVarint(out, values.size());
  packer_.Put(gaps, out);
  return out + Encode(values, end - 1, {}, false, depth + 1);
}

// Whether rows with a name all have a value, none has, or only some.
std::vector<uint8_t> NameClasses(std::span<const uint32_t> codes, const HintColumn& names,
                                 double* mixed_bytes) {
  Codes rows(names.end, 0);
  Codes present(names.end, 0);
  for (size_t i = 0; i < codes.size(); ++i) {
    ++rows[names.codes[i]];
    present[names.codes[i]] += codes[i] != 0;
  }
  std::vector<uint8_t> classes(names.end);
  *mixed_bytes = 0;
  for (size_t name = 0; name < classes.size(); ++name) {
    classes[name] = present[name] == 0 ? 0 : present[name] == rows[name] ? 1 : 2;
    *mixed_bytes += FlagBytes(present[name], rows[name]);
  }
  return classes;
}

std::string Encoder::ByName(std::span<const uint32_t> codes, uint32_t end,
                            const CodeHints& hints, int depth) {
  std::string out = Begin(CodeForm::kByName);
  const HintColumn& names = hints[Hint::kName];
  double mixed_bytes = 0;
  const std::vector<uint8_t> classes = NameClasses(codes, names, &mixed_bytes);
  packer_.Put({reinterpret_cast<const char*>(classes.data()), classes.size()}, out);
  std::vector<uint8_t> mixed;
  Codes values;
  Codes hint_values[kHints];
  CodeHints inner;
  for (size_t i = 0; i < codes.size(); ++i) {
    if (classes[names.codes[i]] == 2) mixed.push_back(codes[i] != 0);
    if (codes[i] == 0) continue;
    values.push_back(codes[i] - 1);
    for (int k = 0; k < kHints; ++k) {
      if (hints.columns[k].codes != nullptr) {
        hint_values[k].push_back(hints.columns[k].codes[i]);
      }
    }
  }
  for (int k = 0; k < kHints; ++k) {
    if (hints.columns[k].codes == nullptr) continue;
    inner.columns[k] = {hint_values[k].data(), hints.columns[k].end};
  }
  PutVarint(out, mixed.size());
  packer_.Put(BitsOf(mixed), out);
  return out + Encode(values, end - 1, inner, false, depth + 1);
}

std::string Encoder::Ranked(std::span<const uint32_t> codes, uint32_t end, Hint which,
                            const HintColumn& hint, const Ranks& ranks, int depth) {
  std::string out = Begin(CodeForm::kRanked);
  Codes lengths(hint.end);
  for (uint32_t k = 0; k < hint.end; ++k) {
    lengths[k] = ranks.begins[k + 1] - ranks.begins[k];
  }
  // For each hint the rank of every value, one hint at a time.
  Codes at(hint.end + 1, 0);
  for (size_t i = 0; i < codes.size(); ++i) ++at[hint.codes[i] + 1];
  for (uint32_t k = 0; k < hint.end; ++k) at[k + 1] += at[k];
  const Codes first = at;
  Codes rows(codes.size());
  for (size_t i = 0; i < codes.size(); ++i) {
    rows[at[hint.codes[i]]++] = static_cast<uint32_t>(i);
  }
  Codes rank_of(end, 0);
  Codes row_ranks(codes.size());
  for (uint32_t k = 0; k < hint.end; ++k) {
    for (uint32_t i = ranks.begins[k]; i < ranks.begins[k + 1]; ++i) {
      rank_of[ranks.values[i]] = i - ranks.begins[k];
    }
    for (uint32_t i = first[k]; i < first[k + 1]; ++i) {
      row_ranks[rows[i]] = rank_of[codes[rows[i]]];
    }
  }
  out.push_back(static_cast<char>(which));
  PutVarint(out, ranks.longest());
  PutVarint(out, ranks.values.size());
  out += Encode(lengths, ranks.longest() + 1, {}, false, depth + 1);
  out += Encode(ranks.values, end, {}, false, depth + 1);
  return out + Encode(row_ranks, ranks.longest(), {}, false, depth + 1);
}

std::string Encoder::Fresh(std::span<const uint32_t> codes, uint32_t end, int depth) {
  std::string out = Begin(CodeForm::kFresh);
  const uint32_t first = std::exchange(fresh_from, UINT32_MAX);
  PutVarint(out, first);
  uint32_t next = first;
  Codes ages(codes.size());
  for (size_t i = 0; i < codes.size(); ++i) {
    ages[i] = next - codes[i];
    next = std::max(next, codes[i] + 1);
  }
  return out + Encode(ages, end + 1, {}, false, depth + 1);
}

std::vector<Encoder::Candidate> Encoder::Candidates(std::span<const uint32_t> codes,
                                                    const Codes& counts,
                                                    const CodeHints& hints, int depth) {
  const auto rows = static_cast<double>(codes.size());
  const auto end = static_cast<uint32_t>(counts.size());
  std::vector<Candidate> all;
  double best = rows * 4;
  const auto add = [&](CodeForm form, double bytes, Hint hint = Hint::kName) {
    all.push_back({form, bytes, hint});
    best = std::min(best, bytes);
  };
  add(CodeForm::kPacked,
      static_cast<double>(PackedBytes(codes.size(), BitsFor(end - 1))));
  add(CodeForm::kPlanes, PlaneBytes(counts, rows));
  // Room for the arrays inside.
  if (depth + 3 > kCodeDepthMax) return all;

  size_t runs = 1;
  for (size_t i = 1; i < codes.size(); ++i) runs += codes[i] != codes[i - 1];
  if (runs < codes.size() * 2 / 3) {
    Codes of_runs(end, 0);
    for (size_t i = 0; i < codes.size(); ++i) of_runs[codes[i]] += Starts(codes, i);
    const auto starts = static_cast<double>(runs);
    double where = GapBytes(starts, rows);
    if (hints[Hint::kPause].codes != nullptr) {
      where = std::min(
          where, FlagBytes(static_cast<double>(Predict(codes, hints).misses), rows));
    }
    add(CodeForm::kRuns, where + PlaneBytes(of_runs, starts));
  }
  const double present = rows - counts[0];
  const Codes of_present(counts.begin() + 1, counts.end());
  if (present < rows / 4) {
    add(CodeForm::kSparse, GapBytes(present, rows) + PlaneBytes(of_present, present));
  }
  if (best < rows * kCheapBytesPerRow) return all;
  if (hints[Hint::kName].codes != nullptr && present < rows) {
    double bytes = 0;
    NameClasses(codes, hints[Hint::kName], &bytes);
    add(CodeForm::kByName, bytes + PlaneBytes(of_present, present));
    // Where names tell which rows have a value, what the values follow is better looked
    // for among those rows.
    if (bytes < FlagBytes(present, rows) / 4) {
      if (hints[Hint::kUrl].codes != nullptr) all.back().bytes *= 0.7;
      return all;
    }
  }
  for (const Hint hint : {Hint::kName, Hint::kUrl}) {
    if (hints[hint].codes == nullptr) continue;
    auto ranks = std::make_shared<const Ranks>(codes, end, hints[hint]);
    const auto values = static_cast<double>(ranks->values.size());
    add(CodeForm::kRanked,
        PlaneBytes(ranks->rank_counts, rows) +
            values * std::log2(static_cast<double>(end)) / 8 +
            static_cast<double>(hints[hint].end) / 2,
        hint);
    all.back().ranks = std::move(ranks);
  }
  return all;
}

std::string Encoder::Make(const Candidate& candidate, std::span<const uint32_t> codes,
                          uint32_t end, const CodeHints& hints, int depth) {
  switch (candidate.form) {
    case CodeForm::kPacked:
      return Packed(codes, end);
    case CodeForm::kRuns:
      return EncodeRuns(codes, end, hints, depth);
    case CodeForm::kSparse:
      return Sparse(codes, end, depth);
    case CodeForm::kByName:
      return ByName(codes, end, hints, depth);
    case CodeForm::kRanked:
      return Ranked(codes, end, candidate.hint, hints[candidate.hint], *candidate.ranks,
                    depth);
    default:
      return Planes(codes, end);
  }
}

std::string Encoder::Encode(std::span<const uint32_t> codes, uint32_t end,
                            const CodeHints& hints, bool hot, int depth) {
  Codes counts(std::max<uint32_t>(end, 1), 0);
  {
    // Two, since adding to one number again and again takes longer.
    Codes others = counts;
    size_t i = 0;
    for (; i + 2 <= codes.size(); i += 2) {
      ++counts[codes[i]];
      ++others[codes[i + 1]];
    }
    if (i < codes.size()) ++counts[codes[i]];
    for (size_t code = 0; code < counts.size(); ++code) counts[code] += others[code];
  }
  if (codes.empty() || counts[codes[0]] == codes.size()) {
    std::string out = Begin(CodeForm::kConstant);
    PutVarint(out, codes.empty() ? 0 : codes[0]);
    return out;
  }
  std::vector<Candidate> candidates = Candidates(codes, counts, hints, depth);
  const auto by_bytes = [](const Candidate& a, const Candidate& b) {
    return a.bytes < b.bytes;
  };
  const double factor = hot ? kHotFactor : kFastFactor;
  const double best =
      std::min_element(candidates.begin(), candidates.end(), by_bytes)->bytes;
  std::erase_if(candidates, [&](const Candidate& candidate) {
    const double allowed =
        candidate.form == CodeForm::kPacked ? std::max(factor, kHopeless) : kHopeless;
    return candidate.bytes > best * allowed + kFewBytes;
  });
  std::vector<std::pair<CodeForm, std::string>> made;
  size_t least = SIZE_MAX;
  for (const Candidate& candidate : candidates) {
    made.emplace_back(candidate.form, Make(candidate, codes, end, hints, depth));
    least = std::min(least, made.back().second.size());
  }
  size_t chosen = SIZE_MAX;
  for (size_t i = 0; i < made.size(); ++i) {
    const bool exempt = made[i].first == CodeForm::kPacked;
    const double allowed =
        static_cast<double>(least) * (exempt ? factor : kFastFactor) + kFewBytes;
    if (static_cast<double>(made[i].second.size()) > allowed) continue;
    if (chosen == SIZE_MAX || made[i].first < made[chosen].first ||
        (made[i].first == made[chosen].first &&
         made[i].second.size() < made[chosen].second.size())) {
      chosen = i;
    }
  }
  return std::move(made[chosen].second);
}

}  // namespace

void EncodeCodes(std::span<const uint32_t> codes, uint32_t end, const CodeHints& hints,
                 bool hot, BlockPacker& packer, std::string& out) {
  out += Encoder(packer).Encode(codes, end, hints, hot, 0);
}

void EncodeFreshCodes(std::span<const uint32_t> codes, uint32_t first, uint32_t end,
                      const CodeHints& hints, BlockPacker& packer, std::string& out) {
  Encoder encoder(packer);
  encoder.fresh_from = first;
  out += codes.empty() ? encoder.Encode(codes, end, {}, false, 0)
                       : encoder.EncodeRuns(codes, end, hints, 0);
}

}  // namespace footfall::store
