// Looking for texts in the files of a store.
#ifndef FOOTFALL_TESTS_STORE_FILES_TEST_UTIL_H_
#define FOOTFALL_TESTS_STORE_FILES_TEST_UTIL_H_

#include <gtest/gtest.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::store {

// All bytes of the store's files, and what the compressed blocks among them unpack to.
inline std::string BytesOf(const std::string& directory) {
  std::string all;
  int frames = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    all += bytes;
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
