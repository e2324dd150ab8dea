// Columns of numbers: every form, every level of instructions, no byte beyond the end.
#include "store/chunk/number_array.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/simd.h"
#include "store/chunk/number_compare.h"

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

  // Looks for the numbers in two ranges, where they stand. False: they have to be read.
  template <typename Number, typename Find>
  bool ExpectFound(const std::string& encoded, const std::vector<Number>& values,
                   Number low, Number high, const Find& find) {
    const std::vector<std::pair<Number, Number>> ranges = {
        {low, high}, {values.back(), values.back()}};
    const auto exact = std::make_unique<char[]>(encoded.size());
    std::copy(encoded.begin(), encoded.end(), exact.get());
    Reader reader({exact.get(), encoded.size()});
    BlockUnpacker unpacker;
    // What was there stays, also behind the last number.
    std::vector<uint64_t> mask(values.size() / 64 + 2, 0);
    mask[0] = 4;
    mask[values.size() / 64] |= uint64_t{1} << (values.size() % 64);
    const absl::StatusOr<bool> found =
        find(reader, values.size(), std::span(ranges), unpacker, mask.data());
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.value_or(false)) return false;
    for (size_t i = 0; i < 64 * mask.size(); ++i) {
      const bool before = i == 2 || i == values.size();
      const bool inside = i < values.size() && ((values[i] >= low && values[i] <= high) ||
                                                values[i] == values.back());
      EXPECT_EQ(mask[i / 64] >> (i % 64) & 1, before || inside)
          << i << " of " << values.size() << ", " << low << " to " << high;
      if (::testing::Test::HasFailure()) break;
    }
    return true;
  }

  // The same at all levels; how many could be found so.
  int ExpectIntegersFound(const std::vector<int64_t>& values, int64_t low, int64_t high) {
    const std::string encoded = Encode(values, false);
    int found = 0;
    for (const base::SimdLevel level : kLevels) {
      base::SetSimd(level);
      found += ExpectFound(encoded, values, low, high, AddIntegersIn) ? 1 : 0;
    }
    return found;
  }

  std::mt19937_64 random_{7};
};

// The first byte of a column says its form.
bool IsSplit(const std::string& encoded) { return !encoded.empty() && encoded[0] > 0; }
bool IsPackedSplit(const std::string& encoded) {
  return !encoded.empty() && encoded[0] == 2;
}

TEST_F(NumberArrayTest, NumbersOfAllSizesComeBack) {
  int split = 0;
  int packed = 0;
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
      packed += IsPackedSplit(Encode(values, false)) ? 1 : 0;
      ExpectSame(values, std::to_string(widest) + " bits, " + std::to_string(count));
    }
  }
  EXPECT_GT(packed, 50);
  EXPECT_GT(split - packed, 50);
}

TEST_F(NumberArrayTest, NumbersAreFoundWithoutReadingThem) {
  int split = 0;
  int found = 0;
  for (int round = 0; round < 400; ++round) {
    const size_t count = 1 + random_() % (round % 10 == 0 ? 5'000 : 300);
    const int widest = static_cast<int>(1 + random_() % 64);
    const int64_t offset = round % 3 == 0 ? 0 : static_cast<int64_t>(random_()) / 2;
    std::vector<int64_t> values(count);
    for (int64_t& value : values) {
      const auto bits = static_cast<int>(random_() % static_cast<uint64_t>(widest));
      const uint64_t above = random_() >> (63 - (round % 4 == 0 ? widest - 1 : bits));
      value = static_cast<int64_t>(above + static_cast<uint64_t>(offset));
    }
    split += IsSplit(Encode(values, false)) ? 1 : 0;
    const auto any = [&] {
      const uint64_t near = random_() % 5;
      return random_() % 8 == 0
                 ? static_cast<int64_t>(random_())
                 : static_cast<int64_t>(static_cast<uint64_t>(values[random_() % count]) +
                                        near - 2);
    };
    const auto [low, high] = std::minmax({any(), any()});
    found += ExpectIntegersFound(values, low, high);
    found += ExpectIntegersFound(values, low, INT64_MAX);
    found += ExpectIntegersFound(values, INT64_MIN, high);
    ASSERT_FALSE(HasFailure()) << "round " << round << ", " << widest << " bits";
  }
  EXPECT_GT(split, 100);
  EXPECT_GT(found, 2'500);
}

TEST_F(NumberArrayTest, ScaledDoublesAreFoundWithoutReadingThem) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double factor : {1.0, 10.0, 100.0, 10'000.0}) {
    std::vector<double> values(1'000);
    for (double& value : values) {
      value =
          static_cast<double>(static_cast<int64_t>(random_() % 20'000) - 5'000) / factor;
    }
    BlockPacker packer;
    std::string encoded;
    EncodeDoubles(values, packer, encoded);
    const auto expect = [&](double low, double high) {
      EXPECT_TRUE(ExpectFound(encoded, values, low, high, AddDoublesIn));
    };
    for (const base::SimdLevel level : kLevels) {
      base::SetSimd(level);
      for (int round = 0; round < 50; ++round) {
        const auto [low, high] =
            std::minmax(values[random_() % 1'000], values[random_() % 1'000]);
        expect(low, high);
        expect(std::nextafter(low, kInfinity), std::nextafter(high, -kInfinity));
        expect(-kInfinity, high);
        expect(low, kInfinity);
      }
      expect(-1e300, 1e300);
      expect(1e300, kInfinity);
    }
  }
  std::vector<double> values(100);
  for (double& value : values) value = static_cast<double>(random_() % 1'000) / 7;
  BlockPacker packer;
  std::string encoded;
  EncodeDoubles(values, packer, encoded);
  EXPECT_FALSE(ExpectFound(encoded, values, 1.0, 2.0, AddDoublesIn));
}

TEST_F(NumberArrayTest, LookingInWhatIsCutShortIsDamage) {
  std::vector<int64_t> values(2'000);
  for (int64_t& value : values) value = static_cast<int64_t>(random_() % 100'000);
  values[7] = 1 << 30;
  const std::string encoded = Encode(values, false);
  ASSERT_TRUE(IsSplit(encoded));
  const std::vector<std::pair<int64_t, int64_t>> ranges = {{1'000, 90'000}};
  for (const base::SimdLevel level : kLevels) {
    base::SetSimd(level);
    for (size_t size = 0; size < encoded.size(); size += 1 + size / 16) {
      const auto exact = std::make_unique<char[]>(size);
      std::copy_n(encoded.begin(), size, exact.get());
      Reader reader({exact.get(), size});
      BlockUnpacker unpacker;
      std::vector<uint64_t> mask(values.size() / 64 + 1);
      EXPECT_EQ(AddIntegersIn(reader, values.size(), ranges, unpacker, mask.data())
                    .status()
                    .code(),
                absl::StatusCode::kDataLoss)
          << size;
    }
  }
}

TEST_F(NumberArrayTest, BitsAreSpreadOverTheRowsThatHaveOne) {
  for (const base::SimdLevel level : kLevels) {
    base::SetSimd(level);
    for (int round = 0; round < 100; ++round) {
      const size_t words = 1 + random_() % 20;
      std::vector<uint64_t> present(words);
      std::vector<uint64_t> expected(words);
      std::vector<uint64_t> packed(words);
      size_t number = 0;
      const uint64_t one_in = 1 + random_() % 40;
      for (size_t row = 0; row < 64 * words; ++row) {
        const bool all = row / 64 % 5 == 1;
        if (!all && random_() % one_in != 0) continue;
        const uint64_t bit = random_() % 2;
        present[row / 64] |= uint64_t{1} << row % 64;
        expected[row / 64] |= bit << row % 64;
        packed[number / 64] |= bit << number % 64;
        ++number;
      }
      std::vector<uint64_t> spread(words, ~uint64_t{0});
      SpreadBits(packed.data(), present.data(), words, spread.data());
      ASSERT_EQ(spread, expected) << "level " << static_cast<int>(level);
    }
  }
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
