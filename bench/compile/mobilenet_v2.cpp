#include <slim/slim.hpp>
#include <slim/nets/mobilenet_v2.hpp>

#include <cstdio>
#include <vector>

using namespace slim;

int main() {
  model<nets::mobilenet_v2, input<224, 224, 3>> net{seed(1), capacity(1)};
  auto train_op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::momentum{.learning_rate = 0.01}, capacity(1));
  const std::vector<float> images(224 * 224 * 3);
  const std::vector<int> labels(1);
  std::printf("loss = %.4f\n", static_cast<double>(train_op(images, labels)));
}
