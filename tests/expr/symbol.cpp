#include "slim/expr/symbol.hpp"

#include <doctest/doctest.h>

#include "tests/expr/interpreter.hpp"

using namespace slim::expr;

namespace {

/// A helper of the user's own, called inside an expression.
constexpr auto hypotenuse = [](auto a, auto b) { return sqrt(a * a + b * b); };

struct scaled_tanh {
  double scale;
  template <class Scalar>
  constexpr Scalar operator()(const Scalar& x) const {
    return scale * tanh(x * (2.0 / 3.0));
  }
};

// A callable that ignores its argument is a constant.
static_assert([] {
  const scalar_function f = scalar_function_of<1>([](auto) { return 4.0; });
  return f.inputs == 1 && f.is_constant(f.outputs[0], 4);
}());

}  // namespace

TEST_CASE("any generic callable is recorded") {
  const scalar_function hard = scalar_function_of<1>([](auto x) { return min(max(0.2 * x + 0.5, 0.0), 1.0); });
  const scalar_function lecun = scalar_function_of<1>(scaled_tanh{1.7159});
  const scalar_function length = scalar_function_of<2>([](auto x, auto y) { return hypotenuse(x, y) - 1.0; });
  const scalar_function lerp = scalar_function_of<3>([](auto a, auto b, auto t) { return a + t * (b - a); });
  for (const double x : {-4.0, -0.3, 0.9, 5.0}) {
    CHECK(evaluate(hard, {x}) == std::fmin(std::fmax(0.2 * x + 0.5, 0), 1));
    CHECK(evaluate(lecun, {x}) == doctest::Approx(1.7159 * std::tanh(2 * x / 3)).epsilon(1e-15));
    CHECK(evaluate(length, {x, 2.5}) == doctest::Approx(std::hypot(x, 2.5) - 1).epsilon(1e-15));
    CHECK(evaluate(lerp, {x, 3, 0.25}) == doctest::Approx(0.75 * x + 0.75).epsilon(1e-15));
  }
}

TEST_CASE("every operator means what it says") {
  const scalar_function f = scalar_function_of<2>([](auto x, auto y) {
    return select(x < y, 1.0, 0.0) + 2.0 * select(x > y, 1.0, 0.0) + 4.0 * (x == y) + 8.0 * floor(x) + erf(y - y) + exp(log(y)) * (-x / y);
  });
  const scalar_function logic = scalar_function_of<2>(
      [](auto x, auto y) { return (x >= y) + 2.0 * (x <= y) + 4.0 * (x != y) + 8.0 * (x > 0.0 && y > 0.0) + 16.0 * (x > 0.0 || y > 0.0) + 32.0 * !(x > 0.0); });
  CHECK(evaluate(logic, {1, 2}) == 2 + 4 + 8 + 16);
  CHECK(evaluate(logic, {2, 2}) == 1 + 2 + 8 + 16);
  CHECK(evaluate(logic, {3, -2}) == 1 + 4 + 16);
  CHECK(evaluate(logic, {-3, -4}) == 1 + 4 + 32);
  CHECK(evaluate(logic, {NAN, 2}) == 4 + 16 + 32);
  CHECK(evaluate(f, {1.5, 2}) == doctest::Approx(1 + 8 - 1.5));
  CHECK(evaluate(f, {2.5, 2}) == doctest::Approx(2 + 16 - 2.5));
  CHECK(evaluate(f, {2, 2}) == doctest::Approx(4 + 16 - 2));
}
