#include "compress.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "cli.h"

namespace footfall::cli {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;
// zlib's window, and that there is a gzip header around it.
constexpr int kGzipWindow = 15 + 16;
// zlib counts in 32 bits.
constexpr size_t kGzipBytesMax = std::numeric_limits<uInt>::max();

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

Error NoMemory() {
  return MakeError(FOOTFALL_RESOURCE_EXHAUSTED, "not enough memory for compression");
}

// zlib's input is not const but is not written to.
Bytef* ZlibInput(const char* bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes));
}

class GzipCompressor final : public Compressor {
 public:
  ~GzipCompressor() override {
    if (open_) deflateEnd(&stream_);
  }

  bool Open() {
    open_ = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                         Z_DEFAULT_STRATEGY) == Z_OK;
    return open_;
  }

  Status Add(std::string_view bytes, bool last, std::string& out) override {
    do {
      const std::string_view piece = bytes.substr(0, kGzipBytesMax);
      bytes.remove_prefix(piece.size());
      stream_.next_in = ZlibInput(piece.data());
      stream_.avail_in = static_cast<uInt>(piece.size());
      const int flush = last && bytes.empty() ? Z_FINISH : Z_NO_FLUSH;
      do {
        const size_t before = out.size();
        out.resize(before + kPieceBytes);
        stream_.next_out = reinterpret_cast<Bytef*>(&out[before]);
        stream_.avail_out = kPieceBytes;
        deflate(&stream_, flush);
        out.resize(before + kPieceBytes - stream_.avail_out);
      } while (stream_.avail_out == 0);
    } while (!bytes.empty());
    return {};
  }

 private:
  z_stream stream_ = {};
  bool open_ = false;
};

class GzipDecompressor final : public Decompressor {
 public:
  ~GzipDecompressor() override {
    if (open_) inflateEnd(&stream_);
  }

  bool Open() {
    open_ = inflateInit2(&stream_, kGzipWindow) == Z_OK;
    return open_;
  }

  Result<size_t> Next(std::string_view& in, char* out, size_t size) override {
    if (at_end_ && !in.empty()) {
      inflateReset(&stream_);
      at_end_ = false;
    }
    const std::string_view piece = in.substr(0, kGzipBytesMax);
    stream_.next_in = ZlibInput(piece.data());
    stream_.avail_in = static_cast<uInt>(piece.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(std::min(size, kGzipBytesMax));
    const uInt room = stream_.avail_out;
    const int status = at_end_ ? Z_STREAM_END : inflate(&stream_, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END) {
      return MakeError(FOOTFALL_DATA_LOSS,
                       std::string("not valid gzip data: ") +
                           (stream_.msg != nullptr ? stream_.msg : zError(status)));
    }
    in.remove_prefix(piece.size() - stream_.avail_in);
    at_end_ = status == Z_STREAM_END;
    return static_cast<size_t>(room - stream_.avail_out);
  }

  bool AtEnd() const override { return at_end_; }

 private:
  z_stream stream_ = {};
  bool open_ = false;
  bool at_end_ = true;  // Of one compressed file, or before the first.
};

struct FreeZstd {
  void operator()(ZSTD_CStream* stream) const { ZSTD_freeCStream(stream); }
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

class ZstdCompressor final : public Compressor {
 public:
  bool Open() {
    stream_.reset(ZSTD_createCStream());
    return stream_ != nullptr;
  }

  Status Add(std::string_view bytes, bool last, std::string& out) override {
    ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
    const ZSTD_EndDirective mode = last ? ZSTD_e_end : ZSTD_e_continue;
    while (true) {
      const size_t before = out.size();
      out.resize(before + kPieceBytes);
      ZSTD_outBuffer piece = {&out[before], kPieceBytes, 0};
      const size_t rest = ZSTD_compressStream2(stream_.get(), &piece, &in, mode);
      out.resize(before + piece.pos);
      if (ZSTD_isError(rest) != 0) {
        return MakeError(FOOTFALL_INTERNAL,
                         std::string("cannot compress: ") + ZSTD_getErrorName(rest));
      }
      if (last ? rest == 0 : in.pos == in.size) return {};
    }
  }

 private:
  std::unique_ptr<ZSTD_CStream, FreeZstd> stream_;
};

class ZstdDecompressor final : public Decompressor {
 public:
  bool Open() {
    stream_.reset(ZSTD_createDStream());
    return stream_ != nullptr;
  }

  Result<size_t> Next(std::string_view& in, char* out, size_t size) override {
    ZSTD_inBuffer raw = {in.data(), in.size(), 0};
    ZSTD_outBuffer plain = {out, size, 0};
    const size_t rest = ZSTD_decompressStream(stream_.get(), &plain, &raw);
    if (ZSTD_isError(rest) != 0) {
      return MakeError(FOOTFALL_DATA_LOSS,
                       std::string("not valid zstd data: ") + ZSTD_getErrorName(rest));
    }
    // Asked without input, the stream would tell of a frame that has not begun.
    if (raw.pos > 0 || plain.pos > 0) at_end_ = rest == 0;
    in.remove_prefix(raw.pos);
    return plain.pos;
  }

  bool AtEnd() const override { return at_end_; }

 private:
  std::unique_ptr<ZSTD_DStream, FreeZstd> stream_;
  bool at_end_ = true;
};

template <typename Interface, typename Implementation>
Result<std::unique_ptr<Interface>> Open() {
  auto made = std::make_unique<Implementation>();
  if (!made->Open()) return NoMemory();
  return std::unique_ptr<Interface>(std::move(made));
}

}  // namespace

std::string_view WithoutCompression(std::string_view path) {
  for (const std::string_view end : {".gz", ".zst"}) {
    if (EndsWith(path, end)) return path.substr(0, path.size() - end.size());
  }
  return path;
}

Result<std::unique_ptr<Compressor>> MakeCompressor(std::string_view path) {
  if (EndsWith(path, ".gz")) return Open<Compressor, GzipCompressor>();
  if (EndsWith(path, ".zst")) return Open<Compressor, ZstdCompressor>();
  return std::unique_ptr<Compressor>();
}

Result<std::unique_ptr<Decompressor>> MakeDecompressor(std::string_view path) {
  if (EndsWith(path, ".gz")) return Open<Decompressor, GzipDecompressor>();
  if (EndsWith(path, ".zst")) return Open<Decompressor, ZstdDecompressor>();
  return std::unique_ptr<Decompressor>();
}

}  // namespace footfall::cli
