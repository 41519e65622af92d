#include "tests/laws/gradient_law.hpp"

using namespace slim;

namespace {

constexpr auto hidden = fully_connected(5, "hidden", activation_fn = hyperbolic_tangent);
constexpr auto probability(const tensor& x) {
  return apply(expr::scalar_function_of<1>([](auto v) { return 0.1 + 0.8 * expr::sigmoid(v); }), x);
}

// Every loss once with a plain number, once with weights of each example; a third of the weights is zero.
constexpr auto element_losses = [](tensor x, tensor y, tensor w) {
  const tensor h = hidden(x), weights = max(w - 0.3, 0.0);
  const auto head = [&](const char* name) { return fully_connected(3, name, activation_fn = none)(h); };
  losses::absolute_difference(head("absolute"), y);
  losses::absolute_difference(head("absolute_weighted"), y, weights);
  losses::mean_squared_error(head("squared"), y, 2.5);
  losses::mean_squared_error(head("squared_weighted"), y, weights);
  losses::log_loss(probability(head("log")), probability(y));
  losses::log_loss(probability(head("log_weighted")), probability(y), weights);
  return losses::get_total_loss();
};
constexpr auto cross_entropies = [](tensor x, tensor y, tensor w) {
  const tensor h = hidden(x), weights = max(w - 0.3, 0.0), targets = softmax("targets")(y);
  const auto head = [&](const char* name) { return fully_connected(3, name, activation_fn = none)(h); };
  losses::sigmoid_cross_entropy(head("sigmoid"), probability(y));
  losses::sigmoid_cross_entropy(head("sigmoid_weighted"), probability(y), weights, 0.2);
  losses::softmax_cross_entropy(head("softmax"), targets, 0.5);
  losses::softmax_cross_entropy(head("softmax_smooth"), targets, 1.0, 0.3);
  losses::softmax_cross_entropy(head("softmax_weighted"), targets, weights, 0.1);
  return losses::get_total_loss();
};
constexpr auto whole_example_losses = [](tensor x, tensor y, tensor w) {
  const tensor h = hidden(x), weights = max(w - 0.3, 0.0);
  const auto head = [&](const char* name) { return fully_connected(3, name, activation_fn = none)(h); };
  losses::cosine_distance(head("cosine"), y);
  losses::cosine_distance(head("cosine_weighted"), y, weights);
  losses::mean_pairwise_squared_error(head("pairwise"), y);
  losses::mean_pairwise_squared_error(head("pairwise_weighted"), y, weights);
  const tensor labels = select(y > 0.0, 1.0, 0.0);
  losses::add_loss(mean(losses::hinge_loss(head("hinge"), labels)));
  losses::compute_weighted_loss(square(head("custom")), weights);
  return losses::get_total_loss();
};
constexpr auto class_weighted = [](tensor x, tensor w, tensor classes) {
  const tensor h = hidden(x);
  losses::sparse_softmax_cross_entropy(fully_connected(4, "sparse", activation_fn = none)(h), classes);
  losses::sparse_softmax_cross_entropy(fully_connected(4, "sparse_weighted", activation_fn = none)(h), classes, max(w, 0.0));
  return losses::get_total_loss();
};

// Layers and logits of exactly 0, as the first step of a zero-initialised layer meets them.
constexpr auto zero(const char* name) { return fully_connected(1, name, activation_fn = none, weights_initializer = zeros); }
constexpr auto at_zero = [](tensor x, tensor y) {
  losses::sigmoid_cross_entropy(zero("sigmoid")(x), y);
  losses::add_loss(mean(losses::hinge_loss(zero("hinge")(x) + (2.0 * y - 1.0), y)));
  losses::absolute_difference(zero("absolute")(x) + y, y);
  const tensor activated[] = {elu(zero("elu")(x)),     selu(zero("selu")(x)),        softplus(zero("softplus")(x)),           relu(zero("relu")(x)),
                              relu6(zero("relu6")(x)), leaky_relu(zero("leaky")(x)), max(zero("first")(x), zero("second")(x))};
  for (const tensor& one : activated) losses::add_loss(sum(one));
  return losses::get_total_loss();
};

// Of pixels: one softmax for each, weights of each, distances along other axes than the last.
constexpr auto pixel_losses = [](tensor x, tensor y, tensor w) {
  const auto head = [&](const char* name) { return conv2d(2, {1, 1}, name, activation_fn = none)(x); };
  const tensor weights = max(w - 0.3, 0.0), classes = select(y > 0.0, 1.0, 0.0);
  losses::softmax_cross_entropy(head("softmax"), softmax("targets")(concat(y, -y)));
  losses::softmax_cross_entropy(head("softmax_weighted"), softmax("targets_again")(concat(y, -y)), weights, 0.1);
  losses::sparse_softmax_cross_entropy(head("sparse"), classes);
  losses::sparse_softmax_cross_entropy(head("sparse_weighted"), classes, weights, ignore_label = 1);
  losses::mean_squared_error(head("squared"), concat(y, y), weights);
  losses::cosine_distance(head("cosine"), concat(y, y), 2, sum_per_example(weights));
  losses::cosine_distance(head("cosine_pixels"), concat(y, y), -1, weights);
  losses::compute_weighted_loss(square(head("weight_trained") - y), square(weights * head("weight")));
  return losses::get_total_loss();
};

constexpr laws::setting batch_of(int n) { return {.batch = n, .sequence = 2}; }

}  // namespace

TEST_CASE("gradient law: element-wise losses, with and without weights") {
  laws::check_gradients<element_losses, input<7>, input<3>, input<>>(no_loss{}, batch_of(3));
  laws::check_gradients<element_losses, input<7>, input<3>, input<>>(no_loss{}, batch_of(5));
}
TEST_CASE("gradient law: cross entropies, with and without weights and smoothing") {
  laws::check_gradients<cross_entropies, input<7>, input<3>, input<>>(no_loss{}, batch_of(3));
}
TEST_CASE("gradient law: losses of whole examples and custom ones") {
  laws::check_gradients<whole_example_losses, input<7>, input<3>, input<>>(no_loss{}, batch_of(3));
}
TEST_CASE("gradient law: class labels") {
  laws::check_gradients<class_weighted, input<7>, input<>, input<>>(no_loss{}, {.batch = 3, .sequence = 2, .class_labels = true, .classes = 4});
}

TEST_CASE("slopes at exactly 0 are TensorFlow's") {
  for (const float y : {0.f, 1.f}) {
    model<at_zero, input<1>, input<1>> m{seed(1)};
    auto op = learning::create_train_op(m, optimizers::keep_gradients{});
    op(std::vector<float>{1}, std::vector<float>{y});
    CAPTURE(y);
    CHECK(op.slot<"sigmoid/biases">()[0] == doctest::Approx(0.5f - y));
    CHECK(op.slot<"hinge/biases">()[0] == 0);
    CHECK(op.slot<"absolute/biases">()[0] == 0);
    CHECK(op.slot<"elu/biases">()[0] == doctest::Approx(1));
    CHECK(op.slot<"selu/biases">()[0] == doctest::Approx(1.0507009873554805));
    CHECK(op.slot<"softplus/biases">()[0] == doctest::Approx(0.5));
    CHECK(op.slot<"relu/biases">()[0] == 0);
    CHECK(op.slot<"relu6/biases">()[0] == 0);
    CHECK(op.slot<"leaky/biases">()[0] == doctest::Approx(0.2));
    CHECK(op.slot<"first/biases">()[0] == 1);
    CHECK(op.slot<"second/biases">()[0] == 0);
  }
}
TEST_CASE("gradient law: losses and weights of pixels") {
  laws::check_gradients<pixel_losses, input<2, 3, 2>, input<2, 3, 1>, input<2, 3, 1>>(no_loss{}, batch_of(1));
  laws::check_gradients<pixel_losses, input<2, 3, 2>, input<2, 3, 1>, input<2, 3, 1>>(no_loss{}, batch_of(3));
}
