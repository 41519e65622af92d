#include <tuple>

#include "slim/learning/train.hpp"
#include "slim/slim.hpp"
using namespace slim;
inline constexpr auto net = fully_connected(3);

struct reader {
  std::tuple<std::vector<float>, std::vector<int>> next() { return {std::vector<float>(2), std::vector<int>(1)}; }
};

void train() {
  model<net, input<2>> m{seed(1)};
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::adam{});
#ifdef REPAIRED
  learning::train(op, reader{}, {.number_of_steps = 1});
#else
  learning::train(op, std::vector<float>(2), {.number_of_steps = 1});
#endif
}
