// Several threads infer on one set of weights, each with its own predictor; moments of the batch change no variable. Built with the thread sanitizer.
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "slim/eigen.hpp"
#include "slim/slim.hpp"

using namespace slim;

inline constexpr auto net = scope("net", conv2d(8, {3, 3}, "conv1", normalizer_fn = batch_norm, normalizer_params = params(is_training = true)) >>
                                             max_pool2d({2, 2}, "pool1") >> fully_connected(10, "fc1", activation_fn = none));

/// What others destroy after main may still compute, with helpers or without.
struct computes_at_the_end {
  std::vector<long> values = std::vector<long>(64);
  ~computes_at_the_end() {
    slim::kernel::parallel_for(64, 1e9, 2, [&](long task) { values[static_cast<std::size_t>(task)] = task; });
    for (long i = 0; i < 64; ++i)
      if (values[static_cast<std::size_t>(i)] != i) std::_Exit(1);
  }
};
computes_at_the_end before_all;

int main() {
  const model<net, input<12, 12, 1>> shared{seed(1), capacity(4), 1};
  static computes_at_the_end here;
  std::vector<float> x(4 * 144);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 17) / 17;
  std::vector<Eigen::MatrixXf> results(4);
  {
    std::vector<std::jthread> threads;
    for (auto& result : results)
      threads.emplace_back([&] {
        const int mine_of = static_cast<int>(&result - results.data());
        predictor mine{shared, capacity(4), 1 + mine_of % 2};
        for (int i = 0; i < 20; ++i) {
          if (mine_of == 3) mine.set_threads(1 + i % 3);
          result = mine(x);
        }
      });
  }
  for (const auto& result : results)
    if (result != results[0] || !result.allFinite()) {
      std::puts("0 passed, 1 failed");
      return 1;
    }
  std::puts("1 passed, 0 failed");
}
