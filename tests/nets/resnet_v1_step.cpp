// ResNet-50 runs, on small images with ten classes: two training steps and a prediction.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "slim/eigen.hpp"
#include "slim/nets/resnet_v1.hpp"
#include "slim/tensor/random.hpp"

using namespace slim;

inline constexpr auto small_resnet = nets::resnet_arg_scope()(nets::make_resnet_v1_50(10));

TEST_CASE("ResNet-50 trains two steps") {
  model<small_resnet, input<64, 64, 3>> net{seed(1), capacity(2)};
  random_stream random{7};
  std::vector<float> images(2 * 64 * 64 * 3);
  for (float& pixel : images) pixel = static_cast<float>(2 * random.uniform() - 1);
  const std::vector<int> labels{2, 7};

  auto train_op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::momentum{.learning_rate = 0.001}, capacity(2));
  CHECK(train_op.regularization_losses() == 54);
  const float first = train_op(images, labels);
  const auto averages = as_eigen(net.variable<"resnet_v1_50/block4/unit_3/bottleneck_v1/conv3/BatchNorm/moving_mean">());
  CHECK(averages.cwiseAbs().maxCoeff() > 0);
  const float second = train_op(images, labels);
  CHECK(std::isfinite(first));
  CHECK(std::isfinite(second));
  CHECK(second != first);
  CHECK(as_eigen(net.predict(images)).allFinite());
}
