#include "tests/laws/gradient_law.hpp"

using namespace slim;

namespace {

// The multi-task example of TF-Slim's introduction. `total` says how the losses are put together.
template <class Total>
constexpr auto multi_task(Total total) {
  return [=](tensor images, tensor scene_labels, tensor depth_labels) {
    const tensor features = arg_scope<conv2d, fully_connected>(weights_regularizer = l2_regularizer(0.05), activation_fn = hyperbolic_tangent)(
        conv2d(3, {3, 3}, "conv") >> flatten("flat") >> fully_connected(7, "features"))(images);
    const tensor scene = fully_connected(4, "scene", activation_fn = none)(features), depth = fully_connected(1, "depth", activation_fn = none)(features);
    return total(losses::softmax_cross_entropy(scene, softmax("targets")(scene_labels)), losses::sum_of_squares(depth, depth_labels),
                 losses::add_loss(mean(abs(depth - depth_labels) * 0.1)));
  };
}
constexpr auto collected = multi_task([](tensor, tensor, tensor) { return losses::get_total_loss(); });
constexpr auto added =
    multi_task([](tensor scene, tensor depth, tensor custom) { return scene + depth + custom + add_n(losses::get_regularization_losses()); });
constexpr auto unregularized =
    multi_task([](tensor scene, tensor depth, tensor custom) { return 0.5 * (losses::get_total_loss(false) - custom) + 2.0 * scene * depth; });

using inputs_are = input<4, 3, 2>;

}  // namespace

TEST_CASE("gradient law: several heads and a custom loss") { laws::check_gradients_at_batches<collected, inputs_are, input<4>, input<1>>(no_loss{}); }
TEST_CASE("gradient law: arithmetic with losses") { laws::check_gradients_at_batches<unregularized, inputs_are, input<4>, input<1>>(no_loss{}); }

TEST_CASE("two ways to compute the total loss give equal numbers") {
  model<collected, inputs_are, input<4>, input<1>> a(seed(2));
  model<added, inputs_are, input<4>, input<1>> b(seed(2));
  auto train_a = learning::create_train_op(a, optimizers::momentum{0.1, 0.9});
  auto train_b = learning::create_train_op(b, optimizers::momentum{0.1, 0.9});
  const auto images = laws::numbers<float>(5 * 24, 1), scenes = laws::numbers<float>(5 * 4, 2), depths = laws::numbers<float>(5, 3);
  for (int step = 0; step < 3; ++step) {
    const float total_a = train_a(images, scenes, depths), total_b = train_b(images, scenes, depths);
    CHECK(total_a == doctest::Approx(total_b).epsilon(1e-6));
    // The parts add up to the total: three losses, then one penalty for each of the two regularized weights.
    float sum = 0;
    for (int i = 0; i < train_a.losses(); ++i) sum += train_a.loss(i);
    CHECK(train_a.losses() == 5);
    CHECK(train_a.regularization_losses() == 2);
    CHECK(total_a == doctest::Approx(sum).epsilon(1e-6));
  }
}
