// Output sizes of windows (TF-Slim section 2.2), by counting instead of by formula.

#include <doctest/doctest.h>

#include "slim/slim.hpp"

using namespace slim;

namespace {

// Strides of two axes behind the kernel, as TF-Slim takes them, beside one number and the keyword.
constexpr auto strided = conv2d(4, {3, 3}, {2, 1}, "conv") >> max_pool2d({2, 2}, {1, 2}, "pool", padding = SAME) >> conv2d(3, 3, 2, "one") >>
                         conv2d_transpose(3, {2, 2}, {2, 3}, "up") >> conv2d_in_plane({3, 3}, {1, 2}, "plane") >> avg_pool2d(1, {2, 1});
static_assert(end_point<strided, "conv", input<8, 8, 3>> == shape{4, 8, 4} && end_point<strided, "pool", input<8, 8, 3>> == shape{4, 4, 4});
static_assert(end_point<strided, "up", input<8, 8, 3>> == shape{4, 6, 3} && end_point<strided, "plane", input<8, 8, 3>> == shape{4, 3, 3} &&
              end_point<strided, "AvgPool2D", input<8, 8, 3>> == shape{2, 3, 3});
constexpr auto strided_volume = conv3d(2, {3, 3, 3}, {2, 1, 1}, "conv") >> max_pool3d({2, 2, 2}, {1, 2, 1}, "pool");
static_assert(end_point<strided_volume, "pool", input<4, 4, 4, 1>> == shape{1, 2, 3, 2});

// VALID: places where the window lies inside. SAME: places at every stride-th cell, whatever hangs over.
int counted(int in, int kernel, int stride, int rate, padding_mode padding) {
  int count = 0;
  for (int first = 0; first < in; first += stride) count += padding == SAME || first + (kernel - 1) * rate < in;
  return count;
}

constexpr auto net = conv2d(4, {3, 3}, 2, "conv") >> max_pool2d({3, 3}, "pool") >> avg_pool2d({2, 2}, 1, "mean", padding = SAME) >> global_avg_pool("all");
constexpr auto flat = flatten("flat");
constexpr auto full = fully_connected(9, "fc");
constexpr auto convolution = conv2d(9, {3, 5}, "conv");

static_assert(end_point<net, "conv", input<15, 224, 3>> == shape{8, 112, 4});
static_assert(end_point<net, "pool", input<15, 224, 3>> == shape{3, 55, 4});
static_assert(end_point<net, "mean", input<15, 224, 3>> == shape{3, 55, 4});
static_assert(end_point<net, "all", input<15, 224, 3>> == shape{1, 1, 4});
static_assert(end_point<flat, "flat", input<3, 5, 7>> == shape{105});
static_assert(end_point<full, "fc", input<3, 5, 7>> == shape{9});
static_assert(parameter_count<full, input<3, 5, 7>> == 105 * 9 + 9);
static_assert(parameter_count<convolution, input<3, 5, 7>> == 3 * 5 * 7 * 9 + 9);

}  // namespace

TEST_CASE("output sizes and borders of windows") {
  for (int in = 1; in <= 13; ++in)
    for (int kernel = 1; kernel <= 6; ++kernel)
      for (int stride = 1; stride <= 4; ++stride)
        for (int rate = 1; rate <= 3; ++rate)
          for (padding_mode padding : {SAME, VALID}) {
            const int outputs = window_outputs(in, kernel, stride, rate, padding), before = window_pad_before(in, kernel, stride, rate, padding);
            CHECK(outputs == counted(in, kernel, stride, rate, padding));
            const int total = std::max((outputs - 1) * stride + (kernel - 1) * rate + 1 - in, 0);
            CHECK(before == (padding == SAME ? total / 2 : 0));
          }
}
