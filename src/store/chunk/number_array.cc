#include "store/chunk/number_array.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/status.h"
#include "store/chunk/bit_packing.h"
#include "store/chunk/code_array.h"

namespace footfall::store {
namespace {

// Part of the on-disk format.
enum class IntegerForm : uint8_t { kFrame = 0, kSplit = 1 };
// A form of doubles up to kScaleMax is the power of ten that makes integers of them.
constexpr uint8_t kScaleMax = 4;
constexpr uint8_t kDoublePlanes = 0xff;

// How much larger a column may be for being read faster.
constexpr double kFastFactor = 1.1;
constexpr double kFastFactorOfHot = 3;

absl::Status CutShort() { return absl::DataLossError("its numbers are cut short"); }

// A number as a symbol, which says how long it is and what its highest bits are, and the
// bits below those. `kept` is how many bits after the highest one the symbol has.
struct Split {
  explicit constexpr Split(int kept_bits)
      : kept(kept_bits), direct(1u << (kept_bits + 1)) {}
  // Numbers below `direct` are their own symbols.
  uint8_t Symbol(uint64_t value, int* low_bits) const {
    if (value < direct) {
      *low_bits = 0;
      return static_cast<uint8_t>(value);
    }
    const int bits = BitsFor(value);
    *low_bits = bits - 1 - kept;
    return static_cast<uint8_t>(direct +
                                (static_cast<uint32_t>(bits - kept - 2) << kept) +
                                (value >> *low_bits & ((1u << kept) - 1)));
  }
  // The least number with the symbol. False for one that no number has.
  constexpr bool Base(uint32_t symbol, uint64_t* base, int* low_bits) const {
    *low_bits = 0;
    *base = symbol;
    if (symbol < direct) return true;
    const uint32_t above = symbol - direct;
    *low_bits = static_cast<int>(above >> kept) + 1;
    if (*low_bits + kept + 1 > 64) return false;
    const uint64_t top = (1u << kept) | (above & ((1u << kept) - 1));
    *base = top << *low_bits;
    return true;
  }
  const int kept;
  const uint32_t direct;
};
// Symbols are bytes: so many bits can be kept of numbers of up to so many bits.
constexpr int kKeptOfShort = 3;
constexpr int kShortBits = 34;
constexpr int kKeptOfLong = 2;

uint64_t LowBits(int width) { return (uint64_t{1} << width) - 1; }

std::string EncodeSplit(std::span<const int64_t> values, int64_t least, int bits,
                        BlockPacker& packer) {
  const Split split(bits <= kShortBits ? kKeptOfShort : kKeptOfLong);
  std::string out;
  PutZigZag(out, least);
  out.push_back(static_cast<char>(split.kept));
  std::string symbols(values.size(), '\0');
  std::string low;
  low.reserve(values.size() * static_cast<size_t>(bits) / 8 + 8);
  uint64_t held = 0;
  int held_bits = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const uint64_t value =
        static_cast<uint64_t>(values[i]) - static_cast<uint64_t>(least);
    int low_bits = 0;
    symbols[i] = static_cast<char>(split.Symbol(value, &low_bits));
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
  packer.Put(symbols, out);
  return out + low;
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

// What a symbol stands for.
struct SplitEntry {
  uint64_t base = 0;
  int32_t width = 0;
  bool known = false;
};
using SplitTable = std::array<SplitEntry, 256>;

constexpr SplitTable MakeSplitTable(int kept) {
  const Split split(kept);
  SplitTable table{};
  for (uint32_t symbol = 0; symbol < 256; ++symbol) {
    SplitEntry& entry = table[symbol];
    int width = 0;
    entry.known = split.Base(symbol, &entry.base, &width);
    entry.width = entry.known ? width : 0;
  }
  return table;
}
constexpr SplitTable kSplitOfShort = MakeSplitTable(kKeptOfShort);
constexpr SplitTable kSplitOfLong = MakeSplitTable(kKeptOfLong);

absl::Status DecodeSplit(Reader& reader, size_t count, BlockUnpacker& unpacker,
                         int64_t* out) {
  const auto least = static_cast<uint64_t>(reader.SignedVarint());
  const uint8_t kept = reader.Byte();
  if (kept != kKeptOfShort && kept != kKeptOfLong) {
    return absl::DataLossError("the form of its numbers is unknown");
  }
  const SplitTable& entries = kept == kKeptOfShort ? kSplitOfShort : kSplitOfLong;
  std::string symbols(count, '\0');
  if (!unpacker.GetInto(reader, symbols.data(), count)) return CutShort();
  const auto* const codes = reinterpret_cast<const uint8_t*>(symbols.data());
  // The greater the symbol, the more bits it is followed by.
  uint8_t greatest = 0;
  for (size_t i = 0; i < count; ++i) greatest = std::max(greatest, codes[i]);
  if (!entries[greatest].known) return CutShort();
  const bool all_short = entries[greatest].width <= 56;
  const std::string_view rest = reader.rest();
  size_t bit = 0;
  size_t i = all_short ? ReadSplit(codes, count, rest, kept, least, &bit, out) : 0;
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
  return reader.ok() ? absl::OkStatus() : CutShort();
}

double PowerOfTen(uint8_t power) {
  constexpr double kPowers[] = {1, 10, 100, 1000, 10000};
  static_assert(std::size(kPowers) == kScaleMax + 1);
  return kPowers[power];
}

// Whether all numbers are integers over a power of ten, to the bit; then `scaled` has
// those.
bool Scale(std::span<const double> values, uint8_t power, std::vector<int64_t>* scaled) {
  constexpr double kExact = 9007199254740992.0;
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
  const double factor = hot ? kFastFactorOfHot : kFastFactor;
  if (bits > 0 &&
      static_cast<double>(packed) > static_cast<double>(split.size()) * factor) {
    out.push_back(static_cast<char>(IntegerForm::kSplit));
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
  const auto form = static_cast<IntegerForm>(reader.Byte());
  if (form == IntegerForm::kSplit) return DecodeSplit(reader, count, unpacker, out);
  if (form != IntegerForm::kFrame) {
    return absl::DataLossError("the form of its numbers is unknown");
  }
  const auto least = static_cast<uint64_t>(reader.SignedVarint());
  const int width = reader.Byte();
  if (!reader.ok() || width > 64) return CutShort();
  const std::string_view rest = reader.rest();
  reader.Raw(PackedBytes(count, width));
  if (!reader.ok()) return CutShort();
  std::vector<uint64_t> above(count);
  UnpackBits(rest, count, width, above.data());
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<int64_t>(least + above[i]);
  return absl::OkStatus();
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
  if (!reader.ok()) return CutShort();
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
    if (!unpacker.GetInto(reader, plane.data(), count)) return CutShort();
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
  if (!reader.ok() || !unpacker.Get(reader, &texts_, &texts)) return CutShort();
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
  return text_reader.ok() ? absl::OkStatus() : CutShort();
}

std::string_view TextList::bytes(size_t i) const { return views_[i]; }

}  // namespace footfall::store
