#pragma once
// From graph operations to kernels: one adapter per operation, shared by all layers and models; only element-wise loops are
// instantiated per function. A program becomes a table of steps.

#include <initializer_list>
#include <utility>

#include "slim/graph/program.hpp"
#include "slim/kernel/average_pool.hpp"
#include "slim/kernel/channels.hpp"
#include "slim/kernel/convolution.hpp"
#include "slim/kernel/convolution_data_gradient.hpp"
#include "slim/kernel/convolution_weights_gradient.hpp"
#include "slim/kernel/local_response_normalization.hpp"
#include "slim/kernel/map.hpp"
#include "slim/kernel/matmul.hpp"
#include "slim/kernel/max_pool.hpp"
#include "slim/kernel/reduce.hpp"
#include "slim/kernel/softmax.hpp"
#include "slim/model/run_state.hpp"

namespace slim {

/// One kernel call of a program.
template <class T>
struct step {
  void (*run)(const run_state<T>&, const step&) = nullptr;
  typename kernel::epilogue<T>::function* epilogue = nullptr;
  int node = -1;
  long width = 1, rows_per_example = 1;                    // loop of the function or epilogue
  bool batched = false;                                    // whether that loop runs over the examples
};

namespace detail {

constexpr kernel::convolution_geometry convolution_geometry_of(const slim::shape& in, const slim::shape& out, const window& w) {
  return {in[0], in[1], in[2], out[0], out[1], out[2], w.kernel.height, w.kernel.width, w.stride.height, w.stride.width, w.rate.height, w.rate.width, w.pad_top, w.pad_left};
}
constexpr kernel::pool_geometry pool_geometry_of(const slim::shape& in, const slim::shape& out, const window& w) {
  return {in[0], in[1], in[2], out[0], out[1], w.kernel.height, w.kernel.width, w.stride.height, w.stride.width, w.pad_top, w.pad_left};
}

/// Rows of that product for one example, and its inner extent.
constexpr long product_rows(const kernel::convolution_geometry& g) { return static_cast<long>(g.output_height) * g.output_width; }
constexpr long product_inner(const kernel::convolution_geometry& g) { return static_cast<long>(g.kernel_height) * g.kernel_width * g.input_channels; }

template <class T>
struct adapters {
  using state = run_state<T>;
  using node = graph::node;

  static const node& of(const state& s, const step<T>& at) { return s.nodes[at.node]; }
  static const slim::shape& extent(const state& s, int i) { return s.nodes[i].extent; }
  /// Rows of an operand seen as a matrix [rows, channels].
  static long rows(const state& s, const slim::shape& e) { return s.batch * (e.size() / e.channels()); }

  static kernel::expression_context<T> function_context(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::expression_context<T> c;
    for (int k = 0; k < n.operand_count; ++k) c.inputs[k] = s[n.operands[k]];
    c.outputs[0] = s[at.node];
    c.width = at.width, c.rows_per_example = at.rows_per_example, c.seed = s.seed;
    return c;
  }
  static long loop_rows(const state& s, const step<T>& at) { return at.batched ? s.batch * at.rows_per_example : at.rows_per_example; }

  /// The epilogue of a step and the operands it reads.
  struct bound_epilogue {
    kernel::expression_context<T> context;
    kernel::epilogue<T> call;
    bound_epilogue(const state& s, const step<T>& at) {
      if (at.epilogue == nullptr) return;
      const node& n = of(s, at);
      context.inputs[0] = context.outputs[0] = s[at.node];
      for (int k = n.body(); k < n.operand_count; ++k) context.inputs[k - n.body() + 1] = s[n.operands[k]];
      context.width = at.width, context.rows_per_example = at.rows_per_example, context.seed = s.seed;
      call = {at.epilogue, &context};
    }
  };

  template <auto Code>
  static void map(const state& s, const step<T>& at) {
    kernel::map<T, Code>(function_context(s, at), loop_rows(s, at), s.threads);
  }
  template <auto Code>
  static void update(const state& s, const step<T>& at) {
    kernel::expression_context<T> c = function_context(s, at);
    for (int o = 0; o < Code.output_count; ++o) c.outputs[o] = s[of(s, at).operands[o]];
    kernel::map<T, Code>(c, loop_rows(s, at), s.threads);
  }
  template <auto Code>
  static void reduce(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const kernel::expression_context<T> c = function_context(s, at);
    if (n.batched)
      kernel::reduce_examples<T, Code>(c, s.batch, s.threads);
    else if (n.extent.size() == 1)
      kernel::reduce_all<T, Code>(c, loop_rows(s, at), s.threads);
    else
      kernel::reduce_columns<T, Code>(c, loop_rows(s, at), s.workspace, s.threads);
  }

  static void convolution(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const kernel::convolution_geometry g = convolution_geometry_of(extent(s, n.operands[0]), n.extent, n.window);
    const bound_epilogue e(s, at);
    if (n.how == graph::algorithm::product)
      kernel::matmul<T>(s.batch * product_rows(g), product_inner(g), g.output_channels, s[n.operands[0]], s[n.operands[1]], s[at.node], e.call, s.threads);
    else
      kernel::convolution<T>(g, s.batch, s[n.operands[0]], s[n.operands[1]], s[at.node], e.call, s.threads);
  }
  static void convolution_data_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);  // operands: gradient, weights
    const kernel::convolution_geometry g = convolution_geometry_of(n.extent, extent(s, n.operands[0]), n.window);
    const bound_epilogue e(s, at);
    if (n.how == graph::algorithm::product) {
      // The product's rows are longer than the image's channels when the window covers the input: the epilogue then runs afterwards.
      const bool same_rows = product_inner(g) == g.input_channels;
      kernel::matmul_data_gradient<T>(s.batch * product_rows(g), product_inner(g), g.output_channels, s[n.operands[0]], s[n.operands[1]], s[at.node],
                                      same_rows ? e.call : kernel::epilogue<T>{}, s.threads);
      if (!same_rows) e.call(0, rows(s, n.extent), 0, n.extent.channels());
    } else {
      kernel::convolution_data_gradient<T>(g, s.batch, s[n.operands[0]], s[n.operands[1]], s[at.node], s.workspace, e.call, s.threads);
    }
  }
  static void convolution_weights_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);  // operands: input, gradient
    const kernel::convolution_geometry g = convolution_geometry_of(extent(s, n.operands[0]), extent(s, n.operands[1]), n.window);
    if (n.how == graph::algorithm::product)
      kernel::matmul_weights_gradient<T>(s.batch * product_rows(g), product_inner(g), g.output_channels, s[n.operands[0]], s[n.operands[1]], s[at.node], s.threads);
    else
      kernel::convolution_weights_gradient<T>(g, s.batch, s[n.operands[0]], s[n.operands[1]], s[at.node], s.threads);
  }

  static void matmul(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const slim::shape& w = extent(s, n.operands[1]);
    const bound_epilogue e(s, at);
    kernel::matmul<T>(s.batch * (n.extent.size() / w[1]), w[0], w[1], s[n.operands[0]], s[n.operands[1]], s[at.node], e.call, s.threads);
  }
  static void matmul_data_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const slim::shape& w = extent(s, n.operands[1]);
    const bound_epilogue e(s, at);
    kernel::matmul_data_gradient<T>(s.batch * (n.extent.size() / w[0]), w[0], w[1], s[n.operands[0]], s[n.operands[1]], s[at.node], e.call, s.threads);
  }
  static void matmul_weights_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::matmul_weights_gradient<T>(s.batch * (extent(s, n.operands[0]).size() / n.extent[0]), n.extent[0], n.extent[1], s[n.operands[0]], s[n.operands[1]], s[at.node], s.threads);
  }

  static void max_pool(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const bound_epilogue e(s, at);
    kernel::max_pool<T>(pool_geometry_of(extent(s, n.operands[0]), n.extent, n.window), s.batch, s[n.operands[0]], s[at.node], e.call, s.threads);
  }
  static void max_pool_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);  // operands: input, output, gradient
    const bound_epilogue e(s, at);
    kernel::max_pool_gradient<T>(pool_geometry_of(n.extent, extent(s, n.operands[1]), n.window), s.batch, s[n.operands[0]], s[n.operands[1]], s[n.operands[2]], s[at.node], e.call, s.threads);
  }
  static void average_pool(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const bound_epilogue e(s, at);
    kernel::average_pool<T>(pool_geometry_of(extent(s, n.operands[0]), n.extent, n.window), s.batch, s[n.operands[0]], s[at.node], e.call, s.threads);
  }
  static void average_pool_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const bound_epilogue e(s, at);
    kernel::average_pool_gradient<T>(pool_geometry_of(n.extent, extent(s, n.operands[0]), n.window), s.batch, s[n.operands[0]], s[at.node], e.call, s.threads);
  }

  static void softmax(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::softmax<T>(rows(s, n.extent), n.extent.channels(), s[n.operands[0]], s[at.node], s.threads);
  }
  static void softmax_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::softmax_gradient<T>(rows(s, n.extent), n.extent.channels(), s[n.operands[0]], s[n.operands[1]], s[at.node], s.threads);
  }
  static void softmax_cross_entropy(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::softmax_cross_entropy<T>(s.batch, extent(s, n.operands[0]).size(), s[n.operands[0]], s[n.operands[1]], s[at.node], s.threads);
  }
  /// The gradient that comes in is one number per example, or the same for all.
  static void softmax_cross_entropy_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const T* gradient = s[n.operands[2]];
    if (!s.nodes[n.operands[2]].batched) {
      for (long i = 0; i < s.batch; ++i) s.workspace[i] = gradient[0];
      gradient = s.workspace;
    }
    kernel::softmax_cross_entropy_gradient<T>(s.batch, n.extent.size(), s[n.operands[0]], s[n.operands[1]], gradient, s[at.node], s.threads);
  }
  static kernel::response_normalization normalization(const node& n) {
    return {n.number, n.parameters[0], n.parameters[1], n.parameters[2]};
  }
  static void local_response_normalization(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::local_response_normalization<T>(normalization(n), rows(s, n.extent), n.extent.channels(), s[n.operands[0]], s[at.node], s.threads);
  }
  static void local_response_normalization_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::local_response_normalization_gradient<T>(normalization(n), rows(s, n.extent), n.extent.channels(), s[n.operands[0]], s[n.operands[1]], s[at.node], s.threads);
  }

  static void concat(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    long first = 0;
    for (int k = 0; k < n.operand_count; ++k) {
      const long count = extent(s, n.operands[k]).channels();
      kernel::copy_channels<T>(rows(s, n.extent), s[n.operands[k]], count, 0, s[at.node], n.extent.channels(), first, count, s.threads);
      first += count;
    }
  }
  static void slice(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::copy_channels<T>(rows(s, n.extent), s[n.operands[0]], extent(s, n.operands[0]).channels(), n.number, s[at.node], n.extent.channels(), 0, n.extent.channels(), s.threads);
  }
};

/// Adapter of an operation without a function of its own.
template <class T>
constexpr auto adapter_of(graph::op kind) -> void (*)(const run_state<T>&, const step<T>&) {
  using a = adapters<T>;
  using enum graph::op;
  switch (kind) {
    case convolution: return &a::convolution;
    case convolution_data_gradient: return &a::convolution_data_gradient;
    case convolution_weights_gradient: return &a::convolution_weights_gradient;
    case matmul: return &a::matmul;
    case matmul_data_gradient: return &a::matmul_data_gradient;
    case matmul_weights_gradient: return &a::matmul_weights_gradient;
    case max_pool: return &a::max_pool;
    case max_pool_gradient: return &a::max_pool_gradient;
    case average_pool: return &a::average_pool;
    case average_pool_gradient: return &a::average_pool_gradient;
    case softmax: return &a::softmax;
    case softmax_gradient: return &a::softmax_gradient;
    case softmax_cross_entropy: return &a::softmax_cross_entropy;
    case softmax_cross_entropy_gradient: return &a::softmax_cross_entropy_gradient;
    case local_response_normalization: return &a::local_response_normalization;
    case local_response_normalization_gradient: return &a::local_response_normalization_gradient;
    case concat: return &a::concat;
    case slice: return &a::slice;
    default: return nullptr;
  }
}

/// The element-wise loops of a program, each once: steps whose functions and operand accesses agree share one, so that a deep network
/// instantiates no more than its different layers need.
template <int Steps>
struct loop_variants {
  struct variant {
    int node = -1;
    bool epilogue = false;
    unsigned long key = 0;
    int next = -1;  // with the same function
  };
  variant variants[2 * Steps + 1]{};
  int count = 0;
  int of_function[Steps + 1]{}, of_epilogue[Steps + 1]{};  // for each step
};

template <int Steps, class Program>
constexpr loop_variants<Steps> find_loop_variants(const Program& p) {
  loop_variants<Steps> found;
  list<int> newest;
  newest.resize(p.sizes.functions, -1);
  const auto variant_of = [&](int index, bool epilogue) {
    const graph::node& n = p.nodes[index];
    const int function = epilogue ? n.epilogue : n.function;
    const graph::domain over = graph::loop_of(p, n, epilogue).over;
    unsigned long key = epilogue ? 1 : n.kind == graph::op::map ? 2 : n.kind == graph::op::reduce ? 3 : 4;
    for (int k = epilogue ? n.body() : 0; k < n.operand_count; ++k)
      key = key * 4 + static_cast<unsigned long>(graph::access_of(p.nodes[n.operands[k]], over).how);
    for (int v = newest[function]; v >= 0; v = found.variants[v].next)
      if (found.variants[v].key == key) return v;
    found.variants[found.count] = {index, epilogue, key, newest[function]};
    return newest[function] = found.count++;
  };
  for (int s = 0; s < Steps; ++s) {
    const graph::node& n = p.nodes[p.order[s]];
    found.of_function[s] = n.function >= 0 ? variant_of(p.order[s], false) : -1;
    found.of_epilogue[s] = n.epilogue >= 0 ? variant_of(p.order[s], true) : -1;
  }
  return found;
}

template <class T, const auto& Program>
struct step_table {
  static constexpr int count = Program.sizes.steps;
  static constexpr loop_variants<count> loops = find_loop_variants<count>(Program);

  using runner = void (*)(const run_state<T>&, const step<T>&);
  struct loop {
    runner run = nullptr;
    typename kernel::epilogue<T>::function* epilogue = nullptr;
  };

  template <int Variant>
  static constexpr loop instantiate() {
    constexpr int index = loops.variants[Variant].node;
    constexpr graph::op kind = Program.nodes[index].kind;
    constexpr auto code = graph::code_of<Program, index, loops.variants[Variant].epilogue>();
    if constexpr (loops.variants[Variant].epilogue)
      return {nullptr, &kernel::evaluate_epilogue<T, code>};
    else if constexpr (kind == graph::op::map)
      return {&adapters<T>::template map<code>, nullptr};
    else if constexpr (kind == graph::op::update)
      return {&adapters<T>::template update<code>, nullptr};
    else
      return {&adapters<T>::template reduce<code>, nullptr};
  }

  step<T> steps[count > 0 ? count : 1]{};

  constexpr step_table() {
    loop made[loops.count + 1]{};
    [&]<int... V>(std::integer_sequence<int, V...>) { (void)std::initializer_list<int>{(made[V] = instantiate<V>(), 0)...}; }(std::make_integer_sequence<int, loops.count>{});
    for (int s = 0; s < count; ++s) {
      const int index = Program.order[s];
      const graph::node& n = Program.nodes[index];
      steps[s].node = index;
      steps[s].run = n.function >= 0 ? made[loops.of_function[s]].run : adapter_of<T>(n.kind);
      if (n.epilogue >= 0) steps[s].epilogue = made[loops.of_epilogue[s]].epilogue;
      if (n.function < 0 && n.epilogue < 0) continue;
      const graph::loop_shape shape = graph::loop_of(Program, n, n.epilogue >= 0);
      steps[s].width = shape.width, steps[s].rows_per_example = shape.rows_per_example, steps[s].batched = shape.over.batched;
    }
  }
};

}  // namespace detail

/// The kernel calls of `Program`, in order.
template <class T, const auto& Program>
inline constexpr detail::step_table<T, Program> steps_of{};

/// Elements of scratch memory that any step of `p` may need for `capacity` examples.
template <class Program>
constexpr long workspace_elements(const Program& p, long capacity) {
  long most = capacity;
  for (int i = 0; i < p.sizes.steps; ++i) {
    const graph::node& n = p.nodes[p.order[i]];
    long own = 0;
    if (n.kind == graph::op::convolution_data_gradient)
      own = kernel::convolution_data_gradient_workspace(detail::convolution_geometry_of(n.extent, p.nodes[n.operands[0]].extent, n.window));
    if (n.kind == graph::op::reduce) own = kernel::reduce_columns_workspace(n.extent.size());
    if (own > most) most = own;
  }
  return most;
}

}  // namespace slim
