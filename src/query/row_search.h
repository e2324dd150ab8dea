// Finding single rows in masks.
#ifndef FOOTFALL_QUERY_ROW_SEARCH_H_
#define FOOTFALL_QUERY_ROW_SEARCH_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace footfall::query {

// The first row in [begin, end) whose bit is set; `end` when there is none.
inline size_t FirstRow(const uint64_t* mask, size_t begin, size_t end) {
  for (size_t at = begin; at < end; at = (at / 64 + 1) * 64) {
    const uint64_t word = mask[at / 64] >> at % 64;
    if (word != 0) return std::min(at + std::countr_zero(word), end);
  }
  return end;
}

// The last one.
inline size_t LastRow(const uint64_t* mask, size_t begin, size_t end) {
  for (size_t at = end; at > begin; at = (at - 1) / 64 * 64) {
    const uint64_t word = mask[(at - 1) / 64] << (63 - (at - 1) % 64);
    if (word == 0) continue;
    const size_t past = at - std::countl_zero(word);
    return past > begin ? past - 1 : end;
  }
  return end;
}

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_ROW_SEARCH_H_
