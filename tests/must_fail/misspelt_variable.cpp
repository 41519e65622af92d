// A variable is asked for by its full name.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", repeat<2>(conv2d(4, {3, 3}), "conv1") >> fully_connected(3, "logits"));

void clear(model<net, input<8, 8, 1>>& m) {
#ifdef REPAIRED
  m.variable<"net/conv1/conv1_2/weights">()[0] = 0;
#else
  m.variable<"net/conv1/conv_2/weights">()[0] = 0;
#endif
}
