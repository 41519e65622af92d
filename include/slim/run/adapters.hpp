#pragma once
// From graph operations to kernels: one adapter per operation, shared by all layers and models.

#include "slim/passes/fuse_pools.hpp"
#include "slim/graph/program.hpp"
#include "slim/kernel/average_pool.hpp"
#include "slim/kernel/channels.hpp"
#include "slim/kernel/convolution.hpp"
#include "slim/kernel/convolution_data_gradient.hpp"
#include "slim/kernel/convolution_weights_gradient.hpp"
#include "slim/kernel/depthwise_convolution.hpp"
#include "slim/kernel/local_response_normalization.hpp"
#include "slim/kernel/map.hpp"
#include "slim/kernel/matmul.hpp"
#include "slim/kernel/matmul_weights_gradient.hpp"
#include "slim/kernel/max_pool.hpp"
#include "slim/kernel/moments.hpp"
#include "slim/kernel/pooled_convolution.hpp"
#include "slim/kernel/reduce.hpp"
#include "slim/kernel/softmax.hpp"
#include "slim/kernel/winograd_convolution.hpp"
#include "slim/kernel/winograd_weights_gradient.hpp"
#include "slim/run/kernel_geometry.hpp"
#include "slim/run/kernel_set.hpp"
#include "slim/run/step.hpp"
#include "slim/tensor/aligned_buffer.hpp"

namespace slim {

namespace detail {

template <class T>
struct adapters {
  using state = run_state<T>;
  using node = graph::node;

  static const node& of(const state& s, const step<T>& at) { return s.nodes[at.node]; }
  static const slim::shape& extent(const state& s, int i) { return s.nodes[i].extent; }
  /// Rows of an operand seen as a matrix [rows, channels], for each example.
  static long rows(const state& s, const slim::shape& e) { return s.batch * (e.size() / e.channels()); }
  /// Rows of a node that may be one for all examples.
  static long rows(const state& s, const node& n) { return n.batched ? rows(s, n.extent) : n.extent.size() / n.extent.channels(); }

  /// Result `number` of a step that has several.
  static T* result(const state& s, const step<T>& at, int number) { return s[at.node] + number * graph::aligned(of(s, at).extent.size()); }

  static kernel::expression_context<T> function_context(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::expression_context<T> c;
    for (int k = 0; k < n.operand_count; ++k) c.inputs[k] = s[n.operands[k]];
    for (int r = 0; r < n.results; ++r) c.outputs[r] = result(s, at, r);
    c.width = at.width, c.rows_per_example = at.rows_per_example, c.seed = s.seed;
    return c;
  }
  static long loop_rows(const state& s, const step<T>& at) { return at.batched ? s.batch * at.rows_per_example : at.rows_per_example; }
  static graph::loop_shape loop_of(const state& s, const step<T>& at) { return {graph::loop_domain(s, of(s, at)), at.width, at.rows_per_example}; }

  /// The row_places of all operands; nothing where the loop of `Code` does not need them.
  template <auto Code>
  struct operand_places {
    expr::row_places all[Code.by_row() ? Code.input_count : 1];

    operand_places(const state& s, const step<T>& at, kernel::expression_context<T>& context) {
      if constexpr (Code.by_row()) {
        for (int k = 0; k < of(s, at).operand_count; ++k) all[k] = graph::rows_of(s.nodes[of(s, at).operands[k]], loop_of(s, at));
        context.places = all;
      }
    }
  };

  template <auto Code>
  static void map(const state& s, const step<T>& at) {
    kernel::expression_context<T> c = function_context(s, at);
    const operand_places<Code> places(s, at, c);
    kernel::map<T, Code>(c, loop_rows(s, at), s.threads);
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
    kernel::expression_context<T> c = function_context(s, at);
    const operand_places<Code> places(s, at, c);
    if (n.batched)
      kernel::reduce_examples<T, Code>(c, s.batch, s.threads);
    else if (n.extent.size() == 1)
      kernel::reduce_all<T, Code>(c, loop_rows(s, at), s.threads);
    else
      kernel::reduce_columns<T, Code>(c, loop_rows(s, at), s.workspace, s.threads);
  }
  template <auto Code>
  static void reduce_rows(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::expression_context<T> c = function_context(s, at);
    const operand_places<Code> places(s, at, c);
    const graph::loop_shape loop = loop_of(s, at);
    const bool to_number = graph::loop_access(n, loop) == expr::access::row_number;
    const long results = n.extent.size() / (to_number ? 1 : at.width) * (n.batched ? s.batch : 1);
    kernel::reduce_rows_of<T, Code>(c, loop_rows(s, at), results, to_number, graph::rows_of(n, loop, true, false), graph::rows_of(n, loop, true, true), s.threads);
  }

  static void moments(const state& s, const step<T>& at) {
    const int operand = of(s, at).operands[0];
    kernel::moments<T>(rows(s, s.nodes[operand]), extent(s, operand).channels(), s[operand], result(s, at, 0), result(s, at, 1), s.workspace, s.threads);
  }

  template <kernel_set Needed>
  static void convolution(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const kernel::convolution_geometry g = convolution_geometry_of(extent(s, n.operands[0]), n.unpooled(), n.window);
    const bound_epilogue<T> e(s, at);
    T *const x = s[n.operands[0]], *const weights = s[n.operands[1]], *const y = s[at.node];
    if constexpr ((Needed & with_pool) != 0) {
      static_assert(graph::pooled_band_elements <= kernel::pooled_scratch_size<double>, "fuse_pools promises bands that fit");
      const kernel::pooled_epilogue<T> after = e.pooled();
      const bool done = n.pool > 1 && visit_winograd<Needed>(n, [&]<class Transform>(Transform) {
        kernel::winograd_convolution<T, Transform>(kernel::forward_plane(g), s.batch, x, weights, false, prepared(s, at), y, s.workspace, {}, s.threads,
                                                   kernel::pool_with<T, Transform>(after));
      });
      if (n.pool > 1 && !done) kernel::pooled_convolution<T>(g, s.batch, x, weights, y, after, s.threads);
      if (n.pool > 1) return;
    }
    const bool done = visit_winograd<Needed>(n, [&]<class Transform>(Transform) {
      kernel::winograd_convolution<T, Transform>(kernel::forward_plane(g), s.batch, x, weights, false, prepared(s, at), y, s.workspace, e.call, s.threads);
    });
    if (done) return;
    if (n.how == graph::algorithm::product)
      kernel::matmul<T>(s.batch * product_rows(g), product_inner(g), g.output_channels, x, weights, prepared(s, at), y, e.call, s.threads);
    else
      kernel::convolution<T>(g, s.batch, x, weights, y, e.call, s.threads);
  }
  /// The weights of a step as `prepare` made them ahead; null when it did not.
  static const T* prepared(const state& s, const step<T>& at) { return s.prepared != nullptr ? s.prepared[at.index].data() : nullptr; }

  /// Transforms or packs the weights of a step for many runs with up to s.capacity examples; empty when that would not help.
  template <kernel_set Needed>
  static aligned_buffer<T> prepare(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    aligned_buffer<T> ahead;
    if (n.how == graph::algorithm::product && (n.kind == graph::op::matmul || n.kind == graph::op::convolution)) {
      const long columns = n.extent.channels(), inner = extent(s, n.operands[1]).size() / columns;
      if (s.capacity * (n.extent.size() / columns) <= kernel::few_rows) return ahead;
      ahead = aligned_buffer<T>(kernel::packed_matrix_elements<T>(inner, columns));
      kernel::pack_matrix<T>(inner, columns, s[n.operands[1]], ahead.data(), s.threads);
    } else if (n.kind == graph::op::convolution) {
      visit_winograd<Needed>(n, [&]<class Transform>(Transform) {
        const auto plane = kernel::forward_plane(convolution_geometry_of(extent(s, n.operands[0]), n.unpooled(), n.window));
        ahead = aligned_buffer<T>(kernel::winograd_weights_layout<T, Transform>(plane).weights_elements());
        kernel::winograd_transform_weights<T, Transform>(plane, s[n.operands[1]], false, ahead.data(), s.threads);
      });
    }
    return ahead;
  }
  template <kernel_set Needed>
  static void convolution_data_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);  // operands: gradient, weights
    const kernel::convolution_geometry g = convolution_geometry_of(n.extent, extent(s, n.operands[0]), n.window);
    const bound_epilogue<T> e(s, at);
    T *const dy = s[n.operands[0]], *const weights = s[n.operands[1]], *const dx = s[at.node];
    const bool done = visit_winograd<Needed>(n, [&]<class Transform>(Transform) {
      kernel::winograd_convolution<T, Transform>(kernel::data_gradient_plane(g), s.batch, dy, weights, true, nullptr, dx, s.workspace, e.call, s.threads);
    });
    if (done) return;
    if (n.how == graph::algorithm::product) {
      // The product's rows are longer than the image's channels when the window covers the input: the epilogue then runs afterwards.
      const bool same_rows = product_inner(g) == g.input_channels;
      kernel::matmul_data_gradient<T>(s.batch * product_rows(g), product_inner(g), g.output_channels, dy, weights, dx,
                                      same_rows ? e.call : kernel::epilogue<T>{}, s.threads);
      if (!same_rows) e.call(0, rows(s, n.extent), 0, n.extent.channels());
    } else {
      kernel::convolution_data_gradient<T>(g, s.batch, dy, weights, dx, e.call, s.threads);
    }
  }
  template <kernel_set Needed>
  static void convolution_weights_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);  // operands: input, gradient
    const kernel::convolution_geometry g = convolution_geometry_of(extent(s, n.operands[0]), extent(s, n.operands[1]), n.window);
    T *const x = s[n.operands[0]], *const dy = s[n.operands[1]];
    const bool done = visit_winograd<Needed>(n, [&]<class Transform>(Transform) {
      const bound_epilogue<T> e(s, at);
      const kernel::store_rows<T> store{s[at.node], g.output_channels};
      kernel::winograd_weights_gradient<T, Transform>(kernel::forward_plane(g), s.batch, x, dy, s.workspace, s.threads, [&](const T* values, long row) {
        if (n.updates) e.update_row(values, row, 0, g.output_channels);
        else store(values, row);
      });
    });
    if (done) return;
    if (n.how == graph::algorithm::product)
      product_weights_gradient(s, at, s.batch * product_rows(g), product_inner(g), g.output_channels);
    else
      kernel::convolution_weights_gradient<T>(g, s.batch, x, dy, s[at.node], s.threads);
  }

  /// db = aᵀ · dc, or the update that takes the place of storing it.
  static void product_weights_gradient(const state& s, const step<T>& at, long rows, long inner, long columns) {
    const node& n = of(s, at);
    const T *const a = s[n.operands[0]], *const dc = s[n.operands[1]];
    if (!n.updates) return kernel::matmul_weights_gradient<T>(rows, inner, columns, a, dc, s[at.node], s.threads);
    const bound_epilogue<T> e(s, at);
    kernel::matmul_weights_gradient_in_pieces<T>(
        rows, inner, columns, a, dc, s.threads, [&](long row, long column, long count) { e.prefetch_row(row, column, column + count); },
        [&](const T* piece, long distance, long row, long last_row, long column, long last_column) {
          for (; row < last_row; ++row, piece += distance) e.update_row(piece, row, column, last_column);
        });
  }

  static void matmul(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const slim::shape& w = extent(s, n.operands[1]);
    const bound_epilogue<T> e(s, at);
    kernel::matmul<T>(s.batch * (n.extent.size() / w[1]), w[0], w[1], s[n.operands[0]], s[n.operands[1]], prepared(s, at), s[at.node], e.call, s.threads);
  }
  static void matmul_data_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const slim::shape& w = extent(s, n.operands[1]);
    const bound_epilogue<T> e(s, at);
    kernel::matmul_data_gradient<T>(s.batch * (n.extent.size() / w[0]), w[0], w[1], s[n.operands[0]], s[n.operands[1]], s[at.node], e.call, s.threads);
  }
  static void matmul_weights_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    product_weights_gradient(s, at, s.batch * (extent(s, n.operands[0]).size() / n.extent[0]), n.extent[0], n.extent[1]);
  }

  static void depthwise_convolution(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const bound_epilogue<T> e(s, at);
    kernel::depthwise_convolution<T>(convolution_geometry_of(extent(s, n.operands[0]), n.extent, n.window), s.batch, s[n.operands[0]], s[n.operands[1]], s[at.node], e.call, s.threads);
  }
  static void depthwise_convolution_data_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);  // operands: gradient, weights
    const bound_epilogue<T> e(s, at);
    kernel::depthwise_convolution_data_gradient<T>(convolution_geometry_of(n.extent, extent(s, n.operands[0]), n.window), s.batch, s[n.operands[0]], s[n.operands[1]], s[at.node], e.call, s.threads);
  }
  static void depthwise_convolution_weights_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);  // operands: input, gradient
    kernel::depthwise_convolution_weights_gradient<T>(convolution_geometry_of(extent(s, n.operands[0]), extent(s, n.operands[1]), n.window), s.batch, s[n.operands[0]], s[n.operands[1]], s[at.node], s.threads);
  }

  static void max_pool(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const bound_epilogue<T> e(s, at);
    kernel::max_pool<T>(pool_geometry_of(extent(s, n.operands[0]), n.extent, n.window), s.batch, s[n.operands[0]], s[at.node], e.call, s.threads);
  }
  static void max_pool_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);  // operands: input, output, gradient
    const bound_epilogue<T> e(s, at);
    kernel::max_pool_gradient<T>(pool_geometry_of(n.extent, extent(s, n.operands[1]), n.window), s.batch, s[n.operands[0]], s[n.operands[1]], s[n.operands[2]], s[at.node], e.call, s.threads);
  }
  static void average_pool(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const bound_epilogue<T> e(s, at);
    kernel::average_pool<T>(pool_geometry_of(extent(s, n.operands[0]), n.extent, n.window), s.batch, s[n.operands[0]], s[at.node], e.call, s.threads);
  }
  static void average_pool_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    const bound_epilogue<T> e(s, at);
    kernel::average_pool_gradient<T>(pool_geometry_of(n.extent, extent(s, n.operands[0]), n.window), s.batch, s[n.operands[0]], s[at.node], e.call, s.threads);
  }

  static void softmax(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::softmax<T>(rows(s, n), n.extent.channels(), s[n.operands[0]], s[at.node], s.threads);
  }
  static void softmax_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::softmax_gradient<T>(rows(s, n), n.extent.channels(), s[n.operands[0]], s[n.operands[1]], s[at.node], s.threads);
  }
  static void softmax_cross_entropy(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::softmax_cross_entropy<T>(rows(s, extent(s, n.operands[0])), extent(s, n.operands[0]).channels(), s[n.operands[0]], s[n.operands[1]], s[at.node], s.threads);
  }
  static void softmax_cross_entropy_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::softmax_cross_entropy_gradient<T>(rows(s, n.extent), n.extent.channels(), s[n.operands[0]], s[n.operands[1]], s[n.operands[2]], s[at.node], s.threads);
  }
  static kernel::response_normalization normalization(const node& n) {
    return {n.number, n.parameters[0], n.parameters[1], n.parameters[2]};
  }
  static void local_response_normalization(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::local_response_normalization<T>(normalization(n), rows(s, n), n.extent.channels(), s[n.operands[0]], s[at.node], s.threads);
  }
  static void local_response_normalization_gradient(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::local_response_normalization_gradient<T>(normalization(n), rows(s, n), n.extent.channels(), s[n.operands[0]], s[n.operands[1]], s[at.node], s.threads);
  }

  static void concat(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    long first = 0;
    for (int k = 0; k < n.operand_count; ++k) {
      const long count = extent(s, n.operands[k]).channels();
      kernel::copy_channels<T>(rows(s, n), s[n.operands[k]], count, 0, s[at.node], n.extent.channels(), first, count, s.threads);
      first += count;
    }
  }
  static void slice(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::copy_channels<T>(rows(s, n), s[n.operands[0]], extent(s, n.operands[0]).channels(), n.number, s[at.node], n.extent.channels(), 0, n.extent.channels(), s.threads);
  }
};

}  // namespace detail
}  // namespace slim
