#pragma once
#include "slim/core/begin.hpp"
// What every layer with weights does after its product: normalizer or biases, then activation (TF-Slim section 2.1, rules 1 to 4).

#include <array>

#include "slim/layers/keywords.hpp"
#include "slim/layers/layer.hpp"

namespace slim {

/// The scalar function of `f` in the graph's table; -1 for none.
constexpr int interned(tracer& trace, const stored_function& f) { return f.empty() ? -1 : trace.g.intern(f.function()); }

/// A model variable of a layer, in the collections that the call asks for, which knows it as `collections_key`.
template <class Layer>
constexpr int layer_variable(tracer& trace, const char* name, const char* collections_key, const slim::shape& extent, const initializer& initial,
                             int regularize, bool trained, const arguments<Layer>& with) {
  collection_list in;
  if constexpr (has_argument<std::remove_cvref_t<decltype(Layer::defaults)>, variables_collections_keyword>)
    in = with[variables_collections].of(collections_key);
  return trace.variable(name, extent, initial, regularize, trained, variable_kind::model, in);
}
template <class Layer>
constexpr int layer_variable(tracer& trace, const char* name, const slim::shape& extent, const initializer& initial, int regularize, bool trained,
                             const arguments<Layer>& with) {
  return layer_variable(trace, name, name, extent, initial, regularize, trained, with);
}

template <class Layer>
constexpr int weights_variable(tracer& trace, const slim::shape& extent, const arguments<Layer>& with) {
  return layer_variable(trace, "weights", extent, with[weights_initializer], interned(trace, with[weights_regularizer]), with[trainable], with);
}

/// The numbers of keyword `of` for so many axes. Reports another number of them.
template <int Axes, class Layer, class Keyword>
constexpr std::array<int, static_cast<std::size_t>(Axes)> axes_of(tracer& trace, const arguments<Layer>& with, const Keyword& of) {
  constexpr const char* written[] = {"written as 1 number", "written as 1 number or 2", "written as 1 number or 3"};
  const whole_extents& given = with[of];
  if (given.count != 1 && given.count != Axes) trace.fail_number(Keyword::name, given.count, written[Axes - 1]);
  std::array<int, static_cast<std::size_t>(Axes)> numbers{};
  for (int i = 0; i < Axes; ++i) numbers[static_cast<std::size_t>(i)] = given.axes[i];
  return numbers;
}
template <class Layer, class Keyword>
constexpr extent2 pair_of(tracer& trace, const arguments<Layer>& with, const Keyword& of) {
  const auto [height, width] = axes_of<2>(trace, with, of);
  return {height, width};
}

/// Reports a rate together with a stride.
template <std::size_t Axes>
constexpr void rates_or_strides(tracer& trace, const std::array<int, Axes>& rates, const std::array<int, Axes>& strides) {
  int most_rate = 1, most_stride = 1;
  slim::shape rates_given, strides_given;
  for (std::size_t i = 0; i < Axes; ++i) {
    rates_given.extents[rates_given.rank++] = rates[i], strides_given.extents[strides_given.rank++] = strides[i];
    if (rates[i] > most_rate) most_rate = rates[i];
    if (strides[i] > most_stride) most_stride = strides[i];
  }
  if (most_rate > 1 && most_stride > 1) trace.fail(graph::rule::rate_with_stride, rates_given, strides_given);
}

/// Adds biases (unless there is a normalizer or `biases_initializer = none`), normalizes, activates.
template <class Layer>
constexpr tensor finish_linear(tensor y, const arguments<Layer>& with) {
  tracer& trace = *y.trace;
  const normalizer& normalize = with[normalizer_fn];
  if (normalize.given) {
    const parameter_list& given = with[normalizer_params];
    if (*given.misfit != '\0') trace.fail(graph::rule::misfit_argument, {}, {}, given.misfit);
    for (int i = 0; i < given.count; ++i)
      if (!normalize.takes(given.keys[i])) trace.fail_unknown_argument(normalize.name, given.names[i]);
    y = normalize.apply(normalize, y, given);
  } else if (const initializer& initial = with[biases_initializer]; initial.kind != distribution::none) {
    const int biases = layer_variable(trace, "biases", {y.channels()}, initial, interned(trace, with[biases_regularizer]), with[trainable], with);
    y = y + tensor(trace, biases);
  }
  const stored_function& activate = with[activation_fn];
  return activate.empty() ? y : apply(activate.function(), y);
}

/// Reuse of variables for the duration of one layer.
struct reuse_guard {
  tracer& trace;
  bool outer;
  constexpr reuse_guard(tracer& t, bool on) : trace(t), outer(t.reuse) { trace.reuse = trace.reuse || on; }
  constexpr ~reuse_guard() { trace.reuse = outer; }
};

}  // namespace slim

#include "slim/core/end.hpp"
