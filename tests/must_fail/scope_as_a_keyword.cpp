#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr auto net = fully_connected(4, "out", activation_fn = none);
#else
constexpr auto net = fully_connected(4, activation_fn = none, scope = "out");
#endif
static_assert(parameter_count<net, input<4>> == 20);
