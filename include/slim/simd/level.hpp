#pragma once
#include "slim/core/begin.hpp"
// The name of the instructions that this source file is compiled for. Kernels and vectors live in an inline namespace of this name, and it is a part of every
// program's fingerprint: files compiled for different processors link into one program, in which each calls code of its own.

// One name for everything that changes vectors or the rounding of a·b + c.
#if defined(__AVX512DQ__)
#define SLIM_VECTORS avx512
#elif defined(__AVX512F__)
#define SLIM_VECTORS avx512f
#elif defined(__AVX2__) && defined(__FMA__)
#define SLIM_VECTORS avx2
#elif defined(__AVX2__)
#define SLIM_VECTORS avx2_without_fma
#elif defined(__AVX__) && defined(__FMA__)
#define SLIM_VECTORS avx_with_fma
#elif defined(__AVX__)
#define SLIM_VECTORS avx
#elif defined(__SSE4_1__)
#define SLIM_VECTORS sse4
#elif defined(__SSSE3__)
#define SLIM_VECTORS ssse3
#elif defined(__SSE2__)
#define SLIM_VECTORS sse2
#elif defined(__ARM_NEON)
#define SLIM_VECTORS neon
#else
#define SLIM_VECTORS plain
#endif

// Files that call compiled kernels have other names than header-only ones of the same vectors, and link with them, too.
#define SLIM_JOIN_OF(a, b) a##b
#define SLIM_JOIN(a, b) SLIM_JOIN_OF(a, b)
#ifdef SLIM_COMPILED_KERNELS
#define SLIM_LEVEL SLIM_JOIN(SLIM_VECTORS, _compiled)
#else
#define SLIM_LEVEL SLIM_VECTORS
#endif

#define SLIM_TEXT_OF(word) #word
#define SLIM_TEXT(word) SLIM_TEXT_OF(word)

namespace slim::simd {

inline namespace SLIM_LEVEL {
/// As above, as text.
inline constexpr const char* level = SLIM_TEXT(SLIM_LEVEL);
}  // namespace SLIM_LEVEL

}  // namespace slim::simd

#include "slim/core/end.hpp"
