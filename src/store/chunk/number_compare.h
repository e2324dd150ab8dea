// Comparing numbers as they are stored, many at a time, without putting them together.
#ifndef FOOTFALL_STORE_CHUNK_NUMBER_COMPARE_H_
#define FOOTFALL_STORE_CHUNK_NUMBER_COMPARE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace footfall::store {

// Masks have a bit per number, in words of 64. Both of the first two add to a mask the
// numbers from `low` to `high`, both included; bits beyond `count` stay as they are.

// Split numbers: `symbols` keep `kept` bits (one of the two of split_numbers.h), all are
// known and stand for numbers with at most 56 bits in `rest`, which has these bits.
// Numbers count from the least of the column on. Answers how many bits all numbers
// together have in `rest`; where it has less, those that it lacks count as 0.
uint64_t AddSplitBetween(const uint8_t* symbols, size_t count, int kept,
                         std::string_view rest, uint64_t low, uint64_t high,
                         uint64_t* mask);

// `count` packed numbers of `width` bits, 0 to 64, at the start of `in`, which has them.
void AddPackedBetween(std::string_view in, size_t count, int width, uint64_t low,
                      uint64_t high, uint64_t* mask);

// Turns a mask of the rows that have a number, by number, into one by row: `present`, of
// `words` words, says which rows those are. `packed` has as many words.
void SpreadBits(const uint64_t* packed, const uint64_t* present, size_t words,
                uint64_t* out);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_NUMBER_COMPARE_H_
