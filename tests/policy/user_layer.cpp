#include <doctest/doctest.h>

#include <string>

#include "tests/policy/facts.hpp"

// A layer of the user's own joins in: it is listed in arg_scope, has a keyword of its own, and takes part in repeat and naming.

using namespace slim;
using facts::broken;
using facts::program;
using facts::rule;
using facts::starts_at;

namespace user {

struct sharpness_keyword : keyword<sharpness_keyword, double> {
  static constexpr const char* name = "sharpness";
  using keyword::operator=;
};
inline constexpr sharpness_keyword sharpness;

/// y = activation(x·(gain·sharpness)), one gain per channel.
struct gated_layer : layer<gated_layer> {
  static constexpr const char* function_name = "gated";
  static constexpr const char* default_scope = "Gated";
  static constexpr auto defaults =
      arguments_of(sharpness = 1.0, weights_initializer = ones, weights_regularizer = none, activation_fn = none, trainable = true);
  template <class... Rest>
  constexpr auto operator()(const Rest&... rest) const {
    return bind(rest...);
  }
  static constexpr tensor apply(const tensor& x, const arguments<gated_layer>& with) {
    const int gain = weights_variable(*x.trace, {x.channels()}, with);
    const tensor y = x * (tensor(*x.trace, gain) * with[sharpness]);
    return with[activation_fn].empty() ? y : slim::apply(with[activation_fn].function(), y);
  }
};
inline constexpr gated_layer gated;

}  // namespace user

namespace {

using user::gated, user::sharpness;
using image = input<4, 4, 2>;

/// Number by which the gains of a gated layer are multiplied; 1 when nothing is.
template <class Program>
constexpr double sharpness_of(const Program& p, const char* name) {
  const int scope = p.end_points[facts::end_point(p, name)].scope;
  for (int i = 0; i < p.sizes.nodes; ++i) {
    const graph::node& n = p.nodes[i];
    if (n.scope != scope || n.kind != graph::kind::map || n.batched) continue;
    const graph::function_entry& f = p.functions[n.function];
    for (int k = f.first; k < f.first + f.count; ++k)
      if (p.function_nodes[k].op == expr::scalar_op::constant) return p.function_nodes[k].value;
  }
  return 1;
}

constexpr auto net = scope("net", arg_scope<gated, conv2d>(weights_initializer = constant(0.5))(arg_scope<gated>(sharpness = 3.0)(
                                      repeat<2>(gated(), "gate") >> gated() >> gated("last", sharpness = 4.0) >> conv2d(2, {1, 1}, "conv"))) >>
                                      gated("outside"));
constexpr const auto& p = program<net, image>;
static_assert(p.error.broken == rule::none);
static_assert(sharpness_of(p, "net/gate/gate_1") == 3 && sharpness_of(p, "net/gate/gate_2") == 3);
static_assert(sharpness_of(p, "net/Gated") == 3);
static_assert(sharpness_of(p, "net/last") == 4);
static_assert(sharpness_of(p, "net/outside") == 1);
static_assert(starts_at(p, "net/gate/gate_1/weights", 0.5) && starts_at(p, "net/conv/weights", 0.5) && starts_at(p, "net/outside/weights", 1));

// Its keyword is its own.
constexpr auto misused = arg_scope<gated, conv2d>(sharpness = 2.0)(gated("gate") >> conv2d(2, {1, 1}, "conv"));
static_assert(broken<misused, image> == rule::unknown_argument && equal(program<misused, image>.error.layer_kind, "convolution2d"));
constexpr auto unused = arg_scope<gated>(sharpness = 2.0)(conv2d(2, {1, 1}, "conv"));
static_assert(broken<unused, image> == rule::policy_never_used);

// Repeated without a name it is called by its function's name.
constexpr auto anonymous = repeat<2>(gated());
static_assert(facts::variable(program<anonymous, image>, "Repeat/gated_2/weights") >= 0);

}  // namespace

TEST_CASE("a value of a user's keyword describes itself") {
  const auto given = sharpness = 2.5;
  name_buffer text;
  given.describe(given, text);
  CHECK(std::string(given.keyword) == "sharpness");
  CHECK(std::string(text.c_str()) == "2.5");
}
