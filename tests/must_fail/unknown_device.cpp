// There is one device.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", [](tensor x) {
#ifdef REPAIRED
  return x + variable(x, "offset", {4}, zeros, device = "/CPU:0");
#else
  return x + variable(x, "offset", {4}, zeros, device = "/GPU:0");
#endif
});

long count = parameter_count<net, input<4>>;
