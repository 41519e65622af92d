#include "slim/slim.hpp"
using namespace slim;
// A network has one graph for all examples.
constexpr auto net = scope("net", [](auto x) {
  auto y = fully_connected(5, "out")(x);
#ifdef REPAIRED
  return select(y > 0.0, y, 0.1 * y);
#else
  return y > 0.0 ? y : 0.1 * y;
#endif
});
static_assert(parameter_count<net, input<8>> == 45);
