// One small image with many channels is convolved directly, several are by Winograd's algorithm.

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

#include "slim/slim.hpp"

using namespace slim;

namespace {

constexpr auto net = conv2d(256, {3, 3}, "conv", activation_fn = none);
constexpr auto direct_net = conv2d(256, {3, 3}, "conv", activation_fn = none, conv_algorithm = algorithm::direct);
constexpr auto winograd_net = conv2d(256, {3, 3}, "conv", activation_fn = none, conv_algorithm = algorithm::winograd_4x4);
constexpr std::size_t size = 7 * 7 * 256;

template <const auto& Net>
std::vector<float> result(const std::vector<float>& x, bool prepared) {
  const long images = static_cast<long>(x.size() / size);
  const model<Net, input<7, 7, 256>> m{seed(1), capacity(images)};
  predictor predict(m, capacity(images));
  if (prepared) predict.prepare();
  const auto y = predict(x);
  return {y.data(), y.data() + x.size()};
}

}  // namespace

TEST_CASE("a convolution of one small image is direct where its weights are many") {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> images(2 * size);
  for (float& value : images) value = normal(random);
  const std::vector<float> first(images.begin(), images.begin() + size);
  for (const bool prepared : {false, true}) {
    CHECK(result<net>(first, prepared) == result<direct_net>(first, prepared));
    CHECK(result<net>(images, prepared) == result<winograd_net>(images, prepared));
    CHECK(result<winograd_net>(first, prepared) != result<direct_net>(first, prepared));
  }
}
