#include "base/simd.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>

namespace footfall::base {
namespace {

SimdLevel FromEnvironment() {
  const char* const text = std::getenv("FOOTFALL_SIMD");
  const std::string_view wanted = text == nullptr ? "" : text;
  if (wanted == "plain") return SimdLevel::kPlain;
  if (wanted == "avx2") return SimdLevel::kAvx2;
  return SimdLevel::kAvx512;
}

std::atomic<SimdLevel>& Active() {
  static std::atomic<SimdLevel> active{std::min(FromEnvironment(), SupportedSimd())};
  return active;
}

}  // namespace

SimdLevel SupportedSimd() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2")) {
    return SimdLevel::kPlain;
  }
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vbmi")) {
    return SimdLevel::kAvx512;
  }
  return SimdLevel::kAvx2;
#else
  return SimdLevel::kPlain;
#endif
}

SimdLevel ActiveSimd() { return Active().load(std::memory_order_relaxed); }

void SetSimd(SimdLevel level) {
  Active().store(std::min(level, SupportedSimd()), std::memory_order_relaxed);
}

}  // namespace footfall::base
