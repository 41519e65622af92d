#pragma once
#include "slim/core/begin.hpp"
// What the options of all networks have in common: num_classes = 0 for features, where a network ends, what its predictions are, end points under TF-Slim's
// keys. A network is make_<name>(num_classes, {.final_endpoint = "Mixed_5d", .global_pool = true}); the fields of its options stand in the order in which the
// network reads them.

#include "slim/slim.hpp"

namespace slim::nets {

/// The option prediction_fn: a layer (softmax), or a constexpr function of a tensor without captures; `none`: there is no end point Predictions.
struct prediction_function {
  tensor (*apply)(const tensor&) = nullptr;
  bool given = false;  // see normalizer

  constexpr prediction_function(none_t) {}
  template <class Function>
    requires(std::is_empty_v<Function> && std::is_default_constructible_v<Function> &&
             (requires { Function::function_name; } || std::is_invocable_r_v<tensor, Function, tensor>))
  constexpr prediction_function(const Function&) : apply(&predict<Function>), given(true) {}
  template <class Expression>
  constexpr prediction_function(const named_activation<Expression>&)
      : prediction_function([](const tensor& x) { return slim::apply(expr::scalar_function_of<1>(Expression{}), x); }) {}

private:
  template <class Function>
  static constexpr tensor predict(const tensor& x) {
    if constexpr (requires { Function::function_name; }) return Function{}("Predictions")(x);
    else return scope("Predictions", [](const tensor& y) { return collect_named_output(Function{}(y)); })(x);
  }
};

namespace detail {

/// Passes its input on, as the end point `name` of the open scope, or `name`_`number`.
struct collected_as {
  const char* name;
  int number = -1;

  constexpr tensor operator()(const tensor& x) const {
    const int outer = x.trace->open(name, number);
    collect_named_output(x);
    x.trace->close(outer);
    return x;
  }
};

/// The end point Predictions, if there is to be one; passes its input on.
constexpr tensor with_predictions(const tensor& logits, const prediction_function& prediction_fn) {
  if (prediction_fn.given) prediction_fn.apply(logits);
  return logits;
}

/// Logits as the end point Logits, and their predictions; passes its input on.
struct predicted {
  prediction_function prediction_fn;

  constexpr tensor operator()(const tensor& logits) const { return with_predictions(collected_as{"Logits"}(logits), prediction_fn); }
};

/// A part that may be missing.
template <class Part>
struct optional_part {
  bool present;
  Part part;

  constexpr tensor operator()(const tensor& x) const { return present ? part(x) : x; }
};
template <network_part Part>
constexpr optional_part<std::decay_t<Part>> only_if(bool present, const Part& part) {
  return {present, part};
}

/// Passes its input on; a number of an option that does not fit is reported with the network's name.
struct number_must_be {
  const char* range;
  bool fits;
  const char* option;
  double number;

  constexpr tensor operator()(const tensor& x) const {
    if (!fits) x.trace->fail_number(option, number, range);
    return x;
  }
};

/// Channels of a network that is narrower or wider than the published one: TF-Slim's depth(d).
struct depths {
  double depth_multiplier = 1.0;
  int min_depth = 16;

  constexpr int operator()(int published) const {
    const int scaled = static_cast<int>(published * depth_multiplier);
    return scaled > min_depth ? scaled : min_depth;
  }
  constexpr number_must_be checked() const { return {"above 0", depth_multiplier > 0 && depth_multiplier <= 1e4, "depth_multiplier", depth_multiplier}; }
};

/// A window no larger than the map that it is for.
constexpr extent2 reduced(const extent2& window, const tensor& map) {
  const int height = map.shape()[0], width = map.shape()[1];
  return {height < window.height ? height : window.height, width < window.width ? width : window.width};
}
// Scopes that end in the size of such a window, up to 8×8: AvgPool_1a_8x8. They are literals: with -fsanitize=undefined g++ takes no pointer into a table of
// characters for a constant.
#define SLIM_WINDOWS(base) {base "x1", base "x2", base "x3", base "x4", base "x5", base "x6", base "x7", base "x8"}
#define SLIM_WINDOW_NAMES(base)                                                                    \
  {SLIM_WINDOWS(base "1"), SLIM_WINDOWS(base "2"), SLIM_WINDOWS(base "3"), SLIM_WINDOWS(base "4"), \
   SLIM_WINDOWS(base "5"), SLIM_WINDOWS(base "6"), SLIM_WINDOWS(base "7"), SLIM_WINDOWS(base "8")}
inline constexpr const char* pool_window_names[8][8] = SLIM_WINDOW_NAMES("AvgPool_1a_");
inline constexpr const char* map_window_names[8][8] = SLIM_WINDOW_NAMES("Conv2d_2a_");
#undef SLIM_WINDOW_NAMES
#undef SLIM_WINDOWS

/// A pool without a border over the map, or the windows of it, with TF-Slim's stride.
struct reduced_avg_pool {
  extent2 window;

  constexpr tensor operator()(const tensor& x) const {
    const extent2 kernel = reduced(window, x);
    return avg_pool2d({kernel.height, kernel.width}, pool_window_names[kernel.height - 1][kernel.width - 1], padding = VALID)(x);
  }
};

/// The option final_endpoint inside the open scope: nothing behind this end point is written down. For networks that are loops:
///   final_end_point last{options.final_endpoint, x};  …  x = unit(x); if (last.reached()) return x;  …  last.check();
class final_end_point {
public:
  constexpr final_end_point(const char* final_endpoint, const tensor& x) : name(final_endpoint), trace(*x.trace), first(x.trace->g.nodes.size()) {}

  constexpr bool given() const { return name != nullptr; }
  constexpr bool reached() const { return given() && trace.find_end_point(name, first) >= 0; }
  /// Behind the last unit: one that was not reached is an error.
  constexpr void check() const {
    if (given() && !reached()) trace.fail(graph::rule::end_point_missing, {}, {}, name);
  }

  /// Applies parts in a row, inside arg_scopes, too, up to the one that makes the final end point.
  template <class Part>
  constexpr tensor apply(const Part& part, const tensor& x) const {
    return given() ? until(part, x) : part(x);
  }

private:
  template <class Part>
  constexpr tensor until(const Part& part, const tensor& x) const {
    return part(x);
  }
  template <class... Parts>
  constexpr tensor until(const sequence<Parts...>& row, const tensor& x) const {
    tensor y = x;
    hana::unpack(row.parts, [&](const Parts&... part) { ((y = reached() ? y : until(part, y)), ...); });
    return y;
  }
  template <class Policy, class Body>
  constexpr tensor until(const scoped_body<Policy, Body>& part, const tensor& x) const {
    return part.policy([&](const tensor& y) { return until(part.body, y); })(x);
  }
  template <class Part>
  constexpr tensor until(const optional_part<Part>& part, const tensor& x) const {
    return part.present ? until(part.part, x) : x;
  }

  const char* name;
  tracer& trace;
  int first;
};

/// A network: its base, whose parts are end points, and its head. With final_endpoint the base up to there alone, or the mean of that over height and width
/// with global_pool.
template <class Base, class Head>
struct base_and_head {
  const char* final_endpoint;
  bool global_pool;
  Base base;
  Head head;

  constexpr tensor operator()(const tensor& x) const {
    const final_end_point last(final_endpoint, x);
    const tensor y = last.apply(base, x);
    if (!last.given()) return head(y);
    last.check();
    return global_pool ? global_avg_pool("global_pool")(y) : y;
  }
};
template <class Options, network_part Base, network_part Head>
constexpr base_and_head<Base, Head> network_of(const Options& options, const Base& base, const Head& head) {
  bool global_pool = false;
  if constexpr (requires { options.global_pool; }) global_pool = options.global_pool;
  return {options.final_endpoint, global_pool, base, head};
}

/// Names in the head of v1 to v3 of Inception and of MobileNet v1: the end point of the pool, the scope of dropout, the end point behind it (null: none), the
/// scope of the logits.
struct head_names {
  const char *pooled, *dropout, *pre_logits, *logits;
};

/// A pool, dropout, logits as a 1×1 convolution, predictions. Without classes the pool is the result.
template <class Pool>
struct pooled_head_part {
  int num_classes;
  bool global_pool, spatial_squeeze;
  double dropout_keep_prob;
  prediction_function prediction_fn;
  head_names names;
  Pool pool;

  constexpr tensor operator()(const tensor& x) const {
    const tensor features = global_pool ? (scope("Logits", global_avg_pool("global_pool")) >> collected_as{"global_pool"})(x)
                                        : (scope("Logits", pool) >> collected_as{names.pooled})(x);
    if (num_classes == 0) return features;
    const tensor dropped = scope("Logits", dropout(dropout_keep_prob, names.dropout))(features);
    if (names.pre_logits != nullptr) collected_as{names.pre_logits}(dropped);
    const auto logits = conv2d(num_classes, {1, 1}, names.logits, activation_fn = none, normalizer_fn = none) >>
                        only_if(spatial_squeeze, slim::spatial_squeeze("SpatialSqueeze"));
    return with_predictions(collected_as{"Logits"}(scope("Logits", logits)(dropped)), prediction_fn);
  }
};
template <class Options, network_part Pool>
constexpr pooled_head_part<Pool> pooled_head(int num_classes, const Options& options, const head_names& names, const Pool& pool) {
  return {num_classes, options.global_pool, options.spatial_squeeze, options.dropout_keep_prob, options.prediction_fn, names, pool};
}

}  // namespace detail
}  // namespace slim::nets

#include "slim/core/end.hpp"
