// See begin.hpp.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#ifdef __clang__
#ifdef __NO_MATH_ERRNO__
#pragma float_control(pop)
#endif
#elif defined(__ASSOCIATIVE_MATH__) || __FINITE_MATH_ONLY__
#pragma GCC pop_options
#endif
