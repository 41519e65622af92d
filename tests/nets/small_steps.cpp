// The small networks run: a training step and a prediction give finite numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "slim/eigen.hpp"
#include "slim/nets/cifarnet.hpp"
#include "slim/nets/lenet.hpp"
#include "slim/tensor/random.hpp"

using namespace slim;

namespace {

template <class Model>
void train_and_predict(Model& net, int pixels) {
  constexpr int examples = 5;
  random_stream random{7};
  std::vector<float> images(static_cast<unsigned>(examples * pixels));
  for (float& pixel : images) pixel = static_cast<float>(2 * random.uniform() - 1);
  const std::vector<int> labels{3, 1, 4, 1, 5};
  auto train_op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::momentum{.learning_rate = 0.001}, capacity(examples));
  const float loss = train_op(images, labels);
  CHECK(std::isfinite(loss));
  CHECK(loss > 0);

  const auto logits = as_eigen(net.predict(images));
  REQUIRE(logits.rows() == examples);
  REQUIRE(logits.cols() == 10);
  CHECK(logits.allFinite());
  CHECK(logits.cwiseAbs().maxCoeff() > 0);
}

}  // namespace

TEST_CASE("LeNet trains and predicts, and gives its predictions when they are kept") {
  model<nets::lenet, input<28, 28, 1>, keep<"LeNet/Predictions">> net{seed(1), capacity(5)};
  train_and_predict(net, 28 * 28);
  const auto predictions = as_eigen(net.end_point<"LeNet/Predictions">());
  REQUIRE(predictions.rows() == 5);
  for (long row = 0; row < predictions.rows(); ++row) CHECK(predictions.row(row).sum() == doctest::Approx(1));
}

TEST_CASE("CifarNet trains and predicts") {
  model<nets::cifarnet, input<32, 32, 3>> net{seed(1), capacity(5)};
  train_and_predict(net, 32 * 32 * 3);
}
