// Copying rows of chunks into blocks, most often few at a time.
#ifndef FOOTFALL_STORE_ROW_GATHER_H_
#define FOOTFALL_STORE_ROW_GATHER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace footfall::store {

// Rows of one source that follow each other.
struct RowRange {
  uint32_t source = 0;
  uint32_t first = 0;
  uint32_t rows = 0;
};

// Adds a range, to the last one where it goes on with that.
inline void AppendRange(const RowRange& range, std::vector<RowRange>* ranges) {
  if (!ranges->empty()) {
    RowRange& last = ranges->back();
    if (last.source == range.source && last.first + last.rows == range.first) {
      last.rows += range.rows;
      return;
    }
  }
  ranges->push_back(range);
}

// Per row of a source.
template <typename T>
struct SourceRows {
  const T* values = nullptr;
  size_t rows = 0;
};

// Copies rows [first, first + rows) to `out`, which has Scratch's slack.
template <typename T>
void CopyRows(const SourceRows<T>& source, size_t first, size_t rows, T* out) {
  constexpr size_t kStep = 4;
  constexpr size_t kManyRows = 64;
  const T* const from = source.values + first;
  if (rows > kManyRows || first + rows + kStep > source.rows) {
    std::memcpy(out, from, rows * sizeof(T));
    return;
  }
  for (size_t i = 0; i < rows; i += kStep)
    std::memcpy(out + i, from + i, kStep * sizeof(T));
}

// The same through a table.
template <typename In, typename Out>
void TranslateRows(const SourceRows<In>& source, size_t first, size_t rows,
                   const Out* table, Out* out) {
  constexpr size_t kStep = 8;
  const In* const from = source.values + first;
  size_t i = 0;
  const size_t readable = source.rows - first;
  for (; i < rows && i + kStep <= readable; i += kStep) {
    for (size_t k = 0; k < kStep; ++k) out[i + k] = table[from[i + k]];
  }
  for (; i < rows; ++i) out[i] = table[from[i]];
}

// Copies the rows of `ranges`, one range behind the other.
template <typename T>
void GatherRows(std::span<const RowRange> ranges, std::span<const SourceRows<T>> sources,
                T* out) {
  for (const RowRange& range : ranges) {
    CopyRows(sources[range.source], range.first, range.rows, out);
    out += range.rows;
  }
}

// `count` bits, at most 64, from bit `at` on.
inline uint64_t BitsAt(const uint64_t* words, size_t at, size_t count) {
  const size_t shift = at % 64;
  uint64_t bits = words[at / 64] >> shift;
  if (shift + count > 64) bits |= words[at / 64 + 1] << (64 - shift);
  return count == 64 ? bits : bits & ((uint64_t{1} << count) - 1);
}

// Sets those of the 64 bits from `at` on that are set in `bits`; the word behind is only
// touched when it has one of them.
inline void OrBits(uint64_t* words, size_t at, uint64_t bits) {
  const size_t shift = at % 64;
  words[at / 64] |= bits << shift;
  if (shift > 0 && bits >> (64 - shift) != 0) words[at / 64 + 1] |= bits >> (64 - shift);
}

// Copies `count` bits to where all bits are 0; without `from` they are all set.
inline void CopyBits(const uint64_t* from, size_t from_at, size_t count, uint64_t* to,
                     size_t to_at) {
  for (size_t i = 0; i < count; i += 64) {
    const size_t n = std::min<size_t>(64, count - i);
    const uint64_t all = n == 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1;
    OrBits(to, to_at + i, from == nullptr ? all : BitsAt(from, from_at + i, n));
  }
}

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_ROW_GATHER_H_
