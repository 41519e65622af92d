#include "slim/layers/separable_conv2d.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"
#include "tests/layers/windows.hpp"

using namespace slim;

namespace {

constexpr int height = 7, width = 6, channels = 3, batch_size = 2;

constexpr auto net = [](tensor x) {
  return outputs(separable_conv2d(5, {3, 3}, "both", activation_fn = none)(x), separable_conv2d(4, {3, 2}, 2, {2, 2}, "multiplied")(x),
                 separable_conv2d(none, {3, 3}, 2, {1, 1}, "alone", padding = VALID, activation_fn = none)(x),
                 separable_conv2d(none, {2, 3}, "dilated", rate = 2, biases_initializer = none, activation_fn = none)(x));
};
using net_model = model<net, input<height, width, channels>, precision<double>>;

struct form {
  const char* name;
  int outputs;  // 0: depthwise alone
  extent2 kernel;
  int multiplier, stride, rate;
  bool same, biased, rectified;
};

// TF-Slim section 2.3, by the book: output c · multiplier + m of channel c, then a sum over all of them for each output.
std::vector<double> expected_of(net_model& m, const std::vector<double>& images, const form& f) {
  const std::string name = f.name;
  const std::span<double> depthwise = m.variable(name + "/depthwise_weights");
  const test::window_form placed{f.stride, f.rate, f.same};
  const int between = channels * f.multiplier, outputs = f.outputs == 0 ? between : f.outputs;
  std::vector<double> result;
  for (int e = 0; e < batch_size; ++e)
    for (int y = 0; y < placed.outputs_along(height, f.kernel.height); ++y)
      for (int x = 0; x < placed.outputs_along(width, f.kernel.width); ++x) {
        std::vector<double> middle(static_cast<std::size_t>(between));
        for (int o = 0; o < between; ++o)
          for (int ky = 0; ky < f.kernel.height; ++ky)
            for (int kx = 0; kx < f.kernel.width; ++kx) {
              const int row = y * f.stride + ky * f.rate - placed.border(height, f.kernel.height),
                        column = x * f.stride + kx * f.rate - placed.border(width, f.kernel.width);
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              middle[static_cast<std::size_t>(o)] += images[static_cast<std::size_t>(((e * height + row) * width + column) * channels + o / f.multiplier)] *
                                                     depthwise[static_cast<std::size_t>((ky * f.kernel.width + kx) * between + o)];
            }
        for (int o = 0; o < outputs; ++o) {
          double sum = f.biased ? m.variable(name + "/biases")[static_cast<std::size_t>(o)] : 0;
          if (f.outputs == 0) sum += middle[static_cast<std::size_t>(o)];
          else
            for (int b = 0; b < between; ++b)
              sum += middle[static_cast<std::size_t>(b)] * m.variable(name + "/pointwise_weights")[static_cast<std::size_t>(b * outputs + o)];
          result.push_back(f.rectified && sum < 0 ? 0 : sum);
        }
      }
  return result;
}

template <int I>
void check(net_model& m, const std::vector<double>& images, const form& f) {
  INFO(f.name);
  const std::vector<double> expected = expected_of(m, images, f);
  test::check_equal(m.output<I>(), expected);
}

}  // namespace

TEST_CASE("separable convolutions agree with the definition") {
  net_model m(seed(1));
  for (const char* name : {"both", "multiplied", "alone"}) {
    const auto biases = m.variable(std::string(name) + "/biases");
    const auto values = laws::numbers(static_cast<int>(biases.size()), 9);
    std::copy(values.begin(), values.end(), biases.begin());
  }
  const auto images = laws::numbers(batch_size * height * width * channels, 1);
  m.predict(images);
  check<0>(m, images, {"both", 5, {3, 3}, 1, 1, 1, true, true, false});
  check<1>(m, images, {"multiplied", 4, {3, 2}, 2, 2, 1, true, true, true});
  check<2>(m, images, {"alone", 0, {3, 3}, 2, 1, 1, false, true, false});
  check<3>(m, images, {"dilated", 0, {2, 3}, 1, 1, 2, true, false, false});
}

TEST_CASE("variables, initializers and regularizers of a separable convolution") {
  static constexpr auto layer = arg_scope<separable_conv2d>(weights_regularizer = l2_regularizer(0.5), variables_collections = {{"weights", "both"}})(
      separable_conv2d(4, {3, 3}, depth_multiplier = 2, weights_initializer = constant(0.25), pointwise_initializer = constant(2.0)) >>
      separable_conv2d(2, {1, 1}, weights_initializer = constant(-1.0)) >> flatten("flat"));
  using layer_model = model<layer, input<5, 5, 3>, precision<double>>;
  int collected = 0;
  for (int i = 0; i < layer_model::variables(); ++i) collected += layer_model::variable_in(i, "both");
  CHECK(collected == 4);  // TF-Slim: depthwise and pointwise weights are "weights" to collections
  layer_model m(seed(1));
  CHECK(m.variable("SeparableConv2d/depthwise_weights").size() == 3 * 3 * 3 * 2);
  CHECK(m.variable("SeparableConv2d/pointwise_weights").size() == 6 * 4);
  CHECK(m.variable("SeparableConv2d/biases").size() == 4);
  CHECK(m.variable("SeparableConv2d/depthwise_weights")[7] == 0.25);
  CHECK(m.variable("SeparableConv2d/pointwise_weights")[7] == 2.0);
  CHECK(m.variable("SeparableConv2d_1/depthwise_weights")[1] == -1.0);
  CHECK(m.variable("SeparableConv2d_1/pointwise_weights")[1] == -1.0);  // as weights_initializer
  auto op = learning::create_train_op(m, losses::mean_squared_error, optimizers::gradient_descent{.learning_rate = 0.0});
  const std::vector<double> x(75, 0.0), y(50, 0.0);
  // Without an image only the penalties are left: half of the sum of squares times 0.5, of all four weights.
  CHECK(op(x, y) == doctest::Approx(0.25 * (54 * 0.0625 + 24 * 4.0 + 4 + 8)));
}
