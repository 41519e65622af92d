#include "slim/model/explain.hpp"

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
  // Numbers by hand. Convolution: input 128, weights 144, result 512, and with it the bias. Pool: 512, 128. Product: 128, 384, 3.
  // Without fusion: the sum with biases and relu pass over the result twice, the logits' sum once.
  constexpr const auto& p = inference<net, model_options<input<8, 8, 2>>>::program;
  CHECK(p.fused.per_example == 128 + 512 + 512 + 128 + 128 + 3);
  CHECK(p.fused.fixed == 144 + 8 + 384 + 3);
  CHECK(p.unfused.per_example == p.fused.per_example + 2 * 512 + 2 * 512 + 2 * 3);
  CHECK(p.unfused.fixed == p.fused.fixed);
  CHECK(has(text, "read and written: 5.51 KiB per example + 2.11 KiB (without fusion 13.54 KiB per example + 2.11 KiB)"));
}

TEST_CASE("explain of a train_op: updates in a product are listed with what they replace") {
  net_model m{seed(1)};
  const auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{});
  const std::string text = explain(op);
  CHECK(has(text, "kernels of a training step"));
  CHECK(has(text, "update"));
  CHECK(op.program.fused.per_example < op.program.unfused.per_example);
}
