#pragma once
#include "slim/core/begin.hpp"

#include "slim/functions/concat.hpp"
#include "slim/functions/matmul.hpp"
#include "slim/functions/softmax.hpp"
#include "slim/layers/normalizer.hpp"
#include "slim/op/softmax.hpp"

namespace slim {

// clang-format off
struct temperature_keyword : keyword<temperature_keyword, double> { static constexpr const char* name = "temperature"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_above(n, 0, 1e300, "above 0"); } };
inline constexpr temperature_keyword temperature;
// clang-format on

/// Where each channel of an image is large: softmax of features / temperature over all pixels, then the expected place on grids from −1 to 1, rows first:
/// [height, width, channels] -> [2 · channels] as i1, j1, i2, j2 … (Levine et al. 2016). Variable: `temperature`, one number, trained unless `trainable =
/// false`. TF-Slim section 2.8. Call: spatial_softmax(["scope"][, temperature = ...][, keyword = value ...]).
struct spatial_softmax_layer : layer<spatial_softmax_layer> {
  static constexpr const char* function_name = "spatial_softmax";
  static constexpr const char* default_scope = "spatial_softmax";
  static constexpr auto defaults = arguments_of(temperature = 1.0, trainable = true, reuse = false, variables_collections = variable_collections{});
  template <class... Rest>
  constexpr auto operator()(const Rest&... rest) const {
    return bind(rest...);
  }

  static constexpr tensor apply(const tensor& x, const arguments<spatial_softmax_layer>& with) {
    tracer& trace = *x.trace;
    const slim::shape all = x.shape();
    if (all.rank != 3) {
      trace.fail(graph::rule::rank_mismatch, {all.rank}, {3});
      return x;
    }
    const int pixels = all[0] * all[1];
    const reuse_guard sharing(trace, with[reuse]);
    const tensor divisor(trace, layer_variable(trace, "temperature", {}, initializer(distribution::constant, with[temperature]), -1, with[trainable], with));
    const tensor of_channels = transpose(reshape(x / divisor, {pixels, all[2]}), {1, 0});
    const tensor attention(trace, op::softmax::add(trace.g, of_channels.node, trace.scope));
    return reshape(concat({expected(attention, all[0], all[1], true), expected(attention, all[0], all[1], false)}, -1), {2 * all[2]});
  }

private:
  /// Σ attention · place over the pixels of each channel, [channels, pixels] -> [channels, 1].
  static constexpr tensor expected(const tensor& attention, int rows, int columns, bool of_row) {
    using enum expr::scalar_op;
    expr::scalar_function f;
    const int pixel = f.emit(position), width = f.add_constant(columns),
              row = f.emit(expr::scalar_op::floor, f.emit(divide, f.emit(add, pixel, f.add_constant(0.5)), width));
    const int place = of_row ? row : f.emit(subtract, pixel, f.emit(multiply, width, row)), last = (of_row ? rows : columns) - 1;
    f.add_output(f.emit(multiply, f.add_input(0), f.emit(subtract, f.emit(multiply, f.add_constant(last > 0 ? 2.0 / last : 0), place), f.add_constant(1))));
    tracer& trace = *attention.trace;
    graph::node n;
    n.kind = graph::kind::map, n.batched = trace.g.nodes[attention.node].batched, n.extent = attention.shape();
    n.operand_count = 1, n.operands[0] = attention.node, n.function = trace.g.intern(f);
    return reduce_sum({trace, graph::add_node(trace.g, n, trace.scope)}, -1, true);
  }
};
inline constexpr spatial_softmax_layer spatial_softmax;

}  // namespace slim

#include "slim/core/end.hpp"
