#include "slim/layers/conv2d.hpp"

#include <doctest/doctest.h>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"
#include "tests/layers/windows.hpp"

using namespace slim;

namespace {

constexpr int height = 7, width = 6, channels = 3, filters = 5, batch_size = 2;

constexpr auto net = [](tensor x) {
  return outputs(conv2d(filters, {3, 3}, "same", activation_fn = none)(x), conv2d(filters, {3, 2}, "valid", padding = VALID, activation_fn = none)(x),
                 conv2d(filters, {3, 2}, 2, "strided", activation_fn = none)(x), conv2d(filters, {2, 5}, "dilated", rate = 2, activation_fn = none)(x),
                 conv2d(filters, {1, 1}, 3, "pointwise")(x), conv2d(filters, {7, 6}, "covering", padding = VALID, biases_initializer = none)(x));
};
using net_model = model<net, input<height, width, channels>, precision<double>>;

struct form {
  const char* name;
  extent2 kernel;
  int stride, rate;
  bool same, biased, rectified;
};

// TF-Slim section 2.2, by the book: cross-correlation, kernels in HWIO, the odd cell of the border at the bottom and right.
std::vector<double> convolve(const std::vector<double>& image, std::span<const double> weights, std::span<const double> biases, const form& f) {
  const test::window_form placed{f.stride, f.rate, f.same};
  std::vector<double> result;
  for (int e = 0; e < batch_size; ++e)
    for (int y = 0; y < placed.outputs_along(height, f.kernel.height); ++y)
      for (int x = 0; x < placed.outputs_along(width, f.kernel.width); ++x)
        for (int o = 0; o < filters; ++o) {
          double sum = f.biased ? biases[static_cast<std::size_t>(o)] : 0;
          for (int ky = 0; ky < f.kernel.height; ++ky)
            for (int kx = 0; kx < f.kernel.width; ++kx) {
              const int row = y * f.stride + ky * f.rate - placed.border(height, f.kernel.height),
                        column = x * f.stride + kx * f.rate - placed.border(width, f.kernel.width);
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              for (int c = 0; c < channels; ++c)
                sum += image[static_cast<std::size_t>(((e * height + row) * width + column) * channels + c)] *
                       weights[static_cast<std::size_t>(((ky * f.kernel.width + kx) * channels + c) * filters + o)];
            }
          result.push_back(f.rectified && sum < 0 ? 0 : sum);
        }
  return result;
}

template <int I>
void check(net_model& m, const std::vector<double>& images, const form& f) {
  INFO(f.name);
  const std::string name = f.name;
  const std::vector<double> expected = convolve(images, m.variable(name + "/weights"), f.biased ? m.variable(name + "/biases") : std::span<double>(), f);
  test::check_equal(m.output<I>(), expected);
}

}  // namespace

TEST_CASE("convolutions agree with the definition") {
  net_model m(seed(1));
  for (const char* name : {"same", "valid", "strided", "dilated", "pointwise"}) {
    const auto biases = m.variable(std::string(name) + "/biases");
    const auto values = laws::numbers(filters, 9);
    std::copy(values.begin(), values.end(), biases.begin());
  }
  const auto images = laws::numbers(batch_size * height * width * channels, 1);
  m.predict(images);
  check<0>(m, images, {"same", {3, 3}, 1, 1, true, true, false});
  check<1>(m, images, {"valid", {3, 2}, 1, 1, false, true, false});
  check<2>(m, images, {"strided", {3, 2}, 2, 1, true, true, false});
  check<3>(m, images, {"dilated", {2, 5}, 1, 2, true, true, false});
  check<4>(m, images, {"pointwise", {1, 1}, 3, 1, true, true, true});
  check<5>(m, images, {"covering", {7, 6}, 1, 1, false, false, true});
}
