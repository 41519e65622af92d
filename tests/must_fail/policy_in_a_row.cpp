#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = arg_scope<conv2d>(stride = 2)(conv2d(8, {3, 3}));
#else
inline constexpr auto net = arg_scope<conv2d>(stride = 2) >> conv2d(8, {3, 3});
#endif
