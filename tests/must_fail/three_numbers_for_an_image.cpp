// A window over an image has a height and a width.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", arg_scope<conv2d>(stride = {2, 2})(conv2d(4, {3, 3}, "conv1")));
#else
inline constexpr auto net = scope("net", arg_scope<conv2d>(stride = {1, 2, 2})(conv2d(4, {3, 3}, "conv1")));
#endif

static_assert(parameter_count<net, input<8, 8, 4>> == 148);
