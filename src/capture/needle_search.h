// Looks for copies of what was typed, however long the copy and the text are.
#ifndef FOOTFALL_CAPTURE_NEEDLE_SEARCH_H_
#define FOOTFALL_CAPTURE_NEEDLE_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "capture/arena.h"

namespace footfall::capture {

// `text` for comparison: ASCII letters in lower case, each stretch of white space as one
// space, none at the ends. Lives in `arena`.
std::string_view FoldText(std::string_view text, Arena& arena);

// True when white space, of which FoldText makes one space, stands at text[pos]; moves
// `pos` past it.
bool IsFoldedSpace(std::string_view text, size_t& pos);

// A needle prepared for searching folded texts in time linear in their size. Copyable;
// lives as long as the arena it was made in.
class NeedleSearch {
 public:
  // Of a longer needle only the beginning is looked for.
  static constexpr size_t kBytesMax = 255;

  // `folded` lives in `arena` and is not empty.
  NeedleSearch(std::string_view folded, bool secret, Arena& arena);

  // True when `folded` holds the needle; of a secret, also when one of its words ends
  // with four or more of the secret's first characters. A needle of fewer characters must
  // be the whole of `folded`.
  bool FoundIn(std::string_view folded) const;

  bool secret() const { return secret_; }

 private:
  std::string_view text_;
  bool secret_;
  // The bytes of the characters that must be alike; 0 for a needle that has fewer.
  size_t prefix_;
  // By the number of bytes matched, less one: how many of them begin a shorter match.
  uint8_t* shorter_ = nullptr;
  // By the number of bytes matched: whether the shorter matches go on with other bytes.
  uint8_t* differs_ = nullptr;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_NEEDLE_SEARCH_H_
