#include "slim/slim.hpp"
using namespace slim;
constexpr auto net = [](const tensor& x) {
#ifdef REPAIRED
  losses::add_loss(0.1 * mean(square(x)));
#else
  losses::add_loss(0.1);
#endif
  return x;
};
static_assert(parameter_count<net, input<8>> == 0);
