#include "tests/laws/gradient_law.hpp"

using namespace slim;
using losses::mean_squared_error;

namespace {

// The mask of the backward pass must be that of the forward pass, wherever fusion puts either: stores of products and convolutions,
// pooling, plain loops.
constexpr auto vectors = fully_connected(11, "first", activation_fn = relu) >> dropout(0.6, "drop1") >>
                         fully_connected(7, "second", activation_fn = nn::tanh) >> dropout(0.5, "drop2") >> fully_connected(3, "third", activation_fn = none) >>
                         dropout(0.8, "drop3");
constexpr auto images = conv2d(5, {3, 3}, "first") >> dropout(0.5, "drop1") >> max_pool2d({2, 2}, "pool") >> dropout(0.7, "drop2") >>
                        conv2d(3, {3, 3}, "second", activation_fn = none) >> dropout(0.5, "drop3") >> flatten("flat") >> dropout(0.9, "drop4") >>
                        fully_connected(3, "last", activation_fn = none);

}  // namespace

TEST_CASE("gradient law: dropout of vectors") { laws::check_gradients_at_batches<vectors, input<7>>(mean_squared_error); }
TEST_CASE("gradient law: dropout of images") { laws::check_gradients_at_batches<images, input<7, 6, 2>>(mean_squared_error); }
