#include "slim/expr/code.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "slim/expr/symbol.hpp"
#include "slim/kernel/expression.hpp"

using namespace slim::expr;
using expr_access = slim::expr::access;  // the C library has a function of that name

namespace {

template <int Nodes, int Inputs>
constexpr auto encoded(const scalar_function& f, const expr_access (&accesses)[Inputs]) {
  return encode<Nodes, Inputs, 1>(f.nodes.begin(), accesses, f.outputs);
}

constexpr auto biased_relu = [](auto x, auto b) { return max(x + b, 0.0); };
constexpr int size = pruned(scalar_function_of<2>(biased_relu)).nodes.size();
constexpr auto code_of_relu = encoded<size, 2>(pruned(scalar_function_of<2>(biased_relu)), {expr_access::element, expr_access::column});

static_assert(code_of_relu.node_count == 5 && code_of_relu.input_count == 2 && code_of_relu.output_count == 1);
static_assert(code_of_relu.op[code_of_relu.outputs[0]] == scalar_op::maximum);
static_assert(code_of_relu.inputs[0] == expr_access::element && code_of_relu.inputs[1] == expr_access::column);

template <auto Code>
struct instantiation {};

// Functions written in different places, but equal, share one instantiation.
constexpr auto written_elsewhere = encoded<size, 2>(pruned(scalar_function_of<2>([](auto value, auto bias) { return max(1.0 * value + bias, 0.0); })),
                                                    {expr_access::element, expr_access::column});
static_assert(std::is_same_v<instantiation<code_of_relu>, instantiation<written_elsewhere>>);
// How an operand is read is part of the code.
constexpr auto read_otherwise = encoded<size, 2>(pruned(scalar_function_of<2>(biased_relu)), {expr_access::element, expr_access::element});
static_assert(!std::is_same_v<instantiation<code_of_relu>, instantiation<read_otherwise>>);
// So is every number.
constexpr auto another_bound =
    encoded<size, 2>(pruned(scalar_function_of<2>([](auto x, auto b) { return max(x + b, 0.25); })), {expr_access::element, expr_access::column});
static_assert(!std::is_same_v<instantiation<code_of_relu>, instantiation<another_bound>>);

}  // namespace

TEST_CASE("a code holds the nodes of its function") {
  const scalar_function f = pruned(scalar_function_of<2>([](auto x, auto b) { return max(x + b, 0.25); }));
  REQUIRE(f.nodes.size() == another_bound.node_count);
  for (int i = 0; i < f.nodes.size(); ++i) {
    CHECK(another_bound.op[i] == f.nodes[i].op);
    CHECK(another_bound.number(i) == f.nodes[i].value);
    CHECK(another_bound.a[i] == f.nodes[i].a);
    CHECK(another_bound.b[i] == f.nodes[i].b);
    if (f.nodes[i].op == scalar_op::input) CHECK(another_bound.input_of(i) == static_cast<int>(f.nodes[i].value));
  }
}
