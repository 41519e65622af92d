#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr auto net = repeat<5>(fully_connected(4), "fc");
#else
constexpr auto net = repeat<5000>(fully_connected(4), "fc");
#endif
static_assert(variable_count<net, input<4>> == 10);
