#include "slim/slim.hpp"
using namespace slim;
constexpr auto block = [](const tensor& x) { return conv2d(8, {3, 3}, "conv")(x); };
#ifdef REPAIRED
constexpr auto net = scope("net", arg_scope<conv2d>(stride = 2)(block));
#else
constexpr auto net = scope("net", arg_scope<conv2d, block>(stride = 2)(block));
#endif
static_assert(parameter_count<net, input<8, 8, 3>> == 224);
