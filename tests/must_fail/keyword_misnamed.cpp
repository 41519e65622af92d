#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr auto net = fully_connected(4, "out", activation_fn = relu);
#else
constexpr auto net = fully_connected(4, "out", activation = relu);
#endif
static_assert(parameter_count<net, input<4>> == 20);
