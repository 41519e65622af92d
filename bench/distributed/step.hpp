// Steps of one network on all ranks of a job: <batch of the job> <threads of a rank> <steps>. Rank 0 prints, as JSON, the median seconds of a step, those in
// which kernels waited for gradients, the operations of rank 0, and for each bucket its bytes, the share of the operations that are left when it may start and,
// where rows travel in place of a gradient, the bytes of those of an example.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "slim/learning/distributed.hpp"
#include "slim/report/cost.hpp"
#include "slim/slim.hpp"

namespace bench {

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

template <const auto& Net, class Input, int Classes>
int run_distributed(int count, char** arguments) {
  if (count != 4) return std::fprintf(stderr, "usage: %s <batch of the job> <threads of a rank> <steps>\n", arguments[0]), 2;
  const int batch = std::atoi(arguments[1]), threads = std::atoi(arguments[2]), steps = std::atoi(arguments[3]);
  slim::model<Net, Input> net{slim::seed(1), slim::capacity(batch)};
  auto train_op = slim::learning::create_train_op(net, slim::losses::sparse_softmax_cross_entropy, slim::optimizers::momentum{0.001, 0.9},
                                                  slim::learning::distributed{}, threads);
  const int ranks = train_op.others().size(), rank = train_op.others().rank(), own = batch * (rank + 1) / ranks - batch * rank / ranks;
  std::vector<float> images(static_cast<std::size_t>(own * Input::extent.size()));
  std::vector<int> labels(static_cast<std::size_t>(own));
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<float>(i % 97) / 97 - 0.5f;
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int>(i % Classes);
  std::vector<double> took, waited;
  for (int s = -2; s < steps; ++s) {  // the first two touch memory
    const auto start = std::chrono::steady_clock::now();
    train_op(images, labels);
    if (s < 0) continue;
    took.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    waited.push_back(train_op.others().waiting());
  }
  if (rank != 0) return 0;
  const auto& p = train_op.program;
  double operations = 0;
  for (int s = 0; s < p.sizes.steps; ++s) operations += slim::graph::operations(p, p.nodes[p.order[s]]) * own;
  std::printf("{\"step\": %.6f, \"waiting\": %.6f, \"operations\": %.0f, \"most_rows\": %ld, \"buckets\": [", median(took), median(waited), operations,
              slim::learning::distributed{}.most_rows);
  const std::vector<double> left = slim::graph::operations_left(p);
  const char* separator = "";
  for (const slim::bucket& one : slim::buckets_of(p, slim::op::all_reduce_start::usual_bucket_bytes / 4)) {
    std::printf("%s[%ld, %.4f, %ld]", separator, 4 * (one.end - one.begin), left[static_cast<std::size_t>(one.step)], 4 * (one.inner + one.columns));
    separator = ", ";
  }
  std::printf("]}\n");
  return 0;
}

}  // namespace bench
