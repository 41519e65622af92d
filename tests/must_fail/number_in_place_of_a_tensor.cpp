#include "slim/slim.hpp"
using namespace slim;
constexpr auto net = [](const tensor& x) {
#ifdef REPAIRED
  return mean(x);
#else
  return mean(3) + x;
#endif
};
static_assert(parameter_count<net, input<8>> == 0);
