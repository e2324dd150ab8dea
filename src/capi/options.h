// Reading options structs that callers of an older or newer header hand in.
#ifndef FOOTFALL_CAPI_OPTIONS_H_
#define FOOTFALL_CAPI_OPTIONS_H_

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "absl/status/statusor.h"

namespace footfall::capi {

// Copies `*in` as far as its struct_size says; what it lacks is zero, the default. NULL
// is all defaults. Bytes beyond what this library knows must be zero: they ask for
// something that it cannot do.
template <typename T>
absl::StatusOr<T> ReadOptions(const T* in) {
  T out;
  std::memset(static_cast<void*>(&out), 0, sizeof(T));
  if (in == nullptr) return out;
  size_t size = 0;
  std::memcpy(&size, in, sizeof(size));
  constexpr size_t kSizeMax = 4096;
  if (size < sizeof(size_t) || size > kSizeMax) {
    return absl::InvalidArgumentError("struct_size of the options is not set");
  }
  const char* bytes = reinterpret_cast<const char*>(in);
  if (size > sizeof(T) &&
      std::any_of(bytes + sizeof(T), bytes + size, [](char c) { return c != 0; })) {
    return absl::InvalidArgumentError(
        "the options set a field that this version of the library does not know");
  }
  std::memcpy(static_cast<void*>(&out), in, std::min(size, sizeof(T)));
  return out;
}

}  // namespace footfall::capi

#endif  // FOOTFALL_CAPI_OPTIONS_H_
