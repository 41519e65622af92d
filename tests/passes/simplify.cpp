#include "slim/passes/simplify.hpp"

#include <doctest/doctest.h>

#include "tests/graph/graphs.hpp"

using namespace slim;
using graphs::kind;
using graphs::sketch;

namespace {

// What no output needs dies, with all that only it needs.
static_assert([] {
  sketch s;
  const tensor x = s.input({3}), unused = s.input({3});
  s.output(abs(x));
  exp(unused * 2.0) + x;
  graph::remove_dead(s.trace.g);
  return graphs::work(s.trace.g) == 1 && s.trace.g.nodes[unused.node].dead && !s.trace.g.nodes[x.node].dead;
}());

// Kept nodes and updates stay.
static_assert([] {
  sketch s;
  const tensor x = s.input({3}), kept = exp(x), average = s.variable({3});
  s.output(abs(x));
  s.trace.g.nodes[kept.node].kept = true;
  graph::node n;
  n.kind = kind::update, n.extent = {3}, n.operand_count = 1, n.operands[0] = average.node;
  n.function = s.trace.g.nodes[kept.node].function;
  graph::add_node(s.trace.g, n, -1);
  graph::remove_dead(s.trace.g);
  return !s.trace.g.nodes[kept.node].dead && graphs::count(s.trace.g, kind::update) == 1 && !s.trace.g.nodes[average.node].dead;
}());

// Equal operations on equal operands become one, through any depth.
static_assert([] {
  sketch s;
  const tensor x = s.input({3}), y = s.input({3});
  s.output(exp(x * y) - abs(exp(x * y)));
  graph::share_equal(s.trace.g);
  graph::remove_dead(s.trace.g);
  return graphs::work(s.trace.g) == 4;
}());

}  // namespace

TEST_CASE("what differs in anything is not shared") {
  sketch s;
  const tensor x = s.input({6, 6, 2}), y = s.input({6, 6, 2}), w = s.variable({3, 3, 2, 4});
  s.output(s.convolution(x, w, {6, 6, 4}));
  s.output(s.convolution(y, w, {6, 6, 4}));                         // operand
  s.output(s.convolution(x, s.variable({3, 3, 2, 4}), {6, 6, 4}));  // weights
  s.output(s.convolution(x, w, {4, 4, 4}));                         // extent
  const int odd = s.convolution(x, w, {6, 6, 4}).node;
  window moved = op::convolution::attributes_of(s.trace.g.nodes[odd]).window;
  moved.pad_top = 2;  // window
  s.trace.g.nodes[odd].attributes = op::convolution::attributes{moved};
  s.trace.g.outputs.push(odd);
  s.output(x - y);
  s.output(y - x);                           // order
  s.output(stop_gradient(abs(x)) - abs(x));  // whether gradients flow: the view goes, one abs(x) stays
  const int before = graphs::live(s.trace.g);
  graph::share_equal(s.trace.g);
  CHECK(graphs::count(s.trace.g, op::convolution::kind) == 5);
  CHECK(graphs::live(s.trace.g) == before - 2);
}

TEST_CASE("references follow the node that stays") {
  sketch s;
  const tensor x = s.input({3}), first = exp(x), second = exp(x);
  s.output(second);
  s.trace.g.nodes[second.node].kept = true;
  s.trace.g.end_points.push({second.node, -1, {3}});
  s.trace.g.losses.push({second.node, -1, {3}});
  graph::share_equal(s.trace.g);
  CHECK(s.trace.g.outputs[0] == first.node);
  CHECK(s.trace.g.end_points[0].node == first.node);
  CHECK(s.trace.g.losses[0].node == first.node);
  CHECK(s.trace.g.nodes[first.node].kept);
  CHECK(s.trace.g.nodes[second.node].dead);
}
