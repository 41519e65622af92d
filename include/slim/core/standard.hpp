#pragma once
#include "slim/core/begin.hpp"
// The first thing that any header meets: without C++20 nothing below means anything, and compilers would say so three thousand times.

#if __cplusplus < 202002L
#error slim needs C++20: compile with -std=c++20
#include "compile with -std=c++20"  // a missing file ends the compilation
#endif

#include "slim/core/end.hpp"
