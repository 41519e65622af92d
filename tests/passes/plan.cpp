#include "slim/passes/plan.hpp"

#include <doctest/doctest.h>

#include "slim/nets/lenet.hpp"
#include "slim/nets/vgg.hpp"
#include "tests/graph/graphs.hpp"

using namespace slim;
using graphs::kind;

namespace {

using cross_entropy = losses::sparse_softmax_cross_entropy_loss;

template <const auto& Net, class... Options>
graph::compilation inference_of() {
  return detail::finish(detail::trace_inference<Net, model_options<Options...>>().g);
}
template <const auto& Net, class Optimizer, class... Options>
graph::compilation training_graph() {
  return detail::finish(detail::trace_and_differentiate<Net, model_options<Options...>, cross_entropy, Optimizer, train_options<>>().g);
}

/// The first two values that are alive at once in the same memory, found without what the planner uses: each value lives from the step
/// that makes it to the last that reads it. {-1, -1} when there are none. The result of a map may take the place of an operand that dies there.
struct overlap {
  int first = -1, second = -1;
};
overlap overlap_in(const graph::compilation& c) {
  const graph::graph& g = c.g;
  const graph::memory_plan& plan = c.plan;
  const int count = g.nodes.size(), end = plan.order.size();
  std::vector<int> made(count, -1), last(count, -1), owner(count);
  for (int i = 0; i < count; ++i) owner[i] = graph::is_view(g.nodes[i].kind) ? owner[g.nodes[i].operands[0]] : i;
  for (int s = 0; s < end; ++s) {
    made[plan.order[s]] = s;
    for (int k = 0; k < g.nodes[plan.order[s]].operand_count; ++k) last[owner[g.nodes[plan.order[s]].operands[k]]] = s;
  }
  for (int output : g.outputs) last[owner[output]] = end;
  for (int i = 0; i < count; ++i)
    if (!g.nodes[i].dead && g.nodes[i].kept) last[owner[i]] = end;

  const auto stored = [&](int i) { return made[i] >= 0 && (plan.places[i].where == graph::region::examples || plan.places[i].where == graph::region::fixed); };
  const auto whole = [](const graph::node& n) { return (n.results - 1) * graph::aligned(n.extent.size()) + n.extent.size(); };
  for (int a = 0; a < count; ++a) {
    if (!stored(a)) continue;
    const long a_begin = plan.places[a].offset, a_end = a_begin + whole(g.nodes[a]);
    for (int b = 0; b < count; ++b) {
      if (a == b || !stored(b) || plan.places[a].where != plan.places[b].where || made[b] < made[a] || made[b] > last[a]) continue;
      const long b_begin = plan.places[b].offset, b_end = b_begin + whole(g.nodes[b]);
      if (a_end <= b_begin || b_end <= a_begin) continue;
      bool replaces = g.nodes[b].kind == kind::map && made[b] == last[a] && a_begin == b_begin && a_end == b_end;
      bool operand = false;
      for (int k = 0; k < g.nodes[b].operand_count; ++k) operand = operand || owner[g.nodes[b].operands[k]] == a;
      if (!replaces || !operand) return {a, b};
    }
  }
  return {};
}

/// Values lie inside the arenas, at aligned offsets, in the region they belong to.
void check_places(const graph::compilation& c) {
  for (int step = 0; step < c.plan.order.size(); ++step) {
    const graph::node& n = c.g.nodes[c.plan.order[step]];
    if (n.is_update()) continue;
    const graph::place& p = c.plan.places[c.plan.order[step]];
    REQUIRE(p.where == (n.batched ? graph::region::examples : graph::region::fixed));
    CHECK(p.offset >= 0);
    CHECK(p.offset % graph::alignment_elements == 0);
    CHECK(p.offset + n.extent.size() <= (n.batched ? c.plan.example_elements : c.plan.fixed_elements));
  }
}

/// Every operand is made, and every update of a variable happens after the last read of its old value.
void check_order(const graph::compilation& c) {
  std::vector<int> at(c.g.nodes.size(), -1);
  for (int s = 0; s < c.plan.order.size(); ++s) at[c.plan.order[s]] = s;
  for (int i = 0; i < c.g.nodes.size(); ++i) {
    const graph::node& n = c.g.nodes[i];
    if (n.dead || graph::is_leaf(n.kind) || graph::is_view(n.kind)) continue;
    REQUIRE(at[i] >= 0);
    for (int k = 0; k < n.operand_count; ++k) {
      int source = n.operands[k];
      while (graph::is_view(c.g.nodes[source].kind)) source = c.g.nodes[source].operands[0];
      if (!graph::is_leaf(c.g.nodes[source].kind)) CHECK(at[source] < at[i]);
    }
    if (n.kind != kind::update) continue;
    for (int other = 0; other < c.g.nodes.size(); ++other) {
      const graph::node& reader = c.g.nodes[other];
      if (reader.dead || other == i) continue;
      for (int k = 0; k < reader.operand_count; ++k)
        if (reader.operands[k] == n.operands[0] && reader.kind != kind::reshape) CHECK(at[other] < at[i]);
    }
  }
}

void check(const graph::compilation& c) {
  REQUIRE(!c.g.failed());
  const overlap found = overlap_in(c);
  CAPTURE(found.first);
  CAPTURE(found.second);
  CHECK(found.first < 0);
  check_places(c);
  check_order(c);
  CHECK(c.plan.example_elements >= c.plan.example_bound);
  CHECK(c.plan.fixed_elements >= c.plan.fixed_bound);
}
double excess(const graph::memory_plan& plan) { return static_cast<double>(plan.example_elements) / static_cast<double>(plan.example_bound); }

inline constexpr auto chain = repeat<6>(conv2d(8, {3, 3}), "conv") >> max_pool2d({2, 2}, "pool") >> fully_connected(10, "fc", activation_fn = none);
inline constexpr auto branching = [](const tensor& image) {
  const tensor stem = conv2d(8, {3, 3}, "stem")(image);
  const tensor left = conv2d(4, {1, 1}, "left")(stem), right = conv2d(6, {3, 3}, "right")(max_pool2d({3, 3}, "pool", stride = 1, padding = SAME)(stem));
  const tensor joined = residual("block", conv2d(10, {3, 3}, "inner"))(concat(left, right));
  return fully_connected(5, "logits", activation_fn = none)(flatten("flat")(joined));
};

}  // namespace

TEST_CASE("the checker of overlaps sees one") {
  graph::compilation c = inference_of<chain, input<8, 8, 3>>();
  REQUIRE(overlap_in(c).first < 0);
  int first = -1;
  for (int i = 0; i < c.g.nodes.size(); ++i)
    if (!c.g.nodes[i].dead && c.g.nodes[i].kind == op::convolution::kind) {
      if (first >= 0) {
        c.plan.places[i].offset = c.plan.places[first].offset;  // over its own operand, and a convolution cannot work in place
        break;
      }
      first = i;
    }
  CHECK(overlap_in(c).first >= 0);
}

TEST_CASE("values that live at the same time never share memory") {
  check(inference_of<chain, input<8, 8, 3>>());
  check(inference_of<branching, input<8, 8, 3>>());
  check(inference_of<nets::lenet, input<28, 28, 1>>());
  check(training_graph<chain, optimizers::adam, input<8, 8, 3>>());
  check(training_graph<branching, optimizers::momentum, input<8, 8, 3>>());
  check(training_graph<nets::lenet, optimizers::momentum, input<28, 28, 1>>());
  check(training_graph<nets::vgg_16, optimizers::gradient_descent, input<224, 224, 3>>());
}

TEST_CASE("chains are planned within five percent of the least possible memory") {
  CHECK(excess(inference_of<chain, input<16, 16, 3>>().plan) <= 1.05);
  CHECK(excess(training_graph<chain, optimizers::momentum, input<16, 16, 3>>().plan) <= 1.05);
  CHECK(excess(inference_of<nets::lenet, input<28, 28, 1>>().plan) <= 1.05);
  CHECK(excess(training_graph<nets::lenet, optimizers::momentum, input<28, 28, 1>>().plan) <= 1.05);
  CHECK(excess(inference_of<nets::vgg_16, input<224, 224, 3>>().plan) <= 1.05);
  CHECK(excess(training_graph<nets::vgg_16, optimizers::momentum, input<224, 224, 3>>().plan) <= 1.05);
}

TEST_CASE("inference of a chain needs two layers' memory, however long it is") {
  const graph::memory_plan plan = inference_of<chain, input<16, 16, 8>>().plan;
  CHECK(plan.example_elements <= 2 * 16 * 16 * 8 + 2 * graph::alignment_elements);
}

TEST_CASE("a map overwrites the operand that dies there") {
  graphs::sketch s;
  const tensor x = s.input({64}), w = s.variable({64, 64});
  const tensor product = s.matmul(x, w), y = exp(product);
  s.output(y);
  const graph::memory_plan plan = graph::plan(s.trace.g);
  CHECK(plan.places[y.node].offset == plan.places[product.node].offset);
  CHECK(plan.example_elements == 64);
}

TEST_CASE("a map does not overwrite what is read later, or the caller's input") {
  graphs::sketch s;
  const tensor x = s.input({64}), w = s.variable({64, 64});
  const tensor product = s.matmul(x, w), y = exp(product), z = s.matmul(product, w), from_input = exp(x);
  s.output(y), s.output(z), s.output(from_input);
  graph::compilation c{s.trace.g, graph::plan(s.trace.g)};
  CHECK(c.plan.places[y.node].offset != c.plan.places[product.node].offset);
  CHECK(c.plan.places[from_input.node].where == graph::region::examples);
  CHECK(overlap_in(c).first < 0);
}

TEST_CASE("a reshape is its operand") {
  graphs::sketch s;
  const tensor x = s.input({4, 4, 2}), w = s.variable({3, 3, 2, 2});
  const tensor image = s.convolution(x, w, {4, 4, 2});
  const tensor flat(s.trace, graph::reshape(s.trace.g, image.node, {32}, -1));
  s.output(flat);
  const graph::memory_plan plan = graph::plan(s.trace.g);
  CHECK(plan.places[flat.node].offset == plan.places[image.node].offset);
  CHECK(plan.order.size() == 1);
}

TEST_CASE("a variable is not updated before the last reader of a view of it") {
  graphs::sketch s;
  const tensor x = s.input({6}), v = s.variable({2, 3});
  const tensor view(s.trace, graph::reshape(s.trace.g, v.node, {6}, -1));
  graph::node update;
  update.kind = graph::kind::update, update.extent = v.shape(), update.operand_count = 1, update.operands[0] = v.node;
  expr::scalar_function halved;
  halved.add_output(halved.emit(expr::scalar_op::multiply, halved.add_constant(0.5), halved.add_input(0)));
  update.function = s.trace.g.intern(halved);
  const int updated = graph::add_node(s.trace.g, update, -1);
  const tensor y = x * view;
  s.output(y);
  const graph::list<int> order = graph::execution_order(s.trace.g);
  REQUIRE(order.size() == 2);
  CHECK(order[0] == y.node);
  CHECK(order[1] == updated);
}

TEST_CASE("parameters lie one after the other, aligned") {
  const graph::compilation c = inference_of<nets::lenet, input<28, 28, 1>>();
  long next = 0;
  for (const graph::variable_entry& v : c.g.variables) {
    CHECK(c.plan.places[v.node].where == graph::region::variables);
    CHECK(c.plan.places[v.node].offset == next);
    next += graph::aligned(v.extent.size());
  }
}
