// A network with a fully connected layer has other variables for another size of input.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv") >> flatten("flat") >> fully_connected(3, "logits"));

void predict(const model<net, input<8, 8, 1>>& m) {
#ifdef REPAIRED
  predictor<model<net, input<8, 8, 1>>> large(m);
#else
  predictor<model<net, input<9, 9, 1>>> large(m);
#endif
}
