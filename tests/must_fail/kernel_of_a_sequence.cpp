#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr auto net = conv1d(8, {3}, "conv");
#else
constexpr auto net = conv1d(8, {3, 5}, "conv");
#endif
static_assert(parameter_count<net, input<16, 2>> == 56);
