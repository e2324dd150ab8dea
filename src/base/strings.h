// Small string helpers, among them the bridge to Debian's absl::string_view, which is not
// std::string_view.
#ifndef FOOTFALL_BASE_STRINGS_H_
#define FOOTFALL_BASE_STRINGS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/string_view.h"

namespace footfall::base {

inline absl::string_view Abs(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}
inline std::string_view Std(absl::string_view text) {
  return std::string_view(text.data(), text.size());
}

namespace internal {
inline void Append(std::string& out, std::string_view piece) { out += piece; }
template <typename T>
requires std::is_integral_v<T>
void Append(std::string& out, T piece) { out += std::to_string(piece); }
}  // namespace internal

// Concatenates strings and integers.
template <typename... Pieces>
std::string Cat(const Pieces&... pieces) {
  std::string out;
  (internal::Append(out, pieces), ...);
  return out;
}

// Without ASCII white space at both ends.
std::string_view Trim(std::string_view text);

// Whether `text` is well-formed UTF-8.
bool IsUtf8(std::string_view text);

// The shortest decimal form that reads back as the same double; integers have no ".0".
// `value` must be finite.
std::string FormatDouble(double value);

// Lower-case of ASCII letters and of the letters of Latin-1, Greek and Cyrillic, for
// comparisons that ignore case.
std::string FoldCase(std::string_view utf8);

// Bytes as lower-case hexadecimal.
std::string Hex(std::string_view bytes);

}  // namespace footfall::base

#endif  // FOOTFALL_BASE_STRINGS_H_
