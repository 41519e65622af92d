// conv3d is for [depth, height, width, channels].
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", conv3d(4, 3, "conv1"));
#ifdef REPAIRED
static_assert(parameter_count<net, input<4, 8, 8, 2>> == 220);
#else
static_assert(parameter_count<net, input<8, 8, 2>> == 220);
#endif
