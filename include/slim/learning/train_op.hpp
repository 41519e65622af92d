#pragma once
// One training step: forward, backward and update, compiled together. TF-Slim section 6.2.

#include <cmath>

#include "slim/model/model.hpp"
#include "slim/optimizers/optimizers.hpp"
#include "slim/tensor/variable_reference.hpp"

namespace slim {

/// Trains a model: each step runs the compiled training program on one batch. Refers to the model, which must outlive it.
/// Made by learning::create_train_op.
template <class Model, class Loss, class Optimizer>
class train_op {
  using T = typename Model::scalar;
  using options = typename Model::options;

public:
  using scalar = T;
  static constexpr const auto& program = training_of<Model::network, options, Loss, Optimizer>::program;
  static_assert(is_valid_after<program, Model::program>::value);

  train_op(Model& of, Optimizer with, capacity room, int threads)
      : optimizer(with), net(&of), run(room.examples, threads), slots(program.parameter_elements * Optimizer::slots), noise_seed(of.seed_value()) {
    for (int s = 0; s < Optimizer::slots; ++s) {
      T* const first = slots.data() + s * program.parameter_elements;
      for (long i = 0; i < program.parameter_elements; ++i) first[i] = static_cast<T>(optimizer.slot_start(s));
    }
  }

  /// One step on one batch: the inputs of the network and then the labels, each as anything with data() and size() (integer labels
  /// are converted and checked). Returns the total loss before the update. Throws when the loss is not a finite number.
  template <class... Batch>
  T operator()(const Batch&... batch) {
    static_assert(sizeof...(Batch) == program_inputs || program.error.broken != graph::rule::none, "one argument for each input of the network, then the labels");
    const T* pointers[program_inputs]{};
    long examples = 0;
    int i = 0;
    (bind(i++, batch, pointers, examples), ...);
    ++steps;
    T numbers[Optimizer::numbers + 1]{};
    double exact[Optimizer::numbers + 1]{};
    if constexpr (Optimizer::numbers > 0) optimizer.set_numbers(steps, exact);
    for (int n = 0; n < Optimizer::numbers; ++n) numbers[n] = static_cast<T>(exact[n]);
    const std::uint32_t step_seed = simd::mix(static_cast<std::uint32_t>(noise_seed * 0x9E3779B97F4A7C15ull >> 32) + simd::mix(static_cast<std::uint32_t>(steps)));
    run.run(net->parameters().data(), slots.data(), program.parameter_elements, pointers, numbers, examples, step_seed);
    const T total = loss();
    if (!std::isfinite(total))
      throw error("step " + std::to_string(steps) + ": expected a finite loss, found " + std::to_string(total) +
                  "; lower the learning rate or check inputs and labels");
    return total;
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

  /// Optimizer state `slot` of a variable.
  template <text Name>
  std::span<T> slot(int which = 0) {
    static_assert(sizeof(has_variable<program, Name>) != 0);
    constexpr int index = variable_index<program, Name>;
    return slot_values(index, which);
  }
  std::span<T> slot_values(int variable, int which = 0) {
    return {slots.data() + which * program.parameter_elements + Model::offset_of(variable), static_cast<std::size_t>(program.variables[variable].extent.size())};
  }

  /// Calls visit(variable_reference) for everything that the next step depends on besides the batch and the variables of the model:
  /// `global_step`, the `seed` of dropout, and for each trained variable its slots, named as in TensorFlow: `<variable>/Momentum`,
  /// `<variable>/Adam_1`. Writing to all of them puts the train_op into the state in which they were read.
  template <class Visit>
  void for_each_state(Visit&& visit) {
    visit(variable_reference("global_step", {}, &steps));
    visit(variable_reference("seed", {}, &noise_seed));
    for (int v = 0; v < program.sizes.variables; ++v)
      for (int s = 0; program.variables[v].trainable && s < Optimizer::slots; ++s)
        visit(variable_reference(Model::variable_name(v) + "/" + slot_name(s), program.variables[v].extent, slot_values(v, s).data()));
  }

  long step() const { return steps; }
  long bytes() const { return run.bytes() + slots.size() * static_cast<long>(sizeof(T)); }
  void set_threads(int threads) { run.set_threads(threads); }

  Optimizer optimizer;  // hyper-parameters may change between steps

private:
  static constexpr int program_inputs = program.inputs;

  static std::string slot_name([[maybe_unused]] int which) {
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
  executor<T, program> run;
  aligned_buffer<T> slots;
  aligned_buffer<T> converted;
  std::int64_t steps = 0;
  std::uint64_t noise_seed;
};

namespace learning {

/// A training step for `net` with `loss` between its output and labels: create_train_op(net, losses::softmax_cross_entropy, optimizer).
/// Losses that the network adds itself and regularization losses count as well; moving averages are updated with every step.
template <const auto& Net, class... Options, class Loss, class Optimizer>
  requires requires { Optimizer::slots; }
auto create_train_op(model<Net, Options...>& net, Loss, Optimizer optimizer, capacity room = capacity(default_capacity), int threads = kernel::hardware_threads()) {
  return train_op<model<Net, Options...>, Loss, Optimizer>(net, optimizer, room, threads);
}

/// A training step for a network whose result is its total loss.
template <const auto& Net, class... Options, class Optimizer>
  requires requires { Optimizer::slots; }
auto create_train_op(model<Net, Options...>& net, Optimizer optimizer, capacity room = capacity(default_capacity), int threads = kernel::hardware_threads()) {
  return train_op<model<Net, Options...>, no_loss, Optimizer>(net, optimizer, room, threads);
}

}  // namespace learning
}  // namespace slim
