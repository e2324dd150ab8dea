// Columns of numbers: every form, every level of instructions, no byte beyond the end.
#include "store/chunk/number_array.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/simd.h"

namespace footfall::store {
namespace {

constexpr base::SimdLevel kLevels[] = {base::SimdLevel::kPlain, base::SimdLevel::kAvx2,
                                       base::SimdLevel::kAvx512};

class NumberArrayTest : public ::testing::Test {
 protected:
  ~NumberArrayTest() override { base::SetSimd(base::SimdLevel::kAvx512); }

  static std::string Encode(const std::vector<int64_t>& values, bool hot) {
    BlockPacker packer;
    std::string out;
    EncodeIntegers(values, hot, packer, out);
    return out;
  }
  // From memory that ends where the bytes do, so that a sanitizer sees what reads beyond.
  static absl::Status Decode(const std::string& encoded, std::vector<int64_t>* values) {
    const auto exact = std::make_unique<char[]>(encoded.size());
    std::copy(encoded.begin(), encoded.end(), exact.get());
    Reader reader({exact.get(), encoded.size()});
    BlockUnpacker unpacker;
    return DecodeIntegers(reader, values->size(), unpacker, values->data());
  }
  void ExpectSame(const std::vector<int64_t>& values, const std::string& what) {
    for (const bool hot : {false, true}) {
      const std::string encoded = Encode(values, hot);
      for (const base::SimdLevel level : kLevels) {
        base::SetSimd(level);
        std::vector<int64_t> read(values.size(), -7);
        const absl::Status status = Decode(encoded, &read);
        ASSERT_TRUE(status.ok()) << status << " " << what;
        ASSERT_EQ(read, values) << what << ", level " << static_cast<int>(level);
      }
    }
  }

  std::mt19937_64 random_{7};
};

// The first byte of a column says its form.
bool IsSplit(const std::string& encoded) { return !encoded.empty() && encoded[0] == 1; }

TEST_F(NumberArrayTest, NumbersOfAllSizesComeBack) {
  int split = 0;
  for (int widest = 0; widest <= 64; ++widest) {
    for (const size_t count : {1u, 7u, 8u, 9u, 64u, 1'001u, 5'000u}) {
      std::vector<int64_t> values(count);
      // Few are as wide as the widest, so that splitting them is worth it.
      for (int64_t& value : values) {
        const int width =
            widest == 0 ? 0 : 1 + static_cast<int>(random_() % 64) * widest / 64;
        const uint64_t bits =
            width == 0
                ? 0
                : random_() >> (64 - std::max(1, width * (random_() % 4 == 0 ? 1 : 0)));
        value = static_cast<int64_t>(bits) - 1'000;
      }
      split += IsSplit(Encode(values, false)) ? 1 : 0;
      ExpectSame(values, std::to_string(widest) + " bits, " + std::to_string(count));
    }
  }
  EXPECT_GT(split, 100);
}

TEST_F(NumberArrayTest, ExtremesComeBack) {
  ExpectSame({}, "nothing");
  ExpectSame({INT64_MIN, INT64_MAX, 0, -1, 1}, "extremes");
  std::vector<int64_t> mostly_small(3'000, 3);
  mostly_small[1'234] = INT64_MAX;
  mostly_small[2'999] = INT64_MIN;
  ExpectSame(mostly_small, "two outliers");
}

TEST_F(NumberArrayTest, WhatIsCutShortIsDamage) {
  std::vector<int64_t> values(2'000);
  for (int64_t& value : values) {
    value = static_cast<int64_t>(random_() % (random_() % 50 == 0 ? 10'000'000 : 300));
  }
  const std::string encoded = Encode(values, false);
  ASSERT_TRUE(IsSplit(encoded));
  for (const base::SimdLevel level : kLevels) {
    base::SetSimd(level);
    for (size_t size = 0; size < encoded.size(); size += 1 + size / 16) {
      std::vector<int64_t> read(values.size());
      const absl::Status status = Decode(encoded.substr(0, size), &read);
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
    }
    std::vector<int64_t> read(values.size());
    EXPECT_EQ(Decode(encoded.substr(0, encoded.size() - 1), &read).code(),
              absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace footfall::store
