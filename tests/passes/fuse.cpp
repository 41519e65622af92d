#include "slim/passes/fuse.hpp"

#include <doctest/doctest.h>

#include "slim/slim.hpp"
#include "tests/graph/graphs.hpp"

using namespace slim;
using graphs::kind;
using graphs::sketch;

namespace {

template <const auto& Net, class... Options>
graph::graph inference_of() {
  return detail::finish(detail::trace_inference<Net, model_options<Options...>>().g).g;
}
template <const auto& Net, class Loss, class Optimizer, class... Options>
graph::graph training_graph() {
  return detail::finish(detail::trace_and_differentiate<Net, model_options<Options...>, Loss, Optimizer, train_options<>>().g).g;
}

bool stores_with(const graph::node& n, const graph::graph& g, expr::scalar_op operation) {
  if (n.epilogue < 0) return false;
  for (const expr::scalar_node& one : g.functions[n.epilogue].nodes)
    if (one.op == operation) return true;
  return false;
}

inline constexpr auto one_layer = conv2d(4, {3, 3}, "conv");
inline constexpr auto pooled = conv2d(4, {3, 3}, "conv") >> max_pool2d({2, 2}, "pool") >> fully_connected(3, "fc", activation_fn = none);
inline constexpr auto overlapping_pool = conv2d(4, {3, 3}, "conv") >> max_pool2d({3, 3}, 1, "pool");
inline constexpr auto pooled_twice = conv2d(4, {3, 3}, "conv") >> max_pool2d({2, 2}, "pool1") >> max_pool2d({2, 2}, "pool2");
inline constexpr auto wide_pooled = conv2d(40, {3, 3}, "conv") >> max_pool2d({2, 2}, "pool");
inline constexpr auto deep = conv2d(4, {3, 3}, "conv1") >> conv2d(3, {3, 3}, "conv2") >> max_pool2d({2, 2}, "pool") >> fully_connected(7, "fc3") >>
                             fully_connected(3, "fc4", activation_fn = none);
inline constexpr auto block = residual("block", conv2d(2, {3, 3}, "conv", activation_fn = none));
inline constexpr auto penalised = fully_connected(3, "fc", activation_fn = none, weights_regularizer = l2_regularizer(0.01));
inline constexpr auto normalized = conv2d(4, {3, 3}, "conv", normalizer_fn = batch_norm);
inline constexpr auto scaled = conv2d(4, {3, 3}, "conv", normalizer_fn = batch_norm, normalizer_params = params(scale = true));
inline constexpr auto flattened = conv2d(4, {3, 3}, "conv") >> flatten("flat") >> fully_connected(3, "fc", activation_fn = none);
inline constexpr auto swish_layer = conv2d(4, {3, 3}, "conv", activation_fn = [](auto x) { return x * sigmoid(x); });

}  // namespace

TEST_CASE("bias and activation happen in the store of the convolution") {
  const graph::graph g = inference_of<one_layer, input<6, 6, 2>>();
  REQUIRE(graphs::work(g) == 1);
  for (const graph::node& n : g.nodes)
    if (!n.dead && n.kind == op::convolution::kind) {
      CHECK(n.body() == 2);         // image and weights
      CHECK(n.operand_count == 3);  // and biases
      CHECK(stores_with(n, g, expr::scalar_op::add));
      CHECK(stores_with(n, g, expr::scalar_op::maximum));
    }
  CHECK(graphs::work(inference_of<swish_layer, input<6, 6, 2>>()) == 1);
}

TEST_CASE("inference is one node for each layer, and a pool is in the store of its convolution") {
  const graph::graph g = inference_of<pooled, input<6, 6, 2>>();
  CHECK(graphs::work(g) == 2);
  for (const graph::node& n : g.nodes)
    if (!n.dead && n.kind == op::convolution::kind) {
      CHECK(n.pool == 2);
      CHECK(n.extent == slim::shape{3, 3, 4});
      CHECK(n.unpooled() == slim::shape{6, 6, 4});
    }
}

TEST_CASE("a pool stays where its windows overlap, leave a border, or where the convolution is read elsewhere") {
  CHECK(graphs::count(inference_of<overlapping_pool, input<6, 6, 2>>(), op::max_pool::kind) == 1);
  CHECK(graphs::count(inference_of<pooled, input<7, 7, 2>>(), op::max_pool::kind) == 1);
  CHECK(graphs::count(inference_of<pooled, input<6, 6, 2>, keep<"conv">>(), op::max_pool::kind) == 1);
  CHECK(graphs::count(inference_of<pooled_twice, input<8, 8, 2>>(), op::max_pool::kind) == 1);
  CHECK(graphs::count(inference_of<wide_pooled, input<66, 130, 2>>(), op::max_pool::kind) == 1);  // a band of two rows does not fit the scratch memory
}

TEST_CASE("a residual sum happens in the store of the branch that ends last") {
  const graph::graph g = inference_of<block, input<6, 6, 2>>();
  CHECK(graphs::work(g) == 1);
}

TEST_CASE("batch normalization at inference needs no pass over the image") {
  const graph::graph g = inference_of<normalized, input<6, 6, 2>>();
  int over_images = 0;
  for (const graph::node& n : g.nodes) over_images += !n.dead && n.batched && !graph::is_leaf(n.kind) ? 1 : 0;
  CHECK(over_images == 1);
  CHECK(graphs::count(g, op::convolution::kind) == 1);
}

TEST_CASE("the mask of relu is applied in the store of the gradient that it masks") {
  const graph::graph g = training_graph<deep, losses::sparse_softmax_cross_entropy_loss, optimizers::gradient_descent, input<6, 6, 2>>();
  const auto masked = [&](kind of) {
    int n = 0;
    for (const graph::node& one : g.nodes) n += !one.dead && one.kind == of && stores_with(one, g, expr::scalar_op::greater) ? 1 : 0;
    return n;
  };
  CHECK(masked(op::convolution_data_gradient::kind) == 1);  // conv2, by conv1
  CHECK(masked(op::max_pool_gradient::kind) == 0);
  CHECK(masked(op::matmul_data_gradient::kind) == 2);  // fc4, by fc3; and fc3, by conv2, before its gradient is spread over the windows of the pool
  CHECK(graphs::count(g, op::convolution_data_gradient::kind) == 1);
  CHECK(graphs::count(g, op::matmul_data_gradient::kind) == 2);
  for (const graph::node& n : g.nodes)
    if (!n.dead && n.kind == kind::map) CHECK(n.extent.rank != 3);  // no map touches an image
}

TEST_CASE("sums of a pool's gradient are sums before it is spread, and masks that do not vanish with it stay behind it") {
  const graph::graph g = training_graph<deep, losses::sparse_softmax_cross_entropy_loss, optimizers::gradient_descent, input<6, 6, 2>>();
  for (const graph::node& n : g.nodes)
    if (!n.dead && n.kind == kind::reduce && !n.batched) CHECK(g.nodes[n.operands[0]].kind != op::max_pool_gradient::kind);

  sketch s;
  const tensor x = s.input({4, 4, 2}), dy = s.input({2, 2, 2});
  window pairs;
  pairs.kernel = 2, pairs.stride = 2, pairs.rate = 1;
  const auto spread_of = [&] {
    const int pool = op::max_pool::add(s.trace.g, x.node, pairs, {2, 2, 2}, -1);
    s.trace.g.nodes[pool].results = 2;
    return tensor(s.trace, graph::add_operation(s.trace.g, op::max_pool_gradient::kind, {true, {4, 4, 2}}, {graph::result_of(s.trace.g, pool, 1, -1), dy.node},
                                                -1, s.trace.g.nodes[pool].attributes));
  };
  const tensor spread = spread_of();
  const tensor masked = spread * x, shifted = exp(spread_of());
  s.output(masked);
  s.output(shifted);
  graph::work_before_pools(s.trace.g);
  CHECK(s.trace.g.nodes[masked.node].kind == op::max_pool_gradient::kind);
  CHECK(s.trace.g.nodes[spread.node].kind == kind::map);
  CHECK(s.trace.g.nodes[spread.node].extent == slim::shape{2, 2, 2});
  CHECK(s.trace.g.nodes[shifted.node].kind == kind::map);
  CHECK(graph::fault_of(s.trace.g) == nullptr);
}

TEST_CASE("batch normalization: one pass for the moments, one for the sums of its gradient") {
  const graph::graph g = training_graph<scaled, losses::mean_squared_error_loss, optimizers::gradient_descent, input<6, 6, 2>>();
  CHECK(graphs::count(g, op::moments::kind) == 1);
  int sums = 0, results = 0;
  for (const graph::node& n : g.nodes)
    if (!n.dead && n.kind == kind::reduce && n.extent.size() == 4) ++sums, results += n.results;
  CHECK(sums == 1);
  CHECK(results == 3);  // gradients of beta, gamma and the mean
}

TEST_CASE("a mask behind a reshape is applied where the value is made") {
  const graph::graph g = training_graph<flattened, losses::sparse_softmax_cross_entropy_loss, optimizers::gradient_descent, input<6, 6, 2>>();
  for (const graph::node& n : g.nodes)
    if (!n.dead && n.kind == op::matmul_data_gradient::kind) CHECK(stores_with(n, g, expr::scalar_op::greater));
}

TEST_CASE("gradient of the regularizer and update are one sweep over the weights") {
  const graph::graph g = training_graph<penalised, losses::sparse_softmax_cross_entropy_loss, optimizers::momentum, input<5>>();
  CHECK(graphs::count(g, kind::update) == 2);
  for (const graph::node& n : g.nodes) {
    if (n.dead) continue;
    if (n.kind == kind::update && n.extent.rank == 2) {
      CHECK(n.operands[0] == g.variables[0].node);
      CHECK(g.functions[n.function].output_count == 2);  // the weights and their momentum
      int gradients = 0;
      for (int k = 0; k < n.operand_count; ++k) gradients += g.nodes[n.operands[k]].kind == op::matmul_weights_gradient::kind ? 1 : 0;
      CHECK(gradients == 1);
    }
    if (n.kind == kind::map) CHECK(n.extent.rank != 2);  // no separate pass over a matrix of weights
  }
}

TEST_CASE("what is read twice or kept is not absorbed") {
  sketch s;
  const tensor x = s.input({6}), w = s.variable({6, 6});
  const tensor product = s.matmul(x, w), activated = exp(product);
  s.output(sum_per_example(product * activated));
  s.trace.g.nodes[product.node].kept = true;
  graph::fuse_into_producers(s.trace.g);
  CHECK(!s.trace.g.nodes[product.node].dead);
  CHECK(s.trace.g.nodes[product.node].epilogue < 0);
}

TEST_CASE("a chain of element-wise operations becomes one loop") {
  sketch s;
  const tensor x = s.input({6}), y = s.input({6});
  s.output(exp(abs(x - y) * 2.0) + log(square(y) + 1.0));
  graph::fuse_into_consumers(s.trace.g);
  graph::remove_dead(s.trace.g);
  CHECK(graphs::work(s.trace.g) == 1);
}

TEST_CASE("cheap functions are computed again in each of their readers, dear ones are stored") {
  sketch cheap;
  const tensor x = cheap.input({6});
  const tensor masked = max(0.0, x);
  cheap.output(sum_per_example(masked));
  cheap.output(sum_per_example(masked * masked));
  graph::fuse_into_consumers(cheap.trace.g);
  graph::remove_dead(cheap.trace.g);
  CHECK(graphs::count(cheap.trace.g, kind::map) == 0);

  sketch dear;
  const tensor u = dear.input({6}), v = dear.input({6});
  const tensor both = u * v;  // two large operands: reading them twice costs more than storing the product
  dear.output(sum_per_example(both));
  dear.output(sum_per_example(exp(both)));
  graph::fuse_into_consumers(dear.trace.g);
  graph::remove_dead(dear.trace.g);
  CHECK(graphs::count(dear.trace.g, kind::map) == 1);
}

TEST_CASE("functions stop growing before they spill") {
  sketch s;
  const tensor x = s.input({6});
  tensor y = x;
  for (int i = 0; i < 60; ++i) y = tanh(y + 1.0 / (i + 2));
  s.output(y);
  graph::fuse_into_consumers(s.trace.g);
  graph::remove_dead(s.trace.g);
  CHECK(graphs::count(s.trace.g, kind::map) >= 3);
  CHECK(graphs::count(s.trace.g, kind::map) <= 8);
  for (const graph::node& n : s.trace.g.nodes)
    if (!n.dead && n.function >= 0) CHECK(s.trace.g.functions[n.function].nodes.size() <= graph::fusion_node_limit);
}
