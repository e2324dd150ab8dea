// Identifiers in fewer bytes: hexadecimal digits and UUIDs as the numbers that they are.
#ifndef FOOTFALL_STORE_CHUNK_PACKED_TEXT_H_
#define FOOTFALL_STORE_CHUNK_PACKED_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace footfall::store {

// The numbers are part of the on-disk format.
enum class TextKind : uint8_t {
  kAbsent = 0,
  kHex16 = 1,  // 16 hexadecimal digits, lower case: 8 bytes.
  kUuid = 2,   // 8-4-4-4-12 of them: 16 bytes.
  kText = 3,   // Anything: as it is.
};

inline constexpr size_t kHex16Chars = 16;
inline constexpr size_t kHex16Bytes = 8;
inline constexpr size_t kUuidChars = 36;
inline constexpr size_t kUuidBytes = 16;

// What `text` is; for kHex16 and kUuid its bytes are written to `bytes`.
TextKind PackText(std::string_view text, char (&bytes)[kUuidBytes]);

// Writes the text of a kHex16 or kUuid, which has the size above, at `out`.
void UnpackHex16(const char* bytes, char* out);
void UnpackUuid(const char* bytes, char* out);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_PACKED_TEXT_H_
