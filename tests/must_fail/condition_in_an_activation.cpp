#include "slim/slim.hpp"
using namespace slim;
// An activation has one course for all numbers.
constexpr auto steep = [](auto x) {
#ifdef REPAIRED
  return select(x > 0.0, x, 2.0 * x);
#else
  if (x > 0.0) return x;
  return 2.0 * x;
#endif
};
constexpr auto net = scope("net", fully_connected(5, "out", activation_fn = steep));
static_assert(parameter_count<net, input<8>> == 45);
