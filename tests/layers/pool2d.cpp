#include "slim/layers/pool2d.hpp"

#include <doctest/doctest.h>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

constexpr auto net = [](tensor x) {
  return outputs(max_pool2d({2, 2}, "defaults")(x), max_pool2d({3, 3}, 2, "max_same", padding = SAME)(x), avg_pool2d({3, 3}, 2, "avg_same", padding = SAME)(x),
                 avg_pool2d({2, 3}, 1, "avg_valid")(x), global_avg_pool("global")(x));
};

constexpr int height = 6, width = 5, channels = 3, batch_size = 2;

// Padded cells count neither for the maximum nor for the mean.
std::vector<double> pooled(const std::vector<double>& image, int kernel_height, int kernel_width, int stride, int top, int left, int rows, int columns,
                           bool maximum) {
  std::vector<double> result;
  for (int e = 0; e < batch_size; ++e)
    for (int y = 0; y < rows; ++y)
      for (int x = 0; x < columns; ++x)
        for (int c = 0; c < channels; ++c) {
          double sum = 0, most = -1e300;
          int cells = 0;
          for (int row = y * stride - top; row < y * stride - top + kernel_height; ++row)
            for (int column = x * stride - left; column < x * stride - left + kernel_width; ++column) {
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              const double value = image[static_cast<std::size_t>(((e * height + row) * width + column) * channels + c)];
              sum += value, most = std::max(most, value), ++cells;
            }
          result.push_back(maximum ? most : sum / cells);
        }
  return result;
}

template <class Map>
void check(const Map& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == static_cast<long>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(found.data()[i] == doctest::Approx(expected[i]).epsilon(1e-14));
}

}  // namespace

TEST_CASE("pooling agrees with the definition") {
  model<net, input<height, width, channels>, precision<double>> m(seed(1));
  const auto images = laws::numbers(batch_size * height * width * channels, 1, 1.0, -2.0);  // negative: a zero from the border would win
  m.predict(images);
  check(m.output<0>(), pooled(images, 2, 2, 2, 0, 0, 3, 2, true));  // stride 2 and VALID by default
  check(m.output<1>(), pooled(images, 3, 3, 2, 0, 1, 3, 3, true));
  check(m.output<2>(), pooled(images, 3, 3, 2, 0, 1, 3, 3, false));
  check(m.output<3>(), pooled(images, 2, 3, 1, 0, 0, 5, 3, false));
  check(m.output<4>(), pooled(images, height, width, 1, 0, 0, 1, 1, false));
}
