#include "store/chunk/packed_block.h"

#include <zstd.h>

#include <cstring>

namespace footfall::store {
namespace {

constexpr int kLevel = 1;
constexpr size_t kCompressMin = 32;
// No frame of zstd says more with one byte.
constexpr uint64_t kRatioMax = 1 << 16;

struct Head {
  size_t size = 0;
  std::string_view bytes;
  bool compressed = false;
};

bool ReadHead(Reader& reader, Head* head) {
  const uint64_t tag = reader.Varint();
  head->compressed = (tag & 1) != 0;
  const uint64_t size = tag >> 1;
  if (head->compressed) {
    head->bytes = reader.Bytes();
    if (!reader.ok() || size > head->bytes.size() * kRatioMax) return false;
    if (ZSTD_getFrameContentSize(head->bytes.data(), head->bytes.size()) != size) {
      return false;
    }
  } else {
    if (size > reader.left()) return false;
    head->bytes = reader.Raw(static_cast<size_t>(size));
  }
  head->size = static_cast<size_t>(size);
  return reader.ok();
}

}  // namespace

BlockPacker::BlockPacker() : context_(ZSTD_createCCtx()) {}
BlockPacker::~BlockPacker() { ZSTD_freeCCtx(context_); }

void BlockPacker::Put(std::string_view bytes, std::string& out) {
  if (bytes.size() >= kCompressMin && context_ != nullptr) {
    buffer_.resize(ZSTD_compressBound(bytes.size()));
    const size_t size = ZSTD_compressCCtx(context_, buffer_.data(), buffer_.size(),
                                          bytes.data(), bytes.size(), kLevel);
    // Reading it as it is takes less time.
    if (!ZSTD_isError(size) && size + size / 32 + 3 < bytes.size()) {
      PutVarint(out, uint64_t{bytes.size()} << 1 | 1);
      PutBytes(out, {buffer_.data(), size});
      return;
    }
  }
  PutPlain(bytes, out);
}

void BlockPacker::PutPlain(std::string_view bytes, std::string& out) {
  PutVarint(out, uint64_t{bytes.size()} << 1);
  out.append(bytes);
}

BlockUnpacker::BlockUnpacker() : context_(ZSTD_createDCtx()) {}
BlockUnpacker::~BlockUnpacker() { ZSTD_freeDCtx(context_); }

bool BlockUnpacker::Get(Reader& reader, std::string* buffer, std::string_view* out) {
  Head head;
  if (!ReadHead(reader, &head)) return false;
  if (!head.compressed) {
    *out = head.bytes;
    return true;
  }
  buffer->resize(head.size);
  *out = *buffer;
  return context_ != nullptr &&
         ZSTD_decompressDCtx(context_, buffer->data(), head.size, head.bytes.data(),
                             head.bytes.size()) == head.size;
}

bool BlockUnpacker::GetInto(Reader& reader, char* out, size_t size) {
  Head head;
  if (!ReadHead(reader, &head) || head.size != size) return false;
  if (!head.compressed) {
    if (size > 0) std::memcpy(out, head.bytes.data(), size);
    return true;
  }
  return context_ != nullptr &&
         ZSTD_decompressDCtx(context_, out, size, head.bytes.data(), head.bytes.size()) ==
             size;
}

}  // namespace footfall::store
