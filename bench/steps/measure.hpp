#pragma once
// Times whole steps of one network: what a program prints is one line, `train_us infer_us peak_mib`.

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "../median.hpp"
#include "slim/slim.hpp"

namespace bench {

/// arguments: BATCH THREADS. Trains with plain gradient descent on random data, as the peers do.
template <const auto& Net, class Input, int Classes>
int run(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: %s BATCH THREADS\nprints the microseconds of a training step and of inference, and peak memory in MiB\n", arguments[0]);
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
  auto step = slim::learning::create_train_op(net, slim::losses::sparse_softmax_cross_entropy, slim::optimizers::gradient_descent{.learning_rate = 0.001},
                                              slim::capacity(batch), threads);
  float kept = 0;  // reads every result, so that none is optimized away
  const double train = median_microseconds([&] { kept += step(x, labels); });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);  // the peak of training: inference below has memory of its own
  slim::predictor predict(net, slim::capacity(batch), threads);
  predict.prepare();  // as the peers do when they load a network
  const double inference = median_microseconds([&] { kept += predict(x)(0, 0); });
  std::printf("%.3f %.3f %ld\n", train, inference, usage.ru_maxrss / 1024);
  return std::isfinite(kept) ? 0 : 1;
}

}  // namespace bench
