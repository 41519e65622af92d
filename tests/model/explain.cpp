#include "slim/report/explain.hpp"

#include <doctest/doctest.h>

#include <string>

#include "slim/slim.hpp"

using namespace slim;

namespace {

constexpr auto net = conv2d(8, {3, 3}, "conv") >> max_pool2d({2, 2}, "pool") >> flatten("flat") >> fully_connected(3, "logits", activation_fn = none);
using net_model = model<net, input<8, 8, 2>>;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("explain: arguments, kernels, what they store, and the bytes that fusion saves") {
  const std::string text = explain<net, input<8, 8, 2>>();
  CHECK(has(text, "num_outputs           = 8                               call"));
  CHECK(has(text, "padding               = VALID                           default"));
  CHECK(has(text, "conv"));
  CHECK(has(text, "store"));
  CHECK(has(text, "store the largest of 2 × 2"));
  // By hand, 4 bytes each. Convolution: 128 read and 128 written per example, 144 weights, 8 biases. Product: 128, 3, 384 weights, 3 biases.
  // Without fusion the convolution writes 512, the sum with biases, relu and the pool read them, and the first two write them again; the sum with biases passes
  // over the logits.
  static_assert(4 * (128 + 128 + 128 + 3) == 1548 && 4 * (144 + 8 + 384 + 3) == 2156);
  static_assert(4 * (128 + 512 + 2 * 512 + 2 * 512 + 512 + 128 + 128 + 3 + 2 * 3) == 13860);
  CHECK(has(text, "read and written: 1.51 KiB per example + 2.11 KiB (without fusion 13.54 KiB per example + 2.11 KiB)"));
}

namespace {
constexpr auto normalized = conv2d(4, {3, 3}, "conv", normalizer_fn = batch_norm) >> flatten("flat") >> fully_connected(3, "logits", activation_fn = none);
}

TEST_CASE("explain names the second result of an operation by its number") {
  model<normalized, input<6, 6, 2>> m{seed(1)};
  const std::string text = explain(learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{}));
  const std::size_t line = text.find("moments ");
  REQUIRE(line != std::string::npos);
  const std::size_t name = text.rfind('%', line);
  CHECK(has(text, text.substr(name, text.find(' ', name) - name) + ".1 "));  // the variance
}

namespace {
constexpr auto large = fully_connected(500, "large") >> fully_connected(3, "logits", activation_fn = none);
}

TEST_CASE("explain of a train_op: an update in a product is listed with its function") {
  model<large, input<300>> m{seed(1)};
  const auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{});
  const std::string text = explain(op);
  CHECK(has(text, "kernels of a training step"));
  CHECK(has(text, "\n              update "));                                           // of large/weights, in its product
  CHECK(text.find("\n              update ") == text.rfind("\n              update "));  // and of nothing else
}
