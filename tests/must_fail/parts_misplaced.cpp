// Braces stand in front of names; behind >> and in repeat stand functions of one tensor.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto renamed = conv2d(4, {3, 3}, "conv");
inline constexpr auto followed = fully_connected(4) >> fully_connected(5);
inline constexpr auto repeated = repeat<2>(fully_connected(4));
#else
inline constexpr auto renamed = conv2d("conv", 4, {3, 3});
inline constexpr auto followed = fully_connected(4) >> 5;
inline constexpr auto repeated = repeat<2>(4);
#endif
