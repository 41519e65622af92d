#include "tests/laws/gradient_law.hpp"

using namespace slim;

namespace {

constexpr auto elastic = [](auto w) { return 0.1 * w * w / (1.0 + w * w) + 0.02 * log(1.0 + exp(w)); };

constexpr auto regularized = conv2d(3, {3, 3}, "l2", activation_fn = nn::tanh, weights_regularizer = l2_regularizer(0.3),
                                    biases_regularizer = l1_regularizer(0.2)) >>
                             conv2d(2, {1, 1}, "l1", activation_fn = nn::tanh, weights_regularizer = l1_regularizer(0.1)) >> flatten("flat") >>
                             fully_connected(5, "l1_l2", activation_fn = nn::tanh, weights_regularizer = l1_l2_regularizer(0.05, 0.2)) >>
                             fully_connected(5, "sum", activation_fn = nn::tanh,
                                             weights_regularizer = sum_regularizer(l1_regularizer(0.1), none, l2_regularizer(0.4))) >>
                             fully_connected(3, "custom", activation_fn = none, weights_regularizer = elastic) >>
                             bias_add("bias", regularizer = l2_regularizer(0.7));

// A regularized variable that nothing else reads, and one that is used twice but penalized once.
constexpr auto penalties = [](tensor x) {
  fully_connected(2, "aside", weights_regularizer = l2_regularizer(0.5), biases_initializer = none)(x);
  const tensor y = fully_connected(3, "twice", activation_fn = nn::tanh, weights_regularizer = l2_regularizer(0.5))(x);
  losses::add_loss(mean(square(fully_connected(3, "twice", activation_fn = nn::tanh, reuse = true, weights_regularizer = l2_regularizer(0.5))(y))));
  return losses::get_total_loss();
};

}  // namespace

TEST_CASE("gradient law: regularizers") { laws::check_gradients_at_batches<regularized, input<3, 5, 2>>(losses::mean_squared_error); }
TEST_CASE("gradient law: regularizers of shared and of unused variables") { laws::check_gradients_at_batches<penalties, input<3>>(no_loss{}); }
