// A layer listed in an arg_scope has to know the keyword.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto defaults = arg_scope<conv2d, max_pool2d>(padding = VALID);
#else
inline constexpr auto defaults = arg_scope<conv2d, max_pool2d>(padding = VALID, activation_fn = relu6);
#endif
inline constexpr auto net = scope("net", defaults(conv2d(4, {3, 3}, "conv") >> max_pool2d({2, 2}, "pool")));

static_assert(parameter_count<net, input<8, 8, 1>> == 40);
