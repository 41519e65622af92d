#include "slim/layers/conv2d_transpose.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"
#include "tests/layers/windows.hpp"

using namespace slim;

namespace {

constexpr int height = 5, width = 4, channels = 3;

constexpr auto net = [](tensor x) {
  return outputs(conv2d_transpose(5, {3, 3}, 2, "doubled", activation_fn = none)(x), conv2d_transpose(4, {3, 2}, 2, "valid", padding = VALID)(x),
                 conv2d_transpose(2, {4, 4}, "plain", biases_initializer = none, activation_fn = none)(x),
                 conv2d_transpose(3, {1, 2}, 3, "gaps", padding = VALID, activation_fn = none)(x));
};

struct form {
  const char* name;
  int outputs;
  extent2 kernel;
  int stride;
  bool same, biased, rectified;
};

// TF-Slim sections 2.2 and 2.3, by the book: pixel (i, j) adds its window at (i·stride − border, j·stride − border) of the result.
template <class Model, class T>
std::vector<double> expected_of(Model& m, const std::vector<T>& images, const form& f, int batch) {
  const auto extent = [&](int cells, int kernel) { return cells * f.stride + (f.same ? 0 : std::max(kernel - f.stride, 0)); };
  const int rows = extent(height, f.kernel.height), columns = extent(width, f.kernel.width);
  const test::window_form placed{f.stride, 1, f.same};
  const int top = placed.border(rows, f.kernel.height), left = placed.border(columns, f.kernel.width);
  std::vector<double> result(static_cast<std::size_t>(batch * rows * columns * f.outputs));
  const auto weights = m.variable(std::string(f.name) + "/weights");
  std::size_t pixel = 0;
  for (int e = 0; e < batch; ++e)
    for (int i = 0; i < height; ++i)
      for (int j = 0; j < width; ++j)
        for (int c = 0; c < channels; ++c, ++pixel)
          for (int ky = 0; ky < f.kernel.height; ++ky)
            for (int kx = 0; kx < f.kernel.width; ++kx)
              for (int o = 0; o < f.outputs; ++o) {
                const int row = i * f.stride + ky - top, column = j * f.stride + kx - left;
                if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
                result[static_cast<std::size_t>(((e * rows + row) * columns + column) * f.outputs + o)] +=
                    static_cast<double>(images[pixel]) *
                    static_cast<double>(weights[static_cast<std::size_t>(((ky * f.kernel.width + kx) * f.outputs + o) * channels + c)]);
              }
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (f.biased) result[i] += static_cast<double>(m.variable(std::string(f.name) + "/biases")[i % static_cast<std::size_t>(f.outputs)]);
    if (f.rectified && result[i] < 0) result[i] = 0;
  }
  return result;
}

template <class T>
void check_all(int batch, double tolerance) {
  model<net, input<height, width, channels>, precision<T>> m(seed(1));
  for (const char* name : {"doubled", "valid", "gaps"})
    for (T& bias : m.variable(std::string(name) + "/biases")) bias = static_cast<T>(0.125);
  const std::vector<double> numbers = laws::numbers(batch * height * width * channels, 1);
  const std::vector<T> images(numbers.begin(), numbers.end());
  m.predict(images);
  const auto check = [&](const auto& found, const form& f) {
    INFO(f.name);
    const std::vector<double> expected = expected_of(m, images, f, batch);
    REQUIRE(found.size() == static_cast<long>(expected.size()));
    for (std::size_t i = 0; i < expected.size(); ++i) REQUIRE(std::abs(static_cast<double>(found.data()[i]) - expected[i]) < tolerance);
  };
  check(m.template output<0>(), {"doubled", 5, {3, 3}, 2, true, true, false});
  check(m.template output<1>(), {"valid", 4, {3, 2}, 2, false, true, true});
  check(m.template output<2>(), {"plain", 2, {4, 4}, 1, true, false, false});
  check(m.template output<3>(), {"gaps", 3, {1, 2}, 3, false, true, false});
}

}  // namespace

TEST_CASE("transposed convolutions agree with the definition") {
  for (const int batch : {1, 3}) check_all<double>(batch, 1e-13), check_all<float>(batch, 1e-5);
}

TEST_CASE("shapes, names and policies of a transposed convolution") {
  static constexpr auto layers = arg_scope<conv2d_transpose>(stride = 2, weights_regularizer = l2_regularizer(0.5))(repeat<2>(conv2d_transpose(4, {3, 3})));
  using layers_model = model<layers, input<3, 5, 2>>;
  static_assert(parameter_count<layers, input<3, 5, 2>> == 3 * 3 * 4 * 2 + 4 + 3 * 3 * 4 * 4 + 4);
  layers_model m(seed(1));
  CHECK(m.predict(std::vector<float>(30)).size() == 12 * 20 * 4);
  CHECK(m.variable_name(0) == std::string("Repeat/convolution2d_transpose_1/weights"));
}
