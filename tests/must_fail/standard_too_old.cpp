#include "slim/slim.hpp"
using namespace slim;
constexpr auto net = fully_connected(4);
static_assert(parameter_count<net, input<4>> == 20);
