// What functions of chunks are compiled for on x86; base/simd.h tells what the processor
// has.
#ifndef FOOTFALL_STORE_CHUNK_X86_TARGETS_H_
#define FOOTFALL_STORE_CHUNK_X86_TARGETS_H_

#if defined(__x86_64__)

#include <immintrin.h>

// GCC 12 takes the undefined lanes of its own intrinsics for a mistake.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#define FOOTFALL_AVX2 __attribute__((target("avx2,bmi2")))
#define FOOTFALL_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi2")))

#endif

#endif  // FOOTFALL_STORE_CHUNK_X86_TARGETS_H_
