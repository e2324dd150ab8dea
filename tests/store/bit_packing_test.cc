// Packed numbers: every width, every level of instructions, no byte beyond the end.
#include "store/chunk/bit_packing.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "base/simd.h"

namespace footfall::store {
namespace {

constexpr base::SimdLevel kLevels[] = {base::SimdLevel::kPlain, base::SimdLevel::kAvx2,
                                       base::SimdLevel::kAvx512};

class BitPackingTest : public ::testing::Test {
 protected:
  ~BitPackingTest() override { base::SetSimd(base::SimdLevel::kAvx512); }
  std::mt19937_64 random_{42};
};

// A copy that ends where its memory does, so that a sanitizer sees what reads beyond.
class Exact {
 public:
  explicit Exact(std::string_view bytes)
      : size_(bytes.size()), bytes_(std::make_unique<char[]>(size_)) {
    std::copy(bytes.begin(), bytes.end(), bytes_.get());
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  size_t size_;
  std::unique_ptr<char[]> bytes_;
};

uint64_t Mask(int width) {
  return width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
}

template <typename T>
void ExpectAllWidths(std::mt19937_64& random) {
  for (int width = 0; width <= static_cast<int>(8 * sizeof(T)); ++width) {
    for (const size_t count : {size_t{0}, size_t{1}, size_t{7}, size_t{8}, size_t{63},
                               size_t{127}, size_t{128}, size_t{1000}}) {
      std::vector<T> values(count);
      for (T& value : values) value = static_cast<T>(random() & Mask(width));
      std::string packed;
      PackBits(values.data(), count, width, packed);
      ASSERT_EQ(packed.size(), PackedBytes(count, width));
      for (const size_t more : {size_t{0}, size_t{1}, size_t{100}}) {
        const Exact bytes(packed + std::string(more, '\xff'));
        for (const base::SimdLevel level : kLevels) {
          base::SetSimd(level);
          std::vector<T> read(count, static_cast<T>(0x55));
          UnpackBits(bytes.view(), count, width, read.data());
          ASSERT_EQ(read, values) << width << " bits, " << count << " of them, level "
                                  << static_cast<int>(level);
        }
      }
    }
  }
}

TEST_F(BitPackingTest, BytesComeBackAtEveryWidthAndLevel) {
  ExpectAllWidths<uint8_t>(random_);
}
TEST_F(BitPackingTest, WordsComeBackAtEveryWidthAndLevel) {
  ExpectAllWidths<uint32_t>(random_);
}
TEST_F(BitPackingTest, LongWordsComeBackAtEveryWidthAndLevel) {
  ExpectAllWidths<uint64_t>(random_);
}

TEST_F(BitPackingTest, TheFirstNumberIsInTheLowestBits) {
  const uint8_t values[] = {5, 2, 7};
  std::string packed;
  PackBits(values, 3, 3, packed);
  EXPECT_EQ(packed, std::string("\xd5\x01", 2));  // 111 010 101.
}

TEST_F(BitPackingTest, SumsAreTheSameAtEveryLevel) {
  for (const size_t count : {size_t{0}, size_t{1}, size_t{8}, size_t{9}, size_t{128}}) {
    std::vector<uint64_t> steps(count);
    for (uint64_t& step : steps) step = random_();
    for (const uint64_t mask : {Mask(35), Mask(64), Mask(0)}) {
      uint64_t sum = 77;
      std::vector<int64_t> expected;
      for (const uint64_t step : steps) {
        sum += step;
        expected.push_back(static_cast<int64_t>((sum & mask) - 5));
      }
      for (const base::SimdLevel level : kLevels) {
        base::SetSimd(level);
        std::vector<int64_t> out(count);
        SumSteps(steps.data(), count, 77, mask, -5, out.data());
        EXPECT_EQ(out, expected) << count << " " << static_cast<int>(level);
      }
    }
  }
}

TEST_F(BitPackingTest, BytesAreMappedTheSameAtEveryLevel) {
  std::vector<uint8_t> table(256);
  for (uint8_t& entry : table) entry = static_cast<uint8_t>(random_());
  std::vector<uint8_t> in(1000);
  for (uint8_t& byte : in) byte = static_cast<uint8_t>(random_());
  for (const base::SimdLevel level : kLevels) {
    base::SetSimd(level);
    std::vector<uint8_t> out(in.size());
    MapBytes(in.data(), in.size(), table.data(), out.data());
    for (size_t i = 0; i < in.size(); ++i) ASSERT_EQ(out[i], table[in[i]]);
  }
}

TEST_F(BitPackingTest, TheLevelIsNeverAboveWhatThereIs) {
  base::SetSimd(base::SimdLevel::kPlain);
  EXPECT_EQ(base::ActiveSimd(), base::SimdLevel::kPlain);
  base::SetSimd(base::SimdLevel::kAvx512);
  EXPECT_EQ(base::ActiveSimd(), base::SupportedSimd());
}

}  // namespace
}  // namespace footfall::store
