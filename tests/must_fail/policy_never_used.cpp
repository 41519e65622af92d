// An argument of an arg_scope that no layer inside can take is a misunderstanding.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto defaults = arg_scope<conv2d>(stride = 2);
#else
inline constexpr auto defaults = arg_scope<max_pool2d>(stride = 2);
#endif
inline constexpr auto net = scope("net", scope("stem", defaults(conv2d(4, {3, 3}, "conv1") >> conv2d(4, {3, 3}, "conv2"))));

static_assert(parameter_count<net, input<8, 8, 1>> == 188);
