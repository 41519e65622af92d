// One small image with many channels is convolved directly or by small tiles of Winograd's algorithm, several are by large ones.

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

#include "slim/slim.hpp"

using namespace slim;

namespace {

constexpr auto net = conv2d(256, {3, 3}, "conv", activation_fn = none);
constexpr auto pooled = net >> max_pool2d(2, "pool");
template <algorithm How, const auto& Of = net>
constexpr auto by = arg_scope<conv2d>(conv_algorithm = How)(Of);

/// What a predictor with room for the given images and no more makes of them.
template <const auto& Net, int Side>
std::vector<float> result(const std::vector<float>& x, bool prepared) {
  const long images = static_cast<long>(x.size()) / (Side * Side * 256);
  const model<Net, input<Side, Side, 256>> m{seed(1), capacity(images)};
  predictor predict(m, capacity(images));
  if (prepared) predict.prepare();
  const auto y = predict(x);
  return {y.data(), y.data() + y.size()};
}

std::vector<float> images_of(int side, int count) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> images(static_cast<std::size_t>(count * side * side * 256));
  for (float& value : images) value = normal(random);
  return images;
}

constexpr auto direct_net = by<algorithm::direct>, small_tiles = by<algorithm::winograd_2x2>, large_tiles = by<algorithm::winograd_4x4>;
constexpr auto small_tiles_pooled = by<algorithm::winograd_2x2, pooled>, large_tiles_pooled = by<algorithm::winograd_4x4, pooled>;

}  // namespace

TEST_CASE("a convolution of one small image is direct where its weights are many") {
  const std::vector<float> first = images_of(7, 1), images = images_of(7, 7);
  for (const bool prepared : {false, true}) {
    CHECK(result<net, 7>(first, prepared) == result<direct_net, 7>(first, prepared));
    CHECK(result<net, 7>(images, prepared) == result<large_tiles, 7>(images, prepared));
    CHECK(result<large_tiles, 7>(first, prepared) != result<direct_net, 7>(first, prepared));
  }
}

TEST_CASE("a convolution of one image of middle size is by small tiles where its weights are many, at inference") {
  const std::vector<float> first = images_of(14, 1), images = images_of(14, 2);
  for (const bool prepared : {false, true}) {
    CHECK(result<net, 14>(first, prepared) == result<small_tiles, 14>(first, prepared));
    CHECK(result<net, 14>(images, prepared) == result<large_tiles, 14>(images, prepared));
    CHECK(result<pooled, 14>(first, prepared) == result<small_tiles_pooled, 14>(first, prepared));
    CHECK(result<pooled, 14>(images, prepared) == result<large_tiles_pooled, 14>(images, prepared));
    CHECK(result<large_tiles, 14>(first, prepared) != result<small_tiles, 14>(first, prepared));
  }
  // Room decides, not the batch, so that weights that were made ahead fit.
  const model<net, input<14, 14, 256>> m{seed(1), capacity(2)};
  predictor predict(m, capacity(2));
  const auto y = predict(first);
  CHECK(std::vector<float>(y.data(), y.data() + y.size()) == result<large_tiles, 14>(first, false));
}
