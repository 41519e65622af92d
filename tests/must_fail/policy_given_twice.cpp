// One keyword, one value in an arg_scope too.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", arg_scope<conv2d>(activation_fn = relu)(conv2d(4, {3, 3}, "conv1") >> conv2d(4, {3, 3}, "conv2")));
#else
inline constexpr auto net =
    scope("net", arg_scope<conv2d>(activation_fn = relu, activation_fn = none)(conv2d(4, {3, 3}, "conv1") >> conv2d(4, {3, 3}, "conv2")));
#endif

static_assert(parameter_count<net, input<8, 8, 4>> == 296);
