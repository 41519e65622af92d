// A network is a function of one tensor per input.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = [](const tensor& image, const tensor& context) {
  return fully_connected(3, "logits")(concat(flatten()(image), flatten()(context)));
};
#ifdef REPAIRED
using inputs = model<net, input<8, 8, 1>, input<5>>;
#else
using inputs = model<net, input<8, 8, 1>>;
#endif

inputs make() { return inputs(seed(1)); }
