// Looking for texts in the files of a store.
#ifndef FOOTFALL_TESTS_STORE_FILES_TEST_UTIL_H_
#define FOOTFALL_TESTS_STORE_FILES_TEST_UTIL_H_

#include <gtest/gtest.h>
#include <lz4.h>
#include <zstd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::store {

// What may be blocks that LZ4 has packed, unpacked: they have no mark, so every place is
// tried. A block begins with the varint of its size.
inline std::string UnpackedLz4(std::string_view bytes) {
  constexpr int kBlockBytesMax = 1 << 15;
  std::string all;
  std::string text(kBlockBytesMax, '\0');
  for (size_t at = 0; at < bytes.size(); ++at) {
    int size = 0;
    size_t begin = at;
    for (int shift = 0; shift < 21 && begin < bytes.size(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes[begin++]);
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (size < 16 || size > kBlockBytesMax) continue;
    const size_t left = std::min<size_t>(bytes.size() - begin, kBlockBytesMax);
    if (LZ4_decompress_safe_partial(bytes.data() + begin, text.data(),
                                    static_cast<int>(left), size, size) == size) {
      all.append(text, 0, static_cast<size_t>(size));
    }
  }
  return all;
}

// All bytes of the store's files, and what the compressed blocks among them unpack to.
inline std::string BytesOf(const std::string& directory) {
  std::string all;
  int frames = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    all += bytes;
    if (entry.path().extension() == ".sst") all += UnpackedLz4(bytes);
    constexpr std::string_view kMagic = "\x28\xb5\x2f\xfd";
    for (size_t at = bytes.find(kMagic); at != std::string::npos;
         at = bytes.find(kMagic, at + 1)) {
      const char* const start = bytes.data() + at;
      const size_t size = ZSTD_findFrameCompressedSize(start, bytes.size() - at);
      const unsigned long long content =
          ZSTD_getFrameContentSize(start, bytes.size() - at);
      if (ZSTD_isError(size) || content > (64u << 20)) continue;
      std::string text(content, '\0');
      const size_t unpacked = ZSTD_decompress(text.data(), text.size(), start, size);
      if (ZSTD_isError(unpacked)) continue;
      all += text;
      ++frames;
    }
  }
  EXPECT_GT(frames, 0);
  return all;
}

// Of `texts`, those that the files hold.
inline std::vector<std::string> TextsInFiles(const std::string& directory,
                                             const std::vector<std::string>& texts) {
  const std::string bytes = BytesOf(directory);
  std::vector<std::string> found;
  for (const std::string& text : texts) {
    if (bytes.find(text) != std::string::npos) found.push_back(text);
  }
  return found;
}

}  // namespace footfall::store

#endif  // FOOTFALL_TESTS_STORE_FILES_TEST_UTIL_H_
