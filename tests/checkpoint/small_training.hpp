#pragma once
// A net with everything that a resumed training must continue: dropout, moving averages, optimizer state, the order of the data.

#include <cstring>
#include <vector>

#include "slim/data/batches.hpp"
#include "slim/slim.hpp"

namespace checkpoint_tests {

using namespace slim;

inline constexpr auto small_net =
    scope("net", fully_connected(24, "fc1", normalizer_fn = batch_norm) >> dropout(0.5, "drop") >> fully_connected(3, "logits", activation_fn = none));
using small_model = model<small_net, input<20>>;

inline data::labelled_images small_set() {
  data::labelled_images set{50, 20, 1, 1, 3, {}, {}};
  random_stream random(3);
  for (int i = 0; i < 50; ++i) {
    set.labels.push_back(static_cast<int>(random.below(3)));
    for (int k = 0; k < 20; ++k) set.images.push_back(random.normal() + static_cast<float>(k % 3 == set.labels.back()));
  }
  return set;
}

/// A model, its training and its data. The seed of the model only matters when nothing is restored.
template <class Optimizer = optimizers::adam>
struct small_training {
  data::labelled_images set = small_set();
  small_model net;
  train_op<small_model, std::remove_const_t<decltype(losses::sparse_softmax_cross_entropy)>, Optimizer> train;
  data::batches batches{set, 8, 5};

  explicit small_training(std::uint64_t start = 1)
      : net(seed(start), capacity(8), 1), train(learning::create_train_op(net, losses::sparse_softmax_cross_entropy, Optimizer{}, capacity(8), 1)) {}
  small_training(const small_training&) = delete;

  /// Trains up to and including step `last`; afterwards calls after_step() each time.
  template <class AfterStep>
  void run_to(long last, AfterStep after_step) {
    batches.seek(train.step());
    while (train.step() < last) {
      const data::labelled_batch batch = batches.next();
      train(batch.images, batch.labels);
      after_step();
    }
  }
  void run_to(long last) {
    run_to(last, [] {});
  }

  std::vector<float> weights() const { return {net.parameters().begin(), net.parameters().end()}; }
};

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace checkpoint_tests
