#include <doctest/doctest.h>

#include "tests/policy/facts.hpp"

// Policies as values: composed, re-entered, captured. TF-Slim section 1.

using namespace slim;
using facts::extent;
using facts::last_operation;
using facts::program;
using facts::scalar_op;
using facts::starts_at;

namespace {

using image = input<16, 16, 2>;

constexpr auto strided = arg_scope<conv2d>(stride = 2, biases_initializer = constant(1));
constexpr auto linear = arg_scope<conv2d>(activation_fn = none, biases_initializer = constant(2));

// a + b is b inside a.
constexpr auto composed = (strided + linear)(conv2d(2, {1, 1}, "conv"));
constexpr auto written_out = strided(linear(conv2d(2, {1, 1}, "conv")));
static_assert(extent(program<composed, image>, "conv") == shape{8, 8, 2});
static_assert(last_operation(program<composed, image>, "conv") == scalar_op::add);
static_assert(starts_at(program<composed, image>, "conv/biases", 2) && starts_at(program<written_out, image>, "conv/biases", 2));
constexpr auto other_way = (linear + strided)(conv2d(2, {1, 1}, "conv"));
static_assert(starts_at(program<other_way, image>, "conv/biases", 1));
constexpr auto three = (strided + linear + arg_scope<conv2d>(stride = 4))(conv2d(2, {1, 1}, "conv"));
static_assert(extent(program<three, image>, "conv") == shape{4, 4, 2});

// Entered plainly, a policy adds to what is open; with arg_scope(policy) it replaces it.
constexpr auto added = arg_scope<conv2d>(activation_fn = none)(conv2d(2, {1, 1}, "before") >> strided(conv2d(2, {1, 1}, "conv")));
static_assert(last_operation(program<added, image>, "conv") == scalar_op::add && extent(program<added, image>, "conv") == shape{8, 8, 2});
constexpr auto replaced =
    arg_scope<conv2d>(activation_fn = none)(conv2d(2, {1, 1}, "before") >> arg_scope(strided)(conv2d(2, {1, 1}, "conv")) >> conv2d(2, {1, 1}, "after"));
static_assert(last_operation(program<replaced, image>, "conv") == scalar_op::maximum && extent(program<replaced, image>, "conv") == shape{8, 8, 2});
static_assert(last_operation(program<replaced, image>, "after") == scalar_op::add);  // the outer scope is back
// What replaces hides nothing of what is opened inside.
constexpr auto inside = arg_scope<conv2d>(activation_fn = none)(
    conv2d(2, {1, 1}, "before") >>
    arg_scope(strided)(conv2d(2, {1, 1}, "one") >> arg_scope<conv2d>(biases_initializer = constant(5))(conv2d(2, {1, 1}, "two"))));
static_assert(starts_at(program<inside, image>, "two/biases", 5) && extent(program<inside, image>, "two") == shape{4, 4, 2});

// current_arg_scope is everything in force where it is taken; entered elsewhere it replaces what is open there.
constexpr auto captured = [](const tensor& x) {
  tensor taken_in = x;
  const auto outer = arg_scope<conv2d>(stride = 2);
  const auto scope_of = [&](const tensor& y) {
    const auto here = current_arg_scope(y);  // stride 2 and constant 3
    const tensor first = conv2d(2, {1, 1}, "first")(y);
    return arg_scope<conv2d>(activation_fn = none,
                             stride = 1)([&](const tensor& z) { return conv2d(2, {1, 1}, "third")(arg_scope(here)(conv2d(2, {1, 1}, "second"))(z)); })(first);
  };
  return outer(arg_scope<conv2d>(biases_initializer = constant(3))(scope_of))(taken_in);
};
constexpr const auto& c = program<captured, image>;
static_assert(c.error.broken == graph::rule::none);
static_assert(extent(c, "first") == shape{8, 8, 2} && starts_at(c, "first/biases", 3));
static_assert(extent(c, "second") == shape{4, 4, 2} && starts_at(c, "second/biases", 3) && last_operation(c, "second") == scalar_op::maximum);
static_assert(extent(c, "third") == shape{4, 4, 2} && starts_at(c, "third/biases", 3) && last_operation(c, "third") == scalar_op::add);

// Captured policies are values: they outlive the scopes that they were taken in.
constexpr auto kept = [](const tensor& x) {
  captured_policies one, both;
  const tensor y = arg_scope<conv2d>(stride = 2)([&](const tensor& t) {
    one = current_arg_scope(t);
    return arg_scope<conv2d>(padding = VALID)([&](const tensor& u) {
      both = current_arg_scope(u);
      return conv2d(2, {1, 1}, "inside")(u);
    })(t);
  })(x);
  captured_policies copied = both;
  both = one;
  return arg_scope(copied)(conv2d(2, {3, 3}, "both"))(arg_scope(both)(conv2d(2, {3, 3}, "one"))(y));
};
static_assert(extent(program<kept, input<32, 32, 2>>, "one") == shape{8, 8, 2} && extent(program<kept, input<32, 32, 2>>, "both") == shape{3, 3, 2});

// Captured where nothing is open, it is empty: entering it clears all defaults, as arg_scope({}) does.
constexpr auto cleared = [](const tensor& x) {
  const auto empty = current_arg_scope(x);
  return arg_scope<conv2d>(stride = 2)([&](const tensor& y) { return arg_scope(empty)(conv2d(2, {1, 1}, "cleared"))(conv2d(2, {1, 1}, "strided")(y)); })(x);
};
static_assert(extent(program<cleared, image>, "strided") == shape{8, 8, 2} && extent(program<cleared, image>, "cleared") == shape{8, 8, 2});

// A function that returns a policy, as TF-Slim's *_arg_scope functions do.
constexpr auto vgg_arg_scope(double weight_decay) {
  return arg_scope<conv2d, fully_connected>(activation_fn = relu, weights_regularizer = l2_regularizer(weight_decay), biases_initializer = zeros) +
         arg_scope<conv2d>(padding = VALID);
}
constexpr auto from_function = vgg_arg_scope(0.5)(conv2d(2, {3, 3}, "conv") >> fully_connected(2, "fc"));
static_assert(extent(program<from_function, image>, "conv") == shape{14, 14, 2});
static_assert(facts::penalty(program<from_function, image>, "fc/weights") == 0.25);

}  // namespace

TEST_CASE("the stack of policies is empty again after a network") {
  tracer trace;
  const tensor x(trace, graph::add_leaf(trace.g, graph::kind::input, true, {16, 16, 2}));
  captured(x);
  CHECK(trace.policies.entries.empty());
  CHECK(trace.policies.groups.empty());
  CHECK(trace.policies.visible_from == 0);
  CHECK(!trace.g.failed());
}
