// A pooling window that no longer fits into what the layers before it left.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
using image = input<64, 64, 3>;
#else
using image = input<32, 32, 3>;
#endif
inline constexpr auto net = scope("net", conv2d(8, {3, 3}, "conv1") >> max_pool2d({2, 2}, "pool1") >> conv2d(8, {3, 3}, "conv2") >>
                                             max_pool2d({2, 2}, "pool2") >> conv2d(8, {3, 3}, "conv3") >> max_pool2d({9, 5}, "pool3"));

float trained(const float* images) {
  model<net, image> m{seed(1)};
  return m.predict(std::span(images, 64 * 64 * 3))(0, 0);
}
