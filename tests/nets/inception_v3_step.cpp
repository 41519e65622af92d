// Inception v3, narrow and on small images, trains with its auxiliary logits.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "slim/nets/inception_v3.hpp"
#include "slim/tensor/random.hpp"

using namespace slim;

namespace {
constexpr int side = 107;  // the smallest whose Mixed_6e is 5×5: one window of the auxiliary head
inline constexpr auto narrow = nets::inception_arg_scope(0.0, {.batch_norm_decay = 0.9})(nets::make_inception_v3(3, {.min_depth = 4, .depth_multiplier = 0.01}));
inline constexpr auto plain = nets::inception_arg_scope(0.0, {.batch_norm_decay = 0.9})(nets::make_inception_v3(3, {.min_depth = 4, .depth_multiplier = 0.01, .create_aux_logits = false}));
// What inference does not need of a network it does not compute.
static_assert(arena_bytes<narrow, input<side, side, 3>, batch<2>> == arena_bytes<plain, input<side, side, 3>, batch<2>>);
}  // namespace

TEST_CASE("Inception v3 learns from its auxiliary logits, too") {
  constexpr int examples = 6, pixels = side * side * 3;
  model<narrow, input<side, side, 3>, keep<"InceptionV3/AuxLogits">> net{seed(1), capacity(examples)};
  random_stream random{7};
  std::vector<float> images;
  std::vector<int> labels;
  for (int i = 0; i < examples; ++i) {
    labels.push_back(i % 3);
    for (int k = 0; k < pixels; ++k) images.push_back(static_cast<float>(0.6 * random.uniform() - 0.3 + (k % 3 == labels.back() ? 0.7 : -0.7)));
  }
  auto train_op = learning::create_train_op(net, losses::with_aux_logits<losses::sparse_softmax_cross_entropy>, optimizers::momentum{.learning_rate = 0.01}, capacity(examples));
  static_assert(decltype(train_op)::losses() - decltype(train_op)::regularization_losses() == 2);
  const auto weights = net.variable<"InceptionV3/AuxLogits/Conv2d_2b_1x1/weights">();
  const std::vector<float> before(weights.begin(), weights.end());
  const float first = train_op(images, labels);
  CHECK(std::vector<float>(weights.begin(), weights.end()) != before);

  const auto logits = train_op.end_point<"InceptionV3/AuxLogits">();
  REQUIRE(logits.size() == 3 * examples);
  double cross_entropy = 0;
  for (unsigned i = 0; i < examples; ++i) {
    double total = 0;
    for (unsigned k = 0; k < 3; ++k) total += std::exp(static_cast<double>(logits[3 * i + k]));
    cross_entropy += std::log(total) - static_cast<double>(logits[3 * i + static_cast<unsigned>(labels[i])]);
  }
  CHECK(train_op.loss(0) == doctest::Approx(0.4 * cross_entropy / examples));
  CHECK(train_op.loss(0) + train_op.loss(1) == doctest::Approx(first));

  float last = first;
  for (int step = 0; step < 25; ++step) last = train_op(images, labels);
  CHECK(last < 0.6F * first);
  CHECK(train_op.loss(0) < 0.4 * cross_entropy / examples);
}
