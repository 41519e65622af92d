// Each group of channels gives as many outputs.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1", groups = 2));
#else
inline constexpr auto net = scope("net", conv2d(5, {3, 3}, "conv1", groups = 2));
#endif

static_assert(parameter_count<net, input<8, 8, 4>> == 76);
