#include "tests/laws/gradient_law.hpp"

using namespace slim;
using losses::mean_squared_error;

namespace {

// A convolution between two others: its data gradient is checked through the weights before it.
constexpr auto front = conv2d(3, {1, 1}, "front", activation_fn = hyperbolic_tangent);

constexpr auto same_and_valid = front >> conv2d(5, {3, 3}, "same") >> conv2d(3, {3, 3}, "valid", padding = VALID) >>
                                conv2d(7, {5, 5}, "five", activation_fn = none);
constexpr auto strided = front >> conv2d(4, {3, 3}, 2, "same", activation_fn = none) >> conv2d(3, {3, 2}, 2, "valid", padding = VALID, activation_fn = none);
constexpr auto dilated = front >> conv2d(5, {3, 3}, "same", rate = 2, biases_initializer = none, activation_fn = none) >>
                         conv2d(2, {2, 3}, "valid", rate = 2, padding = VALID, activation_fn = none);
constexpr auto wide = front >> conv2d(17, {3, 3}, "odd", activation_fn = nn::tanh) >> conv2d(33, {1, 1}, "pointwise", activation_fn = nn::tanh) >>
                      conv2d(3, {1, 1}, 2, "strided_pointwise") >> conv2d(4, {4, 3}, "covering", padding = VALID, activation_fn = none);

constexpr auto separable = front >> separable_conv2d(5, {3, 3}, "same", depth_multiplier = 2, activation_fn = nn::tanh) >>
                           separable_conv2d(none, {3, 2}, "alone", stride = 2, padding = VALID) >>
                           separable_conv2d(3, {2, 2}, "dilated", rate = 2, activation_fn = none);

constexpr auto transposed = front >> conv2d_transpose(4, {3, 3}, 2, "doubled", activation_fn = nn::tanh) >>
                            conv2d_transpose(3, {2, 3}, 1, "valid", padding = VALID, activation_fn = nn::tanh) >>
                            conv2d_transpose(2, {1, 2}, 2, "gaps", padding = VALID, activation_fn = none);

constexpr auto sequences = conv1d(4, 1, "front", activation_fn = hyperbolic_tangent) >>
                           conv1d(6, 3, "causal", rate = 2, padding = CAUSAL, activation_fn = nn::tanh) >>
                           conv1d(4, 3, 2, "groups", groups = 2, activation_fn = nn::tanh) >> conv1d(3, 2, "valid", padding = VALID, activation_fn = none);
constexpr auto in_groups = front >> conv2d(4, {1, 1}, "four", activation_fn = nn::tanh) >>
                           conv2d(6, {3, 2}, 2, "groups", groups = 2, activation_fn = nn::tanh) >> conv2d_in_plane({2, 3}, "plane", activation_fn = nn::tanh) >>
                           conv2d(6, {2, 2}, "each", groups = 6, activation_fn = none);

constexpr auto volumes = conv3d(2, 1, "front", activation_fn = hyperbolic_tangent) >>
                         conv3d(3, {2, 3, 2}, "strided", stride = {2, 1, 2}, normalizer_fn = batch_norm, activation_fn = nn::tanh) >>
                         conv3d(2, {2, 2, 1}, "dilated", rate = {1, 2, 1}, padding = VALID, activation_fn = nn::tanh) >>
                         conv3d(2, 3, "winograd", conv_algorithm = algorithm::winograd_2x2, activation_fn = none);
constexpr auto transposed_volumes = conv3d(2, 1, "front", activation_fn = hyperbolic_tangent) >>
                                    conv3d_transpose(3, {3, 2, 1}, "doubled", stride = {2, 1, 2}, activation_fn = nn::tanh) >>
                                    conv3d_transpose(2, {2, 1, 2}, "valid", padding = VALID, activation_fn = none);

constexpr auto resized = front >> upsample({2, 3}, "nearest") >> conv2d(3, {1, 1}, "middle", activation_fn = nn::tanh) >>
                         upsample({3, 1}, "bilinear", interpolation = upsampling::bilinear) >> [](tensor x) { return resize_bilinear(x, 4, 7); } >>
                         [](tensor x) { return resize_bilinear(x, 7, 5, false); } >> conv2d(5, {1, 1}, "last") >>
                         upsample(2, "doubled", interpolation = upsampling::bilinear);

}  // namespace

TEST_CASE("gradient law: images of another size") { laws::check_gradients_at_batches<resized, input<3, 4, 2>>(mean_squared_error); }

TEST_CASE("gradient law: convolutions of volumes") { laws::check_gradients_at_batches<volumes, input<5, 4, 5, 2>>(mean_squared_error); }
TEST_CASE("gradient law: transposed convolutions of volumes") { laws::check_gradients_at_batches<transposed_volumes, input<2, 3, 2, 2>>(mean_squared_error); }

TEST_CASE("gradient law: convolutions of sequences") { laws::check_gradients_at_batches<sequences, input<9, 2>>(mean_squared_error); }
TEST_CASE("gradient law: convolutions in groups and in plane") { laws::check_gradients_at_batches<in_groups, input<5, 4, 2>>(mean_squared_error); }

TEST_CASE("gradient law: transposed convolutions") { laws::check_gradients_at_batches<transposed, input<3, 4, 2>>(mean_squared_error); }
TEST_CASE("gradient law: convolutions, SAME and VALID, 3x3 and 5x5, relu") {
  laws::check_gradients_at_batches<same_and_valid, input<7, 5, 2>>(mean_squared_error, {.sequence = 3});
}
TEST_CASE("gradient law: strided convolutions") { laws::check_gradients_at_batches<strided, input<9, 7, 3>>(mean_squared_error); }
TEST_CASE("gradient law: dilated convolutions, no biases") { laws::check_gradients_at_batches<dilated, input<9, 7, 1>>(mean_squared_error); }
TEST_CASE("gradient law: odd channels, 1x1 with and without stride, a window that covers its input") {
  laws::check_gradients_at_batches<wide, input<7, 5, 3>>(mean_squared_error, {.sequence = 5});
}
TEST_CASE("gradient law: separable convolutions") { laws::check_gradients_at_batches<separable, input<9, 8, 2>>(mean_squared_error); }
