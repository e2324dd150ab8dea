#include "store/chunk/number_array.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/status.h"
#include "store/chunk/bit_packing.h"
#include "store/chunk/code_array.h"
#include "store/chunk/number_compare.h"
#include "store/chunk/split_numbers.h"

namespace footfall::store {
namespace {

// Part of the on-disk format.
enum class IntegerForm : uint8_t { kFrame = 0, kSplit = 1, kPackedSplit = 2 };
// A form of doubles up to kScaleMax is the power of ten that makes integers of them.
constexpr uint8_t kScaleMax = 4;
constexpr uint8_t kDoublePlanes = 0xff;

// How much larger a column may be for being read faster.
constexpr double kFastNumbersFactor = 1.1;
constexpr double kFastNumbersFactorOfHot = 3;
// Of split numbers: unpacking their symbols takes a tenth of what decompressing does.
constexpr double kPackedSplitFactor = 1.2;

absl::Status NumbersCutShort() { return absl::DataLossError("its numbers are cut short"); }

uint64_t LowBits(int width) { return (uint64_t{1} << width) - 1; }

// Of what split numbers are made: a byte per number, and the bits that follow.
struct SplitParts {
  std::string symbols;
  std::string low;
};

SplitParts MakeSplit(std::span<const int64_t> values, int64_t least, int bits,
                     const Split& split) {
  SplitParts parts;
  parts.symbols.resize(values.size());
  std::string& low = parts.low;
  low.reserve(values.size() * static_cast<size_t>(bits) / 8 + 8);
  uint64_t held = 0;
  int held_bits = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const uint64_t value =
        static_cast<uint64_t>(values[i]) - static_cast<uint64_t>(least);
    int low_bits = 0;
    parts.symbols[i] = static_cast<char>(split.Symbol(value, &low_bits));
    uint64_t rest = low_bits == 0 ? 0 : value & LowBits(low_bits);
    while (low_bits > 0) {
      const int put = std::min(low_bits, 32);
      held |= (rest & LowBits(put)) << held_bits;
      held_bits += put;
      rest >>= put;
      low_bits -= put;
      if (held_bits < 32) continue;
      low.append(reinterpret_cast<const char*>(&held), 4);
      held >>= 32;
      held_bits -= 32;
    }
  }
  low.append(reinterpret_cast<const char*>(&held),
             static_cast<size_t>((held_bits + 7) / 8));
  return parts;
}

// With the form before it.
std::string EncodeSplit(std::span<const int64_t> values, int64_t least, int bits,
                        BlockPacker& packer) {
  const Split split(bits <= kShortBits ? kKeptOfShort : kKeptOfLong);
  const SplitParts parts = MakeSplit(values, least, bits, split);
  std::string block;
  packer.Put(parts.symbols, block);
  const auto* const symbols = reinterpret_cast<const uint8_t*>(parts.symbols.data());
  const int width = BitsFor(*std::max_element(symbols, symbols + values.size()));
  std::string packed(1, static_cast<char>(width));
  PackBits(symbols, values.size(), width, packed);
  const auto smallest = static_cast<double>(block.size() + parts.low.size());
  const bool fast = static_cast<double>(packed.size() + parts.low.size()) <=
                    smallest * kPackedSplitFactor;
  std::string out(
      1, static_cast<char>(fast ? IntegerForm::kPackedSplit : IntegerForm::kSplit));
  PutZigZag(out, least);
  out.push_back(static_cast<char>(split.kept));
  out += fast ? packed : block;
  return out + parts.low;
}

// Reads numbers of different widths, one after the other.
class BitReader {
 public:
  BitReader(std::string_view in, size_t bit) : in_(in), bit_(bit) {}
  uint64_t Next(int width) {
    const size_t byte = bit_ / 8;
    uint64_t bits = 0;
    if (byte + 9 <= in_.size()) {
      std::memcpy(&bits, in_.data() + byte, 8);
    } else if (byte < in_.size()) {
      std::memcpy(&bits, in_.data() + byte, std::min<size_t>(8, in_.size() - byte));
    }
    const size_t shift = bit_ % 8;
    bits >>= shift;
    if (shift + static_cast<size_t>(width) > 64 && byte + 8 < in_.size()) {
      bits |= uint64_t{static_cast<uint8_t>(in_[byte + 8])} << (64 - shift);
    }
    bit_ += static_cast<size_t>(width);
    return bits & LowBits(width);
  }
  // The same for one of at most 56 bits, at least 8 bytes before the end.
  uint64_t NextShort(int width) {
    uint64_t bits = 0;
    std::memcpy(&bits, in_.data() + bit_ / 8, 8);
    bits >>= bit_ % 8;
    bit_ += static_cast<size_t>(width);
    return bits & LowBits(width);
  }
  // Whether eight numbers of at most 56 bits can be read with NextShort.
  bool HasEightShort() const { return bit_ / 8 + 8 * 7 + 8 <= in_.size(); }
  size_t bit() const { return bit_; }  // Where the next number begins.

 private:
  std::string_view in_;
  size_t bit_;
};

// Split numbers of which all but the last bits have been read.
struct SplitNumbers {
  uint64_t least = 0;
  int kept = 0;
  const uint8_t* symbols = nullptr;  // In what was read or in the buffer.
  bool all_short = false;            // None has more than 56 bits behind its symbol.
};

absl::Status ReadSymbols(Reader& reader, IntegerForm form, size_t count,
                         BlockUnpacker& unpacker, std::string* buffer,
                         SplitNumbers* numbers) {
  numbers->least = static_cast<uint64_t>(reader.SignedVarint());
  numbers->kept = reader.Byte();
  if (numbers->kept != kKeptOfShort && numbers->kept != kKeptOfLong) {
    return absl::DataLossError("the form of its numbers is unknown");
  }
  std::string_view symbols;
  if (form == IntegerForm::kPackedSplit) {
    const int width = reader.Byte();
    if (!reader.ok() || width > 8) return NumbersCutShort();
    const std::string_view rest = reader.rest();
    reader.Raw(PackedBytes(count, width));
    if (!reader.ok()) return NumbersCutShort();
    buffer->resize(count);
    UnpackBits(rest, count, width, reinterpret_cast<uint8_t*>(buffer->data()));
    symbols = *buffer;
  } else if (!unpacker.Get(reader, buffer, &symbols) || symbols.size() != count) {
    return NumbersCutShort();
  }
  numbers->symbols = reinterpret_cast<const uint8_t*>(symbols.data());
  // The greater the symbol, the more bits it is followed by.
  uint8_t greatest = 0;
  for (size_t i = 0; i < count; ++i) greatest = std::max(greatest, numbers->symbols[i]);
  const SplitEntry& entry = SplitTableOf(numbers->kept)[greatest];
  numbers->all_short = entry.width <= 56;
  return entry.known ? absl::OkStatus() : NumbersCutShort();
}

absl::Status DecodeSplit(Reader& reader, IntegerForm form, size_t count,
                         BlockUnpacker& unpacker, int64_t* out) {
  SplitNumbers numbers;
  std::string buffer;
  FOOTFALL_RETURN_IF_ERROR(ReadSymbols(reader, form, count, unpacker, &buffer, &numbers));
  const SplitTable& entries = SplitTableOf(numbers.kept);
  const uint8_t* const codes = numbers.symbols;
  const uint64_t least = numbers.least;
  const bool all_short = numbers.all_short;
  const std::string_view rest = reader.rest();
  size_t bit = 0;
  size_t i =
      all_short ? ReadSplit(codes, count, rest, numbers.kept, least, &bit, out) : 0;
  BitReader low(rest, bit);
  while (all_short && i + 8 <= count && low.HasEightShort()) {
    for (const size_t end = i + 8; i < end; ++i) {
      const SplitEntry& entry = entries[codes[i]];
      out[i] = static_cast<int64_t>(least + entry.base + low.NextShort(entry.width));
    }
  }
  for (; i < count; ++i) {
    const SplitEntry& entry = entries[codes[i]];
    out[i] = static_cast<int64_t>(least + entry.base + low.Next(entry.width));
  }
  reader.Raw((low.bit() + 7) / 8);
  return reader.ok() ? absl::OkStatus() : NumbersCutShort();
}

// Calls `add` with each range that numbers from `least` on can be in, counted from there.
template <typename Add>
void ForEachAbove(std::span<const std::pair<int64_t, int64_t>> ranges, uint64_t least,
                  const Add& add) {
  const auto from = static_cast<int64_t>(least);
  for (const auto& [low, high] : ranges) {
    if (high < from) continue;
    add(low <= from ? 0 : static_cast<uint64_t>(low) - least,
        static_cast<uint64_t>(high) - least);
  }
}

absl::StatusOr<bool> AddSplitIn(Reader& reader, IntegerForm form, size_t count,
                                std::span<const std::pair<int64_t, int64_t>> ranges,
                                BlockUnpacker& unpacker, uint64_t* mask) {
  SplitNumbers numbers;
  std::string buffer;
  FOOTFALL_RETURN_IF_ERROR(ReadSymbols(reader, form, count, unpacker, &buffer, &numbers));
  if (!numbers.all_short) return false;
  const std::string_view rest = reader.rest();
  uint64_t bits = 0;
  ForEachAbove(ranges, numbers.least, [&](uint64_t low, uint64_t high) {
    bits = AddSplitBetween(numbers.symbols, count, numbers.kept, rest, low, high, mask);
  });
  if ((bits + 7) / 8 > rest.size()) return NumbersCutShort();
  return true;
}

// Numbers of one width, counted from the least.
struct FrameNumbers {
  uint64_t least = 0;
  int width = 0;
  std::string_view packed;  // With what follows.
};

absl::Status ReadFrame(Reader& reader, size_t count, FrameNumbers* numbers) {
  numbers->least = static_cast<uint64_t>(reader.SignedVarint());
  numbers->width = reader.Byte();
  if (!reader.ok() || numbers->width > 64) return NumbersCutShort();
  numbers->packed = reader.rest();
  reader.Raw(PackedBytes(count, numbers->width));
  return reader.ok() ? absl::OkStatus() : NumbersCutShort();
}

absl::StatusOr<IntegerForm> ReadIntegerForm(Reader& reader) {
  const uint8_t form = reader.Byte();
  if (form > static_cast<uint8_t>(IntegerForm::kPackedSplit)) {
    return absl::DataLossError("the form of its numbers is unknown");
  }
  return static_cast<IntegerForm>(form);
}

double PowerOfTen(uint8_t power) {
  constexpr double kPowers[] = {1, 10, 100, 1000, 10000};
  static_assert(std::size(kPowers) == kScaleMax + 1);
  return kPowers[power];
}

// Integers below it are doubles as well.
constexpr double kExact = 9007199254740992.0;

// Whether all numbers are integers over a power of ten, to the bit; then `scaled` has
// those.
bool Scale(std::span<const double> values, uint8_t power, std::vector<int64_t>* scaled) {
  const double factor = PowerOfTen(power);
  scaled->clear();
  for (const double value : values) {
    const double product = std::nearbyint(value * factor);
    if (!(std::abs(product) < kExact) ||
        std::bit_cast<uint64_t>(product / factor) != std::bit_cast<uint64_t>(value)) {
      return false;
    }
    scaled->push_back(static_cast<int64_t>(product));
  }
  return true;
}

// The least integer, up to 2^53, that is at least `bound` once it is over the power of
// ten, and the greatest one that is at most that. A product is off by one at most.
int64_t LeastScaled(double bound, uint8_t power) {
  const double factor = PowerOfTen(power);
  auto least =
      static_cast<int64_t>(std::clamp(std::floor(bound * factor), -kExact, kExact)) - 2;
  while (static_cast<double>(least) <= kExact &&
         static_cast<double>(least) / factor < bound) {
    ++least;
  }
  return least;
}
int64_t GreatestScaled(double bound, uint8_t power) {
  return -LeastScaled(-bound, power);
}

}  // namespace

void EncodeIntegers(std::span<const int64_t> values, bool hot, BlockPacker& packer,
                    std::string& out) {
  int64_t least = 0;
  uint64_t range = 0;
  if (!values.empty()) {
    const auto [min, max] = std::minmax_element(values.begin(), values.end());
    least = *min;
    range = static_cast<uint64_t>(*max) - static_cast<uint64_t>(*min);
  }
  const int bits = BitsFor(range);
  std::string split;
  if (bits > 0) split = EncodeSplit(values, least, bits, packer);
  const size_t packed = PackedBytes(values.size(), bits);
  const double factor = hot ? kFastNumbersFactorOfHot : kFastNumbersFactor;
  if (bits > 0 &&
      static_cast<double>(packed) > static_cast<double>(split.size()) * factor) {
    out += split;
    return;
  }
  out.push_back(static_cast<char>(IntegerForm::kFrame));
  PutZigZag(out, least);
  out.push_back(static_cast<char>(bits));
  std::vector<uint64_t> above(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    above[i] = static_cast<uint64_t>(values[i]) - static_cast<uint64_t>(least);
  }
  PackBits(above.data(), above.size(), bits, out);
}

absl::Status DecodeIntegers(Reader& reader, size_t count, BlockUnpacker& unpacker,
                            int64_t* out) {
  FOOTFALL_ASSIGN_OR_RETURN(const IntegerForm form, ReadIntegerForm(reader));
  if (form != IntegerForm::kFrame) {
    return DecodeSplit(reader, form, count, unpacker, out);
  }
  FrameNumbers numbers;
  FOOTFALL_RETURN_IF_ERROR(ReadFrame(reader, count, &numbers));
  std::vector<uint64_t> above(count);
  UnpackBits(numbers.packed, count, numbers.width, above.data());
  for (size_t i = 0; i < count; ++i) {
    out[i] = static_cast<int64_t>(numbers.least + above[i]);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> AddIntegersIn(Reader& reader, size_t count,
                                   std::span<const std::pair<int64_t, int64_t>> ranges,
                                   BlockUnpacker& unpacker, uint64_t* mask) {
  FOOTFALL_ASSIGN_OR_RETURN(const IntegerForm form, ReadIntegerForm(reader));
  if (form != IntegerForm::kFrame) {
    return AddSplitIn(reader, form, count, ranges, unpacker, mask);
  }
  FrameNumbers numbers;
  FOOTFALL_RETURN_IF_ERROR(ReadFrame(reader, count, &numbers));
  ForEachAbove(ranges, numbers.least, [&](uint64_t low, uint64_t high) {
    AddPackedBetween(numbers.packed, count, numbers.width, low, high, mask);
  });
  return true;
}

absl::StatusOr<bool> AddDoublesIn(Reader& reader, size_t count,
                                  std::span<const std::pair<double, double>> ranges,
                                  BlockUnpacker& unpacker, uint64_t* mask) {
  const uint8_t form = reader.Byte();
  if (!reader.ok()) return NumbersCutShort();
  if (form > kScaleMax) return false;
  std::vector<std::pair<int64_t, int64_t>> scaled;
  for (const auto& [low, high] : ranges) {
    const int64_t first = LeastScaled(low, form);
    const int64_t last = GreatestScaled(high, form);
    if (first <= last) scaled.emplace_back(first, last);
  }
  return AddIntegersIn(reader, count, scaled, unpacker, mask);
}

void EncodeDoubles(std::span<const double> values, BlockPacker& packer,
                   std::string& out) {
  std::vector<int64_t> scaled;
  for (uint8_t power = 0; power <= kScaleMax; ++power) {
    if (!Scale(values, power, &scaled)) continue;
    out.push_back(static_cast<char>(power));
    return EncodeIntegers(scaled, /*hot=*/false, packer, out);
  }
  out.push_back(static_cast<char>(kDoublePlanes));
  std::string plane(values.size(), '\0');
  for (int k = 0; k < 8; ++k) {
    for (size_t i = 0; i < values.size(); ++i) {
      plane[i] = static_cast<char>(std::bit_cast<uint64_t>(values[i]) >> (8 * k));
    }
    packer.Put(plane, out);
  }
}

absl::Status DecodeDoubles(Reader& reader, size_t count, BlockUnpacker& unpacker,
                           double* out) {
  const uint8_t form = reader.Byte();
  if (!reader.ok()) return NumbersCutShort();
  if (form <= kScaleMax) {
    std::vector<int64_t> scaled(count);
    FOOTFALL_RETURN_IF_ERROR(DecodeIntegers(reader, count, unpacker, scaled.data()));
    const double factor = PowerOfTen(form);
    for (size_t i = 0; i < count; ++i) out[i] = static_cast<double>(scaled[i]) / factor;
    return absl::OkStatus();
  }
  if (form != kDoublePlanes) {
    return absl::DataLossError("the form of its numbers is unknown");
  }
  std::vector<uint64_t> bits(count, 0);
  std::string plane(count, '\0');
  for (int k = 0; k < 8; ++k) {
    if (!unpacker.GetInto(reader, plane.data(), count)) return NumbersCutShort();
    for (size_t i = 0; i < count; ++i) {
      bits[i] |= uint64_t{static_cast<uint8_t>(plane[i])} << (8 * k);
    }
  }
  for (size_t i = 0; i < count; ++i) out[i] = std::bit_cast<double>(bits[i]);
  return absl::OkStatus();
}

void TextList::Add(std::string_view text) {
  char bytes[kUuidBytes];
  const TextKind kind = PackText(text, bytes);
  if (kind == TextKind::kHex16) return AddPacked(kind, {bytes, kHex16Bytes});
  if (kind == TextKind::kUuid) return AddPacked(kind, {bytes, kUuidBytes});
  AddPacked(kind, text);
}

void TextList::AddPacked(TextKind kind, std::string_view bytes) {
  kinds_.push_back(static_cast<uint32_t>(kind));
  if (kind == TextKind::kHex16) hex16_ += bytes;
  if (kind == TextKind::kUuid) uuids_ += bytes;
  if (kind == TextKind::kText) PutBytes(texts_, bytes);
}

void TextList::Encode(BlockPacker& packer, std::string& out) const {
  EncodeCodes(kinds_, static_cast<uint32_t>(TextKind::kText) + 1, {}, false, packer, out);
  out += hex16_;
  out += uuids_;
  packer.Put(texts_, out);
}

absl::Status TextList::Decode(Reader& reader, size_t count, BlockUnpacker& unpacker) {
  kinds_.resize(count);
  NoHints no_hints;
  FOOTFALL_RETURN_IF_ERROR(DecodeCodes(reader, count,
                                       static_cast<uint32_t>(TextKind::kText) + 1,
                                       no_hints, unpacker, kinds_.data()));
  size_t counts[4] = {};
  for (const uint32_t kind : kinds_) ++counts[kind];
  const auto of = [&counts](TextKind kind) { return counts[static_cast<size_t>(kind)]; };
  hex16_ = reader.Raw(of(TextKind::kHex16) * kHex16Bytes);
  uuids_ = reader.Raw(of(TextKind::kUuid) * kUuidBytes);
  std::string_view texts;
  if (!reader.ok() || !unpacker.Get(reader, &texts_, &texts)) return NumbersCutShort();
  if (texts.data() != texts_.data()) texts_ = texts;
  Reader text_reader(texts_);
  views_.assign(count, {});
  const char* hex16 = hex16_.data();
  const char* uuid = uuids_.data();
  for (size_t i = 0; i < count; ++i) {
    switch (kind(i)) {
      case TextKind::kAbsent:
        break;
      case TextKind::kHex16:
        views_[i] = {hex16, kHex16Bytes};
        hex16 += kHex16Bytes;
        break;
      case TextKind::kUuid:
        views_[i] = {uuid, kUuidBytes};
        uuid += kUuidBytes;
        break;
      case TextKind::kText:
        views_[i] = text_reader.Bytes();
        break;
    }
  }
  return text_reader.ok() ? absl::OkStatus() : NumbersCutShort();
}

std::string_view TextList::bytes(size_t i) const { return views_[i]; }

}  // namespace footfall::store
