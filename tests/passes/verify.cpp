#include "slim/passes/verify.hpp"

#include <doctest/doctest.h>

#include <string>

#include "slim/nets/lenet.hpp"
#include "tests/graph/graphs.hpp"

using namespace slim;
using graphs::kind;
using graphs::sketch;

namespace {

/// A graph with every kind of thing that can be damaged, and the nodes to damage.
struct specimen : sketch {
  int x, fused = -1, reshaped, total;
  specimen() {
    const tensor image = input({4, 4, 2}), w = variable({3, 3, 2, 2}), b = variable({2});
    const tensor convolved = convolution(image, w, {4, 4, 2});
    const tensor y = max(convolved + b, 0.0);
    x = image.node;
    reshaped = graph::reshape(trace.g, y.node, {32}, -1);
    const tensor z = exp(tensor(trace, reshaped));
    total = sum(z).node;
    trace.g.outputs.push(total);
    optimize_once();
  }
  graph::graph& g() { return trace.g; }

private:
  void optimize_once() {
    graph::fuse_into_consumers(trace.g);
    graph::remove_dead(trace.g);
    graph::fuse_into_producers(trace.g);
    graph::remove_dead(trace.g);
    for (int i = 0; i < trace.g.nodes.size(); ++i)
      if (!trace.g.nodes[i].dead && trace.g.nodes[i].kind == op::convolution::kind) fused = i;
  }
};

template <class Damage>
void check_found(const std::string& expected, const Damage& damage) {
  specimen s;
  REQUIRE(graph::fault_of(s.g()) == nullptr);
  damage(s);
  const char* const found = graph::fault_of(s.g());
  CAPTURE(expected);
  REQUIRE(found != nullptr);
  CHECK(found == expected);
}

/// The passes of compile/compile.hpp one by one, with a look at the graph after each.
void check_every_pass(graph::graph g) {
  REQUIRE(!g.failed());
  const auto sound = [&](const char* pass) {
    CAPTURE(pass);
    const char* const fault = graph::fault_of(g);
    CHECK(std::string(fault == nullptr ? "" : fault) == "");
    for (const graph::node& n : g.nodes) CHECK((n.dead || n.type == g.precision));
  };
  sound("trace");
  graph::share_equal(g), sound("share_equal");
  graph::list<char> wanted;
  wanted.resize(g.nodes.size(), 0);
  const graph::list<char> trained = detail::trained_variables<train_options<>>(g);
  for (int v = 0; v < g.variables.size(); ++v) wanted[g.variables[v].node] = trained[v];
  const graph::list<int> gradient = graph::gradients(g, g.outputs[0], wanted);
  sound("gradients");
  for (const graph::variable_entry& v : g.variables) CHECK((gradient[v.node] >= 0) == v.trainable);
  detail::add_updates<optimizers::adam>(g, gradient, trained), sound("add_updates");
  graph::share_equal(g), sound("share_equal again");
  graph::remove_dead(g), sound("remove_dead");
  graph::work_before_pools(g), sound("work_before_pools");
  graph::fuse_into_consumers(g), sound("fuse_into_consumers");
  graph::remove_dead(g), sound("remove_dead again");
  graph::join_sums(g), sound("join_sums");
  graph::move_before_reshapes(g), sound("move_before_reshapes");
  graph::fuse_into_producers(g), sound("fuse_into_producers");
  graph::remove_dead(g), sound("remove_dead at the end");
}

template <const auto& Net, class... Options>
graph::graph loss_of() {
  tracer trace;
  detail::trace_loss<Net, model_options<Options...>, losses::sparse_softmax_cross_entropy_loss>(trace);
  return trace.g;
}

inline constexpr auto branching = [](const tensor& image) {
  const auto normalized = arg_scope<conv2d>(normalizer_fn = batch_norm, weights_regularizer = l2_regularizer(0.01));
  const tensor stem = normalized(conv2d(8, {3, 3}, "stem"))(image);
  const tensor joined = concat(conv2d(4, {1, 1}, "left"), max_pool2d({3, 3}, "pool", stride = 1, padding = SAME) >> conv2d(6, {3, 3}, "right"))(stem);
  const tensor block = residual("block", conv2d(10, {3, 3}, "inner", activation_fn = swish) >> dropout(0.8, "drop"))(joined);
  return fully_connected(5, "logits", activation_fn = none)(flatten("flat")(global_avg_pool("pool2")(block)));
};

}  // namespace

TEST_CASE("every kind of damage is found") {
  check_found("operand count out of range", [](specimen& s) { s.g().nodes[s.total].operand_count = graph::node::max_operands + 1; });
  check_found("operand count out of range", [](specimen& s) { s.g().nodes[s.fused].operand_count = -1; });
  check_found("epilogue operands without operands", [](specimen& s) { s.g().nodes[s.fused].body_operands = 7; });
  check_found("an operand does not precede its reader", [](specimen& s) { s.g().nodes[s.fused].operands[0] = s.total; });
  check_found("an operand of another type", [](specimen& s) { s.g().nodes[s.x].type = dtype::f64; });
  check_found("an operand does not precede its reader", [](specimen& s) { s.g().nodes[s.fused].operands[0] = s.fused; });
  check_found("an operand does not precede its reader", [](specimen& s) { s.g().nodes[s.fused].operands[0] = -1; });
  check_found("a dead node is read", [](specimen& s) { s.g().nodes[s.x].dead = true; });
  check_found("function where none belongs, or none where one is needed", [](specimen& s) { s.g().nodes[s.total].function = -1; });
  check_found("function where none belongs, or none where one is needed", [](specimen& s) { s.g().nodes[s.fused].function = 0; });
  check_found("function index out of range", [](specimen& s) { s.g().nodes[s.total].function = s.g().functions.size(); });
  check_found("function index out of range", [](specimen& s) { s.g().nodes[s.fused].epilogue = s.g().functions.size() + 3; });
  check_found("a function reads an operand that is not there", [](specimen& s) { s.g().nodes[s.total].operand_count = 0; });
  check_found("an epilogue reads an operand that is not there", [](specimen& s) { s.g().nodes[s.fused].operand_count = 2; });
  check_found("an epilogue operand does not fit", [](specimen& s) { s.g().nodes[s.g().variables[1].node].extent = {7}; });
  check_found("several results for each example", [](specimen& s) { s.g().nodes[s.fused].results = 2; });
  check_found("a sum of nothing but single elements", [](specimen& s) {
    graph::node& sum = s.g().nodes[s.total];
    const graph::node& summed = s.g().nodes[sum.operands[0]];
    sum.extent = summed.extent, sum.batched = summed.batched;
  });
  check_found("a reduction has not one result for each output of its function", [](specimen& s) { s.g().nodes[s.total].results = 2; });
  check_found("a result that its operation does not have", [](specimen& s) {
    graph::node& n = s.g().nodes[s.reshaped];
    n.kind = kind::result, n.attributes = graph::position{1};
  });
  check_found("a reshape changes the number of elements", [](specimen& s) { s.g().nodes[s.reshaped].extent = {31}; });
}

namespace {
/// What is wrong with the last node of a graph that `make` builds, after `damage`.
template <class Make, class Damage>
std::string fault_after(const Make& make, const Damage& damage) {
  sketch s;
  graph::node& made = s.trace.g.nodes[make(s)];
  REQUIRE(graph::fault_of(s.trace.g) == nullptr);
  damage(made);
  const char* const found = graph::fault_of(s.trace.g);
  return found == nullptr ? "" : found;
}
}  // namespace

TEST_CASE("each operation has a rule of its own") {
  const window pair{2, 2, 1, 0, 0}, three{3, 1, 1, 1, 1};
  const auto fewer = [](graph::node& n) { --n.operand_count; };
  const auto wider = [](graph::node& n) { n.extent.extents[n.extent.rank - 1] += 1; };
  const auto image = [](sketch& s) { return s.input({6, 6, 2}).node; };
  const auto convolved = [&](sketch& s) { return s.convolution(tensor(s.trace, image(s)), s.variable({3, 3, 2, 4}), {6, 6, 4}).node; };
  CHECK(fault_after(convolved, fewer) == "a convolution with another number of operands");
  CHECK(fault_after(convolved, wider) == "a convolution with weights that do not fit");
  CHECK(fault_after(convolved, [](graph::node& n) { n.extent = {9, 6, 4}; }) == "a window lies outside its image");
  CHECK(fault_after(convolved, [&](graph::node& n) { n.attributes = op::convolution::attributes{pair}; }) == "a convolution with weights that do not fit");
  const auto deep = [&](sketch& s) { return op::depthwise_convolution::add(s.trace.g, image(s), s.variable({3, 3, 2, 4}).node, three, {6, 6, 8}, -1); };
  CHECK(fault_after(deep, wider) == "a depthwise convolution with weights that do not fit");
  const auto product = [](sketch& s) { return op::matmul::add(s.trace.g, s.input({6}).node, s.variable({6, 3}).node, {3}, -1); };
  CHECK(fault_after(product, wider) == "a product of shapes that do not fit");
  CHECK(fault_after(product, fewer) == "a product of other operands than rows and a matrix");
  const auto largest = [&](sketch& s) { return op::max_pool::add(s.trace.g, image(s), pair, {3, 3, 2}, -1); };
  CHECK(fault_after(largest, wider) == "a pool changes the channels");
  CHECK(fault_after(largest, [](graph::node& n) { n.extent = {3, 4, 2}; }) == "a window lies outside its image");
  const auto average = [&](sketch& s) { return op::average_pool::add(s.trace.g, image(s), pair, {3, 3, 2}, -1); };
  CHECK(fault_after(average, wider) == "a pool changes the channels");
  const auto rows = [](sketch& s) { return op::softmax::add(s.trace.g, s.input({5}).node, -1); };
  CHECK(fault_after(rows, wider) == "an operation on rows with an operand of another shape");
  CHECK(fault_after(rows, fewer) == "an operation on rows with another number of operands");
  const auto entropy = [](sketch& s) { return op::softmax_cross_entropy::add(s.trace.g, s.input({5}).node, s.input({5}).node, {}, -1); };
  CHECK(fault_after(entropy, [](graph::node& n) { n.extent = {2}; }) == "a cross entropy with operands that do not fit");
  const auto normalized = [&](sketch& s) { return op::local_response_normalization::add(s.trace.g, image(s), {}, -1); };
  CHECK(fault_after(normalized, wider) == "a normalization changes the shape");
  const auto joined = [](sketch& s) {
    const int parts[] = {s.input({4, 3}).node, s.input({4, 2}).node};
    return op::concat::add(s.trace.g, parts, 2, -1);
  };
  CHECK(fault_after(joined, wider) == "a concatenation has not the extent of its parts");
  const auto part = [](sketch& s) { return op::slice::add(s.trace.g, s.input({4, 5}).node, {1, 3}, {3, 2}, -1); };
  CHECK(fault_after(part, wider) == "a slice of elements that are not there");
  const auto padded = [](sketch& s) { return op::pad::add(s.trace.g, s.input({4, 5}).node, {1, 0}, {0, 2}, 0, -1); };
  CHECK(fault_after(padded, [](graph::node& n) { n.extent = {5, 4}; }) == "a padding that does not hold what it is around");
  const auto mirrored = [](sketch& s) { return op::mirror_pad::add(s.trace.g, s.input({2, 5, 3}).node, 4, 3, false, -1); };
  CHECK(fault_after(mirrored, [](graph::node& n) { n.extent = {2, 14, 3}; }) == "a mirror that shows more than there is");
  CHECK(fault_after(mirrored, [](graph::node& n) { n.attributes = op::mirror_pad::attributes{5, 0}; }) == "a mirror that shows more than there is");
  CHECK(fault_after(joined, [](graph::node& n) { n.attributes = op::concat::attributes{2}; }) == "a concatenation along an axis that is not there");
  const auto resized = [&](sketch& s) { return op::resize_bilinear::add(s.trace.g, image(s), 9, 2, true, -1); };
  CHECK(fault_after(resized, [](graph::node& n) { n.extent.extents[2] = 7; }) == "an image of another size with other channels");
  const auto most = [](sketch& s) { return op::reduce_max::add(s.trace.g, s.input({2, 4, 3}).node, -1); };
  CHECK(fault_after(most, wider) == "the largest of what has other extents");
  const auto travelling = [](sketch& s) { return op::mean_over_processes(s.trace.g, s.trace.variable("w", {6}, zeros, -1, true), -1); };
  CHECK(fault_after(travelling, [](graph::node&) {}) == "");
  CHECK(fault_after(travelling, [](graph::node& n) { n.operands[0] = 0; }) == "a mean over processes that nothing has started");
  CHECK(fault_after(travelling, [](graph::node& n) { n.kind = op::all_reduce_start::kind, n.batched = true; }) ==
        "a mean over processes of what is not one tensor for all examples");
  const auto jointly = [](sketch& s) {
    graph::graph& g = s.trace.g;
    const int product = graph::add_operation(g, op::matmul_weights_gradient::kind, {false, {400, 500}}, {s.input({400}).node, s.input({500}).node}, -1);
    return op::joint_weights_gradient::add(g, op::joint_weights_gradient_start::add(g, product));
  };
  CHECK(fault_after(jointly, [](graph::node&) {}) == "");
  CHECK(fault_after(jointly, [](graph::node& n) { n.operands[0] = 0; }) == "a joint gradient that nothing has started");
  CHECK(fault_after(jointly, [](graph::node& n) { n.kind = op::joint_weights_gradient_start::kind; }) ==
        "a joint gradient of what is not one row of each example");
  // Others have operands of such sizes as well.
  sketch s;
  const auto can = [&](graph::kind kind, const slim::shape& result, const slim::shape& x, const slim::shape& dy, const auto&... with) {
    const int n = graph::add_operation(s.trace.g, kind, {false, result}, {s.input(x).node, s.input(dy).node}, -1, with...);
    return op::can_be_joint({s.trace.g.nodes.begin(), s.trace.g.nodes[n]});
  };
  CHECK(can(op::matmul_weights_gradient::kind, {400, 500}, {400}, {500}));
  CHECK(!can(op::matmul_weights_gradient::kind, {400, 300}, {400}, {300}));  // too small
  CHECK(!can(op::gather_gradient::kind, {4096, 64}, {64, 64}, {64}));
  const slim::shape whole{3, 3, 100, 500}, patch{3, 3, 100}, pixel{1, 1, 500};
  CHECK(can(op::convolution_weights_gradient::kind, whole, patch, pixel, op::convolution_attributes{{3, 1, 1, 0, 0}}));
  CHECK(!can(op::convolution_weights_gradient::kind, whole, patch, pixel, op::convolution_attributes{{3, 2, 1, 1, 1}}));  // with a border
  CHECK(!can(op::convolution_weights_gradient::kind, whole, patch, pixel, op::convolution_attributes{{3, 1, 1, 0, 0}, graph::algorithm::direct}));
  const auto pairs = [](sketch& s) { return op::batch_matmul::add(s.trace.g, s.input({2, 4, 3}).node, s.input({2, 3, 5}).node, kernel::transposed::none, -1); };
  CHECK(fault_after(pairs, wider) == "products of matrices that do not fit");
  CHECK(fault_after(pairs, fewer) == "products of other operands than pairs of matrices");
  const auto looked_up = [](sketch& s) { return op::gather::add(s.trace.g, s.variable({7, 3}).node, s.input({5}).node, -1); };
  CHECK(fault_after(looked_up, wider) == "rows that are looked up in a table of others");
  CHECK(fault_after(looked_up, fewer) == "rows that are looked up with other operands");
  CHECK(fault_after(looked_up, [](graph::node& n) { n.batched = false; }) == "rows that are looked up for no examples");
  const auto added = [](sketch& s) { return op::gather_gradient_rows::add(s.trace.g, s.input({5, 3}).node, s.input({5}).node, -1); };
  CHECK(fault_after(added, [](graph::node&) {}) == "");
  CHECK(fault_after(added, wider) == "rows that are added with other operands");
  CHECK(fault_after(added, fewer) == "rows that are added with other operands");
  const auto both = [&](sketch& s) { return op::moments::add(s.trace.g, image(s), -1); };
  CHECK(fault_after(both, [](graph::node& n) { n.results = 1; }) == "moments that are not two for each channel");
}

TEST_CASE("operations are found by their kind, and know their names") {
  CHECK(op::position_of(kind::map) == -1);
  CHECK(op::position_of(graph::kind_named("no such operation", false)) == -1);
  CHECK(std::string(op::name_of(op::softmax_gradient::kind)) == "softmax_gradient");
  CHECK(std::string(op::name_of(kind::batch_size)) == "batch_size");
  for (int i = 0; i < op::all::count; ++i) CHECK(op::position_of(op::detail::descriptions.rows[i].kind) == i);
  CHECK(graph::stores_functions(op::convolution::kind));
  CHECK_FALSE(graph::stores_functions(op::softmax::kind));
}

TEST_CASE("what is read without memory is found") {
  sketch s;
  const tensor x = s.input({6}), y = x + s.variable({6});
  s.output(sum_per_example(y));
  graph::memory_plan good = graph::plan(s.trace.g);
  CHECK(graph::fault_of(s.trace.g, good) == nullptr);
  graph::memory_plan bad = good;
  bad.places[y.node].where = graph::region::nowhere;
  CHECK(std::string(graph::fault_of(s.trace.g, bad)) == "a step has no memory for its result");
  bad = good;
  bad.places[x.node].where = graph::region::nowhere;
  CHECK(std::string(graph::fault_of(s.trace.g, bad)) == "an operand has no memory");
  s.output(x);
  CHECK(std::string(graph::fault_of(s.trace.g, good)) == "an output has no memory of its own");
  s.trace.g.outputs.shrink(1);
  s.trace.g.nodes[x.node].kept = true;
  CHECK(std::string(graph::fault_of(s.trace.g, good)) == "a kept node has no memory of its own");
}

TEST_CASE("a pass that leaves a fault behind is named, and only the first") {
  specimen s;
  detail::check(s.g(), "simplify");
  CHECK_FALSE(s.g().failed());
  s.g().nodes[s.x].dead = true;
  detail::check(s.g(), "fuse_into_consumers");
  detail::check(s.g(), "fuse_into_producers");
  CHECK(s.g().error.broken == graph::rule::unsound_graph);
  CHECK(std::string(s.g().error.detail) == "a dead node is read");
  CHECK(std::string(s.g().error.layer_kind) == "fuse_into_consumers");
}

TEST_CASE("an element-wise operand that does not fit is found") {
  sketch s;
  const tensor x = s.input({6}), y = s.input({6});
  const tensor product = x * y;
  s.output(product);
  REQUIRE(graph::fault_of(s.trace.g) == nullptr);
  s.trace.g.nodes[y.node].extent = {5};
  CHECK(std::string(graph::fault_of(s.trace.g)) == "an element-wise operand does not fit");
}

TEST_CASE("the graph is sound after every pass") {
  check_every_pass(loss_of<nets::lenet, input<28, 28, 1>>());
  check_every_pass(loss_of<branching, input<9, 9, 3>, precision<double>>());
}
