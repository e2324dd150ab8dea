// The byte encodings that the store's keys and values are made of: LEB128 varints, zigzag
// for signed numbers, big-endian fixed integers for keys that sort.
#ifndef FOOTFALL_STORE_CODING_H_
#define FOOTFALL_STORE_CODING_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace footfall::store {

inline constexpr size_t kVarintMax = 10;

inline uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
inline int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

// Writes at `out`, which has room for kVarintMax bytes, and returns the end.
inline char* WriteVarint(char* out, uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}
inline void PutVarint(std::string& out, uint64_t value) {
  char buffer[kVarintMax];
  out.append(buffer, static_cast<size_t>(WriteVarint(buffer, value) - buffer));
}
inline void PutZigZag(std::string& out, int64_t value) { PutVarint(out, ZigZag(value)); }
inline void PutBytes(std::string& out, std::string_view bytes) {
  PutVarint(out, bytes.size());
  out.append(bytes);
}
inline void PutFixed64(std::string& out, uint64_t value) {
  char buffer[8];
  for (int i = 0; i < 8; ++i) buffer[i] = static_cast<char>(value >> (56 - 8 * i));
  out.append(buffer, 8);
}
inline void PutFixed32(std::string& out, uint32_t value) {
  char buffer[4];
  for (int i = 0; i < 4; ++i) buffer[i] = static_cast<char>(value >> (24 - 8 * i));
  out.append(buffer, 4);
}
inline void PutDouble(std::string& out, double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  PutFixed64(out, bits);
}

// Reads what the functions above wrote. A read past the end, or a varint over ten bytes,
// yields zeros and leaves ok() false for good.
class Reader {
 public:
  explicit Reader(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  bool done() const { return at_ == end_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  std::string_view rest() const { return {at_, left()}; }

  uint8_t Byte() {
    if (at_ == end_) return static_cast<uint8_t>(Fail());
    return static_cast<uint8_t>(*at_++);
  }
  uint64_t Varint() {
    if (at_ != end_ && static_cast<uint8_t>(*at_) < 0x80) {
      return static_cast<uint8_t>(*at_++);
    }
    uint64_t value = 0;
    for (int shift = 0; shift < 70 && at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7f) << (shift > 63 ? 63 : shift);
      if (byte < 0x80) return value;
    }
    return Fail();
  }
  int64_t SignedVarint() { return UnZigZag(Varint()); }
  // A count of things that take at least one byte each, so that a damaged one cannot ask
  // for more memory than there is input.
  size_t Count() {
    const uint64_t count = Varint();
    if (count > left()) return static_cast<size_t>(Fail());
    return static_cast<size_t>(count);
  }
  std::string_view Raw(size_t size) {
    if (size > left()) {
      Fail();
      return {};
    }
    const std::string_view bytes(at_, size);
    at_ += size;
    return bytes;
  }
  std::string_view Bytes() { return Raw(Count()); }
  uint64_t Fixed64() {
    const std::string_view bytes = Raw(8);
    uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }
  uint32_t Fixed32() {
    const std::string_view bytes = Raw(4);
    uint32_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }
  double Double() {
    const uint64_t bits = Fixed64();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

 private:
  uint64_t Fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }

  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CODING_H_
