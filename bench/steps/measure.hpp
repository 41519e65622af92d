#pragma once
// Times whole steps of one network, or inference; bench/median.hpp says what is printed.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>
#include <vector>

#include "../median.hpp"
#include "slim/slim.hpp"

namespace bench {

/// arguments: BATCH THREADS train|inference. Trains with plain gradient descent on random data, as the peers do.
template <const auto& Net, class Input, int Classes>
int run(int count, char** arguments) {
  const std::string_view kind = count == 4 ? arguments[3] : "";
  if (kind != "train" && kind != "inference") {
    std::fprintf(stderr, "usage: %s BATCH THREADS train|inference\n", arguments[0]);
    return 2;
  }
  const long batch = std::max(1L, std::atol(arguments[1]));
  const int threads = std::max(1, std::atoi(arguments[2]));
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> x(static_cast<std::size_t>(batch * Input::extent.size()));
  for (float& value : x) value = normal(random);
  std::vector<int> labels(static_cast<std::size_t>(batch));
  for (int& label : labels) label = static_cast<int>(random() % Classes);

  slim::model<Net, Input> net{slim::seed(1), slim::capacity(batch), threads};
  float kept = 0;  // reads every result, so that none is optimized away
  if (kind == "train") {
    auto step = slim::learning::create_train_op(net, slim::losses::sparse_softmax_cross_entropy, slim::optimizers::gradient_descent{.learning_rate = 0.001},
                                                slim::capacity(batch), threads);
    report([&] { kept += step(x, labels); });
  } else {
    slim::predictor predict(net, slim::capacity(batch), threads);
    predict.prepare();  // as the peers do when they load a network
    report([&] { kept += predict(x)(0, 0); });
  }
  return std::isfinite(kept) ? 0 : 1;
}

}  // namespace bench
