#pragma once
#include "slim/core/begin.hpp"
// The training form of a network without an optimizer: its losses, and gradients with respect to inputs and variables. Not part of slim.hpp.

#include <cstdint>
#include <memory>
#include <span>

#include "slim/learning/create_train_op.hpp"

namespace slim {

namespace detail {
/// Options that say which variables have gradients: all others are about updates.
template <class Options>
inline constexpr bool only_chooses_variables = false;
template <class... Given>
inline constexpr bool only_chooses_variables<train_options<Given...>> = (restricts<Given> && ...);
}  // namespace detail

/// Runs a network in its training form, dropout and statistics of the batch included, and changes nothing: no variable, no moving average.
/// Made by learning::create_gradient_op or create_forward_op. Goes with the variables of the model when that is moved.
template <class Model, class Loss, class Options, bool Backward,
          unsigned long Fingerprint = gradient_program<Model::network, typename Model::options, Loss, Options, Backward>::fingerprint>
class gradient_op {
  using T = typename Model::scalar;
  static_assert(detail::only_chooses_variables<Options>, "without an optimizer the only option is variables_to_train: the others are about updates");

public:
  static constexpr const auto& program = gradient_program<Model::network, typename Model::options, Loss, Options, Backward>::program;
  static_assert(is_valid_after<program, Model::program>::value);

  gradient_op(Model& of, capacity room, int threads) : weights(of.shared()), run(room.examples, threads), inputs(room.examples), noise_seed(of.seed_value()) {}

  /// One batch: the inputs of the network and then the labels, as of a train_op. Returns the total loss, which may be any number. Throws slim::error
  /// for other batches and for class numbers that do not exist.
  template <class... Batch>
  T operator()(const Batch&... batch) {
    static_assert(sizeof...(Batch) == program.inputs || program.error.broken != graph::rule::none,
                  "one argument for each input of the network, then the labels");
    inputs.bind(batch...);
    run.run(weights->values.data(), nullptr, 0, inputs.pointers, nullptr, inputs.examples, detail::run_seed(noise_seed, ++runs),
            [&] { inputs.check_computed_labels(run); });
    return loss();
  }

  /// Total loss of the last batch, regularization included; loss `i` of the collection, as of a train_op.
  T loss() const { return run.number(program.outputs[0]); }
  T loss(int i) const { return run.number(program.losses[i].node); }
  static constexpr int losses() { return program.sizes.losses; }

  /// The first result of the network for the last batch: a matrix_view [examples, numbers per example], valid until the next.
  void output() const&& = delete;  // give the gradient_op a name
  auto output() const& { return view_of<1>(); }

  /// The gradient of the loss with respect to input `I` of the network, at each example of the last batch: a matrix_view like that of output().
  /// The loss is a mean over the batch where it is one.
  template <int I = 0>
  void input_gradient() const&& = delete;  // give the gradient_op a name
  template <int I = 0>
  auto input_gradient() const& {
    static_assert(Backward, "create it with learning::create_gradient_op");
    static_assert(I >= 0 && I < Model::options::input_count, "the network has no input of this number");
    return view_of<2 + I>();
  }

  /// The gradient with respect to a variable; zeros where the loss does not depend on it.
  template <text Name>
  std::span<const T> gradient() const&& = delete;  // give the gradient_op a name
  template <text Name>
  std::span<const T> gradient() const& {
    static_assert(Backward, "create it with learning::create_gradient_op");
    static_assert(sizeof(has_variable<program, Name>) != 0);
    constexpr int position = position_of(variable_index<program, Name>);
    static_assert(position >= 0, "this variable is not trained");
    return run.values(program.outputs[2 + Model::options::input_count + position]);
  }

  /// A kept end point of the last batch.
  template <text Name>
  std::span<const T> end_point() const&& = delete;  // give the gradient_op a name
  template <text Name>
  std::span<const T> end_point() const& {
    static_assert(sizeof(has_end_point<program, Name>) != 0);
    static_assert(sizeof(keeps_end_point<program, Name>) != 0);
    return run.values(program.end_points[end_point_index<program, Name>].node);
  }

  /// Dropout draws other numbers in each call, a function of the seed (at first the model's) and of how many calls there were since it was set.
  void set_seed(seed start) { noise_seed = start.value, runs = 0; }
  void set_threads(int threads) { run.set_threads(threads); }
  long bytes() const { return run.bytes(); }

private:
  /// Position of variable `v` among those with a gradient; −1 when it has none.
  static constexpr int position_of(int v) {
    int before = 0;
    for (int i = 0; i < v; ++i) before += program.variables[i].trainable;
    return program.variables[v].trainable ? before : -1;
  }

  template <int Output>
  auto view_of() const {
    constexpr long columns = program.nodes[program.outputs[Output]].extent.size();
    const std::span<const T> all = run.values(program.outputs[Output]);
    return matrix_view<const T, columns>(all.data(), static_cast<long>(all.size()) / columns);
  }

  std::shared_ptr<detail::model_variables<Model>> weights;
  executor<T, program> run;
  detail::batch_inputs<T, program> inputs;
  std::uint64_t noise_seed;
  std::int64_t runs = 0;
};

namespace learning {

/// The loss of `net` in its training form and its gradients, without an optimizer: create_gradient_op(net, losses::softmax_cross_entropy). Behind the
/// loss, in any order: variables_to_train<...> (without names: gradients of inputs alone), the capacity, the number of threads. A network that returns
/// its own total loss is given alone.
template <const auto& Net, unsigned long Fingerprint, class... Options, class Loss, slim::detail::train_argument... Rest>
  requires slim::detail::is_loss<Loss>
auto create_gradient_op(basic_model<Net, Fingerprint, Options...>& net, Loss, const Rest&... rest) {
  const slim::detail::train_arguments<train_options_among<Rest...>> given(net.capacity_examples(), rest...);
  return gradient_op<basic_model<Net, Fingerprint, Options...>, Loss, train_options_among<Rest...>, true>(net, given.room, given.threads);
}
template <const auto& Net, unsigned long Fingerprint, class... Options, slim::detail::train_argument... Rest>
auto create_gradient_op(basic_model<Net, Fingerprint, Options...>& net, const Rest&... rest) {
  const slim::detail::train_arguments<train_options_among<Rest...>> given(net.capacity_examples(), rest...);
  return gradient_op<basic_model<Net, Fingerprint, Options...>, no_loss, train_options_among<Rest...>, true>(net, given.room, given.threads);
}

/// The same without gradients, which costs a forward run: losses and results as training sees them.
template <const auto& Net, unsigned long Fingerprint, class... Options, class Loss, slim::detail::train_argument... Rest>
  requires slim::detail::is_loss<Loss>
auto create_forward_op(basic_model<Net, Fingerprint, Options...>& net, Loss, const Rest&... rest) {
  const slim::detail::train_arguments<train_options_among<Rest...>> given(net.capacity_examples(), rest...);
  return gradient_op<basic_model<Net, Fingerprint, Options...>, Loss, train_options_among<Rest...>, false>(net, given.room, given.threads);
}
template <const auto& Net, unsigned long Fingerprint, class... Options, slim::detail::train_argument... Rest>
auto create_forward_op(basic_model<Net, Fingerprint, Options...>& net, const Rest&... rest) {
  const slim::detail::train_arguments<train_options_among<Rest...>> given(net.capacity_examples(), rest...);
  return gradient_op<basic_model<Net, Fingerprint, Options...>, no_loss, train_options_among<Rest...>, false>(net, given.room, given.threads);
}

}  // namespace learning
}  // namespace slim

#include "slim/core/end.hpp"
