#include "slim/passes/differentiate.hpp"

#include <doctest/doctest.h>

#include "slim/passes/simplify.hpp"
#include "slim/passes/verify.hpp"
#include "slim/layers/activations.hpp"
#include "tests/graph/graphs.hpp"

using namespace slim;
using graphs::kind;
using graphs::sketch;

namespace {

/// Each product has one gradient kernel for its weights; the one for the input exists only where something below is trained.
static_assert([] {
  sketch s;
  const tensor x = s.input({6}), w1 = s.variable({6, 5}), w2 = s.variable({5, 3});
  const tensor loss = sum(s.matmul(relu(s.matmul(x, w1)), w2));
  const graph::list<int> gradient = s.gradients(loss);
  const graph::graph& g = s.trace.g;
  return g.nodes[gradient[w1.node]].kind == op::matmul_weights_gradient::kind && g.nodes[gradient[w1.node]].extent == shape{6, 5} &&
         g.nodes[gradient[w2.node]].kind == op::matmul_weights_gradient::kind && g.nodes[gradient[w2.node]].extent == shape{5, 3} && gradient[x.node] < 0 &&
         graphs::count(g, op::matmul_data_gradient::kind) == 1;
}());

/// A gradient has the shape of what it belongs to; for a broadcast operand it is summed.
static_assert([] {
  sketch s;
  const tensor x = s.input({4, 4, 3}), per_channel = s.variable({3}), number = s.variable({});
  const graph::list<int> gradient = s.gradients(sum(x * per_channel + number));
  const graph::graph& g = s.trace.g;
  return g.nodes[gradient[per_channel.node]].kind == kind::reduce && g.nodes[gradient[per_channel.node]].extent == shape{3} &&
         !g.nodes[gradient[per_channel.node]].batched && g.nodes[gradient[number.node]].extent.size() == 1;
}());

}  // namespace

TEST_CASE("gradients of an operand with two readers are added") {
  sketch s;
  const tensor x = s.input({6}), w = s.variable({6, 6});
  const tensor once = s.matmul(x, w), twice = s.matmul(once, w);  // w is shared
  const graph::list<int> gradient = s.gradients(sum(twice));
  const graph::graph& g = s.trace.g;
  CHECK(graphs::count(g, op::matmul_weights_gradient::kind) == 2);
  const graph::node& total = g.nodes[gradient[w.node]];
  CHECK(total.kind == kind::map);
  CHECK(total.operand_count == 2);
  for (int k = 0; k < 2; ++k) CHECK(g.nodes[total.operands[k]].kind == op::matmul_weights_gradient::kind);
  CHECK(graph::fault_of(g) == nullptr);
}

TEST_CASE("a residual sum passes its gradient to both branches") {
  sketch s;
  const tensor x = s.input({6}), w = s.variable({6, 6}), v = s.variable({6, 6});
  const tensor trunk = s.matmul(x, w);
  const graph::list<int> gradient = s.gradients(sum(trunk + s.matmul(trunk, v)));
  const graph::graph& g = s.trace.g;
  // What reaches the trunk is the direct gradient plus the one through v.
  const graph::node& at_trunk = g.nodes[gradient[trunk.node]];
  REQUIRE(at_trunk.kind == kind::map);
  int through_v = 0;
  for (int k = 0; k < at_trunk.operand_count; ++k) through_v += g.nodes[at_trunk.operands[k]].kind == op::matmul_data_gradient::kind ? 1 : 0;
  CHECK(through_v == 1);
  CHECK(graph::fault_of(g) == nullptr);
}

TEST_CASE("no gradient flows where it is stopped or not wanted") {
  sketch s;
  const tensor x = s.input({6}), w = s.variable({6, 6}), v = s.variable({6, 6});
  const graph::list<int> gradient = s.gradients(sum(stop_gradient(s.matmul(x, w)) * s.matmul(x, v)));
  CHECK(gradient[w.node] < 0);
  CHECK(gradient[v.node] >= 0);
  // A comparison has no slope.
  sketch t;
  const tensor u = t.variable({4});
  const graph::list<int> none = t.gradients(sum(u > 0.0));
  CHECK(none[u.node] < 0);
}

TEST_CASE("each operation has its own gradient kernel") {
  sketch s;
  const tensor x = s.input({6, 6, 2}), w = s.variable({3, 3, 2, 4});
  tensor y = s.convolution(x, w, {6, 6, 4});
  window pooling;
  pooling.kernel = 2, pooling.stride = 2, pooling.rate = 1;
  y = {s.trace, op::max_pool::add(s.trace.g, y.node, pooling, {3, 3, 4}, -1)};
  y = {s.trace, op::average_pool::add(s.trace.g, y.node, pooling, {1, 1, 4}, -1)};
  y = {s.trace, op::local_response_normalization::add(s.trace.g, y.node, {}, -1)};
  y = {s.trace, graph::reshape(s.trace.g, y.node, {4}, -1)};
  y = {s.trace, op::softmax::add(s.trace.g, y.node, -1)};
  s.gradients(sum(square(y)));
  const graph::graph& g = s.trace.g;
  CHECK(graphs::count(g, op::softmax_gradient::kind) == 1);
  CHECK(graphs::count(g, op::local_response_normalization_gradient::kind) == 1);
  CHECK(graphs::count(g, op::average_pool_gradient::kind) == 1);
  CHECK(graphs::count(g, op::max_pool_gradient::kind) == 1);
  CHECK(graphs::count(g, op::convolution_weights_gradient::kind) == 1);
  CHECK(graphs::count(g, op::convolution_data_gradient::kind) == 0);  // the image is not trained
  CHECK(graph::fault_of(g) == nullptr);
}

TEST_CASE("the gradient of a concatenation is cut into the parts") {
  sketch s;
  const tensor x = s.input({6}), w = s.variable({6, 2}), v = s.variable({6, 5});
  const tensor a = s.matmul(x, w), b = s.matmul(x, v);
  graph::node n;
  n.kind = op::concat::kind, n.batched = true, n.extent = {7}, n.operand_count = 2, n.operands[0] = a.node, n.operands[1] = b.node,
  n.attributes = op::concat::attributes{0};
  const tensor joined(s.trace, graph::add_node(s.trace.g, n, -1));
  const graph::list<int> gradient = s.gradients(sum(square(joined)));
  const graph::graph& g = s.trace.g;
  CHECK(g.nodes[gradient[a.node]].kind == op::slice::kind);
  CHECK(op::slice::attributes_of(g.nodes[gradient[a.node]]).begin[0] == 0);
  CHECK(g.nodes[gradient[a.node]].extent == shape{2});
  CHECK(op::slice::attributes_of(g.nodes[gradient[b.node]]).begin[0] == 2);
  CHECK(g.nodes[gradient[b.node]].extent == shape{5});
}

TEST_CASE("relu's gradient reads the output of relu, not its input") {
  sketch s;
  const tensor x = s.input({6}), w = s.variable({6, 6});
  const tensor before = s.matmul(x, w), after = relu(before);
  const graph::list<int> gradient = s.gradients(sum(square(after)));
  const graph::node& mask = s.trace.g.nodes[gradient[before.node]];
  REQUIRE(mask.kind == kind::map);
  bool reads_after = false;
  for (int k = 0; k < mask.operand_count; ++k) {
    CHECK(mask.operands[k] != before.node);
    reads_after = reads_after || mask.operands[k] == after.node;
  }
  CHECK(reads_after);
}

TEST_CASE("an operation without a gradient is an error that names it and the layer") {
  sketch s;
  const tensor w = s.variable({5});
  const int y = op::softmax_gradient::add(s.trace.g, {false, {5}}, {w.node, w.node}, 7);
  s.gradients(sum(tensor(s.trace, y)));
  CHECK(s.trace.g.error.broken == graph::rule::no_gradient);
  CHECK(s.trace.g.error.scope == 7);
  CHECK(std::string(s.trace.g.error.detail) == "softmax_gradient");
}

TEST_CASE("attributes are the numbers of a struct, whatever its fields") {
  const op::convolution::attributes given{window{{3, 5}, {2, 1}, 4, 6, 7}, graph::algorithm::winograd_2x2};
  const graph::attribute_values stored = given;
  CHECK(stored.count == 9);
  CHECK(stored.as<op::convolution::attributes>().window == given.window);
  CHECK(stored.as<op::convolution::attributes>().asked == given.asked);
  CHECK(stored == graph::attribute_values(given));
  CHECK_FALSE(stored == graph::attribute_values(op::convolution::attributes{given.window, graph::algorithm::direct}));
}
