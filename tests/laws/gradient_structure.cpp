#include "tests/laws/gradient_law.hpp"

using namespace slim;
using losses::mean_squared_error;

namespace {

constexpr auto front = conv2d(3, {1, 1}, "front", activation_fn = hyperbolic_tangent);

constexpr auto branching = front >> concat(conv2d(2, {3, 3}, "a"), conv2d(5, {1, 1}, "b") >> conv2d(3, {3, 3}, "c", activation_fn = none),
                                           max_pool2d({3, 3}, 1, "d", padding = SAME), identity)
                        >> conv2d(2, {1, 1}, "back", activation_fn = none);
constexpr auto residual_net = front >> residual("first", conv2d(5, {3, 3}, "narrow") >> conv2d(3, {1, 1}, "wide", activation_fn = none))
                           >> (identity + conv2d(3, {3, 3}, "second", activation_fn = none)) >> (conv2d(2, {1, 1}, "left") + conv2d(2, {1, 1}, "right"));
constexpr auto biased = fully_connected(3, "linear", activation_fn = none, biases_initializer = none) >> bias_add("bias", activation_fn = nn::tanh)
                     >> fully_connected(5, "normalized", normalizer_fn = bias_add, activation_fn = nn::sigmoid) >> flatten("flat") >> bias_add("last");

// One encoder on two inputs.
constexpr auto encoder = scope("encoder", conv2d(3, {3, 3}, "conv", activation_fn = nn::tanh) >> flatten("flat") >> fully_connected(4, "code", activation_fn = none));
constexpr auto twins = [](tensor left, tensor right) {
  const tensor a = encoder(left), b = scope("encoder", encoder.body, true)(right);
  return fully_connected(3, "join", activation_fn = none)(concat(a * b, abs(a - b), a + 0.5 * b));
};
// One layer applied to its own result, three times.
constexpr auto recurrent = [](tensor x) {
  tensor state = fully_connected(4, "step", activation_fn = nn::tanh)(x);
  for (int i = 0; i < 2; ++i) state = fully_connected(4, "step", activation_fn = nn::tanh, reuse = true)(state + x);
  return state;
};
// Products of activations with broadcast operands: per example, per channel and one number.
constexpr auto gated = [](tensor x) {
  const tensor y = front(x);
  const tensor gate = fully_connected(1, "gate", activation_fn = nn::sigmoid)(y);
  const tensor shift = fully_connected(1, "shift", activation_fn = none)(y * 2.0);
  return y * gate + y / (2.0 + sum_per_example(y * y)) + shift - mean(y) * y;
};

}  // namespace

TEST_CASE("gradient law: concat of branches") { laws::check_gradients_at_batches<branching, input<5, 3, 2>>(mean_squared_error, {.sequence = 4}); }
TEST_CASE("gradient law: residual connections and sums of branches") { laws::check_gradients_at_batches<residual_net, input<5, 3, 2>>(mean_squared_error); }
TEST_CASE("gradient law: bias_add as layer and as normalizer") { laws::check_gradients_at_batches<biased, input<7>>(mean_squared_error); }
TEST_CASE("gradient law: weights shared by two branches") { laws::check_gradients_at_batches<twins, input<5, 3, 2>, input<5, 3, 2>>(mean_squared_error); }
TEST_CASE("gradient law: weights shared along a chain") { laws::check_gradients_at_batches<recurrent, input<4>>(mean_squared_error); }
TEST_CASE("gradient law: broadcast operands") { laws::check_gradients_at_batches<gated, input<3, 5, 2>>(mean_squared_error); }
