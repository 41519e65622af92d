#pragma once
// Times whole steps of one network: what a program prints is one line, `train_us infer_us peak_mib`.

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "slim/slim.hpp"

namespace bench {

/// Median microseconds of one call of `work`, over calls in groups of about a hundredth of a second for about a second.
template <class Work>
double median_microseconds(const Work& work) {
  using clock = std::chrono::steady_clock;
  const auto timed = [&](long calls) {
    const auto begin = clock::now();
    for (long i = 0; i < calls; ++i) work();
    return std::chrono::duration<double, std::micro>(clock::now() - begin).count();
  };
  timed(1);  // warms up: first touch of memory, threads
  const double one = std::max(timed(1), 0.01);
  const long together = std::max(1L, static_cast<long>(1e4 / one));
  const int groups = std::clamp(static_cast<int>(1e6 / (one * static_cast<double>(together))), 3, 101);
  std::vector<double> times;
  for (int i = 0; i < groups; ++i) times.push_back(timed(together) / static_cast<double>(together));
  std::nth_element(times.begin(), times.begin() + groups / 2, times.end());
  return times[static_cast<std::size_t>(groups / 2)];
}

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
  const double inference = median_microseconds([&] { kept += net.predict(x)(0, 0); });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%.3f %.3f %ld\n", train, inference, usage.ru_maxrss / 1024);
  return std::isfinite(kept) ? 0 : 1;
}

}  // namespace bench
