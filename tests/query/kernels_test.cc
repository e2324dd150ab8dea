// Masks of all levels of vector instructions against plain loops.
#include "query/kernels.h"

#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "query/block_view.h"

namespace footfall::query {
namespace {

std::vector<base::SimdLevel> Levels() {
  std::vector<base::SimdLevel> levels;
  for (int i = 0; i <= static_cast<int>(base::SupportedSimd()); ++i) {
    levels.push_back(static_cast<base::SimdLevel>(i));
  }
  return levels;
}

// Row counts around whole words.
constexpr size_t kCounts[] = {0, 1, 3, 63, 64, 65, 127, 128, 200, 1000};

// Calls `kernel` with a mask full of 1, and compares with `test`.
template <typename Kernel, typename Test>
void Check(size_t rows, Kernel kernel, Test test) {
  std::vector<uint64_t> mask(MaskWords(rows) + 1, ~uint64_t{0});
  kernel(mask.data());
  for (size_t i = 0; i < rows; ++i) EXPECT_EQ(TestBit(mask.data(), i), test(i)) << i;
  if (rows % 64 != 0) {
    EXPECT_EQ(mask[rows / 64] >> (rows % 64), 0u);
  }
  EXPECT_EQ(mask[MaskWords(rows)], ~uint64_t{0});
}

TEST(KernelsTest, Codes) {
  std::mt19937 random(1);
  for (const base::SimdLevel level : Levels()) {
    const Kernels& kernels = KernelsOf(level);
    for (const size_t rows : kCounts) {
      for (const int wanted : {0, 1, 2, 3, 4, 20, 256}) {
        std::vector<uint8_t> codes8(rows);
        for (uint8_t& code : codes8) code = static_cast<uint8_t>(random());
        std::vector<uint8_t> yes(256);
        for (int i = 0; i < wanted; ++i) yes[wanted == 256 ? i : random() % 256] = 1;
        Check(
            rows,
            [&](uint64_t* mask) {
              kernels.codes8_in(codes8.data(), rows, yes.data(), mask);
            },
            [&](size_t i) { return yes[codes8[i]] != 0; });
        const std::vector<uint32_t> codes32(codes8.begin(), codes8.end());
        Check(
            rows,
            [&](uint64_t* mask) {
              kernels.codes32_in(codes32.data(), rows, yes.data(), mask);
            },
            [&](size_t i) { return yes[codes32[i]] != 0; });
        const uint32_t one = static_cast<uint32_t>(random() % 256);
        Check(
            rows,
            [&](uint64_t* mask) { kernels.codes32_is(codes32.data(), rows, one, mask); },
            [&](size_t i) { return codes32[i] == one; });
      }
    }
  }
}

TEST(KernelsTest, Changes) {
  std::mt19937 random(4);
  for (const base::SimdLevel level : Levels()) {
    for (const size_t rows : kCounts) {
      std::vector<uint32_t> codes(rows);
      for (uint32_t& code : codes) code = static_cast<uint32_t>(random() % 3);
      Check(
          rows,
          [&](uint64_t* mask) { KernelsOf(level).changed32(codes.data(), rows, mask); },
          [&](size_t i) { return i > 0 && codes[i] != codes[i - 1]; });
    }
  }
}

TEST(KernelsTest, Numbers) {
  std::mt19937_64 random(2);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const base::SimdLevel level : Levels()) {
    const Kernels& kernels = KernelsOf(level);
    for (const size_t rows : kCounts) {
      std::vector<int64_t> integers(rows);
      std::vector<double> doubles(rows);
      for (size_t i = 0; i < rows; ++i) {
        integers[i] = i % 10 == 0   ? INT64_MIN
                      : i % 11 == 0 ? INT64_MAX
                                    : static_cast<int64_t>(random() % 10) - 5;
        doubles[i] = static_cast<double>(static_cast<int64_t>(random() % 10)) / 2 - 2;
      }
      for (const auto& [low, high] : std::vector<std::pair<int64_t, int64_t>>{
               {-1, 2}, {INT64_MIN, 0}, {0, INT64_MAX}, {3, 3}, {2, 1}}) {
        Check(
            rows,
            [&, low = low, high = high](uint64_t* mask) {
              kernels.integers_between(integers.data(), rows, low, high, mask);
            },
            [&, low = low, high = high](size_t i) {
              return integers[i] >= low && integers[i] <= high;
            });
      }
      for (const auto& [low, high] : std::vector<std::pair<double, double>>{
               {-1, 1.5}, {-kInfinity, 0}, {0.5, kInfinity}, {1, 1}}) {
        Check(
            rows,
            [&, low = low, high = high](uint64_t* mask) {
              kernels.doubles_between(doubles.data(), rows, low, high, mask);
            },
            [&, low = low, high = high](size_t i) {
              return doubles[i] >= low && doubles[i] <= high;
            });
      }
    }
  }
}

TEST(KernelsTest, Gaps) {
  std::mt19937 random(3);
  for (const base::SimdLevel level : Levels()) {
    for (const size_t rows : kCounts) {
      std::vector<int64_t> times(rows);
      for (size_t i = 0; i < rows; ++i) {
        // Times fall where another person begins.
        times[i] = i == 0 || random() % 20 == 0 ? 1000 : times[i - 1] + random() % 5;
      }
      Check(
          rows,
          [&](uint64_t* mask) {
            KernelsOf(level).after_gap(times.data(), rows, 2, mask);
          },
          [&](size_t i) { return i > 0 && times[i] - times[i - 1] > 2; });
    }
  }
}

TEST(KernelsTest, Counts) {
  std::mt19937_64 random(5);
  for (const base::SimdLevel level : Levels()) {
    for (const size_t rows : kCounts) {
      for (const size_t end : {1, 2, 62, 63, 64, 256}) {
        for (const uint64_t one_in : {1, 2, 10}) {
          std::vector<uint8_t> codes(rows);
          for (uint8_t& code : codes) code = static_cast<uint8_t>(random() % end);
          std::vector<uint64_t> mask(MaskWords(rows) + 1);
          // What was counted before stays.
          std::vector<uint32_t> expected(end, 7);
          std::vector<uint32_t> counts(end, 7);
          for (size_t i = 0; i < rows; ++i) {
            if (random() % one_in != 0) continue;
            SetBit(mask.data(), i);
            ++expected[codes[i]];
          }
          KernelsOf(level).count8(codes.data(), mask.data(), rows, end, counts.data());
          EXPECT_EQ(counts, expected) << end << " codes, " << rows << " rows";
        }
      }
    }
  }
}

}  // namespace
}  // namespace footfall::query
