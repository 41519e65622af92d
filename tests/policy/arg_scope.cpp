#include "slim/policy/arg_scope.hpp"

#include <doctest/doctest.h>

#include "slim/slim.hpp"
#include "tests/policy/facts.hpp"

// TF-Slim section 1.

using namespace slim;
using facts::broken;
using facts::extent;
using facts::initial;
using facts::last_operation;
using facts::penalty;
using facts::program;
using facts::rule;
using facts::scalar_op;
using facts::starts_at;

namespace {

using image = input<16, 16, 2>;

// Strength: default < outer < inner < call; what an inner scope does not mention is inherited.
constexpr auto nested = arg_scope<conv2d>(stride = 2, biases_initializer = constant(1))(
    conv2d(2, {1, 1}, "outer") >>
    arg_scope<conv2d>(biases_initializer = constant(2), activation_fn = nn::tanh)(
        conv2d(2, {1, 1}, "inner") >> conv2d(2, {1, 1}, "call", stride = 1, activation_fn = none, biases_initializer = constant(3))) >>
    conv2d(2, {1, 1}, "after"));
constexpr const auto& n = program<nested, image>;
static_assert(extent(n, "outer") == shape{8, 8, 2} && starts_at(n, "outer/biases", 1) && last_operation(n, "outer") == scalar_op::maximum);
static_assert(extent(n, "inner") == shape{4, 4, 2} && starts_at(n, "inner/biases", 2) && last_operation(n, "inner") == scalar_op::hyperbolic_tangent);
static_assert(extent(n, "call") == shape{4, 4, 2} && starts_at(n, "call/biases", 3) && last_operation(n, "call") == scalar_op::add);
static_assert(extent(n, "after") == shape{2, 2, 2} && starts_at(n, "after/biases", 1) && last_operation(n, "after") == scalar_op::maximum);

// A positional argument is an argument of the call.
constexpr auto positional = arg_scope<conv2d>(stride = 4)(conv2d(2, {1, 1}, 2, "positional") >> conv2d(2, {1, 1}, "scoped"));
static_assert(extent(program<positional, image>, "positional") == shape{8, 8, 2});
static_assert(extent(program<positional, image>, "scoped") == shape{2, 2, 2});

// One scope speaks to several kinds of layers, and only to those listed.
constexpr auto several = arg_scope<conv2d, fully_connected>(weights_initializer = constant(0.5), activation_fn = none)(arg_scope<conv2d, max_pool2d>(
    padding = VALID)(conv2d(2, {3, 3}, "conv") >> max_pool2d({3, 3}, "pool") >> avg_pool2d({3, 3}, 1, "average", padding = SAME) >> fully_connected(3, "fc")));
constexpr const auto& s = program<several, image>;
static_assert(starts_at(s, "conv/weights", 0.5) && starts_at(s, "fc/weights", 0.5));
static_assert(last_operation(s, "conv") == scalar_op::add && last_operation(s, "fc") == scalar_op::add);
static_assert(extent(s, "conv") == shape{14, 14, 2} && extent(s, "pool") == shape{6, 6, 2} && extent(s, "average") == shape{6, 6, 2});

// A kind that no scope lists keeps its defaults.
constexpr auto unlisted =
    arg_scope<conv2d>(stride = 2, activation_fn = none)(conv2d(2, {1, 1}, "conv") >> max_pool2d({2, 2}, "pool", padding = SAME) >> fully_connected(3, "fc"));
static_assert(extent(program<unlisted, image>, "pool") == shape{4, 4, 2});
static_assert(last_operation(program<unlisted, image>, "fc") == scalar_op::maximum);
static_assert(initial(program<unlisted, image>, "fc/weights").kind == distribution::variance_scaling);

// `none` is a value that overrides: no activation, no biases, no regularizer, no normalizer.
constexpr auto nothing = arg_scope<conv2d>(normalizer_fn = batch_norm, weights_regularizer = l2_regularizer(0.5), activation_fn = relu)(
    conv2d(2, {1, 1}, "as_told") >> arg_scope<conv2d>(normalizer_fn = none, weights_regularizer = none)(
                                        conv2d(2, {1, 1}, "plain") >> conv2d(2, {1, 1}, "bare", biases_initializer = none, activation_fn = none)));
constexpr const auto& w = program<nothing, image>;
static_assert(penalty(w, "as_told/weights") == 0.25 && penalty(w, "plain/weights") == 0);
static_assert(facts::variable(w, "as_told/BatchNorm/beta") >= 0 && facts::variable(w, "as_told/biases") < 0);
static_assert(facts::variable(w, "plain/BatchNorm/beta") < 0 && facts::variable(w, "plain/biases") >= 0);
static_assert(facts::variable(w, "bare/biases") < 0 && last_operation(w, "bare") == scalar_op::input && last_operation(w, "plain") == scalar_op::maximum);

// A whole value is replaced, not merged: normalizer_params of the inner scope drop the outer ones.
constexpr auto replaced = arg_scope<conv2d>(normalizer_fn = batch_norm, normalizer_params = params(scale = true, center = false))(
    conv2d(2, {1, 1}, "outer") >> arg_scope<conv2d>(normalizer_params = params(scale = true))(conv2d(2, {1, 1}, "inner")));
static_assert(facts::variable(program<replaced, image>, "outer/BatchNorm/beta") < 0 && facts::variable(program<replaced, image>, "outer/BatchNorm/gamma") >= 0);
static_assert(facts::variable(program<replaced, image>, "inner/BatchNorm/beta") >= 0 &&
              facts::variable(program<replaced, image>, "inner/BatchNorm/gamma") >= 0);

// A scope of the normalizer reaches it inside other layers; normalizer_params win.
constexpr auto normalized = arg_scope<conv2d>(normalizer_fn = batch_norm)(
    arg_scope<batch_norm>(scale = true, center = false)(conv2d(2, {1, 1}, "conv1") >> conv2d(2, {1, 1}, "conv2", normalizer_params = params(center = true))));
static_assert(facts::variable(program<normalized, image>, "conv1/BatchNorm/gamma") >= 0 &&
              facts::variable(program<normalized, image>, "conv1/BatchNorm/beta") < 0);
static_assert(facts::variable(program<normalized, image>, "conv2/BatchNorm/gamma") >= 0 &&
              facts::variable(program<normalized, image>, "conv2/BatchNorm/beta") >= 0);

// Scopes reach through repeat, stack, name scopes, branches and functions.
constexpr auto helper = [](const tensor& x) { return conv2d(2, {1, 1}, "lambda")(x); };
constexpr auto through = arg_scope<conv2d, fully_connected>(biases_initializer = constant(7))(
    repeat<2>(conv2d(2, {1, 1}), "repeat") >> stack<conv2d>({{2, {1, 1}}, {3, {1, 1}}}, "stack") >>
    scope("scope", concat(conv2d(2, {1, 1}, "branch_0"), conv2d(2, {1, 1}, "branch_1"))) >> residual("residual", conv2d(4, {1, 1}, "body")) >> helper >>
    fully_connected(2, "fc"));
constexpr const auto& t = program<through, image>;
static_assert([] {
  int told = 0, biases = 0;
  for (int i = 0; i < t.sizes.variables; ++i) {
    if (!equal(t.variables[i].name, "biases")) continue;
    ++biases;
    told += t.variables[i].initial.kind == distribution::constant && t.variables[i].initial.a == 7 ? 1 : 0;
  }
  return told == biases && biases == 9;
}());

// An arg_scope inside a function, applied to tensors.
constexpr auto inside = [](const tensor& x) {
  const auto strided = arg_scope<conv2d>(stride = 2);
  const tensor y = strided(conv2d(2, {1, 1}, "a"))(x);
  return conv2d(2, {1, 1}, "b")(y);
};
static_assert(extent(program<inside, image>, "a") == shape{8, 8, 2} && extent(program<inside, image>, "b") == shape{8, 8, 2});

// What arg_scope may list, and which arguments it may give.
static_assert(has_arg_scope<conv2d> && has_arg_scope<batch_norm> && !has_arg_scope<relu>);
static_assert(arg_scoped_arguments<max_pool2d>.size() == 3 && equal(arg_scoped_arguments<max_pool2d>[0], "kernel_size") &&
              equal(arg_scoped_arguments<max_pool2d>[2], "padding"));

}  // namespace

TEST_CASE("a value of a policy is copied: the policy may be a temporary") {
  // The same network traced at run time, with the policy made in the call.
  const auto net = [](double bias) { return arg_scope<conv2d>(biases_initializer = constant(bias))(conv2d(2, {1, 1}, "conv")); };
  tracer trace;
  const tensor x(trace, graph::add_leaf(trace.g, graph::kind::input, true, {4, 4, 2}));
  net(0.25)(x);
  REQUIRE(trace.g.variables.size() == 2);
  CHECK(trace.g.variables[1].initial.a == 0.25);
  CHECK(trace.policies.entries.empty());
}

namespace {

// What stands in front may be named instead.
constexpr auto by_keyword = conv2d(num_outputs = 4, kernel_size = {3, 3}, "conv") >> max_pool2d(kernel_size = 2, "pool") >>
                            separable_conv2d(none, {3, 3}, 2, "depthwise") >> separable_conv2d(6, "separable", kernel_size = 3) >>
                            fully_connected(num_outputs = 5, "full") >> maxout(num_units = 5, "most");
constexpr auto by_position = conv2d(4, {3, 3}, "conv") >> max_pool2d({2, 2}, "pool") >> separable_conv2d(none, {3, 3}, "depthwise", depth_multiplier = 2) >>
                             separable_conv2d(6, {3, 3}, "separable") >> fully_connected(5, "full") >> maxout(5, "most");
static_assert(parameter_count<by_keyword, input<8, 8, 3>> == parameter_count<by_position, input<8, 8, 3>>);
static_assert(end_point<by_keyword, "depthwise", input<8, 8, 3>> == shape{4, 4, 8});
static_assert(end_point<by_keyword, "most", input<8, 8, 3>> == shape{5});

// A kernel that only a policy gives.
constexpr auto by_policy = arg_scope<conv2d>(kernel_size = {5, 5})(conv2d(4, "conv"));
static_assert(parameter_count<by_policy, input<8, 8, 3>> == 304);

}  // namespace
