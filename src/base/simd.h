// Which vector instructions hot loops may use, found out when the program runs.
#ifndef FOOTFALL_BASE_SIMD_H_
#define FOOTFALL_BASE_SIMD_H_

#include <cstdint>
#include <string_view>

namespace footfall::base {

// Each level includes the ones before it. kAvx2 stands for AVX2 and BMI2, kAvx512 for
// F, BW, DQ, VL and VBMI on top. Elsewhere than on x86-64 there is only kPlain.
enum class SimdLevel : uint8_t { kPlain = 0, kAvx2 = 1, kAvx512 = 2 };

// What the processor can do.
SimdLevel SupportedSimd();

// What loops are to use: what is supported, unless the environment variable FOOTFALL_SIMD
// ("plain", "avx2", "avx512"), which is read once, or SetSimd says less.
SimdLevel ActiveSimd();

// For tests: from now on at most `level`, in all threads.
void SetSimd(SimdLevel level);

}  // namespace footfall::base

#endif  // FOOTFALL_BASE_SIMD_H_
