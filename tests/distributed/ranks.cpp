// What the ranks of a job do in the tests of run.py: mpirun -n N ranks <task> [folder]. Each prints what run.py compares; a task that finds something wrong
// ends with 1.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <tuple>
#include <vector>

#include "slim/learning/distributed.hpp"
#include "slim/learning/train.hpp"
#include "slim/slim.hpp"
#include "slim/tensor/random.hpp"

using namespace slim;

namespace {

// Convolutions, dropout, batch_norm on the far side of none of them: its statistics belong to a rank.
constexpr auto net = conv2d(6, {3, 3}, "conv", weights_regularizer = l2_regularizer(0.01)) >> max_pool2d({2, 2}, "pool") >> flatten() >>
                     fully_connected(37, "hidden") >> dropout(0.5) >> fully_connected(3, "logits", activation_fn = none);
constexpr auto normalized = conv2d(6, {3, 3}, "conv", normalizer_fn = batch_norm) >> max_pool2d({2, 2}, "pool") >> flatten() >>
                            fully_connected(3, "logits", activation_fn = none, normalizer_fn = batch_norm);
// Words, few enough that most rows of the table are looked up by no rank, or by one.
constexpr auto worded = [](const tensor& x) {
  return fully_connected(
      3, "logits", activation_fn = none)(flatten()(embed_sequence(50, 4, "words")(stop_gradient(floor(slice(reshape(x, {60}), {0}, {2}) * 20.0 + 20.0)))));
};
// Matrices large enough that rows travel in place of their gradients.
constexpr auto wide = flatten() >> fully_connected(1100, "first", weights_regularizer = l2_regularizer(0.01)) >>
                      fully_connected(130, "second", weights_regularizer = l1_l2_regularizer(0.001, 0.01)) >>
                      fully_connected(3, "logits", activation_fn = none);
constexpr int examples = 26, batch_size = 12;  // the last batch of an epoch has 2: some ranks have none of their own
using network = model<net, input<6, 5, 2>, precision<double>>;
using wide_network = model<wide, input<6, 5, 2>, precision<double>>;

/// The same batches everywhere, in an order that changes from epoch to epoch.
class source {
public:
  explicit source(int slow = -1, bool has_damage = false) : delay(slow), damaged(has_damage) {}
  std::tuple<std::vector<double>, std::vector<int>> next() {
    constexpr int each = (examples + batch_size - 1) / batch_size;
    const std::int64_t epoch = step / each, first = step % each * batch_size;
    const int count = first + batch_size <= examples ? batch_size : static_cast<int>(examples - first);
    ++step;
    std::vector<double> images;
    std::vector<int> labels;
    for (int i = 0; i < count; ++i) {
      const std::int64_t example = (first + i) * 11 % examples + epoch % 2 * 1000;
      random_stream random(7, static_cast<std::uint64_t>(example));
      for (int k = 0; k < 60; ++k) images.push_back(random.uniform() * 2 - 1);
      labels.push_back(static_cast<int>(example % 3));
    }
    if (damaged && (step == 3 || step == 7 || step == 8)) images[images.size() - 5] = std::nan("");  // an example of the last rank
    if (delay == step) throw error("source: expected batch " + std::to_string(step) + ", found that it cannot be read; mend the file");
    return {images, labels};
  }
  void seek(std::int64_t to) { step = to; }

private:
  std::int64_t step = 0;
  int delay;
  bool damaged;
};

template <class Network>
auto create(Network& of, const auto&... rest) {
  return learning::create_train_op(of, losses::sparse_softmax_cross_entropy, optimizers::momentum{0.05, 0.9}, capacity(batch_size), 1, rest...);
}

/// A number of all bits.
unsigned long bits_of(std::span<const double> values) {
  unsigned long sum = 0xcbf29ce484222325ul;
  for (const double& value : values) {
    std::uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    sum = (sum ^ bits) * 0x100000001b3ul;
  }
  return sum;
}

/// Steps of all ranks together, and of a single process with the whole batch: the same numbers.
template <class Network>
int equal(bool accumulates, long rows = 128) {
  Network shared{seed(3), capacity(batch_size)}, whole{seed(3), capacity(batch_size)};
  double worst = 0;
  const auto compare = [&](auto& together, auto& alone) {
    source here, there;
    learning::share_of share(together, here);
    for (int s = 0; s < 20; ++s) {
      const auto [images, labels] = share.next();
      const auto [all_images, all_labels] = there.next();
      const double mine = together(images, labels), expected = alone(all_images, all_labels);
      worst = std::fmax(worst, std::fabs(mine - expected) / std::fabs(expected));
    }
  };
  const learning::distributed buckets{.bucket_bytes = 4096, .most_rows = rows};  // several
  if constexpr (std::is_same_v<Network, model<worded, input<6, 5, 2>, precision<double>>>) {
    auto together = create(shared, buckets);
    auto alone = create(whole);
    compare(together, alone);
  } else if constexpr (std::is_same_v<Network, model<normalized, input<6, 5, 2>, precision<double>>>) {
    auto together = create(shared, buckets, learning::synchronized_batch_norm{});
    auto alone = create(whole);
    compare(together, alone);
  } else if (accumulates) {
    auto together = create(shared, buckets, learning::accumulate_gradients{2}, learning::clip_global_norm{0.7});
    auto alone = create(whole, learning::accumulate_gradients{2}, learning::clip_global_norm{0.7});
    compare(together, alone);
  } else {
    auto together = create(shared, buckets);
    auto alone = create(whole);
    compare(together, alone);
  }
  for (std::size_t i = 0; i < shared.parameters().size(); ++i)
    worst = std::fmax(worst, std::fabs(shared.parameters()[i] - whole.parameters()[i]) / (1e-3 + std::fabs(whole.parameters()[i])));
  std::printf("equal %d\n", worst < 1e-6);
  return worst < 1e-6 ? 0 : 1;
}

/// Batches of which one rank alone has found a damaged example are passed over by all.
int pass_over() {
  network shared{seed(3), capacity(batch_size)}, whole{seed(3), capacity(batch_size)};
  auto together = create(shared, learning::distributed{.bucket_bytes = 4096}, learning::skip_not_finite{}, learning::clip_global_norm{0.7});
  auto alone = create(whole, learning::skip_not_finite{}, learning::clip_global_norm{0.7});
  source here(-1, true), there(-1, true);
  learning::share_of share(together, here);
  for (int s = 0; s < 14; ++s) {
    const auto [images, labels] = share.next();
    const auto [all_images, all_labels] = there.next();
    together(images, labels), alone(all_images, all_labels);
  }
  double worst = 0;
  for (std::size_t i = 0; i < shared.parameters().size(); ++i)
    worst = std::fmax(worst, std::fabs(shared.parameters()[i] - whole.parameters()[i]) / (1e-3 + std::fabs(whole.parameters()[i])));
  const bool right = worst < 1e-6 && together.skipped() == 3 && together.step() == 11 && alone.skipped() == 3;
  std::printf("skips %d\n", right);
  return right ? 0 : 1;
}

/// Trains in a folder to step 60. `fails`: the rank whose source breaks at step 23.
int train(const std::string& folder, int fails) {
  network of{seed(9), capacity(batch_size)};
  auto step = create(of, learning::distributed{.bucket_bytes = 4096});
  source batches(step.others().rank() == fails ? 23 : -1);
  learning::share_of share(step, batches);
  learning::train(step, share, {.logdir = folder, .log_every_n_steps = 20, .number_of_steps = 60, .save_summaries_secs = 0, .save_interval_secs = 0.001});
  std::printf("bits %016lx\n", bits_of(of.parameters()));
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const std::string task = count > 1 ? values[1] : "", folder = count > 2 ? values[2] : "";
  try {
    if (task == "equal")
      return equal<network>(false) + equal<network>(true) + equal<model<normalized, input<6, 5, 2>, precision<double>>>(false) +
             equal<model<worded, input<6, 5, 2>, precision<double>>>(false) + equal<wide_network>(false) + equal<wide_network>(true) +
             equal<wide_network>(false, 0) + equal<wide_network>(true, 7);
    if (task == "skip") return pass_over();
    if (task == "train") return train(folder, count > 3 ? std::stoi(values[3]) : -1);
  } catch (const error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 3;
  }
  return 2;
}
