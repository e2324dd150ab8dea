// Columns of numbers and of identifiers; FORMAT.md has their forms.
#ifndef FOOTFALL_STORE_CHUNK_NUMBER_ARRAY_H_
#define FOOTFALL_STORE_CHUNK_NUMBER_ARRAY_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/chunk/packed_block.h"
#include "store/chunk/packed_text.h"
#include "store/coding.h"

namespace footfall::store {

// A `hot` column may be larger for being read faster.
void EncodeIntegers(std::span<const int64_t> values, bool hot, BlockPacker& packer,
                    std::string& out);
void EncodeDoubles(std::span<const double> values, BlockPacker& packer, std::string& out);

// Read `count` numbers. DATA_LOSS.
absl::Status DecodeIntegers(Reader& reader, size_t count, BlockUnpacker& unpacker,
                            int64_t* out);
absl::Status DecodeDoubles(Reader& reader, size_t count, BlockUnpacker& unpacker,
                           double* out);

// Add to `mask`, a bit per number, those of `count` numbers that are in one of the
// ranges, whose ends are included, without reading them one by one. False when they have
// to be read instead; then nothing is added. DATA_LOSS.
absl::StatusOr<bool> AddIntegersIn(Reader& reader, size_t count,
                                   std::span<const std::pair<int64_t, int64_t>> ranges,
                                   BlockUnpacker& unpacker, uint64_t* mask);
absl::StatusOr<bool> AddDoublesIn(Reader& reader, size_t count,
                                  std::span<const std::pair<double, double>> ranges,
                                  BlockUnpacker& unpacker, uint64_t* mask);

// Identifiers, each of its own kind.
class TextList {
 public:
  void Add(std::string_view text);  // Null data for none.
  // `bytes` are those of the kind.
  void AddPacked(TextKind kind, std::string_view bytes);
  size_t size() const { return kinds_.size(); }

  void Encode(BlockPacker& packer, std::string& out) const;
  // Becomes what is read: `count` of them. DATA_LOSS.
  absl::Status Decode(Reader& reader, size_t count, BlockUnpacker& unpacker);

  TextKind kind(size_t i) const { return static_cast<TextKind>(kinds_[i]); }
  // What AddPacked takes. After Decode.
  std::string_view bytes(size_t i) const;

 private:
  std::vector<uint32_t> kinds_;
  std::string hex16_;
  std::string uuids_;
  std::string texts_;  // Each with its length.
  std::vector<std::string_view> views_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_NUMBER_ARRAY_H_
