// The probability of keeping lies above 0.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1") >> dropout(1.0, "dropout1"));
#else
inline constexpr auto net = scope("net", conv2d(0, {3, 3}, "conv1") >> dropout(1.0, "dropout1"));
#endif

static_assert(parameter_count<net, input<8, 8, 4>> == 148);
