// The same seed gives the same bits: run after run, and at any number of threads.
#include <doctest/doctest.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "slim/slim.hpp"

using namespace slim;

namespace {

inline constexpr auto net = scope("net", arg_scope<conv2d>(normalizer_fn = batch_norm)(
                                             conv2d(17, {5, 5}, "conv1") >> max_pool2d({3, 3}, 2, "pool1", padding = SAME) >> conv2d(32, {3, 3}, "conv2")) >>
                                             dropout(0.5, "dropout1") >> fully_connected(65, "fc1", weights_regularizer = l2_regularizer(0.01)) >>
                                             fully_connected(10, "fc2", activation_fn = none));
using trained = model<net, input<28, 28, 1>>;

/// What three steps compute on as many threads as `threads_of` says for each.
template <class Threads>
std::vector<float> train(Threads threads_of) {
  const int threads = threads_of(0);
  trained m{seed(5), capacity(13), threads};
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::adam{}, capacity(13), threads);
  std::vector<float> x(13 * 784), losses;
  std::vector<int> y(13);
  for (int step = 0; step < 3; ++step) {
    random_stream random(11, 0, static_cast<std::uint64_t>(step));
    for (float& v : x) v = random.normal();
    for (int& label : y) label = static_cast<int>(random.below(10));
    op.set_threads(threads_of(step));
    losses.push_back(op(x, y));
  }
  losses.insert(losses.end(), m.parameters().begin(), m.parameters().end());
  return losses;
}

}  // namespace

TEST_CASE("training is bitwise the same for 1, 2 and 3 threads") {
  const auto one = train([](int) { return 1; });
  for (int threads : {1, 2, 3}) {
    const auto again = train([&](int) { return threads; });
    REQUIRE(again.size() == one.size());
    CHECK(std::memcmp(one.data(), again.data(), one.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("threads may change between steps, and beside busy neighbours while one runs") {
  const auto one = train([](int) { return 1; });
  std::atomic<bool> end{false};
  std::vector<std::jthread> neighbours;
  for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency(); ++i)
    neighbours.emplace_back([&] {
      while (!end) {}
    });
  for (int first : {1, 3, 2}) {
    const auto again = train([&](int step) { return 1 + (first + step) % 3; });
    REQUIRE(again.size() == one.size());
    CHECK(std::memcmp(one.data(), again.data(), one.size() * sizeof(float)) == 0);
  }
  end = true;
}
