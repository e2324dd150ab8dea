#include "store/chunk/bit_packing.h"

#include <algorithm>
#include <cstring>

#include "base/simd.h"
#include "store/chunk/bit_kernels.h"

namespace footfall::store {
namespace {

static_assert(std::endian::native == std::endian::little);

size_t NoUnpack8(std::string_view, size_t, int, uint8_t*) { return 0; }
size_t NoUnpack32(std::string_view, size_t, int, uint32_t*) { return 0; }
size_t NoUnpack64(std::string_view, size_t, int, uint64_t*) { return 0; }
size_t NoSum(const uint64_t*, size_t, uint64_t*, uint64_t, int64_t, int64_t*) {
  return 0;
}
size_t NoMap(const uint8_t*, size_t, const uint8_t*, uint8_t*) { return 0; }
size_t NoSplit(const uint8_t*, size_t, std::string_view, int, uint64_t, size_t*,
               int64_t*) {
  return 0;
}
constexpr BitKernels kPlainKernels = {NoUnpack8, NoUnpack32, NoUnpack64,
                                      NoSum,     NoMap,      NoSplit};

const BitKernels& Kernels() {
#if defined(__x86_64__)
  switch (base::ActiveSimd()) {
    case base::SimdLevel::kAvx512:
      return kAvx512Kernels;
    case base::SimdLevel::kAvx2:
      return kAvx2Kernels;
    default:
      break;
  }
#endif
  return kPlainKernels;
}

uint64_t LowBits(int width) {
  return width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
}

class BitWriter {
 public:
  explicit BitWriter(char* out) : out_(out) {}
  // At most 32 bits.
  void Put(uint64_t value, int width) {
    held_ |= value << bits_;
    bits_ += width;
    if (bits_ < 32) return;
    std::memcpy(out_, &held_, 4);
    out_ += 4;
    held_ >>= 32;
    bits_ -= 32;
  }
  void Finish() {
    for (; bits_ > 0; bits_ -= 8, held_ >>= 8) *out_++ = static_cast<char>(held_);
  }

 private:
  char* out_;
  uint64_t held_ = 0;
  int bits_ = 0;
};

template <typename T>
void Pack(const T* values, size_t count, int width, std::string& out) {
  if (width == 0) return;
  const size_t before = out.size();
  out.resize(before + PackedBytes(count, width));
  BitWriter writer(out.data() + before);
  const int low = std::min(width, 32);
  const uint64_t low_mask = LowBits(low);
  const uint64_t high_mask = LowBits(width - low);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t value = values[i];
    writer.Put(value & low_mask, low);
    if (width > 32) writer.Put(value >> 32 & high_mask, width - 32);
  }
  writer.Finish();
}

// Eight bytes from `at` on; those beyond the end count as 0.
uint64_t Load(const char* at, const char* end) {
  uint64_t value = 0;
  if (end - at >= 8) {
    std::memcpy(&value, at, 8);
  } else if (at < end) {
    std::memcpy(&value, at, static_cast<size_t>(end - at));
  }
  return value;
}

template <typename T>
void UnpackPlain(std::string_view in, size_t begin, size_t count, int width, T* out) {
  if (width == 0) {
    std::fill(out + begin, out + count, T{0});
    return;
  }
  const uint64_t mask = LowBits(width);
  const char* const end = in.data() + in.size();
  size_t bit = begin * static_cast<size_t>(width);
  size_t i = begin;
  // Nine bytes at most hold a number.
  const size_t inside =
      in.size() < 9 ? 0 : (in.size() - 9) * 8 / static_cast<size_t>(width);
  for (; width <= 57 && i < std::min(count, inside); ++i) {
    uint64_t bits;
    std::memcpy(&bits, in.data() + bit / 8, 8);
    out[i] = static_cast<T>(bits >> bit % 8 & mask);
    bit += static_cast<size_t>(width);
  }
  for (; i < count; ++i) {
    const char* const at = in.data() + bit / 8;
    const size_t shift = bit % 8;
    uint64_t value = Load(at, end) >> shift;
    if (shift + static_cast<size_t>(width) > 64) {
      value |= Load(at + 8, end) << (64 - shift);
    }
    out[i] = static_cast<T>(value & mask);
    bit += static_cast<size_t>(width);
  }
}

}  // namespace

void PackBits(const uint8_t* values, size_t count, int width, std::string& out) {
  Pack(values, count, width, out);
}
void PackBits(const uint32_t* values, size_t count, int width, std::string& out) {
  Pack(values, count, width, out);
}
void PackBits(const uint64_t* values, size_t count, int width, std::string& out) {
  Pack(values, count, width, out);
}

void UnpackBits(std::string_view in, size_t count, int width, uint8_t* out) {
  UnpackPlain(in, Kernels().unpack8(in, count, width, out), count, width, out);
}
void UnpackBits(std::string_view in, size_t count, int width, uint32_t* out) {
  UnpackPlain(in, Kernels().unpack32(in, count, width, out), count, width, out);
}
void UnpackBits(std::string_view in, size_t count, int width, uint64_t* out) {
  UnpackPlain(in, Kernels().unpack64(in, count, width, out), count, width, out);
}

void SumSteps(const uint64_t* steps, size_t count, uint64_t base, uint64_t mask,
              int64_t offset, int64_t* out) {
  size_t i = Kernels().sum(steps, count, &base, mask, offset, out);
  for (; i < count; ++i) {
    base += steps[i];
    out[i] = static_cast<int64_t>((base & mask) + static_cast<uint64_t>(offset));
  }
}

void MapBytes(const uint8_t* in, size_t count, const uint8_t* table, uint8_t* out) {
  for (size_t i = Kernels().map(in, count, table, out); i < count; ++i) {
    out[i] = table[in[i]];
  }
}

size_t ReadSplit(const uint8_t* symbols, size_t count, std::string_view low, int kept,
                 uint64_t least, size_t* bit, int64_t* out) {
  return Kernels().split(symbols, count, low, kept, least, bit, out);
}

}  // namespace footfall::store
