#include "tests/laws/gradient_law.hpp"

using namespace slim;

namespace {

constexpr auto mish_like = [](auto x) { return x * tanh(log(1.0 + exp(x))) - 0.1 * abs(x) / sqrt(1.0 + x * x); };

constexpr auto front = fully_connected(5, "front", activation_fn = hyperbolic_tangent);

// One branch for each activation: the name of a failing variable says which.
constexpr auto clipped =
    concat(fully_connected(3, "relu", activation_fn = relu), fully_connected(3, "relu6", activation_fn = relu6),
           fully_connected(3, "leaky_relu", activation_fn = leaky_relu), fully_connected(3, "leaky_relu_tenth", activation_fn = leaky_relu.with(0.1)),
           fully_connected(3, "elu", activation_fn = elu), fully_connected(3, "selu", activation_fn = selu));
constexpr auto smooth = concat(fully_connected(3, "sigmoid", activation_fn = nn::sigmoid), fully_connected(3, "tanh", activation_fn = nn::tanh),
                               fully_connected(3, "softplus", activation_fn = softplus), fully_connected(3, "swish", activation_fn = swish),
                               fully_connected(3, "gelu", activation_fn = gelu), fully_connected(3, "custom", activation_fn = mish_like));

constexpr auto clipped_net = [](tensor x) { return clipped(front(x * 4.0)); };
constexpr auto smooth_net = [](tensor x) { return smooth(front(x)); };

// Large arguments reach the upper bend of relu6.
constexpr auto bounded = [](tensor x) { return relu6(8.0 * fully_connected(5, "linear", activation_fn = none)(x)); };

constexpr auto softmaxed = front >> fully_connected(5, "scores", activation_fn = none) >> softmax("probabilities");
constexpr auto pixel_softmax = conv2d(3, {1, 1}, "front", activation_fn = none) >> softmax("probabilities") >> flatten("flat") >>
                               fully_connected(3, "logits", activation_fn = none);

constexpr auto normalized = conv2d(7, {1, 1}, "front", activation_fn = none) >>
                            local_response_normalization("norm", depth_radius = 2, bias = 1.5, alpha = 0.7, beta = 0.75) >>
                            conv2d(3, {1, 1}, "back", activation_fn = none) >> local_response_normalization("defaults");

}  // namespace

TEST_CASE("gradient law: piecewise activations") {
  laws::check_gradients_at_batches<clipped_net, input<5>>(losses::mean_squared_error);
  laws::check_gradients_at_batches<bounded, input<5>>(losses::mean_squared_error);
}
TEST_CASE("gradient law: smooth and user-written activations") { laws::check_gradients_at_batches<smooth_net, input<5>>(losses::mean_squared_error); }
TEST_CASE("gradient law: softmax layer") {
  laws::check_gradients_at_batches<softmaxed, input<7>>(losses::mean_squared_error);
  laws::check_gradients_at_batches<pixel_softmax, input<3, 5, 2>>(losses::mean_squared_error);
}
TEST_CASE("gradient law: local response normalization") { laws::check_gradients_at_batches<normalized, input<3, 5, 2>>(losses::mean_squared_error); }
