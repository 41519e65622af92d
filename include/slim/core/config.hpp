#pragma once
#include "slim/core/begin.hpp"
// Version and compiler-specific spellings: every macro of the library is here or in simd/level.hpp, starts with SLIM_, and is not needed in user code.

#include "slim/core/standard.hpp"

#define SLIM_VERSION_MAJOR 0
#define SLIM_VERSION_MINOR 1
#define SLIM_VERSION_PATCH 0

/// Inline although the compiler's estimate says no: bodies of vector kernels, whose accumulators must stay in registers.
#define SLIM_ALWAYS_INLINE [[gnu::always_inline]] inline

/// The same for a lambda; stands behind its parameters.
#define SLIM_INLINED __attribute__((always_inline))

/// Compiled once, whoever calls: g++ else makes a copy for each constant that it is called with, which costs its users time and gains none at run time.
#ifdef __clang__
#define SLIM_ONE_COPY [[gnu::noinline]]
#else
#define SLIM_ONE_COPY [[gnu::noinline, gnu::noclone]]
#endif

/// A promise that the pointers given to a kernel never overlap, so that nothing is loaded again after a store.
#define SLIM_RESTRICT __restrict__

namespace slim {

struct version_number {
  int major, minor, patch;
  friend constexpr bool operator==(version_number, version_number) = default;
};

/// The version of these headers, the same as that of the installed package.
inline constexpr version_number version{SLIM_VERSION_MAJOR, SLIM_VERSION_MINOR, SLIM_VERSION_PATCH};

}  // namespace slim

#include "slim/core/end.hpp"
