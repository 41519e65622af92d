// Images have no past.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1"));
#else
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1", padding = CAUSAL));
#endif

static_assert(parameter_count<net, input<8, 8, 4>> == 148);
