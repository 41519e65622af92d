// VGG-16 trains: steps on one fixed batch lower the loss on it. Needs about 2.5 GB of memory.
#include <doctest/doctest.h>

#include <vector>

#include "slim/nets/vgg.hpp"
#include "slim/tensor/random.hpp"

using namespace slim;

TEST_CASE("VGG-16 lowers its loss on a fixed batch") {
  model<nets::vgg_16_fully_connected, input<224, 224, 3>> net{seed(1), capacity(1)};
  random_stream random{7};
  std::vector<float> images(2 * 224 * 224 * 3);
  for (float& pixel : images) pixel = static_cast<float>(2 * random.uniform() - 1);
  const std::vector<int> labels{17, 923};

  auto train_op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.05}, capacity(2));
  const float first = train_op(images, labels);
  const float first_cross_entropy = train_op.loss(0);
  const float second = train_op(images, labels);
  CHECK(second < first);
  CHECK(train_op.loss(0) < first_cross_entropy);
}
