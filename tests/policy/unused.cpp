#include <doctest/doctest.h>

#include "tests/policy/facts.hpp"

// An argument of an arg_scope that nobody could take is reported.

using namespace slim;
using facts::broken;
using facts::program;
using facts::rule;

namespace {

using image = input<16, 16, 2>;

// Used: by one of the listed kinds, even if the other does not occur.
constexpr auto one_of_two = arg_scope<conv2d, fully_connected>(activation_fn = none)(conv2d(2, {1, 1}, "conv"));
static_assert(broken<one_of_two, image> == rule::none);
// Used: every call inside overrides it.
constexpr auto overridden = arg_scope<conv2d>(stride = 2)(conv2d(2, {1, 1}, "conv", stride = 1));
static_assert(broken<overridden, image> == rule::none);
// Used: an inner scope overrides it.
constexpr auto overruled = arg_scope<conv2d>(stride = 2)(arg_scope<conv2d>(stride = 1)(conv2d(2, {1, 1}, "conv")));
static_assert(broken<overruled, image> == rule::none);
// Used: in a normalizer.
constexpr auto in_normalizer = arg_scope<batch_norm>(scale = true)(conv2d(2, {1, 1}, "conv", normalizer_fn = batch_norm));
static_assert(broken<in_normalizer, image> == rule::none);

// Not used: no layer of the kind inside.
constexpr auto wrong_kind = scope("net", arg_scope<max_pool2d>(padding = SAME)(conv2d(2, {1, 1}, "conv")));
static_assert(broken<wrong_kind, image> == rule::policy_never_used && equal(program<wrong_kind, image>.error.detail, "padding"));
// Not used: the layer stands beside the scope.
constexpr auto beside = arg_scope<conv2d>(stride = 2)(max_pool2d({2, 2}, "pool")) >> conv2d(2, {1, 1}, "conv");
static_assert(broken<beside, image> == rule::policy_never_used);
// Not used: hidden by a scope that replaces it.
constexpr auto hidden = arg_scope<conv2d>(stride = 2)(arg_scope(arg_scope<conv2d>(activation_fn = none))(conv2d(2, {1, 1}, "conv")));
static_assert(broken<hidden, image> == rule::policy_never_used && equal(program<hidden, image>.error.detail, "stride"));
// Not used, but published for nets of many kinds; a policy written inside is its own.
constexpr auto library_scope() { return published(arg_scope<conv2d>(stride = 2) + arg_scope<max_pool2d>(padding = SAME)); }
constexpr auto published_around = library_scope()(conv2d(2, {1, 1}, "conv"));
static_assert(broken<published_around, image> == rule::none && facts::extent(program<published_around, image>, "conv") == shape{8, 8, 2});
constexpr auto written_inside = library_scope()(arg_scope<avg_pool2d>(stride = 1)(conv2d(2, {1, 1}, "conv")));
static_assert(broken<written_inside, image> == rule::policy_never_used && equal(program<written_inside, image>.error.detail, "stride"));

// Not used: the part of a composed policy.
constexpr auto part = (arg_scope<conv2d>(stride = 2) + arg_scope<fully_connected>(activation_fn = none))(conv2d(2, {1, 1}, "conv"));
static_assert(broken<part, image> == rule::policy_never_used && equal(program<part, image>.error.detail, "activation_fn"));
// Not used: an empty repetition.
constexpr auto empty = arg_scope<conv2d>(stride = 2)(repeat<0>(conv2d(2, {1, 1})));
static_assert(broken<empty, image> == rule::policy_never_used);

// A keyword that a listed kind does not have is reported even if no call meets it.
constexpr auto unknown = arg_scope<conv2d, max_pool2d>(activation_fn = none)(conv2d(2, {1, 1}, "conv"));
static_assert(broken<unknown, image> == rule::unknown_argument);
static_assert(equal(program<unknown, image>.error.detail, "activation_fn") && equal(program<unknown, image>.error.layer_kind, "max_pool2d"));
constexpr auto unknown_in_call = scope("net", max_pool2d({2, 2}, "pool", trainable = false));
static_assert(broken<unknown_in_call, image> == rule::unknown_argument);
constexpr auto twice = arg_scope<conv2d>(stride = 1, stride = 2)(conv2d(2, {1, 1}, "conv"));
static_assert(broken<twice, image> == rule::repeated_argument);

}  // namespace

TEST_CASE("the report names the scope in which the policy was opened") {
  constexpr const auto& p = program<wrong_kind, image>;
  CHECK(equal(graph::scope_name(p.scopes, p.error.scope).c_str(), "net"));
}
