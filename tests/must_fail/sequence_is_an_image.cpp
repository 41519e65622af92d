// conv1d is for sequences [width, channels].
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", conv1d(4, 3, "conv1"));
static_assert(parameter_count<net, input<8, 4>> == 52);
#else
inline constexpr auto net = scope("net", conv1d(4, 3, "conv1"));
static_assert(parameter_count<net, input<8, 8, 4>> == 52);
#endif
