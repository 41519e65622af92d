// Stands at the beginning of every header, and end.hpp at its end. g++ compares the names of a template's variables with the globals of the program that
// uses it: a user's `int width` would bring warnings from -Wshadow about the inside of slim. clang does not, and so checks slim itself.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
// With -ffast-math compilers regroup the sums with which xsimd rounds and reduces arguments, and take infinities for anything: exp, log, floor and their like
// are then wrong for ordinary numbers. What slim's headers hold, and what they are the first to include, is compiled as it is written.
#ifdef __clang__
#ifdef __NO_MATH_ERRNO__  // the part of -ffast-math that it tells
#pragma float_control(precise, on, push)
#endif
#elif defined(__ASSOCIATIVE_MATH__) || __FINITE_MATH_ONLY__
#pragma GCC push_options
#pragma GCC optimize("no-fast-math")
#endif
