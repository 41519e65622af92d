#pragma once
#include "slim/core/begin.hpp"
// The parts of networks that a search has found, as TF-Slim defines them, section 13.8: what NASNet and PNASNet share.

#include "slim/nets/end_points.hpp"

namespace slim::nets {

/// What TF-Slim calls hparams.
struct nasnet_config {
  double stem_multiplier = 3;
  int num_conv_filters = 32;  // of cells before the first reduction
  int num_cells = 18;
  double drop_path_keep_prob = 1;           // of the last cell at the end of total_training_steps; 1: nothing is dropped
  double dense_dropout_keep_prob = 1;       // in front of the logits
  bool skip_reduction_layer_input = false;  // a cell behind a reduction has the cell before that as its second input
  double total_training_steps = 250000;     // how long paths are dropped ever more often
  double filter_scaling_rate = 2;
  int num_reduction_layers = 2;
  bool use_aux_head = true;             // logits of a cell in the middle, too: losses::with_aux_logits
  bool use_bounded_activation = false;  // relu6 for relu, and results of convolutions within ±6
};

struct nasnet_options {
  const char* final_endpoint = nullptr;         // "Stem", "Cell_0", "Reduction_Cell_0", …, "global_pool", "Logits": nothing behind it
  prediction_function prediction_fn = softmax;  // none: no Predictions
};

namespace detail {

constexpr auto nasnet_arg_scope(double weight_decay, double batch_norm_decay, double batch_norm_epsilon) {
  return published(arg_scope<fully_connected, conv2d, separable_conv2d>(weights_regularizer = l2_regularizer(weight_decay),
                                                                        weights_initializer = variance_scaling(2.0, FAN_OUT), activation_fn = none) +
                   arg_scope<conv2d, separable_conv2d>(biases_initializer = none) +
                   arg_scope<batch_norm>(decay = batch_norm_decay, epsilon = batch_norm_epsilon, scale = true));
}

/// sep3, sep5, sep7: twice relu, a separable convolution with a window of that size, batch_norm; avg3, max3: a pool; same: its input.
enum class cell_operation : unsigned char { sep3, sep5, sep7, avg3, max3, same };

/// Five sums of two operations on states. State 0 is the input of the cell, state 1 that of the cell before, both with the cell's number of filters; sums are
/// states 2 to 6. The states that are not `used` are the result, side by side.
struct cell_table {
  struct side {
    cell_operation operation;
    int state;
  };
  struct {
    side left, right;
  } sums[5];
  bool used[7];
};

/// The parts of these networks.
struct nasnet_parts {
  nasnet_config config;
  int total_cells;
  training_choice is_training;  // what an arg_scope says to batch_norm
  tensor factors;               // of drop path, for all sides of all sums; a number where nothing is dropped

  constexpr nasnet_parts(const nasnet_config& c, int cells, const tensor& x)
      : config(c), total_cells(cells), is_training(arguments<batch_norm_layer>(*x.trace, nullptr, 0)[slim::is_training]), factors(path_factors(x)) {}

  constexpr tensor activated(const tensor& x) const {
    return config.use_bounded_activation ? slim::apply(recorded<1>(x.trace->g, relu6.expression), x) : slim::apply(recorded<1>(x.trace->g, relu.expression), x);
  }
  constexpr tensor bounded(const tensor& x) const { return config.use_bounded_activation ? clip_by_value(x, -6.0, 6.0) : x; }
  static constexpr tensor normalized_1x1(const tensor& x, int filters, int step, const char* convolution, const char* normalizer) {
    return batch_norm(normalizer)(conv2d(filters, {1, 1}, step, convolution)(x));
  }

  /// Cell number `cell` of all, in the open scope. `before`, when bound, is the result of the cell before the last one.
  constexpr tensor cell(const cell_table& table, const tensor& x, const tensor& before, double filter_scaling, int step, int cell) const {
    const int filters = static_cast<int>(config.num_conv_filters * filter_scaling);
    tensor states[7] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    states[1] = before.bound() ? like(before, x, filters) : x;
    states[0] = normalized_1x1(activated(x), filters, 1, "1x1", "beginning_bn");
    tracer& trace = *x.trace;
    for (int i = 0; i < 5; ++i) {
      const int outer = trace.open("comb_iter", i);
      const auto side = [&](const char* name, const cell_table::side& of, int path) {
        const int sum = trace.open(name);
        const tensor y = operation(of.operation, states[of.state], filters, of.state < 2 ? step : 1, path);
        trace.close(sum);
        return y;
      };
      const tensor left = side("left", table.sums[i].left, cell * paths_of_cell + 2 * i),
                   right = side("right", table.sums[i].right, cell * paths_of_cell + 2 * i + 1);
      const tensor total = left + right;
      states[i + 2] = config.use_bounded_activation ? relu6(total) : total;
      trace.close(outer);
    }
    const int outer = trace.open("cell_output");
    slim::detail::list<tensor> unused;
    for (int i = 0; i < 7; ++i) {
      if (table.used[i]) continue;
      const bool smaller = states[i].shape()[1] != states[6].shape()[1];
      if (smaller || states[i].channels() != filters) {
        const int own = trace.open("reduction", i);
        states[i] = factorized_reduction(states[i], filters, smaller ? 2 : 1);
        trace.close(own);
      }
      unused.push(states[i]);
    }
    const tensor y = slim::detail::concat_along(unused.begin(), static_cast<std::size_t>(unused.size()), -1);
    trace.close(outer);
    return y;
  }

  /// conv0, and two cells of `table` with a quarter and half of the filters: what networks for large images begin with. `outputs` takes what each made.
  constexpr tensor imagenet_stem(const cell_table& table, tensor x, slim::detail::list<tensor>& outputs) const {
    x = batch_norm("conv0_bn")(conv2d(static_cast<int>(32 * config.stem_multiplier), {3, 3}, 2, "conv0", padding = VALID)(x));
    outputs.push(0.0);
    outputs.push(x);
    double scaling = 1 / (config.filter_scaling_rate * config.filter_scaling_rate);
    for (int i = 0; i < 2; ++i, scaling *= config.filter_scaling_rate) {
      const tensor before = outputs[i];
      x = apply_numbered([&](const tensor& y) { return cell(table, y, before, scaling, 2, i); }, x, "cell_stem", i);
      outputs.push(x);
    }
    return x;
  }
  constexpr tensor cifar_stem(tensor x, slim::detail::list<tensor>& outputs) const {
    x = batch_norm("l1_stem_bn")(conv2d(static_cast<int>(config.num_conv_filters * config.stem_multiplier), {3, 3}, "l1_stem_3x3")(x));
    outputs.push(0.0);
    outputs.push(x);
    return x;
  }

  /// Number of the cell before which reduction `i` = 1, 2, … comes.
  constexpr int reduction(int i) const { return static_cast<int>(static_cast<double>(i) / (config.num_reduction_layers + 1) * config.num_cells); }
  /// Which reduction, from 0 on, comes before this cell; −1: none.
  constexpr int reduction_before(int cell) const {
    for (int i = 1; i <= config.num_reduction_layers; ++i)
      if (reduction(i) == cell) return i - 1;
    return -1;
  }

  /// Logits from the middle of the network, the end point AuxLogits, if they belong behind this cell. A network that never trains has none.
  constexpr void auxiliary_head(const tensor& x, int cell, int num_classes) const {
    if (is_training.value == training::no || !config.use_aux_head || num_classes == 0 || config.num_reduction_layers < 2 || cell != reduction(2) - 1) return;
    const auto logits = scope("aux_logits", [&](const tensor& y) {
      const tensor narrow = activated(batch_norm("aux_bn0")(conv2d(128, {1, 1}, "proj")(avg_pool2d({5, 5}, 3)(y))));
      const tensor one = activated(batch_norm("aux_bn1")(conv2d(768, {narrow.shape()[0], narrow.shape()[1]}, padding = VALID)(narrow)));
      return (flatten() >> fully_connected(num_classes, "FC"))(one);
    });
    collected_as{"AuxLogits"}(apply_numbered(logits, activated(x), "aux", cell));
  }

  /// What follows the last cell, up to the final end point.
  constexpr tensor head(const tensor& x, int num_classes, const nasnet_options& options, const final_end_point& last) const {
    if (last.reached()) return x;
    const tensor y = behind_cells(x, num_classes, options, last);
    last.check();
    return y;
  }

private:
  constexpr tensor behind_cells(const tensor& x, int num_classes, const nasnet_options& options, const final_end_point& last) const {
    const tensor pooled = collected_as{"global_pool"}(scope("final_layer", global_avg_pool("global_pool") >> flatten())(activated(x)));
    if (num_classes == 0 || last.reached()) return pooled;
    const tensor logits =
        collected_as{"Logits"}(scope("final_layer", dropout(config.dense_dropout_keep_prob, "dropout") >> fully_connected(num_classes, "FC"))(pooled));
    return last.reached() ? logits : with_predictions(logits, options.prediction_fn);
  }

  /// `before` with the extent of `x` and so many filters.
  constexpr tensor like(const tensor& before, const tensor& x, int filters) const {
    if (before.shape()[1] != x.shape()[1]) return factorized_reduction(activated(before), filters, 2);
    return before.channels() == filters ? before : normalized_1x1(activated(before), filters, 1, "prev_1x1", "prev_bn");
  }

  /// Half of the filters see every second cell, the others the cells between them, down and to the right.
  static constexpr tensor factorized_reduction(const tensor& x, int filters, int step) {
    if (step == 1) return normalized_1x1(x, filters, 1, "path_conv", "path_bn");
    const slim::shape all = x.shape();
    const tensor shifted = slice(pad(x, {{0, 1}, {0, 1}, {0, 0}}), {1, 1, 0}, all);
    return batch_norm("final_path_bn")(
        concat(conv2d(filters / 2, {1, 1}, step, "path1_conv")(x), conv2d(filters - filters / 2, {1, 1}, step, "path2_conv")(shifted)));
  }

  constexpr tensor operation(cell_operation what, const tensor& x, int filters, int step, int path) const {
    using enum cell_operation;
    tensor y = x;
    if (what == same) {
      if (config.use_bounded_activation) y = activated(x);
      if (step == 1 && x.channels() == filters) return y;
      return bounded(normalized_1x1(config.use_bounded_activation ? y : activated(x), filters, step, "1x1", "bn_1"));
    }
    if (what == avg3 || what == max3) {
      if (config.use_bounded_activation) y = activated(x);
      y = what == avg3 ? avg_pool2d({3, 3}, step, padding = SAME)(y) : max_pool2d({3, 3}, step, padding = SAME)(y);
      if (x.channels() != filters) y = bounded(normalized_1x1(y, filters, 1, "1x1", "bn_1"));
    } else {
      constexpr struct {
        const char *convolution, *normalizer;
      } names[3][2] = {{{"separable_3x3_1", "bn_sep_3x3_1"}, {"separable_3x3_2", "bn_sep_3x3_2"}},
                       {{"separable_5x5_1", "bn_sep_5x5_1"}, {"separable_5x5_2", "bn_sep_5x5_2"}},
                       {{"separable_7x7_1", "bn_sep_7x7_1"}, {"separable_7x7_2", "bn_sep_7x7_2"}}};
      const int size = static_cast<int>(what), side = 2 * size + 3;
      for (int i = 0; i < 2; ++i)
        y = batch_norm(names[size][i].normalizer)(
            separable_conv2d(filters, {side, side}, names[size][i].convolution, stride = i == 0 ? step : 1)(activated(y)));
      y = bounded(y);
    }
    return drop_path(y, path);
  }

  /// Drop path: in training all of `x` is 0 for some examples, and what is kept is divided by the probability of that.
  constexpr tensor drop_path(const tensor& x, int path) const {
    return factors.bound() ? x * reshape(slim::detail::slice_axis(factors, 0, path, 1), {1, 1, 1}) : x;
  }

  /// The factors of all paths: deeper cells and later steps drop more of them. One node, so that all of them are one loop.
  constexpr tensor path_factors(const tensor& x) const {
    tracer& trace = *x.trace;
    if (!is_training.in(trace) || config.drop_path_keep_prob >= 1 || trace.step_number < 0) return 0.0;  // in step 0 nothing is dropped
    expr::scalar_function f;
    const expr::symbol step(&f, f.add_input(0)), path(&f, f.emit(expr::scalar_op::position)),
        random(&f, f.emit(expr::scalar_op::uniform, -1, -1, -1, 0x10000 + trace.g.nodes.size()));
    const expr::symbol depth = (floor(path * (1.0 / paths_of_cell)) + 1.0) * (1.0 / total_cells), ratio = min(1.0, step * (1 / config.total_training_steps));
    const expr::symbol keep = 1.0 - ratio * depth * (1 - config.drop_path_keep_prob);
    f.add_output(select(keep > random, 1.0 / keep, 0.0).in(f));
    graph::node n;
    n.kind = graph::kind::map, n.function = trace.g.intern(f), n.batched = trace.g.nodes[x.node].batched, n.extent = {paths_of_cell * total_cells};
    n.operand_count = 1, n.operands[0] = global_step(x).node;
    return {trace, graph::add_node(trace.g, n, trace.scope)};
  }

  static constexpr int paths_of_cell = 10;
};

}  // namespace detail

}  // namespace slim::nets

#include "slim/core/end.hpp"
