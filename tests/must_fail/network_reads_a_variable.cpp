#include "slim/slim.hpp"
using namespace slim;
// The compiler cannot know this number.
#ifdef REPAIRED
constexpr
#endif
    int units = 5;
constexpr auto net = scope("net", [](const tensor& x) { return fully_connected(units, "out")(x); });
static_assert(parameter_count<net, input<8>> == 45);
