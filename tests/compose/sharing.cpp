#include <doctest/doctest.h>

#include "slim/losses/losses.hpp"
#include "slim/model/facts.hpp"
#include "slim/optimizers/optimizers.hpp"
#include "tests/policy/facts.hpp"

// Weights that several layers share. TF-Slim section 2.1, rules 5 and 6.

using namespace slim;
using facts::broken;
using facts::program;
using facts::rule;

namespace {

using image = input<6, 6, 2>;

constexpr auto tower = conv2d(2, {3, 3}, "conv", weights_regularizer = l2_regularizer(0.5)) >>
                       fully_connected(4, "fc", weights_regularizer = l2_regularizer(0.5));

constexpr auto single = scope("tower", tower);
constexpr long numbers_of_tower = (3 * 3 * 2 * 2 + 2) + (6 * 6 * 2 * 4 + 4);
static_assert(parameter_count<single, image> == numbers_of_tower);

// A siamese network: the second tower uses the variables of the first.
constexpr auto siamese = [](const tensor& left, const tensor& right) {
  const tensor a = scope("tower", tower)(left), b = scope("tower", tower, true)(right);
  return square(a - b);
};
static_assert(parameter_count<siamese, image, image> == numbers_of_tower);
static_assert(variable_count<siamese, image, image> == 4);

// By layer.
constexpr auto recurrent = fully_connected(5, "cell") >> fully_connected(5, "cell", reuse = true) >> fully_connected(5, "cell", reuse = true);
static_assert(parameter_count<recurrent, input<5>> == 5 * 5 + 5);
// By arg_scope.
constexpr auto by_policy = fully_connected(5, "cell") >> arg_scope<fully_connected>(reuse = true)(fully_connected(5, "cell"));
static_assert(parameter_count<by_policy, input<5>> == 5 * 5 + 5);
// With a normalizer inside: its variables are shared as well.
constexpr auto normalized = scope("a", conv2d(2, {3, 3}, "conv", normalizer_fn = batch_norm)) >>
                            scope("a", conv2d(2, {3, 3}, "conv", normalizer_fn = batch_norm), true);
static_assert(variable_count<normalized, image> == 4 && parameter_count<normalized, image> == 3 * 3 * 2 * 2 + 2);

// Layers without a name are found again: their numbers begin anew with each visit of a scope.
constexpr auto anonymous = conv2d(2, {1, 1}) >> conv2d(2, {1, 1}) >> repeat<2>(conv2d(2, {1, 1}));
constexpr auto anonymous_twice = scope("a", anonymous) >> scope("a", anonymous, true);
static_assert(variable_count<anonymous_twice, image> == 8);

// Reuse ends with its scope.
constexpr auto ends = scope("a", conv2d(2, {1, 1}, "x")) >> scope("a", conv2d(2, {1, 1}, "x"), true) >> scope("a", conv2d(2, {1, 1}, "y"));
static_assert(variable_count<ends, image> == 4);

// What does not exist cannot be shared, and what exists is not shared by accident.
constexpr auto missing = scope("a", conv2d(2, {1, 1}, "x")) >> scope("a", conv2d(2, {1, 1}, "y"), true);
static_assert(broken<missing, image> == rule::reused_variable_missing);
constexpr auto accident = scope("a", conv2d(2, {1, 1}, "x")) >> scope("a", conv2d(2, {1, 1}, "x"));
static_assert(broken<accident, image> == rule::duplicate_variable);
constexpr auto other_shape = scope("a", conv2d(2, {1, 1}, "x")) >> scope("a", conv2d(3, {1, 1}, "x"), true);
static_assert(broken<other_shape, image> == rule::reused_variable_shape);

}  // namespace

TEST_CASE("a shared variable is penalised once") {
  tracer trace;
  trace.training = true;
  const tensor left(trace, graph::add_leaf(trace.g, graph::kind::input, true, image::extent, 0));
  const tensor right(trace, graph::add_leaf(trace.g, graph::kind::input, true, image::extent, 1));
  siamese(left, right);
  CHECK(!trace.g.failed());
  CHECK(trace.regularization_losses().size() == 2);  // the weights of conv and of fc
}

TEST_CASE("a shared variable is updated once, by the sum of its gradients") {
  static constexpr auto with_loss = [](const tensor& left, const tensor& right) {
    losses::add_loss(mean(siamese(left, right)));
    return losses::get_total_loss();
  };
  const graph::compilation c =
      detail::finish(detail::trace_and_differentiate<with_loss, model_options<image, image>, no_loss, optimizers::gradient_descent, train_options<>>().g);
  REQUIRE(!c.g.failed());
  int updates = 0, convolution_gradients = 0, matmul_gradients = 0;
  for (const graph::node& n : c.g.nodes) {
    if (n.dead) continue;
    updates += n.kind == graph::kind::update ? 1 : 0;
    convolution_gradients += n.kind == op::convolution_weights_gradient::kind ? 1 : 0;
    matmul_gradients += n.kind == op::matmul_weights_gradient::kind ? 1 : 0;
  }
  CHECK(updates == 4);
  CHECK(convolution_gradients == 2);
  CHECK(matmul_gradients == 2);
}
