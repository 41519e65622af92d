#pragma once
// A small U-Net (Ronneberger et al. 2015): an image to scores of the classes of each pixel. The way down keeps what the way up is joined with.

#include <slim/slim.hpp>

namespace u_net {

using namespace slim;

/// Two convolutions around what is half as large.
template <class Inner>
constexpr auto level(const char* name, int channels, const Inner& inner) {
  const auto down = conv2d(channels, {3, 3}, "down"), up = conv2d(channels, {3, 3}, "up");
  const auto small = max_pool2d({2, 2}, "pool") >> inner >> conv2d_transpose(channels, {2, 2}, 2, "wide");
  return scope(name, [=](const tensor& x) {
    const tensor kept = down(x), back = small(kept);
    const int rows = kept.shape()[0] - back.shape()[0], columns = kept.shape()[1] - back.shape()[1];  // of odd extents a row or column is lost
    return up(concat({kept, pad(back, {{0, rows}, {0, columns}, {0, 0}})}, -1));
  });
}
constexpr auto segmenter(int channels, int classes) {
  return scope("u_net", level("level1", channels, level("level2", 2 * channels, conv2d(4 * channels, {3, 3}, "middle"))) >>
                            conv2d(classes, {1, 1}, "logits", activation_fn = none));
}

}  // namespace u_net
