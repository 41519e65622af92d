// Networks with batch normalization learn to tell generated images apart, in both precisions.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "slim/nets/mobilenet_v2.hpp"
#include "slim/nets/resnet_v2.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

constexpr nets::resnet_block blocks[] = {{"block1", 2, 2, 2}, {"block2", 4, 2, 1}};
inline constexpr auto resnet_v1 = nets::resnet_arg_scope()(nets::make_resnet_v1("resnet_v1_small", blocks, 4));
inline constexpr auto resnet_v2 = nets::resnet_arg_scope()(nets::make_resnet_v2("resnet_v2_small", blocks, 4));
inline constexpr auto mobilenet_v2 = nets::mobilenet_v2_arg_scope()(nets::make_mobilenet_v2(4, {.depth_multiplier = 0.1}));
inline constexpr auto short_mobilenet = nets::mobilenet_v2_arg_scope()(scope(
    "ShortMobilenet",
    nets::mobilenet<4>{{{8, 3, 2}, {16, 3, 2, 6}, {.outputs = 16, .kernel = 5, .expansion = 3, .hard_swish = true, .squeeze_excite = true}, {32}}, 4, {}}));

constexpr int examples = 8, side = 32;

/// Waves, of another length for each class, with noise.
template <class T>
std::vector<T> batch_of(std::uint32_t step) {
  std::vector<T> images = laws::numbers<T>(examples * side * side * 3, step, 0.3);
  for (int i = 0; i < examples; ++i)
    for (int row = 0; row < side; ++row)
      for (int k = 0; k < side * 3; ++k) images[static_cast<std::size_t>((i * side + row) * side * 3 + k)] += static_cast<T>(std::sin(0.3 * (i % 4 + 1) * row));
  return images;
}

template <const auto& Net, class T>
void check_learns() {
  model<Net, input<side, side, 3>, precision<T>> net{seed(1), capacity(examples)};
  auto train_op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::adam{.learning_rate = 0.01}, capacity(examples));
  const std::vector<int> labels{0, 1, 2, 3, 0, 1, 2, 3};
  double first = 0, last = 0;
  constexpr int steps = 40;
  for (std::uint32_t step = 0; step < steps; ++step) {
    const double loss = train_op(batch_of<T>(step), labels);
    if (step < 5) first += loss / 5;
    if (step >= steps - 5) last += loss / 5;
  }
  INFO(first, " ", last);
  CHECK(last < 0.5 * first);
  const auto logits = net.predict(batch_of<T>(99));
  CHECK(std::all_of(logits.data(), logits.data() + logits.size(), [](T x) { return std::isfinite(x); }));
}

}  // namespace

TEST_CASE("ResNets learn") {
  check_learns<resnet_v1, float>();
  check_learns<resnet_v2, double>();
}
TEST_CASE("MobileNet v2 learns, and so does a table of its layers") {
  check_learns<mobilenet_v2, float>();
  check_learns<short_mobilenet, double>();
}
