// conv2d with padding FIXED against its definition: explicit zeros around the image, then VALID (TF-Slim section 13.6).
#include <doctest/doctest.h>

#include <vector>

#include "slim/nets/resnet_v1.hpp"

using namespace slim;

static_assert(window_outputs(224, 7, 2, 1, FIXED) == 112 && window_pad_before(224, 7, 2, 1, FIXED) == 3);
static_assert(window_pad_before(224, 7, 2, 1, SAME) == 2, "SAME samples other cells at an even extent");
static_assert(window_outputs(225, 7, 2, 1, FIXED) == 113 && window_pad_before(225, 7, 2, 1, FIXED) == 3);
static_assert(window_outputs(9, 3, 1, 2, FIXED) == window_outputs(9, 3, 1, 2, SAME));
static_assert(window_pad_before(9, 3, 1, 2, FIXED) == window_pad_before(9, 3, 1, 2, SAME));
static_assert(window_pad_before(9, 4, 1, 1, FIXED) == window_pad_before(9, 4, 1, 1, SAME));

namespace {

constexpr auto same = nets::conv2d_same(5, {3, 4}, 2, "conv");
constexpr auto valid = conv2d(5, {3, 4}, 2, "conv", padding = VALID);

/// [height, width, 2] images with a border of `top`, `left` … zeros.
std::vector<double> padded(const std::vector<double>& images, int count, int height, int width, int top, int left, int bottom, int right) {
  const int wide = left + width + right, high = top + height + bottom;
  std::vector<double> result(static_cast<unsigned>(count * high * wide * 2), 0.0);
  for (int n = 0; n < count; ++n)
    for (int y = 0; y < height; ++y)
      for (int i = 0; i < width * 2; ++i)
        result[static_cast<unsigned>(((n * high + y + top) * wide + left) * 2 + i)] = images[static_cast<unsigned>((n * height + y) * width * 2 + i)];
  return result;
}

template <int Height, int Width>
void check() {
  constexpr int examples = 3;
  std::vector<double> images(examples * Height * Width * 2);
  for (unsigned i = 0; i < images.size(); ++i) images[i] = static_cast<double>(i * 37 % 101) / 50 - 1;
  // 3 cells: one before and one after. 4 cells: one before and two after.
  const std::vector<double> wider = padded(images, examples, Height, Width, 1, 1, 1, 2);

  using precise = precision<double>;
  model<same, input<Height, Width, 2>, precise> net{seed(3)};
  model<valid, input<Height + 2, Width + 3, 2>, precise> reference{seed(3)};
  const auto y = net.predict(images);
  const auto expected = reference.predict(wider);
  REQUIRE(y.size() == expected.size());
  REQUIRE(y.size() == examples * ((Height + 1) / 2) * ((Width + 1) / 2) * 5);
  for (long i = 0; i < y.size(); ++i) CHECK(y.data()[i] == doctest::Approx(expected.data()[i]).epsilon(1e-12));

  const std::vector<double> targets(static_cast<unsigned>(y.size()), 0.25);
  auto op = learning::create_train_op(net, losses::mean_squared_error, optimizers::keep_gradients{});
  auto reference_op = learning::create_train_op(reference, losses::mean_squared_error, optimizers::keep_gradients{});
  CHECK(op(images, targets) == doctest::Approx(reference_op(wider, targets)).epsilon(1e-12));
  const auto slope = op.slot_values(0), expected_slope = reference_op.slot_values(0);
  for (unsigned i = 0; i < slope.size(); ++i) CHECK(slope[i] == doctest::Approx(expected_slope[i]).epsilon(1e-12));
}

}  // namespace

TEST_CASE("FIXED pads an even extent as conv2d_same does") { check<6, 8>(); }
TEST_CASE("FIXED pads an odd extent as conv2d_same does") { check<7, 5>(); }
