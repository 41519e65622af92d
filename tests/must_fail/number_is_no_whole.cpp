#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr auto net = conv2d(2, 3, "conv");
#else
constexpr auto net = conv2d(2, 3.9, "conv");
#endif
static_assert(parameter_count<net, input<8, 8, 1>> == 20);
