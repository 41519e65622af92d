// An activation is stored in the network: its size is bounded.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
constexpr int terms = 4;
#else
constexpr int terms = 40;
#endif
inline constexpr auto polynomial = [](auto x) {
  auto y = x;
  for (int i = 1; i < terms; ++i) y = y * x + 1.0 / (i + 1);
  return y;
};
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1", activation_fn = polynomial));

static_assert(parameter_count<net, input<8, 8, 4>> == 148);
