// Bytes that are compressed when that pays.
#ifndef FOOTFALL_STORE_CHUNK_PACKED_BLOCK_H_
#define FOOTFALL_STORE_CHUNK_PACKED_BLOCK_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "store/coding.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace footfall::store {

// Reuses its tables. Not thread-safe.
class BlockPacker {
 public:
  BlockPacker();
  ~BlockPacker();
  BlockPacker(const BlockPacker&) = delete;
  BlockPacker& operator=(const BlockPacker&) = delete;

  // Appends `bytes` as a block.
  void Put(std::string_view bytes, std::string& out);
  // The same, as they are: they are read faster.
  static void PutPlain(std::string_view bytes, std::string& out);

 private:
  ZSTD_CCtx_s* const context_;
  std::string buffer_;
};

class BlockUnpacker {
 public:
  BlockUnpacker();
  ~BlockUnpacker();
  BlockUnpacker(const BlockUnpacker&) = delete;
  BlockUnpacker& operator=(const BlockUnpacker&) = delete;

  // Reads a block. What it held is in `out`, or in the bytes that are read. False when it
  // is damaged.
  bool Get(Reader& reader, std::string* buffer, std::string_view* out);
  // The same for a block of `size` bytes exactly.
  bool GetInto(Reader& reader, char* out, size_t size);

 private:
  ZSTD_DCtx_s* const context_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_PACKED_BLOCK_H_
