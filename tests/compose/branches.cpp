#include "slim/compose/branches.hpp"
#include "slim/compose/recompute_grad.hpp"

#include <doctest/doctest.h>

#include "slim/model/facts.hpp"
#include "tests/policy/facts.hpp"

using namespace slim;
using facts::broken;
using facts::extent;
using facts::program;
using facts::rule;

namespace {

using image = input<8, 8, 3>;

/// Shape of the network's result.
template <const auto& Net, class... Options>
inline constexpr shape result = program<Net, Options...>.nodes[program<Net, Options...>.outputs[0]].extent;

// An Inception block.
constexpr auto mixed = scope("mixed", concat(conv2d(4, {1, 1}, "branch_0"), conv2d(3, {1, 1}, "branch_1a") >> conv2d(6, {3, 3}, "branch_1b"),
                                             max_pool2d({3, 3}, "branch_2a", stride = 1, padding = SAME) >> conv2d(2, {1, 1}, "branch_2b")));
static_assert(result<mixed, image> == shape{8, 8, 4 + 6 + 2});
static_assert(facts::variable(program<mixed, image>, "mixed/branch_1b/weights") >= 0);
static_assert(parameter_count<mixed, image> == (3 * 4 + 4) + (3 * 3 + 3) + (9 * 3 * 6 + 6) + (3 * 2 + 2));

// The order of the parts is the order written.
static_assert([] {
  const auto& p = program<mixed, image>;
  const graph::node& joined = p.nodes[p.outputs[0]];
  return joined.kind == op::concat::kind && joined.operand_count == 3 && p.nodes[joined.operands[0]].extent.channels() == 4 &&
         p.nodes[joined.operands[1]].extent.channels() == 6 && p.nodes[joined.operands[2]].extent.channels() == 2;
}());

// A residual block: three spellings of one network.
constexpr auto body = conv2d(3, {3, 3}, "conv1") >> conv2d(3, {3, 3}, "conv2", activation_fn = none);
constexpr auto by_name = residual("block", body);
constexpr auto by_sum = scope("block", skip + body);
constexpr auto by_hand = [](const tensor& x) { return scope("block", [](const tensor& y) { return y + body(y); })(x); };
static_assert(result<by_name, image> == shape{8, 8, 3} && result<by_sum, image> == shape{8, 8, 3} && result<by_hand, image> == shape{8, 8, 3});
static_assert(facts::variable(program<by_name, image>, "block/conv2/weights") >= 0);
static_assert(facts::variable(program<by_sum, image>, "block/conv2/weights") >= 0);
static_assert(facts::variable(program<by_hand, image>, "block/conv2/weights") >= 0);

// A projection shortcut.
constexpr auto projected =
    scope("block", conv2d(6, {1, 1}, 2, "shortcut", activation_fn = none) + (conv2d(3, {3, 3}, 2, "conv1") >> conv2d(6, {3, 3}, "conv2")));
static_assert(result<projected, image> == shape{4, 4, 6});

// Tensors are concatenated, too; vectors along their units.
constexpr auto tensors = [](const tensor& x) {
  const tensor a = fully_connected(4, "a")(x), b = fully_connected(5, "b")(x), c = fully_connected(6, "c")(x);
  return concat(concat(a, b, c, a), b);
};
static_assert(result<tensors, input<7>> == shape{4 + 5 + 6 + 4 + 5});

constexpr auto many_tensors = [](const tensor& x) { return concat(x, x, x, x, x, x); };
static_assert(result<many_tensors, input<7>> == shape{42});

// A tensor goes into a part as into a function, and takes arithmetic in place.
constexpr auto called = [](const tensor& x) {
  const tensor y = relu(fully_connected(7)(x));
  return ((y + x) * 2.0 - 1.0) / 3.0;
};
constexpr auto piped = [](const tensor& x) {
  tensor y = x >> fully_connected(7) >> relu;
  y += x;
  y *= 2.0;
  y -= 1.0;
  y /= 3.0;
  return y;
};
static_assert(traced<called, model_options<input<7>>>::fingerprint == traced<piped, model_options<input<7>>>::fingerprint);

// Several inputs, several uses of each.
constexpr auto two_inputs = [](const tensor& image_in, const tensor& context) {
  const tensor features = (conv2d(4, {3, 3}, "conv") >> flatten("flat"))(image_in);
  const tensor joined = concat(features, context, fully_connected(2, "embed")(context));
  return fully_connected(3, "logits")(joined);
};
static_assert(result<two_inputs, image, input<5>> == shape{3});
static_assert(parameter_count<two_inputs, image, input<5>> == (27 * 4 + 4) + (5 * 2 + 2) + ((8 * 8 * 4 + 5 + 2) * 3 + 3));

// Scopes and policies wrap functions of several inputs.
constexpr auto wrapped = scope("net", arg_scope<fully_connected>(activation_fn = none)(two_inputs));
static_assert(facts::variable(program<wrapped, image, input<5>>, "net/embed/weights") >= 0);
static_assert(facts::last_operation(program<wrapped, image, input<5>>, "net/logits") == facts::scalar_op::add);

// Several results.
constexpr auto heads = [](const tensor& x) {
  const tensor trunk = conv2d(4, {3, 3}, "trunk")(x);
  return outputs(fully_connected(3, "class")(trunk), fully_connected(1, "depth")(trunk));
};
static_assert(program<heads, image>.sizes.outputs == 2);
static_assert(program<heads, image>.nodes[program<heads, image>.outputs[1]].extent == shape{1});

// Mistakes.
constexpr auto unequal = scope("net", concat(conv2d(4, {1, 1}, "a"), conv2d(4, {1, 1}, 2, "b")));
static_assert(broken<unequal, image> == rule::concat_extent_mismatch);
constexpr auto unequal_channels = residual("block", conv2d(4, {3, 3}, "conv"));
static_assert(broken<unequal_channels, image> == rule::channel_mismatch);
static_assert(program<unequal_channels, image>.error.found == shape{3} && program<unequal_channels, image>.error.expected == shape{4});
constexpr auto unequal_planes = residual("block", conv2d(3, {3, 3}, 2, "conv"));
static_assert(broken<unequal_planes, image> == rule::shape_mismatch);
static_assert(broken<two_inputs, image> == rule::wrong_input_count);
static_assert(program<two_inputs, image>.error.found == shape{1} && program<two_inputs, image>.error.expected == shape{2});
constexpr auto chain_net = scope("net", conv2d(4, {3, 3}, "conv"));
static_assert(broken<chain_net, image, image> == rule::wrong_input_count && program<chain_net, image, image>.error.expected == shape{1});

// A function is a part like any other, in every place, by value and by reference, and so are slim's own functions, with names that the C library has, too.
constexpr tensor by_value(tensor x) { return relu(x + fully_connected(6)(x)); }
constexpr tensor by_reference(const tensor& x) { return relu(x + fully_connected(6)(x)); }
constexpr auto rows = fully_connected(6) >> by_value >> by_reference >> stop_gradient >> square >> tanh;
constexpr auto first_of_row = by_value >> flatten() >> sqrt;
constexpr auto each_way = concat(by_value, by_reference) >> flatten();
constexpr auto both_of_sum = (flatten() + by_value) >> flatten();
constexpr auto in_residual = residual("a", by_value);
constexpr auto in_scope = scope("a", by_value) >> scope("a", by_reference, true);
constexpr auto repeated = repeat<2>(by_reference, "a") >> aside(by_value);
constexpr auto with_defaults = arg_scope<fully_connected>(activation_fn = none)(by_value);
constexpr auto computed_again = recompute_grad(by_reference);
constexpr auto normalizing = fully_connected(6, normalizer_fn = by_value) >> fully_connected(6, normalizer_fn = stop_gradient);
constexpr auto applied = [](tensor x) { return x >> by_value >> relu >> tanh; };
template <const auto& Net>
inline constexpr int own_layers = program<Net, input<6>>.sizes.variables / 2;
static_assert(own_layers<rows> == 3 && own_layers<first_of_row> == 1 && own_layers<each_way> == 2 && own_layers<both_of_sum> == 1);
static_assert(own_layers<in_residual> == 1 && own_layers<repeated> == 3 && own_layers<with_defaults> == 1 && own_layers<computed_again> == 1);
static_assert(own_layers<applied> == 1 && own_layers<in_scope> == 1 && result<each_way, input<6>> == shape{12});
static_assert(program<normalizing, input<6>>.sizes.variables == 4);  // weights, and those of the function

}  // namespace

TEST_CASE("a diamond is traced once: what both branches read is one node") {
  static constexpr auto diamond = [](const tensor& x) {
    const tensor stem = conv2d(4, {1, 1}, "stem")(x);
    return conv2d(4, {3, 3}, "left")(stem) + conv2d(4, {3, 3}, "right")(stem);
  };
  const graph::graph g = detail::trace_only<diamond, model_options<image>>().g;
  int convolutions = 0;
  for (const graph::node& n : g.nodes) convolutions += n.kind == op::convolution::kind ? 1 : 0;
  CHECK(convolutions == 3);
  CHECK(!g.failed());
}
