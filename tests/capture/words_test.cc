#include "capture/words.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace footfall::capture {
namespace {

TEST(WordsTest, LoadPartReadsEveryByteAndNoMore) {
  const std::string bytes = "\x81\x22\xC3\x44\xE5\x66\xF7#";
  for (size_t size = 0; size < 8; ++size) {
    uint64_t want = 0;
    for (size_t i = 0; i < size; ++i) {
      want |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    EXPECT_EQ(LoadPart(bytes.data(), size), want) << size;
  }
}

TEST(WordsTest, LoadPaddedLeavesOutWhatIsBehind) {
  const std::string bytes = "\x81\x22\xC3\x44\xE5\x66\xF7#";
  for (size_t size = 1; size < 8; ++size) {
    EXPECT_EQ(LoadPadded(bytes.data(), size), LoadPart(bytes.data(), size)) << size;
  }
  EXPECT_EQ(LoadPadded(bytes.data(), 8), LoadWord(bytes.data()));
}

TEST(WordsTest, FindsBytesWhereverTheyStand) {
  for (int c = 0; c < 256; ++c) {
    for (size_t i = 0; i < 8; ++i) {
      std::string text(8, 'x');
      text[i] = static_cast<char>(c);
      const uint64_t word = LoadWord(text.data());
      EXPECT_EQ(HasByte(word, ':') != 0, c == ':') << c << " at " << i;
      EXPECT_EQ(HasLess(word, 0x20) != 0, c < 0x20) << c << " at " << i;
      EXPECT_EQ(CountTops(Digits(word)), c >= '0' && c <= '9' ? 1U : 0U) << c;
      EXPECT_EQ(CountTops(Capitals(word)), c >= 'A' && c <= 'Z' ? 1U : 0U) << c;
    }
  }
  EXPECT_EQ(CountTops(Digits(LoadWord("09:/1x23"))), 5U);
}

TEST(WordsTest, ForEachWordCoversTheText) {
  const std::string digits(30, '7');
  for (size_t size = 0; size <= digits.size(); ++size) {
    size_t count = 0;
    ForEachWord(std::string_view(digits).substr(0, size),
                [&count](uint64_t word) { count += CountTops(Digits(word)); });
    EXPECT_EQ(count, size);
  }
}

}  // namespace
}  // namespace footfall::capture
