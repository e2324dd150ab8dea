// Writing arrays of codes. Sizes are estimated from histograms, as an entropy coder would
// reach them; only the promising forms are then made.
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "store/chunk/bit_packing.h"
#include "store/chunk/code_array.h"
#include "store/chunk/code_forms.h"
#include "store/chunk/code_statistics.h"

namespace footfall::store {
namespace {

// A form that is read faster may be larger by this factor, and by kFewBytes.
constexpr double kFastFactor = 1.1;
constexpr double kHotFactor = 1.5;
constexpr double kFewBytes = 16;
// Forms that are estimated to be worse than the best one by more are not tried.
constexpr double kHopeless = 1.2;
// A form is kept for so many further chunks, unless it takes more by this factor.
constexpr int kFormUses = 15;
constexpr double kFormFactor = 1.1;
// Looking at other columns takes time: only for what takes more than a bit in 4 rows.
constexpr double kCheapBytesPerRow = 1.0 / 32;

class Encoder {
 public:
  explicit Encoder(BlockPacker& packer) : packer_(packer) {}

  std::string Encode(std::span<const uint32_t> codes, uint32_t end,
                     const CodeHints& hints, bool hot, int depth, FormMemory* memory);
  std::string EncodeRuns(std::span<const uint32_t> codes, uint32_t end,
                         const CodeHints& hints, int depth, FormMemory* memory);
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
                   uint32_t end, const CodeHints& hints, int depth, FormMemory* memory);
  bool Remembered(std::span<const uint32_t> codes, uint32_t end, const CodeHints& hints,
                  int depth, FormMemory& memory, std::string* out);
  std::string Smallest(std::span<const uint32_t> codes, uint32_t end,
                       const CodeHints& hints, bool hot, int depth, FormMemory* memory);
  std::string Packed(std::span<const uint32_t> codes, uint32_t end);
  std::string Planes(std::span<const uint32_t> codes, uint32_t end);
  std::string Sparse(std::span<const uint32_t> codes, uint32_t end, int depth,
                     FormMemory* memory);
  std::string ByName(std::span<const uint32_t> codes, uint32_t end,
                     const CodeHints& hints, int depth, FormMemory* memory);
  std::string Ranked(std::span<const uint32_t> codes, uint32_t end, Hint which,
                     const HintColumn& hint, const Ranks& ranks, int depth,
                     FormMemory* memory);
  std::string Fresh(std::span<const uint32_t> codes, uint32_t end, int depth,
                    FormMemory* memory);
  void PutPredictedStarts(std::span<const uint32_t> codes, const CodeHints& hints,
                          const Prediction& prediction, std::string& out);

  BlockPacker& packer_;
};

FormMemory* Inner(FormMemory* memory, size_t place) {
  return memory == nullptr ? nullptr : &memory->Inner(place);
}

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
                                const CodeHints& hints, int depth, FormMemory* memory) {
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
  FormMemory* const inner = Inner(memory, 0);
  return out + (fresh_from != UINT32_MAX
                    ? Fresh(values, end, depth + 1, inner)
                    : Encode(values, end, {}, false, depth + 1, inner));
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

std::string Encoder::Sparse(std::span<const uint32_t> codes, uint32_t end, int depth,
                            FormMemory* memory) {
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
  return out + Encode(values, end - 1, {}, false, depth + 1, Inner(memory, 0));
}

std::string Encoder::ByName(std::span<const uint32_t> codes, uint32_t end,
                            const CodeHints& hints, int depth, FormMemory* memory) {
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
  return out + Encode(values, end - 1, inner, false, depth + 1, Inner(memory, 0));
}

std::string Encoder::Ranked(std::span<const uint32_t> codes, uint32_t end, Hint which,
                            const HintColumn& hint, const Ranks& ranks, int depth,
                            FormMemory* memory) {
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
  out += Encode(lengths, ranks.longest() + 1, {}, false, depth + 1, Inner(memory, 0));
  out += Encode(ranks.values, end, {}, false, depth + 1, Inner(memory, 1));
  return out + Encode(row_ranks, ranks.longest(), {}, false, depth + 1, Inner(memory, 2));
}

std::string Encoder::Fresh(std::span<const uint32_t> codes, uint32_t end, int depth,
                           FormMemory* memory) {
  std::string out = Begin(CodeForm::kFresh);
  const uint32_t first = std::exchange(fresh_from, UINT32_MAX);
  PutVarint(out, first);
  uint32_t next = first;
  Codes ages(codes.size());
  for (size_t i = 0; i < codes.size(); ++i) {
    ages[i] = next - codes[i];
    next = std::max(next, codes[i] + 1);
  }
  return out + Encode(ages, end + 1, {}, false, depth + 1, Inner(memory, 0));
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
                          uint32_t end, const CodeHints& hints, int depth,
                          FormMemory* memory) {
  switch (candidate.form) {
    case CodeForm::kPacked:
      return Packed(codes, end);
    case CodeForm::kRuns:
      return EncodeRuns(codes, end, hints, depth, memory);
    case CodeForm::kSparse:
      return Sparse(codes, end, depth, memory);
    case CodeForm::kByName:
      return ByName(codes, end, hints, depth, memory);
    case CodeForm::kRanked:
      return Ranked(codes, end, candidate.hint, hints[candidate.hint], *candidate.ranks,
                    depth, memory);
    default:
      return Planes(codes, end);
  }
}

std::string Encoder::Encode(std::span<const uint32_t> codes, uint32_t end,
                            const CodeHints& hints, bool hot, int depth,
                            FormMemory* memory) {
  const bool constant = std::all_of(codes.begin(), codes.end(),
                                    [&](uint32_t code) { return code == codes[0]; });
  if (constant) {
    std::string out = Begin(CodeForm::kConstant);
    PutVarint(out, codes.empty() ? 0 : codes[0]);
    return out;
  }
  std::string out;
  if (memory != nullptr && Remembered(codes, end, hints, depth, *memory, &out)) {
    return out;
  }
  return Smallest(codes, end, hints, hot, depth, memory);
}

// Makes the form that was the best one before. False when it cannot be made, or has
// become large.
bool Encoder::Remembered(std::span<const uint32_t> codes, uint32_t end,
                         const CodeHints& hints, int depth, FormMemory& memory,
                         std::string* out) {
  const bool leans = memory.form == CodeForm::kByName || memory.form == CodeForm::kRanked;
  if (!memory.known || memory.uses == kFormUses ||
      (leans && hints[memory.hint].codes == nullptr)) {
    return false;
  }
  ++memory.uses;
  Candidate candidate{.form = memory.form, .bytes = 0, .hint = memory.hint};
  if (memory.form == CodeForm::kRanked) {
    candidate.ranks = std::make_shared<const Ranks>(codes, end, hints[memory.hint]);
  }
  *out = Make(candidate, codes, end, hints, depth, &memory);
  return static_cast<double>(out->size()) <=
         memory.bytes_per_code * static_cast<double>(codes.size()) * kFormFactor +
             kFewBytes;
}

std::string Encoder::Smallest(std::span<const uint32_t> codes, uint32_t end,
                              const CodeHints& hints, bool hot, int depth,
                              FormMemory* memory) {
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
  std::vector<FormMemory> memories(candidates.size());
  size_t least = SIZE_MAX;
  for (size_t i = 0; i < candidates.size(); ++i) {
    made.emplace_back(candidates[i].form,
                      Make(candidates[i], codes, end, hints, depth, &memories[i]));
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
  std::string& out = made[chosen].second;
  if (memory != nullptr) {
    *memory = std::move(memories[chosen]);
    memory->known = true;
    memory->form = candidates[chosen].form;
    memory->hint = candidates[chosen].hint;
    memory->bytes_per_code =
        static_cast<double>(out.size()) / static_cast<double>(codes.size());
  }
  return std::move(out);
}

}  // namespace

FormMemory& FormMemory::Inner(size_t place) {
  if (inner.size() <= place) inner.resize(place + 1);
  return inner[place];
}

void EncodeCodes(std::span<const uint32_t> codes, uint32_t end, const CodeHints& hints,
                 bool hot, FormMemory* memory, BlockPacker& packer, std::string& out) {
  out += Encoder(packer).Encode(codes, end, hints, hot, 0, memory);
}

void EncodeFreshCodes(std::span<const uint32_t> codes, uint32_t first, uint32_t end,
                      const CodeHints& hints, FormMemory* memory, BlockPacker& packer,
                      std::string& out) {
  Encoder encoder(packer);
  encoder.fresh_from = first;
  out += codes.empty() ? encoder.Encode(codes, end, {}, false, 0, nullptr)
                       : encoder.EncodeRuns(codes, end, hints, 0, memory);
}

}  // namespace footfall::store
