// Pools in the store of a convolution, through whole models: keeping the convolution's own result leaves the pool a step of its own.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "slim/report/explain.hpp"
#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

constexpr auto net = conv2d(6, {5, 5}, "direct") >> max_pool2d({2, 2}, "pool1") >> conv2d(34, {3, 3}, "middle", normalizer_fn = batch_norm) >>
                     conv2d(70, {3, 3}, "winograd", activation_fn = hyperbolic_tangent) >> max_pool2d({2, 2}, "pool2") >> flatten("flat") >>
                     fully_connected(3, "logits", activation_fn = none);

template <class... Options>
std::vector<float> outputs_of(int batch, int threads) {
  model<net, input<20, 24, 2>, Options...> m{seed(3), capacity(batch), threads};
  std::vector<float> images;
  for (const double value : laws::numbers(batch * 20 * 24 * 2, 5)) images.push_back(static_cast<float>(value));
  const auto found = m.predict(images);
  return {found.data(), found.data() + found.size()};
}

/// The parameters after two steps.
template <class... Options>
std::vector<float> trained(int batch, int room, int threads) {
  model<net, input<20, 24, 2>, Options...> m{seed(3), capacity(room), threads};
  auto train_op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::momentum{.learning_rate = 0.1}, capacity(room), threads);
  const auto images = laws::numbers(batch * 20 * 24 * 2, 5);
  std::vector<int> labels;
  for (int i = 0; i < batch; ++i) labels.push_back(i % 3);
  for (int step = 0; step < 2; ++step) train_op(std::vector<float>(images.begin(), images.end()), labels);
  return {m.parameters().begin(), m.parameters().end()};
}

}  // namespace

TEST_CASE("a pool in the store of its convolution is trained to the same bits as a pool of its own") {
  for (const int batch : {1, 3}) {
    const std::vector<float> expected = trained<keep<"direct">, keep<"winograd">>(batch, batch, 1);
    CHECK(trained<>(batch, batch, 1) == expected);
    CHECK(trained<>(batch, 5, 2) == expected);  // the cells lie behind the maxima of all examples that there is room for
  }
}

TEST_CASE("a pool in the store of its convolution gives the same bits as a pool of its own") {
  const std::string text = explain<net, input<20, 24, 2>>();
  CHECK(text.find("max_pool ") == std::string::npos);
  const std::string kept = explain<net, input<20, 24, 2>, keep<"direct">, keep<"winograd">>();
  CHECK(kept.find("max_pool ") != std::string::npos);
  for (const int batch : {1, 3, 8}) {
    const std::vector<float> expected = outputs_of<keep<"direct">, keep<"winograd">>(batch, 1);
    for (const int threads : {1, 2}) CHECK(outputs_of<>(batch, threads) == expected);
  }
}
