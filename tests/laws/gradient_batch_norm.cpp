#include "tests/laws/gradient_law.hpp"

using namespace slim;
using losses::mean_squared_error;

namespace {

// The weights before each normalization are checked too: gradients flow through mean and variance.
constexpr auto centred = conv2d(3, {3, 3}, "conv", normalizer_fn = batch_norm) >> conv2d(2, {1, 1}, "back", activation_fn = none);
constexpr auto scaled = arg_scope<batch_norm>(decay = 0.9, center = true, scale = true)(
    conv2d(5, {3, 3}, "conv", activation_fn = nn::tanh, normalizer_fn = batch_norm) >> batch_norm("after", activation_fn = nn::sigmoid) >> flatten("flat") >>
    fully_connected(3, "full", activation_fn = none, normalizer_fn = batch_norm, normalizer_params = params(center = false, scale = true)));
constexpr auto plain = conv2d(3, {3, 3}, "conv", activation_fn = none, biases_initializer = none) >> batch_norm("norm", center = false, scale = false);
// At inference the moving averages are constants.
constexpr auto frozen = conv2d(3, {3, 3}, "conv", activation_fn = none) >> batch_norm("norm", scale = true, is_training = false);
// The same normalization applied twice: gradients of shared gamma and beta add up.
constexpr auto shared = [](tensor x) {
  const tensor a = conv2d(3, {1, 1}, "conv", activation_fn = nn::tanh)(x);
  return batch_norm("norm", scale = true, reuse = true)(3.0 * batch_norm("norm", scale = true)(a) * a + 1.0);
};

}  // namespace

TEST_CASE("gradient law: batch_norm as normalizer") { laws::check_gradients_at_batches<centred, input<5, 3, 2>>(mean_squared_error, {.sequence = 2}); }
TEST_CASE("gradient law: batch_norm with gamma, and of vectors") {
  laws::check_gradients<scaled, input<5, 3, 2>>(mean_squared_error, {.batch = 3});
  laws::check_gradients<scaled, input<5, 3, 2>>(mean_squared_error, {.batch = 5});
}
TEST_CASE("gradient law: batch_norm without center and scale") { laws::check_gradients_at_batches<plain, input<5, 3, 2>>(mean_squared_error); }
TEST_CASE("gradient law: batch_norm with fixed averages") { laws::check_gradients_at_batches<frozen, input<5, 3, 2>>(mean_squared_error); }
TEST_CASE("gradient law: batch_norm applied twice") { laws::check_gradients_at_batches<shared, input<5, 3, 2>>(mean_squared_error); }
