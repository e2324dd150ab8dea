#include "store/chunk/code_statistics.h"

#include <algorithm>
#include <cmath>

#include "store/chunk/code_forms.h"

namespace footfall::store {
namespace {

// Bytes of `total` symbols with these counts, entropy coded.
double EntropyBytes(std::span<const uint32_t> counts, double total) {
  if (total == 0) return 0;
  double bits = 0;
  for (const uint32_t count : counts) {
    if (count != 0) bits += count * std::log2(total / count);
  }
  return bits / 8;
}

}  // namespace

double FlagBytes(double ones, double total) {
  if (ones <= 0 || ones >= total) return 0;
  const double zeros = total - ones;
  return (ones * std::log2(total / ones) + zeros * std::log2(total / zeros)) / 8;
}

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

Ranks::Ranks(std::span<const uint32_t> codes, uint32_t end, const HintColumn& hint)
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

}  // namespace footfall::store
