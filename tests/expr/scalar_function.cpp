#include "slim/expr/scalar_function.hpp"

#include <doctest/doctest.h>

#include "slim/expr/symbol.hpp"
#include "tests/expr/interpreter.hpp"

using namespace slim;
using namespace slim::expr;

namespace {

/// The function is one of its own arguments.
constexpr bool is_input(const scalar_function& f, int index) {
  const scalar_node& root = f.nodes[f.outputs[0]];
  return root.op == scalar_op::input && root.value == index;
}
constexpr bool is_number(const scalar_function& f, double value) { return f.is_constant(f.outputs[0], value); }
constexpr scalar_op root(const scalar_function& f) { return f.nodes[f.outputs[0]].op; }
constexpr int operations(const scalar_function& f) {
  int count = 0;
  for (const scalar_node& n : f.nodes) count += operand_count(n.op) > 0 ? 1 : 0;
  return count;
}

// Neutral elements vanish.
static_assert(is_input(scalar_function_of<1>([](auto x) { return x + 0.0; }), 0));
static_assert(is_input(scalar_function_of<1>([](auto x) { return 0.0 + x; }), 0));
static_assert(is_input(scalar_function_of<1>([](auto x) { return x - 0.0; }), 0));
static_assert(is_input(scalar_function_of<1>([](auto x) { return x * 1.0; }), 0));
static_assert(is_input(scalar_function_of<1>([](auto x) { return 1.0 * x; }), 0));
static_assert(is_input(scalar_function_of<1>([](auto x) { return x / 1.0; }), 0));

// What is no number for infinity or NaN stays, as in TensorFlow.
static_assert(root(scalar_function_of<1>([](auto x) { return x * 0.0; })) == scalar_op::multiply);
static_assert(root(scalar_function_of<1>([](auto x) { return 0.0 * x; })) == scalar_op::multiply);
static_assert(root(scalar_function_of<1>([](auto x) { return 0.0 / x; })) == scalar_op::divide);
static_assert(root(scalar_function_of<1>([](auto x) { return x - x; })) == scalar_op::subtract);
static_assert(root(scalar_function_of<2>([](auto x, auto y) { return y * select(x > 0.0, 1.0, 0.0); })) == scalar_op::multiply);
static_assert(operations(pruned(scalar_function_of<1>([](auto x) { return 1e-30 * (1e-30 * x); }))) == 2);  // the product is 0 as a float

// Signs.
static_assert(is_input(scalar_function_of<1>([](auto x) { return -(-x); }), 0));
static_assert(root(scalar_function_of<1>([](auto x) { return 0.0 - x; })) == scalar_op::negate);
static_assert(root(scalar_function_of<1>([](auto x) { return x * -1.0; })) == scalar_op::negate);
static_assert(operations(pruned(scalar_function_of<1>([](auto x) { return abs(abs(x)); }))) == 1);

// Constants fold, and numbers in a chain of products become one.
static_assert(is_number(scalar_function_of<1>([](auto x) { return 2.0 * (select(1.0, 0.0, x) + 3.0) - 1.0; }), 5));
static_assert(is_number(scalar_function_of<1>([](auto x) { return max(select(0.0, x, 0.0), 2.0) / min(select(1.0, 8.0, x), 4.0); }), 0.5));
static_assert(operations(pruned(scalar_function_of<1>([](auto x) { return 2.0 * (x * 3.0) * 4.0; }))) == 1);

// Choices.
static_assert(is_input(scalar_function_of<2>([](auto x, auto y) { return select(x, y, y); }), 1));
static_assert(is_input(scalar_function_of<2>([](auto x, auto y) { return select(select(1.0, 0.0, x), x, y); }), 1));
static_assert(is_input(scalar_function_of<1>([](auto x) { return max(x, x); }), 0));

// Division by zero is left to the machine, not folded.
static_assert(root(scalar_function_of<1>([](auto x) { return 1.0 / select(1.0, 0.0, x); })) == scalar_op::divide);

// What is written twice is computed once.
static_assert(operations(scalar_function_of<3>([](auto x, auto w, auto b) { return max(x * w + b, 0.0) * expr::sigmoid(x * w + b); })) == 5);
static_assert(operations(scalar_function_of<1>([](auto x) { return exp(x) / (1.0 + exp(x)); })) == 3);

// Equal functions are equal values, whoever wrote them.
static_assert(pruned(scalar_function_of<1>([](auto x) { return max(x, 0.0) * 1.0; })) ==
              pruned(scalar_function_of<1>([](auto y) { return max(y + 0.0, 0.0); })));
static_assert(!(scalar_function_of<1>([](auto x) { return max(x, 0.0); }) == scalar_function_of<1>([](auto x) { return max(x, 1.0); })));

// Pruning keeps the arguments, even those that are not read.
static_assert(pruned(scalar_function_of<3>([](auto, auto y, auto) { return y; })).inputs == 3);
static_assert(pruned(scalar_function_of<3>([](auto, auto y, auto) { return y; })).nodes.size() == 1);
static_assert(reads(scalar_function_of<2>([](auto x, auto y) { return x * y; }), 1));
static_assert(!reads(pruned(scalar_function_of<2>([](auto x, auto) { return x * x; })), 1));

}  // namespace

TEST_CASE("simplification does not change values") {
  const auto written = scalar_function_of<2>([](auto x, auto y) { return (x + 0.0) * 2.0 * (3.0 * (y * 1.0)) - (0.0 - x) + abs(abs(y)) / 1.0 + max(x, x); });
  for (const double x : {-2.5, -0.5, 0.75, 3.0})
    for (const double y : {-1.25, 0.5, 4.0}) CHECK(evaluate(written, {x, y}) == doctest::Approx(6 * x * y + 2 * x + std::fabs(y)).epsilon(1e-15));
}

TEST_CASE("composition puts one function in place of an argument of another") {
  const scalar_function outer = scalar_function_of<2>([](auto u, auto v) { return u * u - v; });
  const scalar_function inner = scalar_function_of<1>([](auto x) { return exp(x) + 1.0; });
  scalar_function composed;
  list<int> inner_arguments;
  inner_arguments.push(composed.add_input(0));
  list<int> arguments;
  arguments.push(inline_into(composed, inner, 0, inner_arguments));
  arguments.push(composed.add_input(1));
  composed.add_output(inline_into(composed, outer, 0, arguments));
  CHECK(composed.inputs == 2);
  for (const double x : {-1.0, 0.5, 2.0}) CHECK(evaluate(composed, {x, 3.5}) == doctest::Approx((std::exp(x) + 1) * (std::exp(x) + 1) - 3.5).epsilon(1e-15));
}

TEST_CASE("composition shares what both functions compute") {
  const scalar_function f = scalar_function_of<1>([](auto x) { return exp(x); });
  scalar_function twice;
  list<int> argument;
  argument.push(twice.add_input(0));
  const int first = inline_into(twice, f, 0, argument), second = inline_into(twice, f, 0, argument);
  CHECK(first == second);
}

TEST_CASE("a function can have several outputs") {
  scalar_function f;
  const symbol w(&f, f.add_input(0)), g(&f, f.add_input(1));
  f.add_output((w - 0.5 * g).in(f));
  f.add_output((g * g).in(f));
  const scalar_function small = pruned(f);
  CHECK(small.output_count == 2);
  CHECK(evaluate(small, {3, 2}, 0) == 2);
  CHECK(evaluate(small, {3, 2}, 1) == 4);
}
