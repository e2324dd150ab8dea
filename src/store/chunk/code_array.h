// Columns of small numbers, codes of what is in a dictionary: FORMAT.md has their forms.
// The smallest is chosen, or one that is read much faster and hardly larger.
#ifndef FOOTFALL_STORE_CHUNK_CODE_ARRAY_H_
#define FOOTFALL_STORE_CHUNK_CODE_ARRAY_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "store/chunk/code_forms.h"
#include "store/chunk/packed_block.h"
#include "store/coding.h"

namespace footfall::store {

// Columns that tell something of others, row by row.
enum class Hint : uint8_t {
  kName = 0,   // Codes of names.
  kUrl = 1,    // Codes of urls.
  kPause = 2,  // 1 for the first row of a person and for one after a pause, else 0.
};
inline constexpr int kHints = 3;
// Half an hour.
inline constexpr int64_t kPauseMs = 30 * 60 * 1000;

// Without either array there is no such hint. For writing it is `codes`; for reading
// `bytes` when `end` is at most 256, else `codes`.
struct HintColumn {
  const uint32_t* codes = nullptr;
  uint32_t end = 0;  // Codes are below it.
  const uint8_t* bytes = nullptr;
};

struct CodeHints {
  HintColumn columns[kHints];
  const HintColumn& operator[](Hint hint) const {
    return columns[static_cast<size_t>(hint)];
  }
  HintColumn& operator[](Hint hint) { return columns[static_cast<size_t>(hint)]; }
};

// Which form was chosen for a column in the chunk before, and for the arrays inside.
// Finding the smallest one takes most of the time of writing, and it is mostly the same.
struct FormMemory {
  // Of an array inside, by its place there.
  FormMemory& Inner(size_t place);

  bool known = false;
  CodeForm form = CodeForm::kConstant;
  Hint hint = Hint::kName;    // Of kRanked.
  double bytes_per_code = 0;  // When the form was chosen.
  int uses = 0;               // Since then.
  std::vector<FormMemory> inner;
};

// Appends `codes`, which are below `end`, for what reads them with the same hints. A
// `hot` column may be larger for being read faster. `memory` may be null.
void EncodeCodes(std::span<const uint32_t> codes, uint32_t end, const CodeHints& hints,
                 bool hot, FormMemory* memory, BlockPacker& packer, std::string& out);
inline void EncodeCodes(std::span<const uint32_t> codes, uint32_t end,
                        const CodeHints& hints, bool hot, BlockPacker& packer,
                        std::string& out) {
  EncodeCodes(codes, end, hints, hot, nullptr, packer, out);
}

// The same for codes that were given in order of first appearance from `first` on, while
// those below `first` have a meaning of their own.
void EncodeFreshCodes(std::span<const uint32_t> codes, uint32_t first, uint32_t end,
                      const CodeHints& hints, FormMemory* memory, BlockPacker& packer,
                      std::string& out);

// Where reading gets hints from; asked only for what is needed.
class HintSource {
 public:
  virtual ~HintSource() = default;
  virtual absl::Status Load(Hint hint, HintColumn* column) = 0;
};
class NoHints : public HintSource {
 public:
  absl::Status Load(Hint hint, HintColumn* column) override;
};

// Reads an array of `count` codes below `end` (for T uint8_t at most 256). DATA_LOSS.
template <typename T>
absl::Status DecodeCodes(Reader& reader, size_t count, uint32_t end, HintSource& hints,
                         BlockUnpacker& unpacker, T* out);

extern template absl::Status DecodeCodes<uint8_t>(Reader&, size_t, uint32_t, HintSource&,
                                                  BlockUnpacker&, uint8_t*);
extern template absl::Status DecodeCodes<uint32_t>(Reader&, size_t, uint32_t, HintSource&,
                                                   BlockUnpacker&, uint32_t*);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_CODE_ARRAY_H_
