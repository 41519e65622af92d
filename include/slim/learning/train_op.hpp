#pragma once
// One training step: forward, backward and update, compiled together. TF-Slim section 6.2.

#include <cmath>

#include "slim/learning/moving_averages.hpp"
#include "slim/model/model.hpp"
#include "slim/optimizers/optimizers.hpp"
#include "slim/tensor/variable_reference.hpp"

namespace slim {

/// Trains a model: each step runs the compiled training program on one batch. Refers to the model, which must outlive it.
/// Made by learning::create_train_op. `Options` are a train_options.
template <class Model, class Loss, class Optimizer, class Options = train_options<>>
class train_op {
  using T = typename Model::scalar;
  using options = typename Model::options;

public:
  using scalar = T;
  static constexpr const auto& program = training_of<Model::network, options, Loss, Optimizer, Options>::program;
  static_assert(is_valid_after<program, Model::program>::value);

  train_op(Model& of, Optimizer with, const Options& how, capacity room, int threads)
      : optimizer(with), net(&of), chosen(how), run(room.examples, threads),
        slots(program.parameter_elements * slot_count), noise_seed(of.seed_value()) {
    for (int s = 0; s < slot_count; ++s) {
      T* const first = slots.data() + s * program.parameter_elements;
      const double start = s < Optimizer::slots ? optimizer.slot_start(s) : 0;
      for (long i = 0; i < program.parameter_elements; ++i) first[i] = static_cast<T>(start);
    }
    double checked[Optimizer::numbers + Options::numbers + 1]{};
    set_numbers(checked);  // throws here rather than in the first step
    if constexpr (averages_variables) averages = learning::moving_averages<T>(net->parameters());
  }

  /// One step on one batch: the inputs of the network and then the labels, each as anything with data() and size() (integer labels
  /// are converted and checked). Returns the total loss before the update. Throws when the loss is not a finite number. With
  /// accumulate_gradients one part of a step.
  template <class... Batch>
  T operator()(const Batch&... batch) {
    static_assert(sizeof...(Batch) == program_inputs || program.error.broken != graph::rule::none,
                  "one argument for each input of the network, then the labels");
    const T* pointers[program_inputs]{};
    long examples = 0;
    int i = 0;
    (bind(i++, batch, pointers, examples), ...);
    double exact[Optimizer::numbers + Options::numbers + 1]{};
    T numbers[Optimizer::numbers + Options::numbers + 1]{};
    set_numbers(exact);
    for (int n = 0; n < Optimizer::numbers + Options::numbers; ++n) numbers[n] = static_cast<T>(exact[n]);
    std::uint32_t step_seed =
        simd::mix(static_cast<std::uint32_t>(noise_seed * 0x9E3779B97F4A7C15ull >> 32) + simd::mix(static_cast<std::uint32_t>(steps + 1)));
    if (parts > 0) step_seed = simd::mix(step_seed + static_cast<std::uint32_t>(parts));
    run.run(net->parameters().data(), slots.data(), program.parameter_elements, pointers, numbers, examples, step_seed);
    count_part();
    check_finite();
    return loss();
  }

  /// Total loss of the last step, regularization included.
  T loss() const { return run.number(program.outputs[0]); }
  /// Loss `i` of the collection, in the order in which the network added them; after those come the regularization losses.
  T loss(int i) const { return run.number(program.losses[i].node); }
  static constexpr int losses() { return program.sizes.losses; }
  static constexpr int regularization_losses() { return program.sizes.losses - program.loss_count; }

  /// A kept end point of the last step.
  template <text Name>
  std::span<const T> end_point() const {
    static_assert(sizeof(has_end_point<program, Name>) != 0);
    static_assert(sizeof(keeps_end_point<program, Name>) != 0);
    constexpr int index = end_point_index<program, Name>;
    return run.values(program.end_points[index].node);
  }

  /// The gradient of a variable in the last step, as the optimizer saw it: multiplied and clipped. Needs learning::summarize_gradients.
  template <text Name>
  std::span<const T> gradient() const {
    static_assert(sizeof(has_variable<program, Name>) != 0);
    static_assert(outputs::position(variable_index<program, Name>) >= 0, "this variable is not trained");
    return gradient_values(variable_index<program, Name>);
  }
  /// The same by the variable's index; empty when it is not trained.
  std::span<const T> gradient_values(int variable) const {
    static_assert(outputs::summarizes, "create the train_op with learning::summarize_gradients{}");
    const int position = outputs::position(variable);
    if (position < 0) return {};
    return run.values(program.outputs[outputs::first_gradient + position]);
  }

  /// A copy of the model with the averages of its variables in their place, for evaluation. Needs learning::moving_average.
  Model averaged_model() const {
    static_assert(averages_variables, "create the train_op with learning::moving_average{decay}");
    Model copy = *net;
    std::copy(averages.values().begin(), averages.values().end(), copy.parameters().begin());
    return copy;
  }

  /// An option that was given at construction: its numbers may change between steps.
  template <class Option>
  Option& option() {
    static_assert(Options::template has<Option>, "the train_op was created without this option");
    return chosen;
  }

  /// Optimizer state `slot` of a variable.
  template <text Name>
  std::span<T> slot(int which = 0) {
    static_assert(sizeof(has_variable<program, Name>) != 0);
    constexpr int index = variable_index<program, Name>;
    return slot_values(index, which);
  }
  std::span<T> slot_values(int variable, int which = 0) {
    return {slots.data() + which * program.parameter_elements + Model::offset_of(variable),
            static_cast<std::size_t>(program.variables[variable].extent.size())};
  }

  /// Calls visit(variable_reference) for everything that the next step depends on besides the batch and the variables of the model:
  /// `global_step`, the `seed` of dropout, and for each trained variable its slots, named as in TensorFlow: `<variable>/Momentum`,
  /// `<variable>/Adam_1`. With moving_average `<variable>/ExponentialMovingAverage` of all variables, with accumulate_gradients the
  /// sums of an unfinished step. Writing to all of them puts the train_op into the state in which they were read.
  template <class Visit>
  void for_each_state(Visit&& visit) {
    visit(variable_reference("global_step", {}, &steps));
    visit(variable_reference("seed", {}, &noise_seed));
    if constexpr (accumulates) visit(variable_reference("accumulated_parts", {}, &parts));
    for (int v = 0; v < program.sizes.variables; ++v) {
      const std::string name = Model::variable_name(v) + "/";
      const slim::shape& extent = program.variables[v].extent;
      for (int s = 0; detail::is_trained(program, v) && s < slot_count; ++s)
        visit(variable_reference(name + slot_name(s), extent, slot_values(v, s).data()));
      if constexpr (averages_variables)
        visit(variable_reference(name + "ExponentialMovingAverage", extent, averages.values().data() + Model::offset_of(v)));
    }
  }

  /// The global step: updates so far.
  long step() const { return steps; }
  /// Calls that make one step: more than one when gradients accumulate.
  int batches_per_step() const {
    if constexpr (accumulates) return chosen.learning::accumulate_gradients::batches;
    return 1;
  }
  /// True between the parts of a step whose gradients accumulate.
  bool inside_step() const { return parts > 0; }
  static constexpr bool keeps_gradients = Options::template has<learning::summarize_gradients>;
  Model& trained_model() const { return *net; }
  long bytes() const { return run.bytes() + (slots.size() + static_cast<long>(averages.values().size())) * static_cast<long>(sizeof(T)); }
  void set_threads(int threads) { run.set_threads(threads); }

  Optimizer optimizer;  // hyper-parameters may change between steps

private:
  using outputs = detail::training_outputs<program, Options>;
  static constexpr int program_inputs = program.inputs;
  static constexpr bool accumulates = Options::template has<learning::accumulate_gradients>;
  static constexpr bool averages_variables = Options::template has<learning::moving_average>;
  static constexpr int slot_count = Optimizer::slots + (accumulates ? 1 : 0);

  /// The hyper-parameters of the next run: the optimizer's, then those of the options.
  void set_numbers(double* numbers) {
    if constexpr (Optimizer::numbers > 0) optimizer.set_numbers(steps + 1, numbers);
    Options::for_each([&]<class Option>() {
      double* const own = numbers + Optimizer::numbers + Options::template first_number<Option>;
      this->template option<Option>().set_numbers(own);
      if constexpr (std::is_same_v<Option, learning::accumulate_gradients>) own[1] = parts + 1 >= batches_per_step();
    });
  }

  /// One more part of a step is done; the last one makes it a step.
  void count_part() {
    if constexpr (accumulates)
      if (++parts < batches_per_step()) return;
    parts = 0;
    ++steps;
    if constexpr (averages_variables) averages.follow(net->parameters(), option<learning::moving_average>().decay, steps, run.threads());
  }

  void check_finite() const {
    if constexpr (outputs::checks) {
      const std::string found = outputs::first_not_finite([&](int node) { return run.number(node); });
      if (!found.empty()) throw error("step " + std::to_string(steps) + ": expected finite numbers, found " + found + "; " + cure);
    }
    if (!std::isfinite(loss()))
      throw error("step " + std::to_string(steps) + ": expected a finite loss, found " + std::to_string(loss()) + "; " + cure);
  }
  static constexpr const char* cure = "lower the learning rate or check inputs and labels";

  static std::string slot_name(int which) {
    if (which == Optimizer::slots) return "accumulated_gradient";
    if constexpr (requires { Optimizer::slot_names; })
      return Optimizer::slot_names[which];
    else
      return "slot_" + std::to_string(which);
  }

  template <class Values>
  void bind(int i, const Values& values, const T** pointers, long& examples) {
    const slim::shape& extent = input_extent(i);
    const long here = run.examples_in(static_cast<long>(values.size()), i, extent);
    if (i > 0 && here != examples)
      throw error("input " + std::to_string(i) + ": expected as many examples as input 0 has (" + std::to_string(examples) + "), found " +
                  std::to_string(here) + "; pass batches of equal size");
    examples = here;
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(*values.data())>, T>) {
      pointers[i] = values.data();
    } else {
      static_assert(std::is_integral_v<std::remove_cvref_t<decltype(*values.data())>>, "inputs are numbers of the model's precision or integer labels");
      if (converted.size() == 0) converted = aligned_buffer<T>(run.capacity() * extent.size());
      for (long k = 0; k < here * extent.size(); ++k) {
        check_label(values.data()[k], k);
        converted.data()[k] = static_cast<T>(values.data()[k]);
      }
      pointers[i] = converted.data();
    }
  }

  /// Class numbers lie below the number of predictions.
  template <class Label>
  void check_label(Label label, long position) const {
    if constexpr (!std::is_same_v<Loss, no_loss>) {
      constexpr long classes = Model::program.nodes[Model::program.outputs[0]].extent.size();
      if (label < 0 || static_cast<long>(label) >= classes)
        throw error("labels: example " + std::to_string(position) + ": expected a class from 0 to " + std::to_string(classes - 1) + ", found " +
                    std::to_string(label) + "; check the data set or the number of outputs");
    }
  }

  static const slim::shape& input_extent(int i) {
    for (const graph::node& n : program.nodes)
      if (n.kind == graph::op::input && n.number == i) return n.extent;
    return program.nodes[0].extent;
  }

  Model* net;
  Options chosen;
  executor<T, program> run;
  aligned_buffer<T> slots;
  aligned_buffer<T> converted;
  learning::moving_averages<T> averages;
  std::int64_t steps = 0, parts = 0;
  std::uint64_t noise_seed;
};

namespace detail {

/// What stands behind the optimizer in a call of create_train_op, in any order.
template <class Options>
struct train_arguments {
  Options options{};
  capacity room = capacity(default_capacity);
  int threads = kernel::hardware_threads();

  template <class... Given>
  explicit train_arguments(const Given&... given) {
    (set(given), ...);
  }

private:
  template <train_option Option>
  void set(const Option& option) {
    static_cast<Option&>(options) = option;
  }
  void set(const capacity& given) { room = given; }
  void set(int given) { threads = given; }
};

template <class Given>
concept train_argument = train_option<Given> || std::is_same_v<Given, capacity> || std::is_same_v<Given, int>;

}  // namespace detail

namespace learning {

/// A training step for `net` with `loss` between its output and labels: create_train_op(net, losses::softmax_cross_entropy, optimizer).
/// Losses that the network adds itself and regularization losses count as well; moving averages are updated with every step. Behind
/// the optimizer, in any order: the options of model/train_options.hpp, the capacity, the number of threads.
template <const auto& Net, class... Options, class Loss, class Optimizer, slim::detail::train_argument... Rest>
  requires requires { Optimizer::slots; }
auto create_train_op(model<Net, Options...>& net, Loss, Optimizer optimizer, const Rest&... rest) {
  const slim::detail::train_arguments<train_options_among<Rest...>> given(rest...);
  return train_op<model<Net, Options...>, Loss, Optimizer, train_options_among<Rest...>>(net, optimizer, given.options, given.room, given.threads);
}

/// A training step for a network whose result is its total loss.
template <const auto& Net, class... Options, class Optimizer, slim::detail::train_argument... Rest>
  requires requires { Optimizer::slots; }
auto create_train_op(model<Net, Options...>& net, Optimizer optimizer, const Rest&... rest) {
  const slim::detail::train_arguments<train_options_among<Rest...>> given(rest...);
  return train_op<model<Net, Options...>, no_loss, Optimizer, train_options_among<Rest...>>(net, optimizer, given.options, given.room, given.threads);
}

}  // namespace learning
}  // namespace slim
