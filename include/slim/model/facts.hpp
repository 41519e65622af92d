#pragma once
#include "slim/core/begin.hpp"
// Questions about a network that the compiler answers: parameter counts, shapes of end points, sizes of arenas. They are static because
// networks of one name in two source files have answers of their own.

#include "slim/compile/diagnostic.hpp"
#include "slim/compile/compile.hpp"
#include "slim/run/steps.hpp"

namespace slim {

namespace detail {
template <class Program>
constexpr long count_parameters(const Program& p) {
  long total = 0;
  for (int i = 0; i < p.sizes.variables; ++i)
    if (p.variables[i].trainable) total += p.variables[i].extent.size();
  return total;
}
}  // namespace detail

/// Trainable numbers of a network: static_assert(parameter_count<vgg_16, input<224, 224, 3>> == 138'357'544).
template <const auto& Net, class... Options>
static constexpr long parameter_count =
    is_valid<traced<Net, model_options<Options...>>::program>::value ? detail::count_parameters(traced<Net, model_options<Options...>>::program) : 0;

/// Variables of a network, trained or not.
template <const auto& Net, class... Options>
static constexpr int variable_count =
    is_valid<traced<Net, model_options<Options...>>::program>::value ? traced<Net, model_options<Options...>>::program.sizes.variables : 0;

/// Shape of one example at a named layer: end_point<vgg_16, "vgg_16/pool5", input<224, 224, 3>> == shape{7, 7, 512}.
template <const auto& Net, text Name, class... Options>
static constexpr slim::shape end_point =
    is_valid<traced<Net, model_options<Options...>>::program>::value && has_end_point<traced<Net, model_options<Options...>>::program, Name>::value
        ? traced<Net, model_options<Options...>>::program.end_points[end_point_index<traced<Net, model_options<Options...>>::program, Name>].extent
        : slim::shape{};

/// Bytes that inference with `batch<N>` needs besides the parameters, on one thread; a constant, for static_assert.
template <const auto& Net, class... Options>
static constexpr long arena_bytes = [] {
  using options = model_options<Options...>;
  static_assert(options::fixed_batch > 0, "arena_bytes needs the option batch<N>");
  constexpr const auto& p = inference<Net, options>::program;
  static_assert(is_valid<p>::value);
  return static_cast<long>(sizeof(typename options::scalar)) *
         (p.example_elements * options::fixed_batch + p.fixed_elements + workspace_elements<typename options::scalar>(p, options::fixed_batch, 1));
}();

/// The same for training with a loss and an optimizer.
template <const auto& Net, class Loss, class Optimizer, class... Options>
static constexpr long training_arena_bytes = [] {
  using options = model_options<Options...>;
  static_assert(options::fixed_batch > 0, "training_arena_bytes needs the option batch<N>");
  constexpr const auto& p = training_of<Net, options, Loss, Optimizer>::program;
  static_assert(is_valid<p>::value);
  return static_cast<long>(sizeof(typename options::scalar)) *
         (p.example_elements * options::fixed_batch + p.fixed_elements + workspace_elements<typename options::scalar>(p, options::fixed_batch, 1));
}();

}  // namespace slim

#include "slim/core/end.hpp"
