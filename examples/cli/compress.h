// Compressed files, which are known by their names: .gz and .zst.
#ifndef FOOTFALL_EXAMPLES_CLI_COMPRESS_H_
#define FOOTFALL_EXAMPLES_CLI_COMPRESS_H_

#include <footfall/footfall.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace footfall::cli {

// `path` without an ending that asks for compression.
std::string_view WithoutCompression(std::string_view path);

// Compresses a file piece by piece.
class Compressor {
 public:
  virtual ~Compressor() = default;
  // Takes `bytes`, the last ones of the file with `last`, and appends to `out` what is
  // ready.
  virtual Status Add(std::string_view bytes, bool last, std::string& out) = 0;
};

// As the ending of `path` asks for; null without one.
Result<std::unique_ptr<Compressor>> MakeCompressor(std::string_view path);

// Decompresses a file piece by piece, also one of several compressed ones on end.
class Decompressor {
 public:
  virtual ~Decompressor() = default;
  // Removes what it takes from the front of `in` and fills `out` with what that makes;
  // answers how many bytes. With nothing taken and nothing made it needs more input.
  // DATA_LOSS for what is not compressed data.
  virtual Result<size_t> Next(std::string_view& in, char* out, size_t size) = 0;
  // Whether the input may end here.
  virtual bool AtEnd() const = 0;
};

Result<std::unique_ptr<Decompressor>> MakeDecompressor(std::string_view path);

}  // namespace footfall::cli

#endif  // FOOTFALL_EXAMPLES_CLI_COMPRESS_H_
