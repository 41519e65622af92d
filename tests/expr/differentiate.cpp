#include "slim/expr/differentiate.hpp"

#include <doctest/doctest.h>

#include <string>

#include "slim/layers/activations.hpp"
#include "tests/expr/interpreter.hpp"

using namespace slim;
using namespace slim::expr;

namespace {

/// Central difference of `f` by argument `k`.
double difference(const scalar_function& f, std::vector<double> at, std::size_t k) {
  const double step = 1e-5 * std::max(1.0, std::fabs(at[k])), middle = at[k];
  at[k] = middle + step;
  const double above = evaluate(f, at);
  at[k] = middle - step;
  return (above - evaluate(f, at)) / (2 * step);
}

/// The symbolic derivative agrees with differences at `points`, for every argument; away from kinks.
void check_derivative(const std::string& name, const scalar_function& f, const std::vector<std::vector<double>>& points) {
  CAPTURE(name);
  bool moves = false;
  for (int k = 0; k < f.inputs; ++k) {
    const scalar_function slope = derivative(f, k);
    CHECK(slope.inputs == f.inputs + 2);
    for (const std::vector<double>& at : points) {
      CAPTURE(at[0]);
      CAPTURE(k);
      const double incoming = 1.7;
      std::vector<double> arguments = at;
      arguments.push_back(incoming);
      arguments.push_back(evaluate(f, at));
      const double expected = incoming * difference(f, at, static_cast<std::size_t>(k)), found = evaluate(slope, arguments);
      CHECK(found == doctest::Approx(expected).epsilon(1e-8).scale(std::fabs(expected) + 1e-2));
      moves = moves || found != 0;
    }
  }
  CHECK(moves);
}

template <class Callable>
void check_unary(const std::string& name, const Callable& callable, const std::vector<double>& points) {
  std::vector<std::vector<double>> at;
  for (const double x : points) at.push_back({x});
  check_derivative(name, scalar_function_of<1>(callable), at);
}
template <class Callable>
void check_binary(const std::string& name, const Callable& callable) {
  check_derivative(name, scalar_function_of<2>(callable), {{-1.5, 0.75}, {0.5, -2.0}, {1.25, 3.0}, {-0.25, -0.5}});
}

constexpr bool needs_argument(const scalar_function& f) { return reads(derivative(f, 0), 0); }
template <class Expression>
constexpr scalar_function function_of(const named_activation<Expression>& a) {
  return scalar_function_of<1>(a.expression);
}

// These slopes follow from the output: the backward pass does not need what went in.
static_assert(!needs_argument(function_of(relu)));
static_assert(!needs_argument(function_of(relu6)));
static_assert(!needs_argument(function_of(slim::sigmoid)));
static_assert(!needs_argument(function_of(hyperbolic_tangent)));
static_assert(!needs_argument(scalar_function_of<1>([](auto x) { return exp(x); })));
static_assert(!needs_argument(scalar_function_of<1>([](auto x) { return sqrt(x); })));
static_assert(needs_argument(function_of(gelu)));
static_assert(needs_argument(function_of(elu)));
// A linear function needs neither.
static_assert(!needs_argument(scalar_function_of<1>([](auto x) { return 3.0 * x - 1.0; })));
static_assert(!reads(derivative(scalar_function_of<1>([](auto x) { return 3.0 * x - 1.0; }), 0), 2));
// An argument that is not read, or only compared, has slope 0.
static_assert([] {
  const scalar_function slope = derivative(scalar_function_of<2>([](auto x, auto) { return x * x; }), 1);
  return slope.is_constant(slope.outputs[0], 0);
}());
static_assert([] {
  const scalar_function slope = derivative(scalar_function_of<1>([](auto x) { return floor(x) + (x > 1.0) + (x == 2.0); }), 0);
  return slope.is_constant(slope.outputs[0], 0);
}());

}  // namespace

TEST_CASE("derivatives of single operations agree with differences") {
  const std::vector<double> anywhere = {-2.3, -0.6, 0.4, 1.9}, positive = {0.2, 0.9, 3.7};
  check_unary("negate", [](auto x) { return -x; }, anywhere);
  check_unary("absolute", [](auto x) { return abs(x); }, anywhere);
  check_unary("square_root", [](auto x) { return sqrt(x); }, positive);
  check_unary("exponential", [](auto x) { return exp(x); }, anywhere);
  check_unary("logarithm", [](auto x) { return log(x); }, positive);
  check_unary("logarithm of one plus", [](auto x) { return log1p(x); }, positive);
  check_unary("hyperbolic_tangent", [](auto x) { return tanh(x); }, anywhere);
  check_unary("logistic", [](auto x) { return expr::sigmoid(x); }, anywhere);
  check_unary("error_function", [](auto x) { return erf(x); }, anywhere);
  check_unary("sine", [](auto x) { return sin(x); }, anywhere);
  check_unary("cosine", [](auto x) { return cos(x); }, anywhere);
  check_unary("cube", [](auto x) { return pow(x, 3.0) + pow(x, -2); }, anywhere);
  check_unary("power of a number", [](auto x) { return pow(x, 2.5) + rsqrt(x) + pow(x, 0.5); }, positive);
  check_unary("number to a power", [](auto x) { return pow(1.7, x); }, anywhere);
  check_derivative("power", scalar_function_of<2>([](auto x, auto y) { return pow(x, y); }), {{0.3, 2.5}, {2.0, -1.5}, {1.3, 0.4}});
  check_unary("square", [](auto x) { return square(x); }, anywhere);
  check_binary("add", [](auto x, auto y) { return x + y; });
  check_binary("subtract", [](auto x, auto y) { return x - y; });
  check_binary("multiply", [](auto x, auto y) { return x * y; });
  check_binary("divide", [](auto x, auto y) { return x / y; });
  check_binary("maximum", [](auto x, auto y) { return max(x, y); });
  check_binary("minimum", [](auto x, auto y) { return min(x, y); });
  check_binary("select", [](auto x, auto y) { return select(x > 0.0, x * y, y * 3.0); });
  check_binary("select by a sum", [](auto x, auto y) { return select(x + y, x, y); });
}

TEST_CASE("derivatives of activations agree with differences") {
  const std::vector<double> points = {-3.1, -1.2, -0.3, 0.2, 0.8, 2.6, 5.5, 7.0};
  check_unary("relu", relu.expression, points);
  check_unary("relu6", relu6.expression, points);
  check_unary("sigmoid", slim::sigmoid.expression, points);
  check_unary("tanh", hyperbolic_tangent.expression, {-3.1, -1.2, -0.3, 0.2, 0.8, 2.6});
  check_unary("softplus", softplus.expression, points);
  check_unary("swish", swish.expression, points);
  check_unary("gelu", gelu.expression, points);
  check_unary("elu", elu.expression, points);
  check_unary("selu", selu.expression, points);
  check_unary("leaky_relu", leaky_relu_expression{0.3}, points);
}

TEST_CASE("derivatives of composed expressions agree with differences") {
  check_unary("hard swish", [](auto x) { return x * min(max(x + 3.0, 0.0), 6.0) / 6.0; }, {-4.0, -2.5, -0.2, 1.1, 2.9, 4.0});
  check_unary("mish", [](auto x) { return x * tanh(log(1.0 + exp(x))); }, {-3.0, -0.4, 0.3, 2.0});
  check_unary("clipped from below after a minimum", [](auto x) { return max(min(x, 2.0), -1.0); }, {-1.5, -0.5, 0.5, 1.5, 2.5});
  check_unary("a maximum and its square", [](auto x) { return max(x, 0.5) * max(x, 0.5) + x; }, {-1.0, 0.1, 0.9, 3.0});
  check_unary("minimum with a number below the bound", [](auto x) { return min(max(x, 0.0), -1.0) + x * x; }, {-2.0, 0.7});
  check_binary("a ratio", [](auto x, auto y) { return (x - y) / sqrt(x * x + y * y + 0.1); });
  check_binary("an argument in many places", [](auto x, auto y) { return x * exp(-(x * x)) + y * tanh(x * y) - x * y * y; });
}

TEST_CASE("slopes at kinks and at ties are TensorFlow's") {
  struct kink {
    const char* name;
    scalar_function f;
    double x, slope;
  };
  const auto of = [](const auto& callable) { return scalar_function_of<1>(callable); };
  const kink at_kinks[] = {
      // from tests/golden/make_kinks.py
      {"relu", function_of(relu), 0, 0},
      {"relu6", function_of(relu6), 0, 0},
      {"relu6", function_of(relu6), 6, 0},
      {"elu", function_of(elu), 0, 1},
      {"selu", function_of(selu), 0, 1.0507009873554805},
      {"softplus", function_of(softplus), 0, 0.5},
      {"leaky_relu", of(leaky_relu_expression{}), 0, 0.2},
      {"swish", function_of(swish), 0, 0.5},
      {"gelu", function_of(gelu), 0, 0.5},
      {"abs", of([](auto x) { return abs(x); }), 0, 0},
      {"max(x, 0)", of([](auto x) { return max(x, 0.0); }), 0, 1},
      {"max(0, x)", of([](auto x) { return max(0.0, x); }), 0, 0},
      {"min(x, 1)", of([](auto x) { return min(x, 1.0); }), 1, 1},
      {"min(1, x)", of([](auto x) { return min(1.0, x); }), 1, 0},
      {"max(min(x, 1), -1)", of([](auto x) { return max(min(x, 1.0), -1.0); }), 1, 1},
      {"max(min(x, 1), -1)", of([](auto x) { return max(min(x, 1.0), -1.0); }), -1, 1},
      {"min(max(x, -1), 1)", of([](auto x) { return min(max(x, -1.0), 1.0); }), 1, 1},
      {"min(max(x, -1), 1)", of([](auto x) { return min(max(x, -1.0), 1.0); }), -1, 1},
      {"max(x, -x)", of([](auto x) { return max(x, -x); }), 0, 1},
      {"x * relu(x) + |x|", of([](auto x) { return x * max(0.0, x) + abs(x); }), 0, 0},
      {"select(x > 0, 2x, 3x)", of([](auto x) { return select(x > 0.0, 2.0 * x, 3.0 * x); }), 0, 3},
  };
  for (const kink& k : at_kinks) {
    CAPTURE(k.name);
    CAPTURE(k.x);
    const double incoming = 1.7, value = evaluate(k.f, {k.x});
    CHECK(evaluate(derivative(k.f, 0), {k.x, incoming, value}) == doctest::Approx(incoming * k.slope));
  }

  const auto check_ties = [](const auto& callable, double x, double y, double by_x, double by_y) {
    const scalar_function f = scalar_function_of<2>(callable);
    const double value = evaluate(f, {x, y});
    CHECK(evaluate(derivative(f, 0), {x, y, 1, value}) == by_x);
    CHECK(evaluate(derivative(f, 1), {x, y, 1, value}) == by_y);
  };
  check_ties([](auto x, auto y) { return max(x, y); }, 2, 2, 1, 0);
  check_ties([](auto x, auto y) { return min(x, y); }, 2, 2, 1, 0);
  check_ties([](auto x, auto y) { return max(x, y); }, 1, 2, 0, 1);
  check_ties([](auto x, auto y) { return max(x * y, x + y); }, 2, 2, 2, 2);
  check_ties([](auto x, auto y) { return abs(x - y); }, 2, 2, 0, 0);

  const scalar_function root = derivative(scalar_function_of<1>([](auto x) { return sqrt(x); }), 0);
  CHECK(evaluate(root, {0, 0, 0}) == 0);
  CHECK(std::isinf(evaluate(root, {0, 1, 0})));
}
