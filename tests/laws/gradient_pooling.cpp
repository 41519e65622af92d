#include "tests/laws/gradient_law.hpp"

using namespace slim;
using losses::mean_squared_error;

namespace {

constexpr auto front = conv2d(3, {1, 1}, "front", activation_fn = hyperbolic_tangent);

constexpr auto largest = front >> max_pool2d({3, 3}, 2, "same", padding = SAME) >> conv2d(5, {2, 2}, "middle", activation_fn = none) >>
                         max_pool2d({3, 3}, 2, "valid");
constexpr auto overlapping = front >> max_pool2d({3, 2}, 1, "overlapping");
constexpr auto average = front >> avg_pool2d({3, 3}, 2, "same", padding = SAME) >> conv2d(5, {2, 2}, "middle", activation_fn = none) >>
                         avg_pool2d({2, 3}, 1, "valid");
constexpr auto whole = front >> conv2d(4, {3, 3}, "middle", activation_fn = none) >> global_avg_pool("global") >> flatten("flat") >>
                       fully_connected(3, "logits", activation_fn = none);

// What work_before_pools moves: the masks of two activations and the sums of bias gradients; not that of a function that is nowhere zero with its gradient.
constexpr auto masked = front >> conv2d(5, {2, 2}, "relu") >> max_pool2d({2, 2}, 2, "exact") >> conv2d(4, {2, 2}, "tanh", activation_fn = hyperbolic_tangent) >>
                        max_pool2d({2, 2}, 1, "overlapping") >> flatten("flat") >> fully_connected(3, "logits", activation_fn = none);

constexpr auto volumes = conv3d(3, 1, "front", activation_fn = hyperbolic_tangent) >> max_pool3d({2, 3, 2}, "max", stride = {1, 2, 1}, padding = SAME) >>
                         conv3d(2, 1, "middle", activation_fn = none) >> avg_pool3d({2, 2, 3}, "mean", stride = {2, 1, 2}, padding = SAME) >>
                         pool({1, 2, 2}, pooling::max, "dilated", dilation_rate = {1, 2, 1});
constexpr auto sequences = conv1d(3, 1, "front", activation_fn = hyperbolic_tangent) >> pool(3, pooling::avg, "mean", dilation_rate = 2) >>
                           conv1d(2, 1, "middle", activation_fn = none) >> pool(2, pooling::max, "max", dilation_rate = 2);

}  // namespace

TEST_CASE("gradient law: pools of volumes and sequences") {
  laws::check_gradients_at_batches<volumes, input<4, 5, 5, 2>>(mean_squared_error);
  laws::check_gradients_at_batches<sequences, input<9, 2>>(mean_squared_error);
}
TEST_CASE("gradient law: overlapping max pooling, SAME and VALID") {
  laws::check_gradients_at_batches<largest, input<9, 7, 2>>(mean_squared_error);
  laws::check_gradients_at_batches<overlapping, input<5, 7, 2>>(mean_squared_error);
}
TEST_CASE("gradient law: average pooling, SAME and VALID") { laws::check_gradients_at_batches<average, input<9, 7, 2>>(mean_squared_error); }
TEST_CASE("gradient law: global average pooling") { laws::check_gradients_at_batches<whole, input<5, 7, 2>>(mean_squared_error); }
TEST_CASE("gradient law: activations before max pools") { laws::check_gradients_at_batches<masked, input<9, 9, 2>>(mean_squared_error); }
